"""The spider: the feeds of the given sources, then the pages behind them that are not known yet."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from models.errors import FetchError
from models.failpoints import fail_point
from models.records import CrawlJob, CrawlStats, Page, Sighting, Source, SourceOutcome
from spiders.archive import ArchiveWriter, Exchanged, placed
from spiders.feeds import Feed, FeedItem, read_feed
from spiders.middlewares import RAW_HEADERS, header_pairs

_GROUP: Final = 16  # pages made safe by one fsync and one commit
_MOVED_BY_DECODING: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_log = logging.getLogger(__name__)


class Recorder(Protocol):
    """Where captures and sightings are remembered."""

    def known(self, source_id: str, urls: tuple[str, ...]) -> frozenset[str]:
        """Those of the addresses that were captured whole before."""
        ...

    def seen(self, sightings: tuple[Sighting, ...]) -> None:
        """Remember listings."""
        ...

    def captured(self, pages: tuple[Page, ...]) -> None:
        """Remember pages whose bytes are safe."""
        ...


@dataclass(slots=True)
class _Tally:
    """Counts of one source while the crawl goes on."""

    polled: bool = False
    listed: int = 0
    known: int = 0
    captured: int = 0
    refused: int = 0
    failed: int = 0
    error: str = ""


class WireSpider(scrapy.Spider):
    """Polls feeds and captures the pages behind them."""

    name = "wire"

    def __init__(self, job: CrawlJob, recorder: Recorder, **arguments: Any) -> None:
        """`job` says what to crawl, `recorder` remembers what came."""
        super().__init__(**arguments)
        self.job = job
        self.recorder = recorder
        self.tallies = {source.id: _Tally() for source in job.sources}
        self.writer = ArchiveWriter(Path(job.archive), at=datetime.now(UTC))
        self.unsafe: list[Page] = []

    async def start(self) -> AsyncIterator[Any]:
        """One request per source."""
        for source in self.job.sources:
            fail_point("collect.before_request")
            yield scrapy.Request(
                source.url,
                callback=self.parse_feed,
                errback=self.feed_failed,
                cb_kwargs={"source": source},
                dont_filter=True,
                priority=10,
            )

    async def parse_feed(self, response: Response, source: Source) -> AsyncIterator[scrapy.Request]:
        """The pages behind a feed that are not known yet."""
        tally = self.tallies[source.id]
        if response.status != HTTPStatus.OK:
            tally.error = f"HTTP {response.status}"
            return
        try:
            feed = await self._read(response)
        except FetchError as error:
            tally.error = str(error)
            return
        tally.polled = True
        for item in self._fresh(source, feed):
            yield scrapy.Request(
                item.url,
                callback=self.parse_page,
                errback=self.page_failed,
                cb_kwargs={"source": source},
                dont_filter=True,
            )

    async def _read(self, response: Response) -> Feed:
        reading = deferToThread(read_feed, response.body, base=response.url, limits=self.job.limits)
        feed: Feed = await maybe_deferred_to_future(reading)
        return feed

    def _fresh(self, source: Source, feed: Feed) -> list[FeedItem]:
        """Remember what is listed; gives what is not known, as much as the limit allows."""
        tally = self.tallies[source.id]
        known = self.recorder.known(source.id, tuple(item.url for item in feed.items))
        seen_at = datetime.now(UTC)
        self.recorder.seen(tuple(_sighting(source, item, seen_at) for item in feed.items))
        tally.listed = len(feed.items)
        tally.known = len(known)
        return [item for item in feed.items if item.url not in known][: self.job.limits.pages_per_source]

    def parse_page(self, response: Response, source: Source) -> None:
        """Keep a page's bytes."""
        tally = self.tallies[source.id]
        if response.status != HTTPStatus.OK:
            tally.failed += 1
            _tell(source, response.url, f"HTTP {response.status}")
            return
        at = datetime.now(UTC)
        asked = str(response.request.meta.get("redirect_urls", [response.url])[0]) if response.request else response.url
        place = self.writer.append_exchange(_exchanged(response, at))
        page = Page(
            url=asked,
            final_url=response.url,
            source_id=source.id,
            fetched_at=at,
            status=response.status,
            content_type=_header(response, "Content-Type"),
            body=response.body,
        )
        self.unsafe.append(placed(page, place))
        tally.captured += 1
        if len(self.unsafe) >= _GROUP:
            self.make_safe()

    def make_safe(self) -> None:
        """Sync the archive, then commit the index of what it holds: never the other way round."""
        if not self.unsafe:
            return
        self.writer.sync()
        fail_point("collect.before_commit")
        self.recorder.captured(tuple(self.unsafe))
        fail_point("collect.after_commit")
        self.unsafe.clear()

    def feed_failed(self, failure: Failure) -> None:
        """Remember why a source could not be polled."""
        source: Source = _request_of(failure).cb_kwargs["source"]
        self.tallies[source.id].error = _cause(failure)

    def page_failed(self, failure: Failure) -> None:
        """Count a page that did not come."""
        source: Source = _request_of(failure).cb_kwargs["source"]
        tally = self.tallies[source.id]
        if isinstance(failure.value, IgnoreRequest):
            tally.refused += 1
        else:
            tally.failed += 1
        _tell(source, _request_of(failure).url, _cause(failure))

    def closed(self, reason: str) -> None:
        """Make the rest safe; Scrapy calls this at the end."""
        self.make_safe()
        self.writer.close()
        self.finish_reason = reason

    def stats(self, *, exceptions: int) -> CrawlStats:
        """How it went."""
        outcomes = tuple(
            SourceOutcome(
                source_id=source_id,
                polled=tally.polled,
                listed=tally.listed,
                known=tally.known,
                captured=tally.captured,
                refused=tally.refused,
                failed=tally.failed,
                error=tally.error or ("" if tally.polled else "never answered"),
            )
            for source_id, tally in self.tallies.items()
        )
        return CrawlStats(
            finished=getattr(self, "finish_reason", "never closed"), exceptions=exceptions, outcomes=outcomes
        )


