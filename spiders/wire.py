"""The spider: what the given sources list, then the pages behind it that are not known yet."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from models.errors import FetchError
from models.failpoints import fail_point
from models.records import (
    CrawlJob,
    CrawlStats,
    FailureClass,
    Listing,
    PollFailure,
    Sighting,
    Source,
    SourceOutcome,
    Validators,
)
from spiders import conditional
from spiders.failures import of_error, wait_of
from spiders.feeds import FeedItem, read_feed
from spiders.keeping import Keeper
from spiders.middlewares import header, host_of
from spiders.recorder import Recorder
from spiders.sitemaps import SitemapWalk, read_sitemap

_LISTINGS_FIRST: Final = 10  # their priority; pages have 0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tally:
    """Counts of one source while the crawl goes on."""

    polled: bool = False
    listed: int = 0
    known: int = 0
    captured: int = 0
    refused: int = 0
    failed: int = 0
    left: int = 0
    error: str = ""


class WireSpider(scrapy.Spider):
    """Polls sources and captures the pages behind them."""

    name = "wire"

    def __init__(self, job: CrawlJob, recorder: Recorder, **arguments: Any) -> None:
        """`job` says what to crawl, `recorder` remembers what came."""
        super().__init__(**arguments)
        self.job = job
        self.recorder = recorder
        self.sources = [one for one in job.sources if job.day is None or one.kind == "sitemap"]
        self.tallies = {source.id: _Tally() for source in self.sources}
        self.keeper = Keeper(Path(job.archive), recorder)

    # ---------------------------------------------------------------- what is listed

    async def start(self) -> AsyncIterator[Any]:
        """One request per source; for a backfill without conditions, for another day's answer is no answer."""
        for source in self.sources:
            fail_point("collect.before_request")
            known = Validators() if self.job.day else self.recorder.validators(source.id)
            yield scrapy.Request(
                source.url,
                headers=conditional.conditions(known),
                callback=self.parse_source,
                errback=self.source_failed,
                cb_kwargs={"source": source, "known": known},
                dont_filter=True,
                priority=_LISTINGS_FIRST,
            )

    async def parse_source(self, response: Response, source: Source, known: Validators) -> AsyncIterator[Any]:
        """The pages behind a source, or the sitemaps behind its index."""
        self.heed(response)
        newest = conditional.validators(response)
        failure = conditional.failure(source, response, known)
        same = conditional.unchanged(response, known, newest)
        if failure:
            self.fail(failure)
        elif same:
            for request in self._listed_still(source, self.recorder.unchanged(source.id, same, newest)):
                yield request
        elif source.kind == "sitemap":
            walk = SitemapWalk(url=source.url, limits=self.job.limits, day=self.job.day)
            for request in await self._walked(response, source, walk, depth=0, newest=newest):
                yield request
        else:
            for request in await self._feed(response, source, newest):
                yield request

    async def _feed(self, response: Response, source: Source, newest: Validators) -> Iterable[scrapy.Request]:
        try:
            feed = await _aside(read_feed, response.body, base=response.url, limits=self.job.limits)
        except FetchError as error:
            self.fail(of_error(source.id, error))
            return ()
        return self._listed(source, feed.items, newest)

    async def parse_sitemap(
        self, response: Response, source: Source, walk: SitemapWalk, depth: int, newest: Validators
    ) -> AsyncIterator[Any]:
        """A sitemap behind an index; one that cannot be had leaves the others."""
        self.heed(response)
        failure = conditional.failure(source, response, Validators())
        if failure:
            walk.fail(response.url, failure)
            following = self._following(source, walk, newest)
        else:
            following = await self._walked(response, source, walk, depth=depth, newest=newest)
        for request in following:
            yield request

    async def _walked(
        self, response: Response, source: Source, walk: SitemapWalk, *, depth: int, newest: Validators
    ) -> Iterable[scrapy.Request]:
        """Read one sitemap of a walk; gives what to ask for next."""
        limits, day = self.job.limits, self.job.day
        try:
            sitemap = await _aside(read_sitemap, response.body, base=response.url, limits=limits, day=day)
        except FetchError as error:
            failure = of_error(source.id, error)
            if depth == 0:
                self.fail(failure)
                return ()
            walk.fail(response.url, failure)
        else:
            walk.take(sitemap, depth=depth)
        return self._following(source, walk, newest)

    def _following(self, source: Source, walk: SitemapWalk, newest: Validators) -> Iterable[scrapy.Request]:
        """The next sitemap of a walk, or at its end the pages that it found."""
        ahead = walk.following()
        if ahead:
            url, depth = ahead
            again = {"source": source, "walk": walk, "depth": depth, "newest": newest}
            return [self._request(url, self.parse_sitemap, self.sitemap_failed, again, priority=_LISTINGS_FIRST)]
        items = walk.items()
        if walk.failures and not items:
            self.fail(walk.failures[-1])
            return ()
        for failure in walk.failures:
            _log.warning("sitemap failed", extra={"source": source.id, "error": failure.reason})
        if walk.unread:
            _log.warning("sitemaps left unread", extra={"source": source.id, "url": source.url, "count": walk.unread})
        # an index that stays the same says nothing of the sitemaps behind it
        return self._listed(source, items, Validators() if walk.is_index else newest)

    def _listed(self, source: Source, items: Iterable[FeedItem], newest: Validators) -> Iterable[scrapy.Request]:
        """Remember what was listed; gives the requests for what is not known."""
        seen_at = datetime.now(UTC)
        sightings = tuple(_sighting(source, item, seen_at) for item in items)
        listing = Listing(source_id=source.id, sightings=sightings, validators=newest)
        if self.job.day:
            self.recorder.backfilled(listing)
        else:
            self.recorder.listed(listing)
        return self._listed_still(source, sightings)

    def _listed_still(self, source: Source, sightings: tuple[Sighting, ...]) -> Iterable[scrapy.Request]:
        """Requests for what is listed and not known, as many as the limit allows."""
        tally = self.tallies[source.id]
        urls = tuple(one.url for one in sightings)
        known = self.recorder.known(source.id, urls)
        fresh = [url for url in urls if url not in known]
        most = self.job.limits.pages_per_source
        tally.polled = True
        tally.listed, tally.known, tally.left = len(urls), len(known), len(fresh[most:])
        return [
            self._request(url, self.parse_page, self.page_failed, {"source": source, "listed": url})
            for url in fresh[:most]
        ]

    def _request(
        self,
        url: str,
        callback: Callable[..., Any],
        errback: Callable[[Failure], Any],
        again: dict[str, Any],
        *,
        priority: int = 0,
    ) -> scrapy.Request:
        return scrapy.Request(
            url, callback=callback, errback=errback, cb_kwargs=again, dont_filter=True, priority=priority
        )

    # ---------------------------------------------------------------- what does not come

    def heed(self, response: Response) -> None:
        """When a host asks us to wait, no source that lives there is polled before."""
        wait_s = wait_of(response.status, header(response, "Retry-After"), now=datetime.now(UTC))
        if wait_s is not None:
            reason = f"HTTP {response.status}, asked us to wait {wait_s:.0f} s: {response.url}"
            self.recorder.put_off(host_of(response.url), wait_s, reason)

    def fail(self, failure: PollFailure) -> None:
        """Remember why a source could not be polled; a backfill says nothing of how the source fares today."""
        self.tallies[failure.source_id].error = failure.reason
        if self.job.day is None:
            self.recorder.failed(failure)

    def source_failed(self, failure: Failure) -> None:
        """Remember why a source did not answer."""
        source: Source = _request_of(failure).cb_kwargs["source"]
        self.fail(of_error(source.id, failure.value))

    def sitemap_failed(self, failure: Failure) -> Iterable[scrapy.Request]:
        """Go on without a sitemap that did not come."""
        request = _request_of(failure)
        again = request.cb_kwargs
        walk: SitemapWalk = again["walk"]
        walk.fail(request.url, of_error(again["source"].id, failure.value))
        return self._following(again["source"], walk, again["newest"])

    def page_failed(self, failure: Failure) -> None:
        """Count a page that did not come."""
        source: Source = _request_of(failure).cb_kwargs["source"]
        if isinstance(failure.value, IgnoreRequest):
            self.tallies[source.id].refused += 1
        else:
            self.tallies[source.id].failed += 1
        _tell(source, _request_of(failure).url, _cause(failure))

    # ---------------------------------------------------------------- pages

    def parse_page(self, response: Response, source: Source, listed: str) -> None:
        """Keep a page, under the address as it was listed."""
        tally = self.tallies[source.id]
        if response.status != HTTPStatus.OK:
            self.heed(response)
            tally.failed += 1
            _tell(source, response.url, f"HTTP {response.status}")
            return
        self.keeper.keep(response, source_id=source.id, listed=listed)
        tally.captured += 1

    def closed(self, reason: str) -> None:
        """Make the rest safe, and remember who kept us waiting to the end; Scrapy calls this."""
        self.keeper.close()
        self.finish_reason = reason
        if reason == "closespider_timeout":
            for source_id, tally in self.tallies.items():
                if not tally.polled and not tally.error:
                    why = "no answer before the crawl's time was over"
                    self.fail(PollFailure(source_id=source_id, kind=FailureClass.SOFT, reason=why))

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
                left=tally.left,
                error=tally.error or ("" if tally.polled else "never answered"),
            )
            for source_id, tally in self.tallies.items()
        )
        return CrawlStats(
            finished=getattr(self, "finish_reason", "never closed"), exceptions=exceptions, outcomes=outcomes
        )


async def _aside(read: Callable[..., Any], body: bytes, **asked: Any) -> Any:
    """What a reader gives, while the crawl goes on."""
    return await maybe_deferred_to_future(deferToThread(read, body, **asked))


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


def _request_of(failure: Failure) -> scrapy.Request:
    request: scrapy.Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it to Twisted's failures
    return request


def _cause(failure: Failure) -> str:
    words = str(failure.value) or type(failure.value).__name__
    return " ".join(words.split())[:300]
