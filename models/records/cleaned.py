"""What cleaning makes: stories and discards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.records.vocabulary import DiscardReason, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment in UTC, how fine it is known, and the rule that chose it."""

    at: datetime
    precision: Precision
    rule: str  # e.g. "jsonld:datePublished", "wire-header", "feed"
    verbatim: str = ""  # the words or attribute value it was read from


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """The opening of an agency story: "YEREVAN, December 7 (Agency) -"."""

    place: str | None
    day: date | None
    agency: str | None
    start: int
    end: int  # in the input's text


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSegment:
    """A run of story text that stands verbatim in the input: story[text_start+i] == input[input_start+i]."""

    text_start: int
    input_start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a page or wire text says, without the furniture around it.

    `text` is the body alone (paragraphs separated by one blank line); `segments` maps it back to the decoded input,
    so that any span can be shown in the captured bytes. For a plain wire text the input is the whole decoded file.
    """

    url: str
    canonical_url: str
    source_id: str
    title: str  # "" when the input has none
    text: str
    language: str  # BCP 47
    language_score: float  # 0–1
    published: Instant | None
    modified: Instant | None = None
    candidates: tuple[Instant, ...] = ()  # every publication time found, chosen one included
    bylines: tuple[str, ...] = ()
    dateline: Dateline | None = None
    origin: str | None = None  # who wrote it, by name: agency or outlet
    carrier: str | None = None  # who passed it on, by name; None when origin published it itself
    flags: tuple[str, ...] = ()  # quality flags: "short", "future-date", "correction" …
    segments: tuple[MapSegment, ...] = ()
    text_sha256: str = ""
    signature: tuple[int, ...] = ()  # MinHash of the text, for near copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """An input that left the flow, with the reason."""

    url: str
    reason: DiscardReason
    detail: str = ""