def _tell(source: Source, url: str, why: str) -> None:
    _log.warning("page failed", extra={"source": source.id, "url": url, "error": why})


def _sighting(source: Source, item: FeedItem, seen_at: datetime) -> Sighting:
    return Sighting(
        source_id=source.id,
        url=item.url,
        position=item.position,
        title=item.title,
        published_text=item.published_text,
        published_at=item.published_at,
        seen_at=seen_at,
    )


def _exchanged(response: Response, at: datetime) -> Exchanged:
    request = response.request
    if request is None:
        raise FetchError(response.url, "came without a request", hint="")
    path = response.url.split("/", 3)[3] if response.url.count("/") > 2 else ""  # noqa: PLR2004 - scheme://host/path
    raw = request.meta.get(RAW_HEADERS) or header_pairs(response.headers)
    return Exchanged(
        url=response.url,
        at=at,
        request_line=f"{request.method} /{path} HTTP/1.1",
        request_headers=header_pairs(request.headers),
        status_line=f"{response.status} {HTTPStatus(response.status).phrase}",
        response_headers=[_as_stored(name, value) for name, value in raw],
        body=response.body,
    )


def _as_stored(name: str, value: str) -> tuple[str, str]:
    """The body is stored decoded, so headers that speak of its coding step aside (the usual archive prefix)."""
    return (f"X-Archive-Orig-{name}", value) if name.lower() in _MOVED_BY_DECODING else (name, value)


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""


def _request_of(failure: Failure) -> scrapy.Request:
    request: scrapy.Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it to Twisted's failures
    return request


def _cause(failure: Failure) -> str:
    words = str(failure.value) or type(failure.value).__name__
    return " ".join(words.split())[:300]
