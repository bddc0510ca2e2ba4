"""How long a host is left alone between two requests: our own gap, or the longer one that its robots.txt asks for."""

from __future__ import annotations

from typing import Final

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

# Of a Crawl-delay: one of an hour would leave a feed's pages to the crawls of weeks, and most such are slips.
LONGEST_GAP_S: Final = 30.0


def widen(crawler: Crawler, host: str, asked_s: float) -> None:
    """Leave a host alone for at least as long as it asks, up to the longest; never shorter than we would anyway.

    Args:
        crawler: whose requests wait.
        host: as its requests queue.
        asked_s: its Crawl-delay.
    """
    downloader = crawler.engine.downloader
    gap_s = max(least(crawler, host), min(asked_s, LONGEST_GAP_S))
    # kept beside the queue, for Scrapy drops a queue that was empty for a minute and begins another
    downloader.per_slot_settings[host] = {"delay": gap_s}
    if host in downloader.slots:
        downloader.slots[host].delay = max(downloader.slots[host].delay, gap_s)


def least(crawler: Crawler, host: str) -> float:
    """The seconds that a host is left alone however fast it answers."""
    own: float = crawler.settings.getfloat("DOWNLOAD_DELAY")
    wide: float = crawler.engine.downloader.per_slot_settings.get(host, {}).get("delay", own)
    return wide


class Throttle(AutoThrottle):
    """Scrapy's own, which spares slow hosts, but would shorten the gap of a fast one below what it asked for."""

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        host, slot = self._get_slot(request, spider)
        if host is not None and slot is not None:
            slot.delay = max(slot.delay, least(self.crawler, host))
