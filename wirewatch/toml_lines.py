"""Where each key of a TOML text stands, so that a mistake can be shown in its line: parsers tell values only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Key = tuple[str | int, ...]  # e.g. ("source", 3, "url"): the url of the fourth [[source]]

_STRINGS_AND_COMMENTS: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.\s-]+?)\s*\]\]?\s*")
_KEY: Final = re.compile(r"\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*=")


def lines_of(text: str) -> Mapping[Key, int]:
    """The line, counted from 1, of every table and bare key of a TOML text that a parser has accepted.

    Quoted keys and what stands inside a value (elements of a list, keys of an inline table) are left out; ask
    `line_of`, which gives the line of what encloses them.
    """
    found: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, statement in _statements(text):
        if header := _HEADER.fullmatch(statement):
            table = _table(header[2], counts, is_array=header[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(statement):
            found[(*table, *_parts(key[1]))] = number
    return found


def line_of(lines: Mapping[Key, int], key: Sequence[str | int]) -> int:
    """The line of a key, or of the nearest table or key around it; 1 when none is known."""
    for end in range(len(key), 0, -1):
        if (line := lines.get(tuple(key[:end]))) is not None:
            return line
    return 1


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Every header and every first line of an entry, with its number; what continues a value is passed over."""
    depth = 0
    for number, line in enumerate(_STRINGS_AND_COMMENTS.sub(_blank, text).split("\n"), 1):
        if depth == 0 and line.strip():
            yield number, line
        if depth or not _HEADER.fullmatch(line):
            depth += sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}")


def _blank(found: re.Match[str]) -> str:
    """Nothing but the line breaks of a string or comment: brackets and equals signs in it mean nothing."""
    return "\n" * found[0].count("\n")


def _table(name: str, counts: dict[Key, int], *, is_array: bool) -> Key:
    """The key of a table, with the place of each array it stands in."""
    key: Key = ()
    parts = _parts(name)
    for depth, part in enumerate(parts, 1):
        key = (*key, part)
        if is_array and depth == len(parts):
            counts[key] = counts.get(key, 0) + 1
        if key in counts:
            key = (*key, counts[key] - 1)
    return key


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in name.split("."))
