"""Where story text stands in the input: spotted text while cleaning, segments in the story, spans back.

All offsets are Unicode code points, half-open. A character made from markup (`&quot;`, a folded line break) stands in
no segment, because it is not verbatim in the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.records import MapSegment, Story

NOWHERE = -1
PARAGRAPH_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Spotted:
    """Text in which every character knows its place in the input (`NOWHERE` when it was added)."""

    text: str
    spots: Sequence[int]

    def cut(self, start: int, end: int | None = None) -> Spotted:
        """The part from `start` to `end`, white space at both ends left out."""
        end = len(self.text) if end is None else end
        part = self.text[start:end]
        left = start + len(part) - len(part.lstrip())
        right = max(left, start + len(part.rstrip()))
        return Spotted(self.text[left:right], self.spots[left:right])

    @property
    def start(self) -> int:
        """Place of the first character in the input; `NOWHERE` when the text is empty or its start was added."""
        return self.spots[0] if len(self.spots) else NOWHERE

    @property
    def end(self) -> int:
        """Place after the last character in the input; `NOWHERE` as for `start`."""
        return self.spots[-1] + 1 if len(self.spots) and self.spots[-1] != NOWHERE else NOWHERE


def whole(text: str) -> Spotted:
    """A plain text, in which every character stands at its own index."""
    return Spotted(text, range(len(text)))


def joined(parts: Iterable[Spotted], glue: str) -> Spotted:
    """The parts as one text with `glue` between them; the glue stands nowhere."""
    texts: list[str] = []
    spots: list[int] = []
    for part in parts:
        if texts:
            texts.append(glue)
            spots.extend([NOWHERE] * len(glue))
        texts.append(part.text)
        spots.extend(part.spots)
    return Spotted("".join(texts), spots)


def segments(body: Spotted, source: str) -> tuple[MapSegment, ...]:
    """The longest runs of `body` that stand verbatim in `source`, in text order."""
    runs: list[MapSegment] = []
    start = 0
    size = len(body.text)
    while start < size:
        end = _run_end(body, source, start)
        if end > start:
            runs.append(MapSegment(text_start=start, input_start=body.spots[start], length=end - start))
        start = max(end, start + 1)
    return tuple(runs)


def _run_end(body: Spotted, source: str, start: int) -> int:
    """Where the verbatim run that begins at `start` ends; `start` itself when the character is not verbatim."""
    text, spots, first = body.text, body.spots, body.spots[start]
    if first == NOWHERE:
        return start
    end = start
    while end < len(text) and spots[end] == first + end - start and source[spots[end]] == text[end]:
        end += 1
    return end


def to_input(story: Story, start: int, end: int) -> tuple[int, int] | None:
    """The span of the input that shows `story.text[start:end]`, or None when it cannot be shown there.

    White space at the ends is left out. A first or last character that is not verbatim (an entity, say) is reached from
    the verbatim character beside it. None means: nothing of the span is verbatim, or its parts stand out of order.
    """
    start, end = _trimmed(story.text, start, end)
    if start >= end or not story.segments:
        return None
    first = _forward(story.segments, start)
    last = _backward(story.segments, end - 1)
    if first is None or last is None or first[0] >= end or last[0] < start:
        return None
    left, right = _widened_left(story, first, start), _widened_right(story, last, end - 1) + 1
    return (left, right) if left < right else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = max(start, 0), min(end, len(text))
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _forward(runs: Sequence[MapSegment], index: int) -> tuple[int, int] | None:
    """The first verbatim character at or after `index`: its index in the text and in the input."""
    place = bisect_right(runs, index, key=lambda run: run.text_start) - 1
    if place >= 0 and index < runs[place].text_start + runs[place].length:
        return index, runs[place].input_start + index - runs[place].text_start
    return (runs[place + 1].text_start, runs[place + 1].input_start) if place + 1 < len(runs) else None


def _backward(runs: Sequence[MapSegment], index: int) -> tuple[int, int] | None:
    """The last verbatim character at or before `index`: its index in the text and in the input."""
    place = bisect_right(runs, index, key=lambda run: run.text_start) - 1
    if place < 0:
        return None
    run = runs[place]
    inside = min(index - run.text_start, run.length - 1)
    return run.text_start + inside, run.input_start + inside


def _widened_left(story: Story, found: tuple[int, int], wanted: int) -> int:
    """Where the input span begins: right after the verbatim character before it, when that stands in its paragraph."""
    before = _backward(story.segments, wanted) if found[0] > wanted else None
    if before is None or PARAGRAPH_BREAK in story.text[before[0] : wanted] or before[1] >= found[1]:
        return found[1]
    return before[1] + 1


def _widened_right(story: Story, found: tuple[int, int], wanted: int) -> int:
    """The last place of the input span, found as in `_widened_left`."""
    after = _forward(story.segments, wanted) if found[0] < wanted else None
    if after is None or PARAGRAPH_BREAK in story.text[wanted : after[0]] or after[1] <= found[1]:
        return found[1]
    return after[1] - 1
