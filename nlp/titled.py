"""People named behind their office, and every place where the same name stands again.

"President Taras Boyko", "the president of Velmoria, Taras Boyko", "Президент Тарас Бойко": from there on "Boyko" is the
president. The names are on no list; what makes them out is the office before them and how names are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.inflection import Word
from nlp.parties import is_name_word, same_name

Span = tuple[int, int]
OFFICES: Final = frozenset(
    {
        "president",
        "prime minister",
        "vice-president",
        "leader",
        "ombudsman",
        "delegation head",
        "envoy",
        "ambassador",
        "prosecutor",
        "governor",
    }
)
_SPACE: Final = re.compile(r"[ \u00a0]+")
_COMMA: Final = re.compile(r",[ \u00a0]+")
_FEWEST: Final = {_SPACE: 1, _COMMA: 2}  # words: behind a comma a single capital may be anything
_MOST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """One person: where the office ends that names them, and the spans of the name, in order."""

    office_end: int
    spans: tuple[Span, ...]


def titled(text: str, words: Sequence[Word], offices: Sequence[Span]) -> Iterator[Titled]:
    """The people named behind offices.

    Args:
        text: any text.
        words: its words outside all that a list knows.
        offices: spans of mentions of offices that one person holds.
    """
    found: list[tuple[Word, ...]] = []
    for _, end in offices:
        name = _behind(text, words, end)
        if name and not any(same_name(name[-1].folded, other[-1].folded) for other in found):
            found.append(name)
            yield Titled(office_end=end, spans=tuple(_again(text, words, name)))


def _behind(text: str, words: Sequence[Word], end: int) -> tuple[Word, ...]:
    for gap, fewest in _FEWEST.items():
        joint = gap.match(text, end)
        if joint:
            name = _run(text, words, joint.end())
            return name if len(name) >= fewest else ()
    return ()


def _run(text: str, words: Sequence[Word], start: int) -> tuple[Word, ...]:
    """Capitalised words in a row from a place on."""
    run: list[Word] = []
    for word in words:
        if word.start < start:
            continue
        joins = _SPACE.fullmatch(text, run[-1].end, word.start) if run else word.start == start
        if not joins or not is_name_word(word) or len(run) == _MOST:
            break
        run.append(word)
    return tuple(run)


def _again(text: str, words: Sequence[Word], name: Sequence[Word]) -> Iterator[Span]:
    """Every place of the surname, with the given names before it where they stand there."""
    for place, word in enumerate(words):
        if not word.text[:1].isupper() or not same_name(word.folded, name[-1].folded):
            continue
        first = place
        for given in reversed(name[:-1]):
            before = words[first - 1] if first else None
            if (
                before is None
                or not same_name(before.folded, given.folded)
                or not _SPACE.fullmatch(text, before.end, words[first].start)
            ):
                break
            first -= 1
        yield words[first].start, word.end
