"""The tables of wirewatch.toml: every setting with its default, unit and meaning. The file may be absent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.records import CrawlLimits, PollRules
from wirewatch.field_types import (
    Id,
    Name,
    QuietTime,
    Reference,
    Table,
    WarehouseUrl,
    WebAddress,
    WebAddressOrReference,
    limit,
)

_CRAWL = CrawlLimits()
_POLL = PollRules()


class WarehouseTable(Table):
    """Where the warehouse is."""

    url: WarehouseUrl = Field(
        default="",
        description="sqlite:///FILE or postgresql+psycopg://…, or env:NAME or file:PATH when it holds a password; "
        "left out: warehouse.db in `var`",
    )
    analyst: WarehouseUrl = Field(
        default="",
        description="what `wirewatch sql` asks when `url` is PostgreSQL: the same warehouse under a login of "
        "`wirewatch db grant`, or env:NAME or file:PATH; left out: `url`",
    )


class PagesTable(Table):
    """Where the pages are."""

    url: WebAddress = Field(default="http://127.0.0.1:8080", description="what links in messages begin with")


class CrawlTable(Table):
    """Limits of a crawl."""

    body_bytes: int = limit(_CRAWL.body_bytes, "bytes", "of one answer, decoded", above=0)
    request_s: float = limit(_CRAWL.request_s, "s", "one request, from start to end", above=0)
    redirects: int = limit(_CRAWL.redirects, "hops", "followed for one request", least=0)
    concurrent: int = limit(_CRAWL.concurrent, "requests", "at once, to all hosts", above=0)
    concurrent_per_host: int = limit(_CRAWL.concurrent_per_host, "requests", "at once, to one host", above=0)
    gap_s: float = limit(_CRAWL.gap_s, "s", "between two requests to one host", least=0)
    crawl_s: float = limit(_CRAWL.crawl_s, "s", "the whole crawl", above=0)
    pages_per_source: int = limit(_CRAWL.pages_per_source, "pages", "captured of one source in one crawl", above=0)
    feed_parse_s: float = limit(_CRAWL.feed_parse_s, "s", "reading one feed", above=0)
    feed_parse_mib: int = limit(_CRAWL.feed_parse_mib, "MiB", "memory of the process that reads a feed", above=0)
    sitemap_depth: int = limit(_CRAWL.sitemap_depth, "indexes", "followed down from a source's address", least=0)
    sitemap_files: int = limit(_CRAWL.sitemap_files, "files", "read for one source in one crawl", above=0)
    sitemap_entries: int = limit(_CRAWL.sitemap_entries, "addresses", "listed by one source, the newest", above=0)
    sitemap_bytes: int = limit(_CRAWL.sitemap_bytes, "bytes", "of one sitemap, unpacked", above=0)


class PollTable(Table):
    """When sources are polled again."""

    whole_every: int = limit(_POLL.whole_every, "polls", "until one asks for the whole answer, changed or not", above=0)
    soft_backoff_s: float = limit(_POLL.soft_backoff_s, "s", "after a 5xx, time-out or reset; doubles", above=0)
    hard_backoff_s: float = limit(
        _POLL.hard_backoff_s, "s", "after a 404, refusal or unreadable answer; doubles", above=0
    )
    longest_backoff_s: float = limit(_POLL.longest_backoff_s, "s", "the most that either doubles to", above=0)
    longest_wait_s: float = limit(_POLL.longest_wait_s, "s", "of what a Retry-After may ask for", above=0)
    disable_after: int = limit(
        _POLL.disable_after, "failures", "hard ones, until a source is left to the probe", above=0
    )
    probe_s: float = limit(_POLL.probe_s, "s", "between two polls of such a source", above=0)
    silent_days: float = limit(_POLL.silent_days, "days", "without anything new, until a source is silent", above=0)


class LimitsTable(Table):
    """Limits of the other steps."""

    lease_s: int = limit(300, "s", "an item may be worked on before another worker takes it", above=0)
    attempts: int = limit(3, "tries", "of an item, before it is put into quarantine", above=0)
    batch: int = limit(16, "items", "claimed at once", above=0)
    page_s: float = limit(10.0, "s", "cleaning one page", above=0)
    page_mib: int = limit(512, "MiB", "memory of the process that cleans", above=0)
    group_s: float = limit(
        180.0, "s", "after the last news of a thread, in which more of it waits and becomes one event; 0: none", least=0
    )


class LogTable(Table):
    """The log below `var`."""

    days: int = limit(14, "days", "of log files that are kept", above=0)


class TagTable(Table):
    """Whose models tag; left out, the shipped one does."""

    folder: str = Field(default="", description="a model folder with a manifest instead of the shipped model")
    judge: str = Field(
        default="",
        description="a Hub id or local folder of a sequence classifier that decides whether a story reports an "
        "exchange; needs `./run torch`",
    )
    label: Name = Field(default="exchange", description="the judge's label that means yes")
    revision: Name = Field(default="main", description="of a judge from the Hub; pin a commit")


class DigestTable(Table):
    """The digest of a day or a week."""

    to: list[Id] = Field(default=[], description="channels that are told it; left out: every channel")
    heartbeat: bool = Field(default=True, description="tell that there is nothing new, too")


class OperatorTable(Table):
    """Who is told of a scheduled run that failed or is missing."""

    channel: str = Field(
        default="", description="one of `[channel.NAME]`; left out: lines are appended to operator.jsonl in `var`"
    )
    daily_h: float = limit(6.0, "h", "after the start of a UTC day without its daily run, that is a fault", above=0)


class UpkeepTable(Table):
    """What upkeep removes; 0 days = never. A capture that became a story is never removed."""

    runs_days: int = limit(400, "days", "after which the log of a run that captured nothing goes", least=0)
    sightings_days: int = limit(400, "days", "after which a listing that no poll has shown goes", least=0)
    discarded_days: int = limit(0, "days", "after which a capture that did not become a story goes", least=0)
    verify_sample: int = limit(200, "captures", "re-read and compared at each upkeep", least=0)


class ChannelTable(Table):
    """What every channel has."""

    quiet: QuietTime = ""
    quiet_urgent: bool = False


class FileChannelTable(ChannelTable):
    """Alerts appended to a file below `var`."""

    kind: Literal["file"]
    path: Name


class AtomChannelTable(ChannelTable):
    """A feed of the alerts, kept as a file below `var`."""

    kind: Literal["atom"]
    path: Name


class WebhookTable(ChannelTable):
    """Alerts posted to an address, signed."""

    kind: Literal["webhook"]
    url: WebAddressOrReference
    secret: Reference


class AppriseTable(ChannelTable):
    """Alerts sent through a service of Apprise."""

    kind: Literal["apprise"]
    url: Reference


AnyChannelTable = Annotated[
    FileChannelTable | AtomChannelTable | WebhookTable | AppriseTable, Field(discriminator="kind")
]


class MainFile(Table):
    """wirewatch.toml."""

    contact: str = Field(default="", description="address or page that stands in our user agent")
    var: Name = Field(default="var", description="folder for everything a run writes")
    watch: Name = Field(default="watch", description="folder of sources.toml, actors.toml, rules.toml")
    warehouse: WarehouseTable = WarehouseTable()
    pages: PagesTable = PagesTable()
    crawl: CrawlTable = CrawlTable()
    poll: PollTable = PollTable()
    limits: LimitsTable = LimitsTable()
    log: LogTable = LogTable()
    tag: TagTable = TagTable()
    digest: DigestTable = DigestTable()
    operator: OperatorTable = OperatorTable()
    upkeep: UpkeepTable = UpkeepTable()
    channel: dict[Id, AnyChannelTable] = Field(
        default={"duty-file": FileChannelTable(kind="file", path="alerts.jsonl")},
        description="ways to tell somebody, by name",
    )
