"""Sitemaps that mean harm or are merely huge: bounded, refused with a reason, and never a way out of the site."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import FetchError
from models.records import CrawlLimits, FailureClass, PollFailure
from spiders.feeds import FeedItem
from spiders.sitemap_file import SitemapAsked, parse_sitemap
from spiders.sitemaps import Sitemap, SitemapWalk, read_sitemap

BASE = "https://north.example/sitemap.xml"
LIMITS = CrawlLimits(feed_parse_s=20.0, sitemap_entries=50, sitemap_files=6, sitemap_depth=2)
ASKED = SitemapAsked(most=50, most_bytes=1_000_000, latest="2030-01-01")


def urlset(*entries: tuple[str, str], head: str = "") -> bytes:
    urls = "".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in entries)
    return f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def refusal(body: bytes, **changes: int) -> str:
    with pytest.raises(FetchError) as error:
        read_sitemap(body, base=BASE, limits=replace(LIMITS, **changes))
    return error.value.problem


def test_of_a_hundred_thousand_entries_the_newest_are_kept() -> None:
    days = [f"{2010 + i % 14}-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(100_000)]
    body = urlset(*((f"https://north.example/{i}", day) for i, day in enumerate(days)))
    found = read_sitemap(body, base=BASE, limits=LIMITS)
    assert [day.isoformat() for day in found.days] == sorted(days, reverse=True)[:50]


def test_of_an_index_without_dates_the_files_of_the_wanted_month_are_kept_however_far_down() -> None:
    months = [f"https://north.example/{year}-{month:02}.xml" for year in range(2010, 2024) for month in range(1, 13)]
    files = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in months)
    found = read_sitemap(
        f"<sitemapindex>{files}</sitemapindex>".encode(), base=BASE, limits=LIMITS, day=date(2023, 4, 9)
    )
    assert len(found.files) == LIMITS.sitemap_entries < len(months)
    assert found.files[0] == "https://north.example/2023-04.xml"


def test_a_document_type_is_read_no_further() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
    )
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'
    for head in (f"{bomb}]>", f"{outside}]>", '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'):
        assert "declares a document type" in refusal(urlset(("https://north.example/&j;", "2024-05-01"), head=head))


def test_packed_sitemaps_are_unpacked_and_bombs_are_not() -> None:
    plain = urlset(("https://north.example/a", "2024-05-01"))
    packed = gzip.compress(plain)
    assert len(read_sitemap(packed, base=BASE, limits=LIMITS).items) == 1
    halves = gzip.compress(plain[:90]) + gzip.compress(plain[90:])
    assert len(read_sitemap(halves, base=BASE, limits=LIMITS).items) == 1
    assert "larger than 1000 bytes" in refusal(gzip.compress(plain) * 20, sitemap_bytes=1000)
    assert "larger than 1000 bytes" in refusal(gzip.compress(plain + b" " * 5_000_000), sitemap_bytes=1000)
    assert refusal(gzip.compress(packed)) == "gzip within gzip"
    assert "end too early" in refusal(packed[:-9])


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"<html><body><url><loc>x</loc></url></body></html>", b"{}", b"\x00\xff\xfe", b"<", b"\x1f\x8b"],
)
def test_what_is_no_sitemap_is_said_to_be_none(body: bytes) -> None:
    assert refusal(body)


def test_a_sitemap_that_takes_too_much_memory_costs_its_reader_and_no_more() -> None:
    assert "reader died" in refusal(urlset(("https://north.example/a", "2024-05-01")), feed_parse_mib=20)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda words: urlset((words, words))))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    told = parse_sitemap(body, ASKED)
    assert bool(told["error"]) != bool(told["kind"])


# ---------------------------------------------------------------- the walk


def index(*files: str) -> Sitemap:
    return Sitemap(is_index=True, items=(), days=(), files=files, left_out=0)


def file(*urls: str, day: date = date(2024, 5, 1)) -> Sitemap:
    items = tuple(
        FeedItem(url=url, title="", published_text="", published_at=None, position=place)
        for place, url in enumerate(urls)
    )
    return Sitemap(is_index=False, items=items, days=(day,) * len(items), files=(), left_out=0)


def test_an_index_that_leads_back_to_itself_is_read_once() -> None:
    walk = SitemapWalk(url=BASE, limits=LIMITS)
    walk.take(index(BASE, "b", "b"), depth=0)
    assert walk.following() == ("b", 1)
    walk.take(index(BASE, "b"), depth=1)
    assert walk.following() is None


def test_a_walk_goes_no_deeper_than_it_may() -> None:
    walk = SitemapWalk(url=BASE, limits=LIMITS)
    walk.take(index("1"), depth=0)
    for depth in (1, 2):
        assert walk.following() == (str(depth), depth)
        walk.take(index(str(depth + 1)), depth=depth)
    assert walk.following() is None


def test_a_walk_reads_no_more_files_than_it_may_those_that_fail_included() -> None:
    walk = SitemapWalk(url=BASE, limits=LIMITS)
    walk.take(index(*map(str, range(100))), depth=0)
    asked = []
    while ahead := walk.following():
        asked.append(ahead[0])
        walk.fail(ahead[0], PollFailure(source_id="n", kind=FailureClass.SOFT, reason="HTTP 500"))
    assert asked == ["0", "1", "2", "3", "4"]
    assert len(walk.failures) == 5


def test_a_walk_ends_with_enough_entries_and_gives_the_newest_days_first() -> None:
    walk = SitemapWalk(url=BASE, limits=LIMITS)
    walk.take(index("a", "b", "c"), depth=0)
    walk.take(file("old", "twice", day=date(2024, 1, 1)), depth=1)
    assert walk.following() is not None
    walk.take(file("twice", *map(str, range(60)), day=date(2024, 2, 1)), depth=1)
    assert walk.following() is None
    assert [one.url for one in walk.items()] == [*map(str, range(50))]
    assert [one.position for one in walk.items()] == [*range(50)]
