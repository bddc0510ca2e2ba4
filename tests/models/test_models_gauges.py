"""GAUGES counts runs, queues, leases, sources and deliveries as they stand, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from models import captures, polls, queue
from models.gauges import Count, gauges, lapsed_leases
from models.records import Discard, DiscardReason, FailureClass, Page, PollFailure, PollRules, Report
from models.rows import new_id
from models.runs import logged
from models.stories import throw_out
from models.tables import alert, capture, delivery, exchange, exchange_member, rule, run
from models.warehouse import Warehouse, now

WORKER = queue.Worker(name="w", lease_s=60, max_attempts=1)


@pytest.fixture
def posted(warehouse: Warehouse) -> str:
    """One alert on its way to one channel; gives the delivery's key."""
    with warehouse.write() as connection:
        at = now(connection)
        shared = {"thread_key": "exchange:x", "event_key": "exchange:x:first_report:1", "reason": "first_report"}
        shared |= {"severity": "urgent", "trust": "unconfirmed", "title": "t", "body": "b"}
        opened = insert(exchange).values(
            slug="x", parties="A,B", opened_on=at.date(), phase="agreed", stage="alerted", revision=1, created_at=at
        )
        exchange_id = new_id(connection.execute(opened))
        connection.execute(insert(rule).values(id="any", definition={}, updated_at=at))
        made = insert(alert).values(
            exchange_id=exchange_id, rule_id="any", trust_reasons=[], payload={}, told={}, decided_at=at,
            created_at=at, **shared,
        )  # fmt: skip
        alert_id = new_id(connection.execute(made))
        connection.execute(insert(delivery).values(key="exchange:x:duty", alert_id=alert_id, channel="duty"))
    return "exchange:x:duty"


def numbers(counts: tuple[Count, ...]) -> dict[tuple[str, ...], float]:
    return {count.of: count.number for count in counts}


def test_an_empty_warehouse_counts_nothing_and_has_a_size(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        found = gauges(connection)
    assert found.size_bytes > 0
    assert (found.items, found.runs, found.last_runs, found.oldest_s, found.leases) == ((), (), (), (), ())
    assert set(numbers(found.waiting).values()) == set(numbers(found.rows).values()) == {0}


def test_runs_are_counted_by_how_they_ended_and_items_by_what_became_of_them(warehouse: Warehouse) -> None:
    for read in (3, 4):
        with logged(warehouse, "clean") as going:
            going.report = Report(step="clean", read=read, written=read - 1, discarded=1)
    with pytest.raises(OSError, match="full"), logged(warehouse, "clean"):
        raise OSError("full")
    with warehouse.write() as connection:
        connection.execute(insert(run).values(step="tag", started_at=now(connection), notes=[]))
    with warehouse.read() as connection:
        found = gauges(connection)
    assert numbers(found.runs) == {("clean", "ok"): 2, ("clean", "failed"): 1, ("tag", "unfinished"): 1}
    assert numbers(found.items)["clean", "read"] == 7
    assert numbers(found.items)["clean", "discarded"] == 2
    last = {one.step: one for one in found.last_runs}
    assert (last["clean"].result, last["tag"].result, last["tag"].duration_s) == ("failed", "unfinished", None)
    assert last["clean"].succeeded_at is not None
    assert last["tag"].succeeded_at is None


def test_what_waits_is_as_old_as_its_capture_is_with_us_and_not_as_its_page(
    warehouse: Warehouse, make_page: Callable[..., Page]
) -> None:
    with logged(warehouse, "ingest") as going:  # the page says 2024, as one from an old archive does
        captures.add(warehouse, [make_page("https://a.example/1", b"x")], run_id=going.id)
    with warehouse.read() as connection:
        found = gauges(connection)
    assert numbers(found.waiting)["clean",] == 1
    assert numbers(found.oldest_s)["clean",] < 3600


def test_a_text_and_an_exchange_wait_too(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    version = add_version("https://a.example/1", "words")
    with warehouse.write() as connection:
        opened = insert(exchange).values(
            slug="a-b-2024-05-01a", parties="A,B", opened_on=now(connection).date(), phase="agreed", stage="alert",
            revision=1, created_at=now(connection),
        )  # fmt: skip
        exchange_id = new_id(connection.execute(opened))
        connection.execute(insert(exchange_member).values(version_id=version, exchange_id=exchange_id))
    with warehouse.read() as connection:
        found = gauges(connection)
    assert numbers(found.exchanges) == {("agreed",): 1}
    assert (numbers(found.waiting)["tag",], numbers(found.waiting)["decide",]) == (1, 1)
    assert {of for (of,) in numbers(found.oldest_s)} == {"clean", "tag", "decide"}


def test_leases_are_live_until_they_lapse(warehouse: Warehouse, make_page: Callable[..., Page]) -> None:
    captures.add(warehouse, [make_page(f"https://a.example/{i}", bytes([i])) for i in (65, 66)])
    queue.claim(warehouse, queue.CLEAN, WORKER, limit=1)
    with warehouse.read() as connection:
        assert numbers(gauges(connection).leases) == {("clean", "live"): 1}
        assert lapsed_leases(connection) == ()
    with warehouse.write() as connection:
        connection.execute(update(capture).values(lease_until=now(connection) - timedelta(hours=1), lease_owner="w"))
    with warehouse.read() as connection:
        assert numbers(gauges(connection).leases) == {("clean", "lapsed"): 2}
        (lapsed,) = lapsed_leases(connection)
    assert (lapsed.queue, lapsed.number) == ("clean", 2)


def test_discards_quarantine_and_sources_are_counted(warehouse: Warehouse, make_page: Callable[..., Page]) -> None:
    captures.add(warehouse, [make_page(f"https://a.example/{i}", bytes([i])) for i in (65, 66)])
    (first,) = queue.claim(warehouse, queue.CLEAN, WORKER, limit=1)
    (second,) = queue.claim(warehouse, queue.CLEAN, WORKER, limit=1)
    with queue.finish(warehouse, queue.CLEAN, WORKER, [first], stage="discarded") as connection:
        throw_out(connection, first, Discard(url="https://a.example/65", reason=DiscardReason.NO_BODY))
    assert queue.fail(warehouse, queue.CLEAN, WORKER, second, "torn")
    failure = PollFailure(source_id="north-post", kind=FailureClass.SOFT, reason="HTTP 500")
    polls.note_failed(warehouse, failure, PollRules())
    with warehouse.read() as connection:
        found = gauges(connection)
    assert numbers(found.discards) == {("no_body",): 1}
    assert numbers(found.quarantined) == {("clean",): 1}
    (fare,) = found.sources
    assert (fare.id, fare.verified, fare.failing, fare.last_ok_at) == ("north-post", True, True, None)


def test_a_lapsed_delivery_is_a_lapsed_lease(warehouse: Warehouse, posted: str) -> None:
    with warehouse.write() as connection:
        past = now(connection) - timedelta(hours=1)
        connection.execute(update(delivery).where(delivery.c.key == posted).values(lease_owner="w", lease_until=past))
    with warehouse.read() as connection:
        found = gauges(connection)
        (lapsed,) = lapsed_leases(connection)
    assert numbers(found.leases) == {("deliver", "lapsed"): 1}
    assert (lapsed.queue, lapsed.number) == ("deliver", 1)
    assert numbers(found.alerts) == {("first_report", ""): 1}
    assert numbers(found.deliveries) == {("duty", "waiting"): 1}
    assert numbers(found.oldest_s)["deliver",] < 60
