"""The spider without a network: what it asks for, and under which address it keeps what came."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import create_autospec

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import load_object

from models.records import CrawlJob, CrawlLimits, Page, Source, Validators
from spiders.crawl import settings
from spiders.feeds import FeedItem
from spiders.recorder import Recorder
from spiders.wire import WireSpider

SOURCE = Source(
    id="north", outlet="North", kind="rss", url="https://north.example/list", language="en", country="GB", owner="N",
    role="outlet", verified=True,
)  # fmt: skip


def job(folder: Path) -> CrawlJob:
    """A crawl of the one source."""
    return CrawlJob(
        warehouse="", archive=str(folder), sources=(SOURCE,), allow=(), user_agent="w", limits=CrawlLimits()
    )


def asked_for(spider: WireSpider, url: str) -> list[str]:
    """List this address and answer what is asked for then; gives the addresses asked for."""
    item = FeedItem(url=url, title="", published_text="", published_at=None, position=0)
    requests = list(spider._listed(SOURCE, [item], Validators()))
    for request in requests:
        answer = Response(request.url, body=b"<p>words", request=request)
        spider.parse_page(answer, **request.cb_kwargs)
    spider.keeper.make_safe()
    return [request.url for request in requests]


@pytest.mark.parametrize("url", ["https://north.example/обмен", "https://North.example/a b"])
def test_a_page_is_known_by_the_address_that_was_listed_however_that_is_sent(tmp_path: Path, url: str) -> None:
    kept: list[Page] = []
    recorder = create_autospec(Recorder, instance=True)
    recorder.captured.side_effect = kept.extend
    recorder.known.side_effect = lambda _, urls: frozenset(urls) & {page.url for page in kept}
    spider = WireSpider(job(tmp_path), recorder)
    assert len(asked_for(spider, url)) == 1
    assert [page.url for page in kept] == [url]
    assert asked_for(spider, url) == []
    spider.keeper.close()


def test_pages_are_asked_for_in_the_order_in_which_they_are_listed(tmp_path: Path) -> None:
    crawler = Crawler(WireSpider, settings(job(tmp_path)))
    queue = load_object(crawler.settings["SCHEDULER_MEMORY_QUEUE"]).from_crawler(crawler, "")
    for path in ("newest", "older", "oldest"):
        queue.push(Request(f"https://north.example/{path}"))
    assert [queue.pop().url.rpartition("/")[2] for _ in range(3)] == ["newest", "older", "oldest"]
