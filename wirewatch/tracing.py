"""TRACE: from a leg of an exchange to the characters in the captured bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.decoding import decode
from cleaning.offsets import to_input
from cleaning.record import RECORD_TYPE, record_text
from models import trace
from models.records import MapSegment, Page, Story
from models.trace import Trail
from spiders import archive
from wirewatch.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A trail followed to its end: the same words in the captured input."""

    trail: Trail
    input_start: int | None  # code points into the decoded input; None when the span cannot be mapped back
    input_end: int | None
    input_words: str  # what stands there; empty when it cannot be mapped back


def follow(desk: Desk, slug: str, *, slot: str | None = None) -> tuple[Opened, ...]:
    """Follow every claim behind an exchange's cells, or behind those of one slot, to the captured bytes.

    Raises:
        WarehouseError: there is no such exchange.
        FetchError: the bytes are lost or changed.
    """
    with desk.warehouse.read() as connection:
        found = trace.trails(connection, slug, slot=slot)
    return tuple(_open(desk, trail) for trail in found)


def _open(desk: Desk, trail: Trail) -> Opened:
    body = archive.read(desk.settings.archive, trail.place)
    text = record_text(body) if trail.content_type == RECORD_TYPE else decode(_page(trail, body))
    span = to_input(_mapped(trail.segments, trail), trail.span_start, trail.span_end)
    if span is None:
        return Opened(trail=trail, input_start=None, input_end=None, input_words="")
    return Opened(trail=trail, input_start=span[0], input_end=span[1], input_words=text[span[0] : span[1]])


def _page(trail: Trail, body: bytes) -> Page:
    return Page(
        url=trail.url,
        final_url=trail.url,
        source_id="",
        fetched_at=trail.fetched_at,
        status=200,
        content_type=trail.content_type,
        body=body,
    )


def _mapped(segments: Sequence[MapSegment], trail: Trail) -> Story:
    """A story with just what the offset map needs: the stored text."""
    return Story(
        url=trail.url,
        canonical_url=trail.url,
        source_id="",
        title="",
        text=trail.text,
        language="und",
        language_score=0.0,
        published=None,
        segments=tuple(segments),
    )
