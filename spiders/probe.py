"""Look at a source before it is trusted: fetch what it lists and one page behind it, under a crawl's own policy."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from models.errors import FetchError
from models.records import CrawlLimits, Page, Source
from spiders.feeds import read_feed
from spiders.policy import Policy
from spiders.sitemaps import SitemapWalk, read_sitemap

_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a source showed."""

    kind: str  # of the feed, or sitemap
    items: int
    left_out: int  # entries without an address or, in a sitemap, a date
    page: Page | None  # the first page behind it; None when nothing is listed


def probe(source: Source, *, allow: Sequence[tuple[str, int]], user_agent: str, limits: CrawlLimits) -> Probed:
    """Fetch what a source lists and the first page behind it.

    Raises:
        FetchError: robots.txt or the policy forbids it, it does not answer, or it lists nothing that can be read.
    """
    fetch = _Fetch(policy=Policy.allowing(allow), user_agent=user_agent, limits=limits)
    if source.kind == "sitemap":
        walk = _walked(fetch, source)
        items, kind, left_out = walk.items(), "sitemap", walk.left_out
    else:
        answer = fetch.get(source.url, source.id)
        feed = read_feed(answer.body, base=answer.final_url, limits=limits)
        items, kind, left_out = feed.items, feed.kind, feed.unusable
    page = fetch.get(items[0].url, source.id) if items else None
    return Probed(kind=kind, items=len(items), left_out=left_out, page=page)


def _walked(fetch: _Fetch, source: Source) -> SitemapWalk:
    """The walk through a source's sitemaps, up to the first that lists something."""
    walk = SitemapWalk(url=source.url, limits=fetch.limits)
    ahead: tuple[str, int] | None = (source.url, 0)
    while ahead and not walk.items():
        url, depth = ahead
        answer = fetch.get(url, source.id)
        walk.take(read_sitemap(answer.body, base=answer.final_url, limits=fetch.limits), depth=depth)
        ahead = walk.following()
    return walk


def fetch_page(
    url: str, *, source_id: str, allow: Sequence[tuple[str, int]], user_agent: str, limits: CrawlLimits
) -> Page:
    """Fetch one page.

    Raises:
        FetchError: robots.txt or the policy forbids it, or it does not answer.
    """
    return _Fetch(policy=Policy.allowing(allow), user_agent=user_agent, limits=limits).get(url, source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetch:
    policy: Policy
    user_agent: str
    limits: CrawlLimits

    def get(self, url: str, source_id: str) -> Page:
        """One page, after robots.txt had its say."""
        robots = urljoin(url, "/robots.txt")
        if not self._allowed(self._follow(robots), url):
            raise FetchError(url, "robots.txt forbids it", hint="ask the publisher")
        status, headers, final, body = self._follow(url)
        if status != _OK:
            raise FetchError(url, f"HTTP {status}", hint="is the address right?")
        return Page(
            url=url,
            final_url=final,
            source_id=source_id,
            fetched_at=datetime.now(UTC),
            status=status,
            content_type=headers.get("Content-Type", ""),
            body=body,
        )

    def _allowed(self, answer: tuple[int, httpx.Headers, str, bytes], url: str) -> bool:
        status, _, _, body = answer
        if status >= _SERVER_ERROR:
            return False
        rules = RobotFileParser()
        rules.parse(body.decode("utf-8", "replace").splitlines() if status == _OK else [])
        return rules.can_fetch(self.user_agent, url)

    def _follow(self, url: str) -> tuple[int, httpx.Headers, str, bytes]:
        for _ in range(self.limits.redirects + 1):
            status, headers, body = self._once(url)
            if status not in _MOVED or "Location" not in headers:
                return status, headers, url, body
            url = urljoin(url, headers["Location"])
        raise FetchError(url, f"more than {self.limits.redirects} redirects", hint="is it a loop?")

    def _once(self, url: str) -> tuple[int, httpx.Headers, bytes]:
        refusal = self.policy.refusal(url) or self._resolved_refusal(url)
        if refusal:
            raise FetchError(url, f"address policy: {refusal}", hint="WIREWATCH_ALLOW=host:port makes an exception")
        headers = {"User-Agent": self.user_agent}
        try:
            with (
                httpx.Client(timeout=self.limits.request_s, follow_redirects=False, trust_env=False) as client,
                client.stream("GET", url, headers=headers) as answer,
            ):
                return answer.status_code, answer.headers, self._body(url, answer)
        except httpx.HTTPError as error:
            raise FetchError(url, f"no answer: {type(error).__name__} {error}", hint="is it up?") from error

    def _body(self, url: str, answer: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > self.limits.body_bytes:
                raise FetchError(url, f"is larger than {self.limits.body_bytes} bytes", hint="it is no article")
        return bytes(body)

    def _resolved_refusal(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise FetchError(url, f"its host does not resolve: {error}", hint="is the name right?") from error
        return self.policy.resolved_refusal(host, [str(entry[4][0]).split("%")[0] for entry in found])
