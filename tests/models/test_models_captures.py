"""Captures, sightings and sources: stored once however often they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models import captures, sources
from models.records import Page, Sighting, Source, WarcPlace
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
Make = Callable[..., Page]


def sighting(url: str, *, hours: int = 0, title: str = "A title") -> Sighting:
    return Sighting(
        source_id="north-post", url=url, position=hours, title=title, published_text="noon", published_at=None,
        seen_at=AT + timedelta(hours=hours),
    )  # fmt: skip


def test_the_same_bytes_from_the_same_address_are_stored_once(warehouse: Warehouse, make_page: Make) -> None:
    page = make_page("https://north.example/1", b"one")
    assert captures.add(warehouse, [page, page]) == 1
    assert captures.add(warehouse, [page]) == 0
    assert captures.add(warehouse, [make_page("https://north.example/1", b"two")]) == 1
    assert captures.add(warehouse, [make_page("https://north.example/2", b"one")]) == 1


def test_a_page_that_lies_nowhere_is_refused_and_its_whole_batch_with_it(warehouse: Warehouse, make_page: Make) -> None:
    good = make_page("https://north.example/1", b"one")
    with pytest.raises(ValueError, match="captured nowhere"):
        captures.add(warehouse, [good, replace(good, place=None)])
    assert list(captures.places(warehouse)) == []


def test_only_what_came_whole_through_this_source_is_known(
    warehouse: Warehouse, make_page: Make, make_source: Callable[..., Source]
) -> None:
    make_source("south-echo")
    urls = [f"https://north.example/{i}" for i in range(12_000)]  # more than one statement holds
    captures.add(warehouse, [make_page(urls[0], b"0"), replace(make_page(urls[1], b"1"), status=503)])
    captures.add(warehouse, [make_page(urls[2], b"2", "south-echo"), make_page(urls[-1], b"3")])
    assert captures.known_urls(warehouse, "north-post", urls) == {urls[0], urls[-1]}
    assert captures.known_urls(warehouse, "north-post", []) == frozenset()


def test_places_come_file_by_file_and_the_last_byte_is_that_of_the_last_record(
    warehouse: Warehouse, make_page: Make
) -> None:
    for number, (file, offset) in enumerate([("b.warc.gz", 0), ("a.warc.gz", 50), ("a.warc.gz", 0)]):
        page = make_page(f"https://north.example/{number}", b"%d" % number)
        assert page.place is not None
        place = WarcPlace(file=file, offset=offset, length=40, sha256=page.place.sha256)
        captures.add(warehouse, [replace(page, place=place)])
    assert [(p.file, p.offset) for p in captures.places(warehouse)] == [
        ("a.warc.gz", 0),
        ("a.warc.gz", 50),
        ("b.warc.gz", 0),
    ]
    assert [captures.last_byte(warehouse, name) for name in ("a.warc.gz", "b.warc.gz", "c.warc.gz")] == [90, 40, 0]


def test_a_listing_seen_again_is_counted_and_the_capture_comes_with_the_freshest(
    warehouse: Warehouse, make_page: Make
) -> None:
    captures.add(warehouse, [make_page("https://north.example/1", b"one"), make_page("https://north.example/2", b"2")])
    assert captures.add_sightings(warehouse, [sighting("https://north.example/1")]) == 1
    later = sighting("https://north.example/1", hours=3, title="Another title")
    assert captures.add_sightings(warehouse, [later]) == 0
    with warehouse.read() as connection:
        second, first = captures.load(connection, [2, 1])
        assert connection.exec_driver_sql("SELECT times FROM sighting").scalars().all() == [2]
    assert (first.id, first.sighting, second.sighting) == (1, later, None)


def test_declaring_the_same_sources_again_changes_nothing(
    warehouse: Warehouse, make_source: Callable[..., Source]
) -> None:
    declared = make_source("north-post")
    sources.sync(warehouse, [declared])
    with warehouse.read() as connection:
        assert [one.id for one in sources.health(connection)] == ["north-post"]
        assert connection.exec_driver_sql("SELECT count(*) FROM outlet").scalar_one() == 1
    sources.sync(warehouse, [replace(declared, owner="New owner", side="GB")])
    with warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT owner, side FROM outlet").one() == ("New owner", "GB")


def test_a_source_is_collected_when_the_file_or_a_test_vouches_for_its_very_address(
    warehouse: Warehouse, source: Source
) -> None:
    unproven = replace(source, verified=False)
    sources.sync(warehouse, [unproven])
    assert sources.collectable(warehouse) == frozenset()
    sources.mark_verified(warehouse, source.id)
    sources.sync(warehouse, [unproven])
    assert sources.collectable(warehouse) == {source.id}
    sources.sync(warehouse, [replace(unproven, url="https://elsewhere.example/feed")])
    assert sources.collectable(warehouse) == frozenset()
