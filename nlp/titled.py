"""People named behind their office, and every place where the same name stands again.

"President Taras Boyko", "the president of Velmoria, Taras Boyko", "Президент Тарас Бойко": from there on "Boyko" is the
president. The names are on no list; what makes them out is the office before them and how names are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.inflection import Word, words_of
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
_SAYING: Final = 4  # letters from which on a word is small wherever capitals mean something


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """One person: where the office ends that names them, and the spans of the name, in order."""

    office_end: int
    spans: tuple[Span, ...]


def titled(text: str, words: Sequence[Word], offices: Sequence[Span]) -> Iterator[Titled]:
    """The people named behind offices; no two spans of all of them overlap.

    A line in which every longer word has a capital, as headlines are often written, names nobody: there "President
    Meets" looks like "President Boyko". Nor is a word a name that stands small elsewhere in the text.

    Args:
        text: any text.
        words: its words outside all that a list knows and outside the offices.
        offices: spans of mentions of offices that one person holds.
    """
    small = {word.folded for word in words_of(text) if word.text[:1].islower()}
    found: list[tuple[Word, ...]] = []
    taken: list[Span] = []
    for start, end in offices:
        name = () if _is_capitalised(text, start) else _behind(text, words, end)
        known = any(same_name(name[-1].folded, other[-1].folded) for other in found) if name else True
        if known or any(word.folded in small for word in name):
            continue
        found.append(name)
        spans = tuple(span for span in _again(text, words, name) if not _meets(span, taken))
        taken.extend(spans)
        yield Titled(office_end=end, spans=spans)


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _is_capitalised(text: str, place: int) -> bool:
    """Whether the line of a place has no longer word that is small."""
    first, last = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    line = words_of(text[first : last if last >= 0 else len(text)])
    return not any(word.text[0].islower() and len(word.text) >= _SAYING for word in line)


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
