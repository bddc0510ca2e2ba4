"""Spans that must not overlap: of two that do, the longer one stays, then the earlier one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Span(Protocol):
    """Anything with a half-open span."""

    @property
    def start(self) -> int:
        """First code point."""

    @property
    def end(self) -> int:
        """Behind the last code point."""


SpanT = TypeVar("SpanT", bound=Span)


def apart(spans: Iterable[SpanT]) -> tuple[SpanT, ...]:
    """The spans that stay, in order of the text."""
    starts: list[int] = []
    kept: list[SpanT] = []
    for span in sorted(spans, key=lambda found: (found.start - found.end, found.start)):
        place = bisect_right(starts, span.start)
        clear_before = place == 0 or kept[place - 1].end <= span.start
        clear_after = place == len(kept) or span.end <= kept[place].start
        if clear_before and clear_after:
            starts.insert(place, span.start)
            kept.insert(place, span)
    return tuple(kept)
