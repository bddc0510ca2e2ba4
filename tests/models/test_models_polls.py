"""Polls: what is kept of each, what the next may refer to, and when a source that fails is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from models import captures, polls, sources
from models.failpoints import _PASSES
from models.records import FailureClass, Listing, PollEvent, PollFailure, PollRules, Sighting, Source, Validators
from models.sources import SourceHealth
from models.warehouse import Warehouse

RULES = PollRules(whole_every=3, disable_after=3)
AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
KNOWN = Validators(etag='"1"', last_modified="Wed, 01 May 2024 12:00:00 GMT", body_sha256="a" * 64)


def listing(source_id: str, *urls: str, known: Validators = KNOWN) -> Listing:
    seen = tuple(
        Sighting(
            source_id=source_id, url=url, position=place, title="", published_text="", published_at=None, seen_at=AT
        )
        for place, url in enumerate(urls)
    )
    return Listing(source_id=source_id, sightings=seen, validators=known)


def failed(source_id: str, kind: FailureClass, wait_s: float | None = None) -> PollFailure:
    return PollFailure(source_id=source_id, kind=kind, reason="HTTP 404", wait_s=wait_s)


def fares(warehouse: Warehouse, source_id: str = "north-post", *, silent_days: float = 7.0) -> SourceHealth:
    with warehouse.read() as connection:
        (one,) = [s for s in sources.health(connection, silent_days=silent_days) if s.id == source_id]
        query = text("SELECT state FROM v_source_health WHERE source = :id")
        shown = connection.execute(query, {"id": source_id}).scalar_one()
    assert one.state == shown or (one.state, shown) == ("silent", "ok")
    return one


def events(warehouse: Warehouse) -> list[str]:
    with warehouse.read() as connection:
        return list(connection.execute(text("SELECT what FROM source_event ORDER BY id")).scalars())


def set_back(warehouse: Warehouse, **columns: datetime | None) -> None:
    """Make it look as if something had happened at another time."""
    from models.tables import source

    with warehouse.write() as connection:
        connection.execute(source.update().values(**columns))


def test_what_was_listed_is_referred_to_until_the_turn_of_a_whole_poll(warehouse: Warehouse, source: Source) -> None:
    assert polls.validators(warehouse, source.id, RULES) == Validators()
    polls.note_listed(warehouse, listing(source.id, "a"))
    assert polls.validators(warehouse, source.id, RULES) == KNOWN
    polls.note_unchanged(warehouse, source.id, PollEvent.NOT_MODIFIED, Validators())
    assert polls.validators(warehouse, source.id, RULES) == KNOWN
    polls.note_unchanged(warehouse, source.id, PollEvent.SAME_BODY, Validators())
    assert polls.validators(warehouse, source.id, RULES) == Validators()
    polls.note_listed(warehouse, listing(source.id, "a"))
    assert polls.validators(warehouse, source.id, RULES) == KNOWN
    assert events(warehouse) == ["listed", "not_modified", "same_body", "listed"]


def test_the_newest_validators_are_kept_though_nothing_else_is_new(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id, "a"))
    polls.note_unchanged(warehouse, source.id, PollEvent.SAME_BODY, Validators(etag='"2"', body_sha256="a" * 64))
    assert polls.validators(warehouse, source.id, RULES) == replace(KNOWN, etag='"2"')


def test_an_unchanged_source_still_lists_what_it_listed_and_nothing_older(
    warehouse: Warehouse, source: Source, make_source: Callable[..., Source]
) -> None:
    other = make_source("south-post")
    polls.note_listed(warehouse, listing(other.id, "elsewhere"))
    polls.note_listed(warehouse, listing(source.id, "gone", "b"))
    polls.note_listed(warehouse, listing(source.id, "c", "b"))
    for _ in range(2):
        still = polls.note_unchanged(warehouse, source.id, PollEvent.NOT_MODIFIED, Validators())
        assert [one.url for one in still] == ["c", "b"]
    with warehouse.read() as connection:
        counted = connection.execute(text("SELECT url, times FROM sighting ORDER BY url")).all()
    assert list(map(tuple, counted)) == [("b", 4), ("c", 3), ("elsewhere", 1), ("gone", 1)]


def test_a_backfill_leaves_the_next_poll_as_it_was(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id, "a"))
    assert polls.note_backfilled(warehouse, listing(source.id, "old", known=Validators()), day="2024-01-02") == 1
    assert polls.validators(warehouse, source.id, RULES) == KNOWN
    still = polls.note_unchanged(warehouse, source.id, PollEvent.NOT_MODIFIED, Validators())
    assert {one.url for one in still} == {"a", "old"}  # what it saw is worked off, too


def test_a_clock_that_was_set_back_turns_no_order_round(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id, "a"))
    ahead = datetime.now(UTC) + timedelta(days=1)
    with warehouse.write() as connection:
        connection.execute(
            text("UPDATE sighting SET first_seen_at = :at, last_seen_at = :at"),
            {"at": ahead if connection.dialect.name != "sqlite" else ahead.strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        )
    set_back(warehouse, listed_at=ahead)
    polls.note_listed(warehouse, listing(source.id, "a", "b"))
    still = polls.note_unchanged(warehouse, source.id, PollEvent.NOT_MODIFIED, Validators())
    assert [one.url for one in still] == ["a", "b"]


def test_a_clock_that_was_set_back_after_a_backfill_stops_no_poll(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id, "a"))
    ahead = datetime.now(UTC) + timedelta(days=1)
    backfilled = replace(listing(source.id, "old").sightings[0], seen_at=ahead)
    captures.add_sightings(warehouse, [backfilled])
    polls.note_listed(warehouse, listing(source.id, "old", "a"))
    still = polls.note_unchanged(warehouse, source.id, PollEvent.NOT_MODIFIED, Validators())
    assert [one.url for one in still] == ["old", "a"]


def test_a_listing_that_breaks_off_half_way_leaves_nothing(
    warehouse: Warehouse, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    _PASSES.clear()
    monkeypatch.setenv("WIREWATCH_FAIL_AT", "collect.in_transaction:1:raise")
    with pytest.raises(RuntimeError, match="asked to fail"):
        polls.note_listed(warehouse, listing(source.id, "a"))
    assert polls.validators(warehouse, source.id, RULES) == Validators()
    assert events(warehouse) == []
    assert polls.note_listed(warehouse, listing(source.id, "a")) == 1


def test_a_failing_source_waits_and_one_that_works_again_does_not(warehouse: Warehouse, source: Source) -> None:
    polls.note_failed(warehouse, failed(source.id, FailureClass.SOFT), RULES)
    assert source.id in polls.waiting(warehouse)
    failing = fares(warehouse)
    assert (failing.state, failing.failure, failing.failures, failing.last_error) == ("failing", "soft", 1, "HTTP 404")
    assert failing.last_ok_at is None
    polls.note_listed(warehouse, listing(source.id, "a"))
    assert polls.waiting(warehouse) == {}
    well = fares(warehouse)
    assert (well.state, well.failure, well.failures, well.last_error) == ("ok", None, 0, None)
    assert well.last_ok_at is not None


def test_a_run_of_hard_failures_disables_and_a_probe_that_works_revives(warehouse: Warehouse, source: Source) -> None:
    for kind in (FailureClass.HARD, FailureClass.SOFT, FailureClass.HARD, FailureClass.HARD):
        assert fares(warehouse).disabled_at is None
        polls.note_failed(warehouse, failed(source.id, kind), RULES)
    disabled = fares(warehouse)
    assert disabled.state == "disabled"
    until = polls.waiting(warehouse)[source.id].until
    assert until > datetime.now(UTC) + timedelta(seconds=RULES.probe_s / 2 - 60)
    polls.note_failed(warehouse, failed(source.id, FailureClass.HARD), RULES)
    assert fares(warehouse).disabled_at == disabled.disabled_at
    polls.note_listed(warehouse, listing(source.id, "a"))
    assert fares(warehouse).state == "ok"
    assert events(warehouse) == [*["failed"] * 4, "disabled", "failed", "revived", "listed"]


def test_soft_failures_never_disable(warehouse: Warehouse, source: Source) -> None:
    for _ in range(9):
        polls.note_failed(warehouse, failed(source.id, FailureClass.SOFT), RULES)
    assert fares(warehouse).state == "failing"


def test_a_test_that_passes_lets_a_disabled_source_be_polled_at_once(warehouse: Warehouse, source: Source) -> None:
    for _ in range(RULES.disable_after):
        polls.note_failed(warehouse, failed(source.id, FailureClass.HARD), RULES)
    sources.mark_verified(warehouse, source.id)
    assert (fares(warehouse).state, polls.waiting(warehouse)) == ("new", {})
    assert events(warehouse)[-1] == "revived"


def test_a_wait_that_was_asked_for_holds_for_every_source_of_the_host(
    warehouse: Warehouse, source: Source, make_source: Callable[..., Source]
) -> None:
    make_source("south-post")
    for wait_s in (60, 60, 10):  # answers that came together, and a shorter one
        polls.put_off(warehouse, lambda url: "north-post" in url, wait_s, "HTTP 429", rules=RULES)
    assert list(polls.waiting(warehouse)) == [source.id]
    assert events(warehouse) == ["put_off"]
    polls.note_listed(warehouse, listing(source.id, "a"))  # was on its way before the host asked
    assert list(polls.waiting(warehouse)) == [source.id]


@pytest.mark.parametrize("answer", ["listed", "failed"])
def test_a_wait_that_was_asked_for_outlives_a_poll_of_a_failing_source_that_was_on_its_way(
    warehouse: Warehouse, source: Source, answer: str
) -> None:
    polls.note_failed(warehouse, failed(source.id, FailureClass.SOFT), RULES)
    polls.put_off(warehouse, lambda _: True, 9 * 3600.0, "HTTP 429", rules=RULES)
    asked = polls.waiting(warehouse)[source.id].until
    if answer == "listed":
        polls.note_listed(warehouse, listing(source.id, "a"))
    else:
        polls.note_failed(warehouse, failed(source.id, FailureClass.SOFT), RULES)
    assert polls.waiting(warehouse)[source.id].until == asked


def test_no_wait_is_longer_than_the_longest(warehouse: Warehouse, source: Source) -> None:
    polls.note_failed(warehouse, failed(source.id, FailureClass.TEMPORARY, 1e9), RULES)
    most = timedelta(seconds=RULES.longest_wait_s)
    assert polls.waiting(warehouse)[source.id].until <= datetime.now(UTC) + most
    assert fares(warehouse).state == "waiting"


def test_a_source_that_moves_starts_anew(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id, "a"))
    for _ in range(RULES.disable_after):
        polls.note_failed(warehouse, failed(source.id, FailureClass.HARD), RULES)
    sources.sync(warehouse, [replace(source, url="https://elsewhere.example/feed")])
    assert polls.validators(warehouse, source.id, RULES) == Validators()
    assert polls.waiting(warehouse) == {}
    assert fares(warehouse).disabled_at is None


def test_a_source_is_silent_when_it_works_and_lists_nothing_new(warehouse: Warehouse, source: Source) -> None:
    polls.note_listed(warehouse, listing(source.id))
    set_back(warehouse, last_new_at=datetime.now(UTC) - timedelta(days=8))
    polls.note_listed(warehouse, listing(source.id))
    assert fares(warehouse).state == "silent"
    assert fares(warehouse, silent_days=9).state == "ok"
    polls.note_listed(warehouse, listing(source.id, "new"))
    assert fares(warehouse).state == "ok"


@given(failures=st.integers(1, 10_000), hard=st.booleans(), disabled=st.booleans())
def test_a_pause_grows_to_its_longest_and_is_the_same_for_the_same_failure(
    failures: int, *, hard: bool, disabled: bool
) -> None:
    rules = PollRules()
    failure = failed("north", FailureClass.HARD if hard else FailureClass.SOFT)
    pause = polls.pause_s(rules, failure, failures, hard=failures if hard else 0, disabled=disabled)
    first = rules.hard_backoff_s if hard else rules.soft_backoff_s
    most = rules.probe_s if disabled else min(rules.longest_backoff_s, first * 2 ** min(failures - 1, 30))
    assert most / 2 <= pause <= most
    assert pause == polls.pause_s(rules, failure, failures, hard=failures if hard else 0, disabled=disabled)


def test_sources_that_fail_together_do_not_come_back_together() -> None:
    pauses = {polls.pause_s(RULES, failed(f"s{i}", FailureClass.SOFT), 1, hard=0, disabled=False) for i in range(20)}
    assert len(pauses) == 20
