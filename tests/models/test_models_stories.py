"""Stories come back as they were; a text is stored once; clusters keep their keys through any regrouping."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import captures, queue, stories
from models.records import Dateline, Discard, DiscardReason, Instant, MapSegment, Page, Precision, Story
from models.tables import syndication_cluster, syndication_member
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
ANY_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
INSTANTS = st.builds(
    Instant,
    at=st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone above
    precision=st.sampled_from([Precision.SECOND, Precision.MINUTE, Precision.DAY]),
    rule=ANY_WORDS,
    verbatim=ANY_WORDS,
)
STORIES = st.builds(
    Story,
    url=st.just("https://north.example/any"),
    canonical_url=st.just("https://north.example/any"),
    source_id=st.just("north-post"),
    title=ANY_WORDS,
    text=ANY_WORDS,
    language=st.sampled_from(["en", "hy", "az-Latn"]),
    language_score=st.floats(0, 1),
    published=st.none() | INSTANTS,
    modified=st.none() | INSTANTS,
    candidates=st.lists(INSTANTS, max_size=3).map(tuple),
    bylines=st.lists(ANY_WORDS, max_size=3).map(tuple),
    dateline=st.none()
    | st.builds(
        Dateline,
        place=st.none() | ANY_WORDS,
        day=st.none() | st.dates(date(1990, 1, 1)),
        agency=st.none() | ANY_WORDS,
        start=st.integers(0, 9),
        end=st.integers(10, 99),
    ),
    origin=st.none() | ANY_WORDS,
    carrier=st.none() | ANY_WORDS,
    flags=st.lists(ANY_WORDS, max_size=2).map(tuple),
    segments=st.lists(
        st.builds(MapSegment, text_start=st.integers(0), input_start=st.integers(0), length=st.integers(1)), max_size=3
    ).map(tuple),
    signature=st.lists(st.integers(0, 2**64 - 1), max_size=4).map(tuple),
)


@pytest.fixture
def capture_id(warehouse: Warehouse, make_page: Callable[..., Page]) -> int:
    captures.add(warehouse, [make_page("https://north.example/any", b"any")])
    return 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=STORIES)
def test_any_story_comes_back_as_it_was(warehouse: Warehouse, capture_id: int, told: Story) -> None:
    told = replace(told, text_sha256=hashlib.sha256(repr(told).encode()).hexdigest())
    with warehouse.write() as connection:
        stories.save(connection, capture_id, told, seen_at=AT)
        stored = stories.by_key(connection, stories.version_key(told))
        assert stored is not None
        assert stored.story == told
        assert stories.is_known(connection, told)


def test_a_changed_text_is_a_new_version_of_the_same_story(
    warehouse: Warehouse, capture_id: int, make_story: Callable[..., Story]
) -> None:
    with warehouse.write() as connection:
        for text in ("first", "second"):
            stories.save(connection, capture_id, make_story("https://north.example/1", text), seen_at=AT)
        rows = connection.exec_driver_sql("SELECT story_id, number, text FROM story_version ORDER BY number").all()
        assert not stories.is_known(connection, make_story("https://north.example/2", "first"))
    assert [tuple(row) for row in rows] == [(1, 1, "first"), (1, 2, "second")]


def test_a_capture_leaves_the_flow_with_its_reason_or_not_at_all(warehouse: Warehouse, capture_id: int) -> None:
    worker = queue.Worker(name="a")
    items = queue.claim(warehouse, queue.CLEAN, worker, limit=1)
    gone = Discard(url="u", reason=DiscardReason.SOFT_404, detail="x" * 900)
    with queue.finish(warehouse, queue.CLEAN, worker, items, stage="discarded") as connection:
        stories.throw_out(connection, capture_id, gone)
    with warehouse.read() as connection:
        row = connection.exec_driver_sql("SELECT reason, length(detail) FROM discard").one()
    assert tuple(row) == ("soft_404", 500)


def test_the_newest_publication_is_that_of_the_asked_captures(
    warehouse: Warehouse, add_version: Callable[..., int]
) -> None:
    for number in range(3):
        add_version(f"https://north.example/{number}", f"text {number}", hours=number)
    digests = [hashlib.sha256(f"text {number}".encode()).hexdigest() for number in range(3)]
    with warehouse.read() as connection:
        assert stories.newest_publication(connection, digests[:2]) == AT.replace(hour=13)
        assert stories.newest_publication(connection, ["0" * 64]) is None


# ---------------------------------------------------------------- copies


def members(*groups: tuple[int, ...]) -> list[list[stories.Member]]:
    return [
        [stories.Member(version_id=v, role="origin" if v == group[0] else "carrier", similarity=1.0) for v in group]
        for group in groups
    ]


def keys(warehouse: Warehouse) -> dict[int, str]:
    with warehouse.read() as connection:
        rows = connection.execute(syndication_member.join(syndication_cluster).select())
        return {row.version_id: row.key for row in rows}


def test_every_version_as_clustering_sees_it(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    add_version("https://north.example/1", "one")
    with warehouse.read() as connection:
        (signed,) = stories.signed(connection)
        assert stories.unclustered(connection) == 0
    assert (signed.id, signed.text, signed.outlet) == (1, "one", "North Post")


def test_two_clusters_that_become_one_keep_the_older_key(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    for number in range(3):
        add_version(f"https://north.example/{number}", f"text {number}")
    before = keys(warehouse)
    with warehouse.write() as connection:
        assert stories.save_clusters(connection, members((2, 1), (3,))) == 2
        assert stories.save_clusters(connection, members((2, 1), (3,))) == 0
    assert keys(warehouse) == {1: before[1], 2: before[1], 3: before[3]}


GROUPINGS = st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=5), min_size=2, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groupings=GROUPINGS)
def test_any_regrouping_is_stored_as_it_is(
    warehouse: Warehouse, add_version: Callable[..., int], groupings: list[list[int]]
) -> None:
    with warehouse.read() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM story_version").scalar_one()
    for number in range(stored, 5):
        add_version(f"https://north.example/{number}", f"text {number}")
    for grouping in groupings:
        groups = [tuple(v + 1 for v in range(5) if grouping[v] == g) for g in sorted(set(grouping))]
        with warehouse.write() as connection:
            stories.save_clusters(connection, members(*groups))
        named = keys(warehouse)
        assert len(set(named.values())) == len(groups)
        assert all(len({named[v] for v in group}) == 1 for group in groups)
