"""Every format that lists stories, each by a file of our own writing beside what is to be read from it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.records import CrawlLimits
from spiders.feeds import FeedItem, read_feed
from spiders.sitemaps import read_sitemap

LISTINGS = Path(__file__).parent / "listings"
LIMITS = CrawlLimits(feed_parse_s=20.0)


def expected(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((LISTINGS / f"{name}.json").read_text(encoding="utf-8"))
    return held


def told(items: tuple[FeedItem, ...]) -> list[list[str | None]]:
    return [[one.url, one.title, one.published_at.isoformat() if one.published_at else None] for one in items]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("marlin.rss", "marlin.rss.xml"),
        ("lantern.atom", "lantern.atom.xml"),
        ("office.rdf", "office.rdf.xml"),
        ("harbour.jsonfeed", "harbour.jsonfeed"),
    ],
)
def test_a_feed_is_read_as_written_beside_it(name: str, file: str) -> None:
    base = f"https://{name.partition('.')[0]}.example/feed"
    feed = read_feed((LISTINGS / file).read_bytes(), base=base, limits=LIMITS)
    assert told(feed.items) == expected(name)["items"]
    assert feed.unusable == expected(name)["left_out"]


@pytest.mark.parametrize("name", ["kestrel.news-sitemap", "dunes.sitemap"])
def test_a_sitemap_is_read_as_written_beside_it(name: str) -> None:
    base = f"https://{name.partition('.')[0]}.example/sitemap.xml"
    sitemap = read_sitemap((LISTINGS / f"{name}.xml").read_bytes(), base=base, limits=LIMITS)
    assert told(sitemap.items) == expected(name)["items"]
    assert sitemap.left_out == expected(name)["left_out"]
    assert not sitemap.is_index


def test_an_index_leads_to_the_newest_files_of_its_own_site_or_to_those_of_a_day() -> None:
    body = (LISTINGS / "dunes.sitemap-index.xml").read_bytes()
    base = "https://dunes.example/sitemap.xml"
    held = expected("dunes.sitemap-index")
    assert list(read_sitemap(body, base=base, limits=LIMITS).files) == held["files"]
    for_a_day = read_sitemap(body, base=base, limits=LIMITS, day=date(2024, 4, 15))
    assert list(for_a_day.files) == held["files_for_2024-04-15"]
    assert for_a_day.is_index


def test_of_a_day_only_what_is_dated_that_day_is_listed() -> None:
    body = (LISTINGS / "kestrel.news-sitemap.xml").read_bytes()
    for day, slugs in {1: ["older"], 2: ["newer?a=1&b=2", "day"], 3: []}.items():
        found = read_sitemap(body, base="https://kestrel.example/s", limits=LIMITS, day=date(2024, 5, day))
        assert [one.url.rpartition("/")[2] for one in found.items] == slugs
