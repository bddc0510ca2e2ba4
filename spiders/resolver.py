"""Names are judged by what they resolve to at the moment of the connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from spiders.policy import Policy


class PolicyResolver(CachingThreadedResolver):
    """Scrapy's resolver, which refuses an answer that the address policy refuses; it keeps no answers."""

    def __init__(self, reactor: ReactorBase, timeout: float, policy: Policy) -> None:
        """Cache nothing: an answer is judged each time it is used."""
        super().__init__(reactor, 0, timeout)
        self.policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Made by Scrapy for its crawler process."""
        allow = crawler.settings.getlist("WIREWATCH_ALLOWED")
        return cls(reactor, crawler.settings.getfloat("DNS_TIMEOUT"), Policy.allowing(allow))

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of a name, or a failed look-up when the policy refuses it."""
        answer: Deferred[str] = super().getHostByName(name, timeout)
        answer.addCallback(self._judged, name)
        return answer

    def _judged(self, address: str, name: str) -> Any:
        refusal = self.policy.resolved_refusal(name, [address])
        if refusal:
            raise DNSLookupError(f"{name}: {refusal}")
        return address
