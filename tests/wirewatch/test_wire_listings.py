"""What the bundled wire's sites list besides their feeds: sitemaps, and a second way to the same stories."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest

from wirewatch.wire import library
from wirewatch.wire.listings import SITEMAP_INDEX, TYPES, Listed, listings
from wirewatch.wire.server import Wire, serve

pytestmark = pytest.mark.slow

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}
MAPPED = [outlet.id for outlet in library.outlets() if "sitemap" in outlet.ways]


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with serve() as running:
        yield running


def tree(wire: Wire, name: str, path: str) -> ET.Element:
    answer = httpx.get(f"http://{wire.hosts[name]}{path}")
    assert answer.headers["content-type"] == "application/xml"
    return ET.fromstring(answer.content)  # noqa: S314 - our own writing


def told(element: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, NAMES)]


def test_a_sitemap_is_what_some_sites_are_polled_by_and_a_second_way_beside_the_feed_of_others() -> None:
    for outlet in library.outlets():
        assert outlet.source in outlet.ways
    assert {outlet.source for outlet in library.outlets() if outlet.id in MAPPED} == {"rss", "atom", "sitemap"}
    assert {kind for outlet in library.outlets() for kind in outlet.ways} == {"rss", "atom", "rdf", "json", "sitemap"}


def test_every_way_of_a_site_that_is_up_answers_so_that_any_can_be_made_the_source(wire: Wire) -> None:
    for outlet in library.outlets():
        if not outlet.fails(None):
            for kind, path in outlet.ways.items():
                answer = httpx.get(f"http://{wire.hosts[outlet.id]}{path}")
                assert (answer.status_code, answer.headers["content-type"]) == (200, TYPES[kind])


@pytest.mark.parametrize("name", MAPPED)
def test_a_news_sitemap_lists_the_last_three_days_with_name_language_date_and_title(wire: Wire, name: str) -> None:
    held = tree(wire, name, "/sitemap-news.xml")
    (outlet,) = (outlet for outlet in library.outlets() if outlet.id == name)
    recent = [story for story in library.stories() if story.outlet == name and story.at.day >= 11]
    assert set(told(held, "s:url/s:loc")) == {wire.url_of(story.key) for story in recent}
    days = {stamp[:10] for stamp in told(held, "s:url/news:news/news:publication_date")}
    assert days == {"2023-12-11", "2023-12-12", "2023-12-13"}
    assert set(told(held, "s:url/news:news/news:publication/news:name")) == {outlet.name}
    assert set(told(held, "s:url/news:news/news:publication/news:language")) == {outlet.language}
    assert set(told(held, "s:url/news:news/news:title")) == {story.title for story in recent}


@pytest.mark.parametrize("name", MAPPED)
def test_robots_name_the_index_and_its_sitemaps_hold_every_story(wire: Wire, name: str) -> None:
    robots = httpx.get(f"http://{wire.hosts[name]}/robots.txt").text
    assert f"Sitemap: http://{wire.hosts[name]}{SITEMAP_INDEX}" in robots
    index = tree(wire, name, SITEMAP_INDEX)
    parts = [urlsplit(url).path for url in told(index, "s:sitemap/s:loc")]
    assert "/sitemap-2023-12-12.xml" in parts
    listed = {url for path in parts for url in told(tree(wire, name, path), "s:url/s:loc")}
    assert listed == {wire.url_of(story.key) for story in library.stories() if story.outlet == name}


def test_a_sitemap_of_a_day_lists_the_stories_of_that_day(wire: Wire) -> None:
    held = tree(wire, "meridian-wire", "/sitemap-2023-12-12.xml")
    assert set(told(held, "s:url/s:loc")) == {
        wire.url_of("meridian-wire/sarvania-denies-swap"),
        wire.url_of("meridian-wire/front-frees-engineers"),
    }
    assert "2023-12-13T07:45:00Z" in told(held, "s:url/s:lastmod")


def test_a_sitemap_does_not_list_what_was_removed_though_a_feed_does() -> None:
    outlet = next(outlet for outlet in library.outlets() if outlet.id == "meridian-wire")
    story = next(story for story in library.stories() if story.is_removed(None))
    made = {
        kind: body.decode()
        for _, kind, body in listings(Listed(outlet=outlet, stories=[story], gone=[], base="http://host"))
    }
    assert story.slug in made["atom"]
    assert story.slug not in made["sitemap"]


def test_an_outlet_that_lists_nothing_yet_has_an_empty_sitemap_and_an_empty_index() -> None:
    with serve(until=datetime(2023, 12, 1, tzinfo=UTC)) as early:
        assert told(tree(early, "tarsen-courier", "/sitemap-news.xml"), "s:url") == []
        assert told(tree(early, "tarsen-courier", SITEMAP_INDEX), "s:sitemap") == []


def test_the_json_feed_and_the_atom_feed_of_one_site_list_the_same(wire: Wire) -> None:
    host = wire.hosts["velmora-presidency"]
    items = httpx.get(f"http://{host}/en/press/feed.json").json()["items"]
    entries = feedparser.parse(httpx.get(f"http://{host}/en/press/feed.atom").content).entries
    assert [item["url"] for item in items] == [entry.link for entry in entries]
    assert [item["title"] for item in items] == [entry.title for entry in entries]
