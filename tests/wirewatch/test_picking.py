"""Which sources a collect step polls: every one in exactly one part, and of a past day only those that list days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from models.queue import Shard
from models.records import Source
from wirewatch.picking import Pick, pick, shard_of

DAY = date(2024, 5, 1)


def source(name: str, *, kind: str = "rss", flash: bool = False) -> Source:
    return Source(
        id=name, outlet=name, kind=kind, url=f"https://{name}.example/", language="en", country="GB", owner=name,
        role="outlet", verified=True, flash=flash,
    )  # fmt: skip


SOURCES = (source("a"), source("b", kind="sitemap"), source("c", flash=True), source("d", kind="sitemap", flash=True))
ALL = {"a", "b", "c", "d"}


def ids(which: Pick, *, past: date | None = None) -> list[str]:
    return [one.id for one in pick(SOURCES, ALL, which, past=past).sources]


@given(st.lists(st.text(min_size=1), unique=True), st.integers(min_value=1, max_value=9))
def test_every_source_is_in_exactly_one_part(names: list[str], of: int) -> None:
    sources = tuple(source(name) for name in names)
    parts = [pick(sources, set(names), Pick(shard=Shard(part=i, of=of)), past=None).sources for i in range(of)]
    assert sorted(one.id for part in parts for one in part) == sorted(names)


def test_the_part_of_a_source_is_the_same_everywhere_and_always() -> None:
    assert [shard_of(name, 4) for name in ("mil-gov-az", "armenpress", "a")] == [0, 0, 2]


def test_of_a_day_that_is_over_only_sitemaps_are_asked() -> None:
    assert ids(Pick(), past=DAY) == ["b", "d"]


def test_conditions_narrow_each_other() -> None:
    assert ids(Pick()) == ["a", "b", "c", "d"]
    assert ids(Pick(flash=True)) == ["c", "d"]
    assert ids(Pick(flash=True, only=("a", "d"))) == ["d"]
    assert ids(Pick(flash=True), past=DAY) == ["d"]


def test_where_nothing_is_left_the_last_reason_is_told() -> None:
    alone = (source("a"),)
    assert pick(alone, set(), Pick(), past=None).why_none == "no source is verified"
    assert pick(alone, {"a"}, Pick(), past=DAY).why_none == "2024-05-01 is over and no source lists past days"
    assert pick(alone, {"a"}, Pick(flash=True), past=None).why_none == "no source is marked flash"
    empty = Shard(part=(shard_of("a", 4) + 1) % 4, of=4)
    assert pick(alone, {"a"}, Pick(shard=empty), past=None).why_none == f"no source is in part {empty.part} of 4"


def test_a_source_that_may_not_be_collected_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="source b: is unknown or not verified"):
        pick(SOURCES, {"a"}, Pick(only=("b",)), past=None)
