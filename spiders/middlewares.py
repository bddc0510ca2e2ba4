"""What stands between the spider and the network: the address policy, strict robots.txt, the headers as they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders.policy import Policy

_SERVER_ERROR: Final = 500
RAW_HEADERS: Final = "wirewatch_raw_headers"


class PolicyMiddleware:
    """Refuses every request, redirects included, that the address policy refuses."""

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


class StrictRobots(RobotsTxtMiddleware):
    """Scrapy's robots.txt, where a server that cannot say what is allowed has said no (RFC 9309, 2.3.1.4)."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= _SERVER_ERROR:
            response = response.replace(body=b"User-agent: *\nDisallow: /\n")
        elif response.status != 200:  # noqa: PLR2004 - HTTP; 4xx: nothing is forbidden
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)


class RawHeaders:
    """Keeps the headers as they came, before decompression takes some of them away."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember them on the request."""
        request.meta[RAW_HEADERS] = header_pairs(response.headers)
        return response


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
