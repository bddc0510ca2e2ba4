"""A story's text cut where findings begin and end, so that each stretch knows every finding that covers it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from models.read_story import ReadStory

_GAP: Final = re.compile(r"\n[^\S\n]*\n\s*")  # between two paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A finding as it is marked in the text."""

    key: str  # claim-3, stance-0, loaded-1
    start: int
    end: int
    style: str  # classes of the mark
    label: str  # what stands behind it, as a link to its row; "" for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text that the same findings cover from its first character to its last."""

    text: str
    marks: tuple[Marked, ...]
    anchor: str  # at-<offset> where a finding begins; "" elsewhere
    ends: tuple[Marked, ...]  # that end with this piece

    @property
    def keys(self) -> str:
        """The findings that cover it."""
        return " ".join(mark.key for mark in self.marks)

    @property
    def styles(self) -> str:
        """Their classes, each once."""
        return " ".join(dict.fromkeys(word for mark in self.marks for word in mark.style.split()))


def marks_of(read: ReadStory) -> tuple[Marked, ...]:
    """Every claim, stance and loaded wording of a story."""
    claims = [
        Marked(key=f"claim-{n}", start=c.start, end=c.end, style=f"claim {c.type.value}", label=str(n + 1))
        for n, c in enumerate(read.claims)
    ]
    stances = [
        Marked(key=f"stance-{n}", start=s.start, end=s.end, style=f"stance {s.label.value}", label=f"s{n + 1}")
        for n, s in enumerate(read.stances)
    ]
    loaded = [
        Marked(key=f"loaded-{n}", start=w.start, end=w.end, style="loaded", label="") for n, w in enumerate(read.loaded)
    ]
    return (*claims, *stances, *loaded)


def paragraphs(text: str, marks: Sequence[Marked]) -> tuple[tuple[Piece, ...], ...]:
    """The text paragraph by paragraph, each as pieces; together they are the text but for the gaps between them."""
    return tuple(tuple(_pieces(text, start, end, marks)) for start, end in _stretches(text))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _GAP.finditer(text):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < len(text):
        yield start, len(text)


def _pieces(text: str, start: int, end: int, marks: Sequence[Marked]) -> Iterator[Piece]:
    here = [mark for mark in marks if mark.start < end and mark.end > start]
    inside = {place for mark in here for place in (mark.start, mark.end) if start < place < end}
    cuts = sorted({start, end} | inside)
    for left, right in pairwise(cuts):
        covering = tuple(mark for mark in here if mark.start <= left and mark.end >= right)
        begins = any(mark.start == left for mark in covering)
        yield Piece(
            text=text[left:right],
            marks=covering,
            anchor=f"at-{left}" if begins else "",
            ends=tuple(mark for mark in covering if _ends_in(mark, text, right, end)),
        )


def _ends_in(mark: Marked, text: str, right: int, end: int) -> bool:
    """Whether a finding ends with the piece that ends at `right`; what lies in a gap behind it does not count."""
    return mark.end == right or (right == end < mark.end and not text[end : mark.end].strip())
