"""What collecting makes: sources, listings, crawls, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.records.vocabulary import FailureClass


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
class Outlet:
    """Whose paper a story stands in, as far as its reader needs to know."""

    name: str
    country: str = "ZZ"  # ISO 3166-1 alpha-2 of its seat; "ZZ" when it has none or nobody knows


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
class Listing:
    """What one poll of a source gave."""

    source_id: str
    sightings: tuple[Sighting, ...]
    validators: Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailure:
    """Why a poll did not work."""

    source_id: str
    kind: FailureClass
    reason: str
    wait_s: float | None = None  # what a Retry-After asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits:
    """How much a crawl may take."""

    body_bytes: int = 10 * 1024 * 1024  # of one answer, decoded
    request_s: float = 30.0  # one request, from start to end
    redirects: int = 5
    concurrent: int = 8
    concurrent_per_host: int = 2
    gap_s: float = 1.0  # between two requests to one host, at least; its Crawl-delay may ask for more
    crawl_s: float = 1800.0  # the whole crawl
    pages_per_source: int = 200
    feed_parse_s: float = 10.0
    feed_parse_mib: int = 512
    sitemap_depth: int = 3  # indexes above one sitemap; what lies deeper is left alone
    sitemap_files: int = 20  # read for one source in one crawl, the indexes included
    sitemap_entries: int = 500  # listed by one source in one crawl, the newest
    sitemap_bytes: int = 50 * 1024 * 1024  # of one sitemap, unpacked; the protocol's own limit


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRules:
    """When a source is polled again, and how much it may send twice."""

    whole_every: int = 20  # each so many-th poll asks for the whole answer, whatever the validators say
    soft_backoff_s: float = 300.0  # after the first soft failure; doubled with each further one
    hard_backoff_s: float = 3600.0  # the same for a hard one
    longest_backoff_s: float = 6 * 3600.0
    longest_wait_s: float = 24 * 3600.0  # of a Retry-After; what asks for more gets this much
    disable_after: int = 5  # hard failures in a row
    probe_s: float = 24 * 3600.0  # between two polls of a disabled source
    silent_days: float = 7.0  # a source that works and has listed nothing new for so long is called silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What is known of a source's answer before it is asked for again; all None = ask for the whole."""

    etag: str | None = None
    last_modified: str | None = None  # verbatim
    body_sha256: str | None = None  # of the newest body that was read, lower-case hex


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl, as its child process gets it."""

    warehouse: str  # URL
    archive: str  # folder
    sources: tuple[Source, ...]
    allow: tuple[tuple[str, int], ...]  # (host, port) beyond the address policy
    user_agent: str
    limits: CrawlLimits
    poll: PollRules = PollRules()
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
    left: int = 0  # listed, and left for the next crawl by the limit of pages
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
