"""The pause between two requests to a host: what its robots.txt asks for, within bounds, and nothing shortens it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from models.records import CrawlJob, CrawlLimits
from spiders.crawl import settings
from spiders.gaps import LONGEST_GAP_S, Throttle
from spiders.middlewares import StrictRobots

OWN_S = 2.0
HOST = "north.example"


@pytest.fixture
def crawler() -> Any:
    """As much of a crawler as the middlewares see, with a queue for one host."""
    job = CrawlJob(
        warehouse="", archive="", sources=(), allow=(), user_agent="wirewatch", limits=CrawlLimits(gap_s=OWN_S)
    )
    downloader = SimpleNamespace(slots={HOST: Slot(2, OWN_S)}, per_slot_settings={})
    return SimpleNamespace(
        settings=Settings(settings(job)),
        stats=None,
        spider=None,
        signals=SignalManager(),
        engine=SimpleNamespace(downloader=downloader),
    )


def asked(crawler: Any, robots: str) -> float:
    """Judge a request by this robots.txt; gives the gap of its host then."""
    request = Request(f"https://{HOST}/a")
    StrictRobots(crawler).process_request_2(ProtegoRobotParser(robots.encode(), None), request)
    gap: float = crawler.engine.downloader.slots[HOST].delay
    return gap


@pytest.mark.parametrize(
    ("robots", "gap_s"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", 7.0),
        ("User-agent: wirewatch\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 7\n", 9.0),
        ("User-agent: other\nCrawl-delay: 7\n", OWN_S),
        ("User-agent: *\nCrawl-delay: 0.5\n", OWN_S),
        ("User-agent: *\nCrawl-delay: 86400\n", LONGEST_GAP_S),
        ("User-agent: *\nCrawl-delay: soon\n", OWN_S),
        ("User-agent: *\nDisallow:\n", OWN_S),
    ],
)
def test_a_host_is_left_alone_as_long_as_it_asks_within_bounds(crawler: Any, robots: str, gap_s: float) -> None:
    assert asked(crawler, robots) == gap_s


def test_a_host_that_answers_fast_is_still_left_alone_as_long_as_it_asked(crawler: Any) -> None:
    asked(crawler, "User-agent: *\nCrawl-delay: 7\n")
    throttle = Throttle(crawler)
    throttle._spider_opened(crawler.spider)
    request = Request(f"https://{HOST}/a", meta={"download_slot": HOST, "download_latency": 0.01})
    for latency_s, gap_s in ((0.01, 7.0), (20.0, 20.0), (0.01, pytest.approx(10.0, abs=0.1)), (0.01, 7.0)):
        request.meta["download_latency"] = latency_s
        throttle._response_downloaded(Response(request.url), request, crawler.spider)
        assert crawler.engine.downloader.slots[HOST].delay == gap_s


def test_a_queue_that_begins_anew_begins_with_the_gap_that_was_asked_for(crawler: Any) -> None:
    asked(crawler, "User-agent: *\nCrawl-delay: 7\n")
    assert crawler.engine.downloader.per_slot_settings == {HOST: {"delay": 7.0}}
