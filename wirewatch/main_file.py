"""The tables of wirewatch.toml: every setting with its default, unit and meaning. The file may be absent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.records import CrawlLimits
from wirewatch.field_types import Id, Name, Reference, Table, WarehouseUrl, WebAddress, WebAddressOrReference, limit

_CRAWL = CrawlLimits()


class WarehouseTable(Table):
    """Where the warehouse is."""

    url: WarehouseUrl = Field(
        default="",
        description="sqlite:///FILE or postgresql+psycopg://…, or env:NAME or file:PATH when it holds a password; "
        "left out: warehouse.db in `var`",
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


class LimitsTable(Table):
    """Limits of the other steps."""

    lease_s: int = limit(300, "s", "an item may be worked on before another worker takes it", above=0)
    attempts: int = limit(3, "tries", "of an item, before it is put into quarantine", above=0)
    batch: int = limit(16, "items", "claimed at once", above=0)
    page_s: float = limit(10.0, "s", "cleaning one page", above=0)
    page_mib: int = limit(512, "MiB", "memory of the process that cleans", above=0)


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


class OperatorTable(Table):
    """Who is told of a scheduled run that failed or is missing."""

    channel: str = Field(
        default="", description="one of `[channel.NAME]`; left out: lines are appended to operator.jsonl in `var`"
    )
    daily_h: float = limit(6.0, "h", "after the start of a UTC day without its daily run, `doctor` says so", above=0)


class UpkeepTable(Table):
    """What upkeep removes; 0 days = never. A capture that became a story is never removed."""

    runs_days: int = limit(400, "days", "after which the log of a run that captured nothing goes", least=0)
    sightings_days: int = limit(400, "days", "after which a listing that no poll has shown goes", least=0)
    discarded_days: int = limit(0, "days", "after which a capture that did not become a story goes", least=0)
    verify_sample: int = limit(200, "captures", "re-read and compared at each upkeep", least=0)


class FileChannelTable(Table):
    """Alerts appended to a file below `var`."""

    kind: Literal["file"]
    path: Name


class WebhookTable(Table):
    """Alerts posted to an address, signed."""

    kind: Literal["webhook"]
    url: WebAddressOrReference
    secret: Reference


ChannelTable = Annotated[FileChannelTable | WebhookTable, Field(discriminator="kind")]


class MainFile(Table):
    """wirewatch.toml."""

    contact: str = Field(default="", description="address or page that stands in our user agent")
    var: Name = Field(default="var", description="folder for everything a run writes")
    watch: Name = Field(default="watch", description="folder of sources.toml, actors.toml, rules.toml")
    warehouse: WarehouseTable = WarehouseTable()
    pages: PagesTable = PagesTable()
    crawl: CrawlTable = CrawlTable()
    limits: LimitsTable = LimitsTable()
    tag: TagTable = TagTable()
    operator: OperatorTable = OperatorTable()
    upkeep: UpkeepTable = UpkeepTable()
    channel: dict[Id, ChannelTable] = Field(
        default={"duty-file": FileChannelTable(kind="file", path="alerts.jsonl")},
        description="ways to tell somebody, by name",
    )
