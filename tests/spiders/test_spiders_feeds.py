"""Feeds: every kind is read, one hostile item loses only itself, and a hostile feed costs only its deadline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.errors import FetchError
from models.records import CrawlLimits
from spiders.feeds import read_feed

LIMITS = CrawlLimits(feed_parse_s=8.0)
BASE = "https://north.example/news/feed.xml"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>N</title>{''.join(items)}</channel></rss>".encode()


def item(link: str, *, title: str = "T", date: str = "Wed, 13 Dec 2023 10:00:00 +0400") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item>"


def test_rss_atom_and_json_feeds_are_read() -> None:
    atom = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>T</title><link href='/a'/>"
        b"<published>2023-12-13T10:00:00Z</published></entry></feed>"
    )
    jsonfeed = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/a", "title": "T"}]}'
    kinds = [read_feed(body, base=BASE, limits=LIMITS) for body in (rss(item("/a")), atom, jsonfeed)]
    assert [feed.kind for feed in kinds] == ["rss20", "atom10", "json"]
    assert [[one.url for one in feed.items] for feed in kinds] == [["https://north.example/a"]] * 3


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("Wed, 13 Dec 2023 10:00:00 +0400", "2023-12-13T06:00:00+00:00"),
        ("Wed, 13 Dec 2023 10:00:00 GMT", "2023-12-13T10:00:00+00:00"),
        ("Wed, 13 Dec 2023 10:00:00 MSK", "2023-12-13T07:00:00+00:00"),
        ("Wed, 13 Dec 2023 10:00:00 AZT", "2023-12-13T06:00:00+00:00"),
        ("Wed, 13 Dec 2023 10:00:00 XYZ", None),
        ("some day", None),
        ("", None),
    ],
)
def test_a_time_is_utc_by_its_zone_or_unknown(date: str, utc: str | None) -> None:
    (one,) = read_feed(rss(item("/a", date=date)), base=BASE, limits=LIMITS).items
    assert (one.published_at.isoformat() if one.published_at else None) == utc
    assert one.published_text == date


@pytest.mark.parametrize("reference", ["&#xD800;", "&#x110000;", "&#xFFFFFFFF;", "&#0;", "\x00", "&#x8;"])
def test_one_hostile_item_loses_only_itself(reference: str) -> None:
    feed = read_feed(rss(item("/a", title=f"x{reference}y"), item("/b")), base=BASE, limits=LIMITS)
    assert "https://north.example/b" in [one.url for one in feed.items]


def test_links_that_are_no_web_addresses_are_counted_and_left_out() -> None:
    feed = read_feed(
        rss(item("javascript:alert(1)"), item("file:///etc/passwd"), item(""), item("/good"), item("/good#again")),
        base=BASE,
        limits=LIMITS,
    )
    assert [one.url for one in feed.items] == ["https://north.example/good"]
    assert feed.unusable == 4


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + rss(item("/a", title="&b;"))
    (one,) = read_feed(bomb, base=BASE, limits=LIMITS).items
    assert "aaaa" not in one.title


@pytest.mark.parametrize("body", [b"", b"<html><body>hello</body></html>", b'{"a": 1}', b"\xff\xfe\x00", b"{"])
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(FetchError, match=r"not a (?:JSON )?feed"):
        read_feed(body, base=BASE, limits=LIMITS)


def test_a_feed_that_takes_too_long_costs_its_deadline_and_no_more() -> None:
    slow = b"<rss><channel><item " + b"".join(b"a%d='x' " % i for i in range(60_000)) + b"></item></channel></rss>"
    with pytest.raises(FetchError, match="not read within"):
        read_feed(slow, base=BASE, limits=replace(LIMITS, feed_parse_s=1.0))
