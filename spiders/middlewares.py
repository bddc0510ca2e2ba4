"""What stands between the spider and the network: the address policy, strict robots.txt, patience, raw headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from spiders.failures import AskedToWaitError, SiteIsIllError, wait_of
from spiders.gaps import widen
from spiders.policy import Policy, canonical_host

_SERVER_ERROR: Final = 500
RAW_HEADERS: Final = "wirewatch_raw_headers"
PATIENCE: Final = "wirewatch_patience"


class PolicyMiddleware:
    """Refuses every request, redirects included, that the address policy refuses; what is left queues by its host."""

    def __init__(self, policy: Policy) -> None:
        """`policy` is the crawl's."""
        self.policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(Policy.allowing(crawler.settings.getlist("WIREWATCH_ALLOWED")))

    def process_request(self, request: Request) -> None:
        """Judge the address.

        Raises:
            IgnoreRequest: the policy refuses it.
        """
        refusal = self.policy.refusal(request.url)
        if refusal:
            raise IgnoreRequest(f"address policy: {refusal}")
        # Set each time: Scrapy lets a redirect stay in the queue of the host that it came from.
        request.meta["download_slot"] = host_of(request.url)


class Patience:
    """Asks no host anything more in this crawl that has asked us to wait; such an answer is never retried at once."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.until: dict[str, datetime] = {}

    def process_request(self, request: Request) -> None:
        """Hold back what goes to a host that asked for a pause; what passes is judged again when its turn comes.

        Raises:
            AskedToWaitError: the pause is not over.
        """
        request.meta[PATIENCE] = self
        self.judge(request)

    def judge(self, request: Request) -> None:
        """Hold a request back when its host asked for a pause.

        Raises:
            AskedToWaitError: the pause is not over.
        """
        host = host_of(request.url)
        wait_s = (self.until[host] - datetime.now(UTC)).total_seconds() if host in self.until else 0.0
        if wait_s > 0:
            raise AskedToWaitError(host, wait_s)

    def heed(self, request: Request, response: Response) -> None:
        """Remember what a host asks for."""
        now = datetime.now(UTC)
        wait_s = wait_of(response.status, header(response, "Retry-After"), now=now)
        if wait_s is not None:
            request.meta["dont_retry"] = True
            host, until = host_of(request.url), now + timedelta(seconds=wait_s)
            self.until[host] = max(until, self.until.get(host, until))


class PatientHandler(HTTP11DownloadHandler):
    """Sends what still may be sent: requests wait in their host's queue, and their host may have asked for a pause."""

    async def download_request(self, request: Request) -> Response:
        """Send a request and heed its answer, before the next one leaves the queue.

        Raises:
            AskedToWaitError: its host asked for a pause meanwhile.
        """
        patience: Patience = request.meta[PATIENCE]
        patience.judge(request)
        response = await super().download_request(request)
        patience.heed(request, response)
        return response


class StrictRobots(RobotsTxtMiddleware):
    """Scrapy's robots.txt, where a server that cannot say what is allowed has said no (RFC 9309, 2.3.1.4).

    What it says of the pause between two requests is kept, too.
    """

    def __init__(self, crawler: Crawler) -> None:
        """No server is known yet."""
        super().__init__(crawler)
        self._ill: dict[str, Callable[[], IgnoreRequest]] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Judge an address by what robots.txt said, or by why it could not be had.

        Raises:
            IgnoreRequest: it may not be asked for.
        """
        why = self._ill.get(urlsplit(request.url).netloc)
        if why:
            raise why()
        super().process_request_2(rp, request)
        asked_s = rp.crawl_delay(self._default_useragent) if rp else None
        if asked_s:
            widen(self.crawler, host_of(request.url), asked_s)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        wait_s = wait_of(response.status, header(response, "Retry-After"), now=datetime.now(UTC))
        if wait_s is not None:
            self._ill[netloc] = partial(AskedToWaitError, netloc, wait_s)
        elif response.status >= _SERVER_ERROR:
            self._ill[netloc] = partial(SiteIsIllError, f"robots.txt: HTTP {response.status}")
        if response.status != 200:  # noqa: PLR2004 - HTTP; 4xx: nothing is forbidden
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, AskedToWaitError):
            self._ill[netloc] = partial(AskedToWaitError, netloc, exc.wait_s)
        elif not isinstance(exc, IgnoreRequest):
            why = " ".join(str(exc).split()) or type(exc).__name__
            self._ill[netloc] = partial(SiteIsIllError, f"robots.txt: {why}")
        super()._robots_error(exc, netloc)


class RawHeaders:
    """Keeps the headers as they came, before decompression takes some of them away."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember them on the request."""
        request.meta[RAW_HEADERS] = header_pairs(response.headers)
        return response


def host_of(url: str) -> str:
    """The host of an address, with its port where that is not the web's own: what is spared, and told to wait, as one.

    Raises:
        ValueError: it names no host.
    """
    parts = urlsplit(url)
    host = canonical_host(parts.hostname or "")
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def header(response: Response, name: str) -> str:
    """One header of an answer; empty when it is absent."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""


def header_pairs(headers: Mapping[bytes, object]) -> list[tuple[str, str]]:
    """Header names and values, in order, one pair per value."""
    pairs = []
    for name in headers:
        values = headers.getlist(name) if hasattr(headers, "getlist") else [headers[name]]
        pairs += [(name.decode("latin-1"), _one_line(value)) for value in values]
    return pairs


def _one_line(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return " ".join(text.split())
