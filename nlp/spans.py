"""Spans out of token tags: where a channel's words begin and end, on whole words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from nlp.encoder import Floats, Reading
from nlp.heads import BEGIN, INSIDE, OUTSIDE

_EDGES: Final = re.compile(r"^[\s,.;:–—\-«»\"“”„]+|[\s,;:–—\-«\"“„]+$")
_WORD: Final = re.compile(r"[\w’'ʼ-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A marked span; the score is the mean probability that its tokens belong to it."""

    start: int
    end: int
    score: float


def marked(reading: Reading, channel: str, *, at_least: float = 0.5) -> tuple[Marked, ...]:
    """The spans of a channel, in order, each on one line; each token in it is more likely in than out."""
    tags = reading.channel(channel)
    found = []
    for first, last in _on_one_line(reading, _runs(tags, at_least)):
        span = trimmed(
            reading.text, *_whole_words(reading.text, reading.offsets[first][0], reading.offsets[last - 1][1])
        )
        if span[1] > span[0]:
            score = float(np.mean(1 - tags[first:last, OUTSIDE]))
            found.append(Marked(start=span[0], end=span[1], score=score))
    return tuple(found)


def _on_one_line(reading: Reading, runs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of tokens, cut where a new line begins: a token takes in the space before it."""
    for first, last in runs:
        opening = [i for i in range(first + 1, last) if "\n" in reading.text[slice(*reading.offsets[i])]]
        yield from pairwise([first, *opening, last])


def _runs(tags: Floats, at_least: float) -> Iterator[tuple[int, int]]:
    """Runs of tokens that are in; a token that rather begins than continues opens a new run."""
    first: int | None = None
    inside = 1 - tags[:, OUTSIDE] >= at_least
    for i, is_in in enumerate(inside):
        begins = bool(tags[i, BEGIN] > tags[i, INSIDE])
        if first is not None and (not is_in or (begins and i > first + 1)):
            yield first, i
            first = None
        if is_in and first is None:
            first = i
    if first is not None:
        yield first, len(inside)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and end > start and _WORD.match(text[start]) and _WORD.match(text[start - 1]):
        start -= 1
    while end < len(text) and _WORD.match(text[end - 1]) and _WORD.match(text[end]):
        end += 1
    return start, end


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the spaces and marks around its words; empty when it holds no word."""
    while end > start and (found := _EDGES.search(text[start:end])):
        if found.start() == 0:
            start += found.end()
        else:
            end = start + found.start()
    return start, end


def overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters that two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
