"""A text cut into clauses: the pieces that can carry one proposition.

Sentences end at their marks and at line ends. A sentence is cut again at a semicolon or a joining word where both
parts are long enough to say something, and between two numbers of people, so that "A freed 32 and B freed two" is two
clauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from models.records import Quantity

Span = tuple[int, int]
_SENTENCE: Final = re.compile(
    r"[^\s](?:.*?)(?:[.!?…։]+[»”\")\]]*(?=\s+[^\sa-zа-яёəıöüçşğա-ֆ]|\s*$)|:(?=$)|$)", re.MULTILINE
)
_SHORTENED: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|No|vs|U\.S|U\.N|г|гг|тыс|им|ул|т\.е|Sn|Əl)|\b\w)\.$"
)
_JOINTS: Final = re.compile(
    r";\s+|,\s+(?=(?:and|but|while|whereas|who|which|а|и|но|однако|который|которые|ve|ancak|və|isə|amma|lakin|իսկ|և"
    r"|բայց|а також|але|та)\s)"
    r"|\s+[–—]\s+"
)
_BETWEEN: Final = re.compile(
    r",?\s+(?=(?:and|while|in exchange for|in return for|а|и|в обмен на|взамен|ve|karşılığında|və|isə|əvəzində"
    r"|և|իսկ|փոխարեն|та|და)\s)"
)
_FEWEST_WORDS: Final = 4


def clauses(text: str, quantities: Sequence[Quantity]) -> tuple[Span, ...]:
    """Spans of the clauses, in order, without overlap; offsets are code points, half-open."""
    return tuple(clause for sentence in sentences(text) for clause in _cut(text, sentence, quantities))


def sentences(text: str) -> tuple[Span, ...]:
    """Spans of the sentences, in order."""
    return tuple(_joined(text, [found.span() for found in _SENTENCE.finditer(text) if found.group().strip()]))


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Join what a shortened word ("Gen.", an initial) cut apart on one line."""
    start: int | None = None
    for i, (first, last) in enumerate(spans):
        start = first if start is None else start
        more = i + 1 < len(spans) and "\n" not in text[last : spans[i + 1][0]]
        if not (more and _SHORTENED.search(text[start:last])):
            yield start, last
            start = None


def _cut(text: str, sentence: Span, quantities: Sequence[Quantity]) -> Iterator[Span]:
    start, end = sentence
    for joint in _JOINTS.finditer(text, start, end):
        if _says_something(text[start : joint.start()]) and _says_something(text[joint.end() : end]):
            yield from _between_numbers(text, (start, joint.start()), quantities)
            start = joint.end()
    yield from _between_numbers(text, (start, end), quantities)


def _between_numbers(text: str, clause: Span, quantities: Sequence[Quantity]) -> Iterator[Span]:
    start, end = clause
    inside = [q for q in quantities if start <= q.start < end]
    for before, after in pairwise(inside):
        joint = _BETWEEN.search(text, before.end, after.start)
        if joint and joint.start() > start:
            yield start, joint.start()
            start = joint.end()
    yield start, end


def _says_something(words: str) -> bool:
    return len(words.split()) >= _FEWEST_WORDS
