"""What is wrong in a file that people edit: file, line, key, problem, and what was probably meant; all at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from models.errors import ConfigError

_MOST_NAMED: Final = 12  # known words listed in a hint; more would hide the message
_SECRETIVE: Final = frozenset({"secret", "url"})  # of a channel or warehouse: may hold what nobody may see
_OURS: Final = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that is wrong."""

    place: str  # "file:line key"
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.place}: {self.problem}" + (f" ({self.hint})" if self.hint else "")


def refuse(mistakes: Sequence[Mistake]) -> NoReturn:
    """Tell every mistake in one error; there must be one at least.

    Raises:
        ConfigError: always.
    """
    first = mistakes[0]
    if len(mistakes) == 1:
        raise ConfigError(first.place, first.problem, hint=first.hint)
    raise ConfigError(f"{len(mistakes)} mistakes", "".join(f"\n  {mistake}" for mistake in mistakes))


def meant(word: str, known: Iterable[str]) -> str:
    """What was probably meant by a word, or, where nothing is near, the words that are known."""
    words = list(known)
    near = difflib.get_close_matches(word, words, n=1) or [w for w in words if w.lower() == word.lower()]
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(words)}" if 0 < len(words) <= _MOST_NAMED else ""


def wrong(problem: str, hint: str = "") -> PydanticCustomError:
    """What a check of ours raises: the value is shown before the problem, the hint after it."""
    return PydanticCustomError(_OURS, "{problem}", {"problem": problem, "hint": hint})


def found_by_pydantic(error: ValidationError, kind: type[BaseModel]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Key, problem and hint of everything that a table's model refused."""
    return [_told(dict(one), kind) for one in error.errors()]


def _told(one: dict[str, Any], kind: type[BaseModel]) -> tuple[tuple[str | int, ...], str, str]:
    key = _key(one["loc"])
    last, given, extra = str(key[-1]) if key else "", one["input"], one.get("ctx", {})
    words = str(one["msg"])
    problem, hint = f"{_shown(given, key)}: {words[:1].lower()}{words[1:]}", ""
    match one["type"]:
        case "extra_forbidden":
            problem, hint = f"unknown key {last!r}", meant(last, _keys(kind, key[:-1], one["loc"]))
        case "missing":
            problem, hint = f"{last!r} is missing", f"add {last} = …"
        case "literal_error":
            problem, hint = _not_one_of(given, _quoted(extra["expected"]))
        case "union_tag_invalid":
            key = (*key, "kind")
            problem, hint = _not_one_of(extra["tag"], _quoted(extra["expected_tags"]))
        case "union_tag_not_found":
            problem, hint = "'kind' is missing", "add kind = …"
        case "ours":
            problem, hint = f"{_shown(given, key)} {extra['problem']}", extra["hint"]
    return key, problem, hint


def _quoted(words: object) -> list[str]:
    """The words that pydantic names in quotes."""
    return re.findall(r"'([^']+)'", str(words))


def _not_one_of(given: object, allowed: Sequence[str]) -> tuple[str, str]:
    near = difflib.get_close_matches(str(given), allowed, n=1)
    return f"{given!r} is not one of {', '.join(allowed)}", f"did you mean {near[0]!r}?" if near else ""


def _shown(given: object, key: Sequence[str | int]) -> str:
    is_secretive = bool(key) and key[0] in {"channel", "warehouse"} and key[-1] in _SECRETIVE
    return "what stands there" if is_secretive else repr(given)


def _key(place: Sequence[str | int]) -> tuple[str | int, ...]:
    """Pydantic puts the chosen kind of a channel into the place of its keys; nobody wrote that."""
    is_in_channel = len(place) > 2 and place[0] == "channel"  # noqa: PLR2004 - ("channel", name, kind, key)
    return (*place[:2], *place[3:]) if is_in_channel else tuple(place)


def _keys(kind: type[BaseModel], key: Sequence[str | int], place: Sequence[str | int]) -> list[str]:
    """Keys that may stand in the table at a place."""
    tables: list[type[BaseModel]] = [kind]
    for part in key:
        if isinstance(part, str) and part in tables[0].model_fields:
            tables = _tables_of(tables[0].model_fields[part].annotation) or tables
    named = [table for table in tables if _is_kind(table, place)] or tables
    return list(dict.fromkeys(name for table in named for name in table.model_fields))


def _is_kind(table: type[BaseModel], place: Sequence[str | int]) -> bool:
    field: Mapping[str, Any] = table.model_fields
    return "kind" in field and any(part in getattr(field["kind"].annotation, "__args__", ()) for part in place)


def _tables_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in getattr(annotation, "__args__", ()) for table in _tables_of(part)]
