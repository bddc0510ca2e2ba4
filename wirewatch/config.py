"""The files that people edit, read and checked: every mistake is named with file, line, key and what was meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from models.records import ActorEntry, Phase, Rule, Severity, Source
from wirewatch.field_types import Table
from wirewatch.main_file import MainFile
from wirewatch.mistakes import Mistake, found_by_pydantic, meant, refuse
from wirewatch.toml_lines import Key, line_of, lines_of
from wirewatch.watch_files import ActorsFile, RulesFile, SourcesFile, SourceTable

File = TypeVar("File", bound=Table)
_AT_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)")
_READABLE: Final = "is it there, is it a file, may it be read?"
# what is one and the same for every source of an outlet
_OF_OUTLET: Final = ("country", "owner", "role", "side")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the three files of a watch folder hold."""

    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    actors: tuple[ActorEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MainRead:
    """wirewatch.toml, and where in it each key stands; nothing stands anywhere when there is no file."""

    table: MainFile
    places: Mapping[Key, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened(Generic[File]):
    """A file as far as it could be read; `table` is None when `mistakes` is not empty."""

    path: Path
    table: File | None
    lines: Mapping[Key, int]
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, key: Key, problem: str, hint: str = "") -> Mistake:
        """A mistake at a key of this file."""
        shown = ".".join(part for part in key if isinstance(part, str))
        return Mistake(place=f"{self.place(key)} {shown}".rstrip(), problem=problem, hint=hint)

    def place(self, key: Key) -> str:
        """`file:line` of a key."""
        return f"{shown_path(self.path)}:{line_of(self.lines, key)}"


def read_main(path: Path, *, must_exist: bool) -> MainRead:
    """The main file; its defaults when it is absent and need not exist.

    Raises:
        ConfigError: it is wrong, or absent though named.
    """
    if not path.exists() and not must_exist:
        return MainRead(table=MainFile(), places={})
    opened = _open(path, MainFile)
    table = _right(opened, lambda _: ())
    return MainRead(table=table, places={key: opened.place(key) for key in opened.lines})


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources, in the order of the file.

    Raises:
        ConfigError: the file is wrong.
    """
    return _sources(_right(_open(path, SourcesFile), _wrong_sources))


def read_rules(path: Path, *, channels: Sequence[str]) -> tuple[Rule, ...]:
    """The rules, in the order of the file.

    Args:
        path: the file.
        channels: names a rule may send to.

    Raises:
        ConfigError: the file is wrong, or a rule sends to a channel that does not exist.
    """
    return _rules(_right(_open(path, RulesFile), lambda opened: _wrong_rules(opened, channels)))


def read_watch(folder: Path, *, channels: Sequence[str]) -> Watch:
    """The three files of a watch folder, checked each by itself and against one another.

    Raises:
        ConfigError: names every mistake in any of them.
    """
    sources = _open(folder / "sources.toml", SourcesFile)
    actors = _open(folder / "actors.toml", ActorsFile)
    rules = _open(folder / "rules.toml", RulesFile)
    mistakes = [
        *_wrong(sources, _wrong_sources),
        *_wrong(actors, _wrong_actors),
        *_wrong(rules, lambda opened: _wrong_rules(opened, channels)),
        *_wrong_parties(sources, actors, rules),
    ]
    if mistakes or not (sources.table and actors.table and rules.table):
        refuse(mistakes)
    return Watch(sources=_sources(sources.table), rules=_rules(rules.table), actors=_actors(actors.table))


def source_of(table: Mapping[str, Any], *, place: str) -> Source:
    """A source from its keys, checked as if it stood in the file.

    Raises:
        ConfigError: names every mistake under `place`.
    """
    try:
        checked = SourceTable.model_validate(table)
    except ValidationError as error:
        found = found_by_pydantic(error, SourceTable)
    else:
        return Source(**checked.model_dump())
    return refuse([Mistake(place=f"{place} {'.'.join(map(str, key))}", problem=p, hint=h) for key, p, h in found])


def shown_path(path: Path) -> str:
    """A path as a person would write it here: relative when it lies below the working folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


# ---------------------------------------------------------------- reading


def _open(path: Path, kind: type[File]) -> _Opened[File]:
    try:
        text = path.read_text(encoding="utf-8")
        held = tomllib.loads(text)
    except OSError as error:
        return _closed(
            Mistake(place=shown_path(path), problem=f"cannot be read: {error.strerror}", hint=_READABLE), path
        )
    except UnicodeDecodeError as error:
        return _closed(
            Mistake(place=shown_path(path), problem=f"is no UTF-8 text: {error.reason}", hint="save it as UTF-8"), path
        )
    except tomllib.TOMLDecodeError as error:
        return _closed(_no_toml(path, str(error)), path)
    opened: _Opened[File] = _Opened(path=path, table=None, lines=lines_of(text))
    try:
        return _Opened(path=path, table=kind.model_validate(held), lines=opened.lines)
    except ValidationError as error:
        mistakes = tuple(opened.mistake(*found) for found in found_by_pydantic(error, kind))
        return _Opened(path=path, table=None, lines=opened.lines, mistakes=mistakes)


def _closed(mistake: Mistake, path: Path) -> _Opened[Any]:
    return _Opened(path=path, table=None, lines={}, mistakes=(mistake,))


def _no_toml(path: Path, said: str) -> Mistake:
    line = _AT_LINE.search(said)
    place = f"{shown_path(path)}:{line[1]}" if line else shown_path(path)
    words = _AT_LINE.sub("", said)
    return Mistake(
        place=place,
        problem=f"is no TOML: {words[:1].lower()}{words[1:]}",
        hint="is a quote or a bracket missing there or above?",
    )


def _right(opened: _Opened[File], check: Callable[[_Opened[File]], Iterable[Mistake]]) -> File:
    """The table, when nothing is wrong with it."""
    mistakes = [*_wrong(opened, check)]
    if mistakes or opened.table is None:
        refuse(mistakes)
    return opened.table


def _wrong(opened: _Opened[File], check: Callable[[_Opened[File]], Iterable[Mistake]]) -> Iterator[Mistake]:
    """What keeps a file from being read, or, when it could be, what a closer look finds."""
    yield from opened.mistakes
    if opened.table is not None:
        yield from check(opened)


# ---------------------------------------------------------------- a closer look


def _wrong_sources(opened: _Opened[SourcesFile]) -> Iterator[Mistake]:
    entries = opened.table.source if opened.table else []
    yield from _twins(opened, "source", "id", [entry.id for entry in entries])
    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        other = entries[first.setdefault(entry.outlet, number)]
        for name in _OF_OUTLET:
            if getattr(entry, name) != getattr(other, name):
                problem = f"{entry.outlet!r} has {name} = {getattr(other, name)!r} in source {other.id!r}"
                yield opened.mistake(("source", number, name), problem, "one outlet, one value")


def _wrong_actors(opened: _Opened[ActorsFile]) -> Iterator[Mistake]:
    entries = opened.table.actor if opened.table else []
    codes = [entry.code for entry in entries]
    yield from _twins(opened, "actor", "code", codes)
    for number, entry in enumerate(entries):
        if entry.principal is not None and entry.principal not in codes:
            problem = f"no actor has the code {entry.principal!r}"
            yield opened.mistake(("actor", number, "principal"), problem, meant(entry.principal, codes))


def _wrong_rules(opened: _Opened[RulesFile], channels: Sequence[str]) -> Iterator[Mistake]:
    entries = opened.table.rule if opened.table else []
    yield from _twins(opened, "rule", "id", [entry.id for entry in entries])
    for number, entry in enumerate(entries):
        for name in entry.to:
            if name not in channels:
                yield opened.mistake(("rule", number, "to"), f"no channel is named {name!r}", meant(name, channels))


def _wrong_parties(
    sources: _Opened[SourcesFile], actors: _Opened[ActorsFile], rules: _Opened[RulesFile]
) -> Iterator[Mistake]:
    """Sides and parties that are no code of actors.toml; nothing is known of them when that file cannot be read."""
    if actors.table is None:
        return
    codes = [entry.code for entry in actors.table.actor]
    for number, source in enumerate(sources.table.source if sources.table else []):
        if source.side is not None and source.side not in codes:
            problem = f"no actor has the code {source.side!r}"
            yield sources.mistake(("source", number, "side"), problem, meant(source.side, codes))
    for number, rule in enumerate(rules.table.rule if rules.table else []):
        for code in (code for parties in rule.parties for code in parties.split("+")):  # "AM+AZ" asks for both
            if code not in codes:
                problem = f"no actor has the code {code!r}"
                yield rules.mistake(("rule", number, "parties"), problem, meant(code, codes))


def _twins(opened: _Opened[Any], table: str, key: str, names: Sequence[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if (first := names.index(name)) < number:
            line = line_of(opened.lines, (table, first, key))
            yield opened.mistake((table, number, key), f"{name!r} is used twice", f"it stands in line {line} already")


# ---------------------------------------------------------------- records


def _sources(table: SourcesFile) -> tuple[Source, ...]:
    return tuple(Source(**entry.model_dump()) for entry in table.source)


def _actors(table: ActorsFile) -> tuple[ActorEntry, ...]:
    return tuple(
        ActorEntry(**{**entry.model_dump(), "aliases": tuple(entry.aliases), "loaded": tuple(entry.loaded)})
        for entry in table.actor
    )


def _rules(table: RulesFile) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            id=entry.id,
            parties=tuple(entry.parties),
            phases=tuple(Phase(phase) for phase in entry.phases),
            min_independent=entry.min_independent,
            severity=Severity(entry.severity),
            max_age_h=entry.max_age_h,
            to=tuple(entry.to),
        )
        for entry in table.rule
    )
