"""What collecting makes: sources, listings, crawls, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that is polled, as an entry of `watch/sources.toml` declares it."""

    id: str
    outlet: str  # the name a reader would know, e.g. "MENAFN"
    kind: str  # rss | atom | rdf | json | sitemap
    url: str
    language: str  # BCP 47
    country: str  # ISO 3166-1 alpha-2 of the outlet's seat; "ZZ" for an international body
    owner: str  # owner group: two outlets of one owner are not independent
    role: str  # outlet | agency | official | humanitarian | syndicator
    side: str | None = None  # party code it is aligned with; None = without a side
    verified: bool = False  # collected only when true (or after `wirewatch source test` passed)
    flash: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One listing of an address in one poll of a source."""

    source_id: str
    url: str
    position: int  # 0 = first in the feed
    title: str
    published_text: str  # verbatim, "" when the feed gives none
    published_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits:
    """How much a crawl may take."""

    body_bytes: int = 10 * 1024 * 1024  # of one answer, decoded
    request_s: float = 30.0  # one request, from start to end
    redirects: int = 5
    concurrent: int = 8
    concurrent_per_host: int = 2
    gap_s: float = 1.0  # between two requests to one host
    crawl_s: float = 1800.0  # the whole crawl
    pages_per_source: int = 200
    feed_parse_s: float = 10.0
    feed_parse_mib: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl, as its child process gets it."""

    warehouse: str  # URL
    archive: str  # folder
    sources: tuple[Source, ...]
    allow: tuple[tuple[str, int], ...]  # (host, port) beyond the address policy
    user_agent: str
    limits: CrawlLimits
    run_id: int | None = None
    day: date | None = None  # backfill: only sitemaps, and of these only what is dated that day, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """How one source fared in a crawl."""

    source_id: str
    polled: bool  # its feed came and could be read
    listed: int = 0  # addresses in the feed
    known: int = 0  # of these, captured before
    captured: int = 0
    refused: int = 0  # by robots.txt or the address policy
    failed: int = 0
    error: str = ""  # why the poll failed, "" when it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlStats:
    """How a crawl went, by its own word; the child's exit code says nothing."""

    finished: str  # Scrapy's finish reason
    exceptions: int  # raised in our own code
    outcomes: tuple[SourceOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where the bytes lie: one gzip member of one WARC file."""

    file: str  # relative to the archive folder
    offset: int  # bytes
    length: int  # bytes
    sha256: str  # of the payload, lower-case hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A captured answer: exactly the bytes that came, and where they came from."""

    url: str  # as asked for
    final_url: str  # after redirects
    source_id: str
    fetched_at: datetime
    status: int  # HTTP status; 200 for a plain file
    content_type: str  # as declared, "" when absent
    body: bytes
    place: WarcPlace | None = None
    sighting: Sighting | None = None  # the freshest listing that led here
