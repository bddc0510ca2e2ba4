"""The outbox: decided once, delivered under one key, tried again with patience, dead in the end, and remembered."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, insert, select, update

from models import outbox, queue
from models.errors import WarehouseError
from models.records import Alert, AlertReason, Delivery, Held, Phase, Rule, Severity, Told, Trust
from models.tables import alert, delivery, exchange, rule
from models.warehouse import Warehouse, now

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
RULE = Rule(id="any", to=("desk", "phone"), phases=(Phase.AGREED,))
TOLD = Told(phase=Phase.AGREED, figures=(("AA->BB", 12), ("BB->AA", None)), independent_origins=2, conflicts=("x",))
EVENT = Alert(
    thread_key="exchange:aa-bb-2024-05-01a", event_key="exchange:aa-bb-2024-05-01a:first_report:1", rule_id="any",
    reason=AlertReason.FIRST_REPORT, severity=Severity.URGENT, trust=Trust.UNCONFIRMED, trust_reasons=("one origin",),
    title="A title", body="A body", payload='{"b": [1, "é"], "a": null}', decided_at=AT, channels=("desk", "phone"),
)  # fmt: skip


@pytest.fixture
def waiting(warehouse: Warehouse) -> outbox.Undecided:
    with warehouse.write() as connection:
        outbox.sync_rules(connection, [RULE])
        connection.execute(
            insert(exchange).values(
                slug="aa-bb-2024-05-01a", parties="AA,BB", opened_on=date(2024, 5, 1), phase="agreed", stage="alert",
                revision=1, created_at=AT,
            )
        )  # fmt: skip
        (one,) = outbox.undecided(connection)
    return one


@pytest.fixture
def posted(warehouse: Warehouse, waiting: outbox.Undecided) -> None:
    with warehouse.write() as connection:
        outbox.record(connection, waiting, [(EVENT, TOLD)])


@pytest.fixture
def let_pass(warehouse: Warehouse) -> Callable[[], None]:
    """Let leases lapse and pauses end."""

    def let() -> None:
        with warehouse.write() as connection:
            connection.execute(update(delivery).values(next_try_at=None))
            held = update(delivery).where(delivery.c.lease_until.is_not(None))
            connection.execute(held.values(lease_until=AT))

    return let


def count(warehouse: Warehouse) -> tuple[int, int]:
    with warehouse.read() as connection:
        tables = (alert, delivery)
        alerts, deliveries = (connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables)
    return alerts, deliveries


def test_an_alert_its_deliveries_and_the_stage_are_one_transaction(
    warehouse: Warehouse, waiting: outbox.Undecided
) -> None:
    def die() -> None:
        with warehouse.write() as connection:
            outbox.record(connection, waiting, [(EVENT, TOLD)])
            raise LookupError

    with pytest.raises(LookupError):
        die()
    assert count(warehouse) == (0, 0)
    with warehouse.write() as connection:
        assert outbox.record(connection, waiting, [(EVENT, TOLD)]) == 1
        assert outbox.undecided(connection) == ()
    assert count(warehouse) == (1, 2)


@pytest.mark.usefixtures("posted")
def test_the_same_event_is_recorded_once(warehouse: Warehouse, waiting: outbox.Undecided) -> None:
    with warehouse.write() as connection:
        assert outbox.record(connection, waiting, [(EVENT, TOLD)]) == 0
    assert count(warehouse) == (1, 2)


@pytest.mark.usefixtures("posted")
def test_two_rules_that_tell_one_channel_the_same_tell_it_once(warehouse: Warehouse, waiting: outbox.Undecided) -> None:
    with warehouse.write() as connection:
        outbox.sync_rules(connection, [replace(RULE, id="second")])
        assert outbox.record(connection, waiting, [(replace(EVENT, rule_id="second"), TOLD)]) == 1
    assert count(warehouse) == (2, 2)


def test_a_suppressed_alert_is_kept_and_remembered_and_not_delivered(
    warehouse: Warehouse, waiting: outbox.Undecided
) -> None:
    with warehouse.write() as connection:
        outbox.record(connection, waiting, [(replace(EVENT, suppressed="stale"), TOLD)])
        assert outbox.told(connection, waiting.exchange_id, "any") == replace(
            TOLD, event_keys=frozenset([EVENT.event_key])
        )
        assert outbox.told(connection, waiting.exchange_id, "another") == Told()
        (logged,) = outbox.alerts(connection)
    assert logged.suppressed == "stale"
    assert count(warehouse) == (1, 0)


@pytest.mark.usefixtures("posted")
def test_two_senders_never_hold_the_same_delivery_and_the_oldest_goes_first(warehouse: Warehouse) -> None:
    first, second = outbox.take(warehouse, "a"), outbox.take(warehouse, "b")
    assert outbox.take(warehouse, "c") is None
    assert first is not None
    assert second is not None
    assert (first.channel, second.channel, first.attempt) == ("desk", "phone", 1)
    assert first.key == f"{EVENT.event_key}:desk"
    assert first.payload == '{"a": null, "b": [1, "é"]}'


@pytest.mark.usefixtures("posted")
def test_a_delivery_is_marked_by_its_holder_only(warehouse: Warehouse) -> None:
    held = outbox.take(warehouse, "a")
    assert held is not None
    assert outbox.mark_sent(warehouse, "b", held, "200") is False
    assert outbox.mark_sent(warehouse, "a", held, "200 " + "x" * 900) is True
    assert outbox.mark_sent(warehouse, "a", held, "200") is False
    with warehouse.read() as connection:
        sent = next(one for one in outbox.deliveries(connection) if one.state == "sent")
        assert outbox.unsent(connection) == 1
    assert (sent.key, len(sent.response or "")) == (held.key, 500)
    assert sent.sent_at is not None


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(
    ("attempt", "asked", "pause"),
    [(1, None, 10), (2, None, 20), (4, None, 80), (7, None, 640), (1, 120.0, 120), (1, 1e9, 900), (7, 1.0, 640)],
)
def test_pauses_grow_and_never_exceed_a_quarter_of_an_hour(
    warehouse: Warehouse, attempt: int, asked: float | None, pause: float
) -> None:
    held = outbox.take(warehouse, "a")
    assert held is not None
    failed = replace(held, attempt=attempt)
    outbox.mark_failed(warehouse, "a", failed, "503", final=False, retry_after_s=asked)
    with warehouse.read() as connection:
        due = connection.execute(select(delivery.c.next_try_at).where(delivery.c.key == held.key)).scalar_one()
        assert (due - now(connection)).total_seconds() == pytest.approx(pause, abs=3)
        later = connection.execute(select(delivery.c.key).where(delivery.c.next_try_at.is_(None))).scalars().all()
    assert later == [f"{EVENT.event_key}:phone"]


@pytest.mark.usefixtures("posted")
def test_a_delivery_dies_after_its_last_try_and_can_be_sent_again(
    warehouse: Warehouse, let_pass: Callable[[], None]
) -> None:
    held: Delivery | None = None
    for _ in range(outbox.MAX_TRIES):
        let_pass()
        held = outbox.take(warehouse, "a")
        assert held is not None
        outbox.mark_failed(warehouse, "a", held, "503", final=False)
    assert held is not None
    with warehouse.read() as connection:
        states = {one.key: (one.state, one.last_error) for one in outbox.deliveries(connection)}
    assert states[held.key] == ("dead", "503")
    outbox.resend(warehouse, held.key)
    again = outbox.take(warehouse, "a")
    assert again is not None
    assert (again.key, again.attempt) == (held.key, 1)
    with pytest.raises(WarehouseError, match="no dead delivery"):
        outbox.resend(warehouse, held.key)


@pytest.mark.usefixtures("posted")
def test_what_a_channel_will_never_take_dies_at_once(warehouse: Warehouse) -> None:
    held = outbox.take(warehouse, "a")
    assert held is not None
    outbox.mark_failed(warehouse, "b", held, "not mine", final=True)
    outbox.mark_failed(warehouse, "a", held, "410", final=True)
    with warehouse.read() as connection:
        assert [(d.state, d.last_error) for d in outbox.deliveries(connection) if d.key == held.key] == [
            ("dead", "410")
        ]


@pytest.mark.usefixtures("posted")
def test_a_delivery_that_kills_every_sender_dies_too(warehouse: Warehouse, let_pass: Callable[[], None]) -> None:
    for _ in range(outbox.MAX_TRIES):
        let_pass()
        assert outbox.take(warehouse, "dies") is not None
        let_pass()
        assert outbox.take(warehouse, "dies") is not None
    let_pass()
    assert outbox.take(warehouse, "a") is None
    with warehouse.read() as connection:
        assert {(d.state, d.last_error) for d in outbox.deliveries(connection)} == {
            ("dead", "its sender died each time")
        }


@pytest.mark.usefixtures("posted")
def test_a_sender_that_stops_gives_its_delivery_back_untried(warehouse: Warehouse) -> None:
    assert outbox.take(warehouse, "a") is not None
    assert queue.release(warehouse, queue.Worker(name="a")) == 1
    again = outbox.take(warehouse, "b")
    assert again is not None
    assert again.attempt == 1


def test_a_rule_is_kept_as_it_last_stood(warehouse: Warehouse) -> None:
    with warehouse.write() as connection:
        outbox.sync_rules(connection, [RULE])
        before = connection.execute(select(rule)).one()
        time.sleep(0.01)
        outbox.sync_rules(connection, [RULE])
        assert connection.execute(select(rule)).one() == before
        outbox.sync_rules(connection, [replace(RULE, max_age_h=9)])
        after = connection.execute(select(rule)).one()
    assert after.definition["max_age_h"] == 9
    assert after.updated_at > before.updated_at


# ---------------------------------------------------------------- every try


@pytest.mark.usefixtures("posted")
def test_every_try_is_kept_with_its_word_and_what_was_sent(warehouse: Warehouse, let_pass: Callable[[], None]) -> None:
    key = f"{EVENT.event_key}:desk"
    for word in ("503", "", "200"):
        held = outbox.take(warehouse, "a")
        assert held is not None
        if word == "503":
            outbox.mark_failed(warehouse, "a", held, "503 " + "x" * 900, final=False)
        elif word:
            outbox.mark_sent(warehouse, "a", held, "200")
        let_pass()
    with warehouse.read() as connection:
        sent, died, refused = outbox.attempts(connection, key)
        assert outbox.attempts(connection) == (sent, died, refused)
        assert outbox.attempts(connection, "no such key") == ()
    assert (sent.answer, sent.error, sent.channel) == ("200", None, "desk")
    assert (died.answer, died.error, died.latency_s) == (None, None, None)
    assert (refused.answer, len(refused.error or "")) == (None, 500)
    assert sent.latency_s is not None
    assert sent.latency_s >= 0
    assert refused.started_at <= died.started_at <= sent.started_at
    told = f'{EVENT.title}\n{EVENT.body}\n{{"a": null, "b": [1, "é"]}}'
    assert {one.payload_sha256 for one in (sent, died, refused)} == {hashlib.sha256(told.encode()).hexdigest()}


@pytest.mark.usefixtures("posted")
def test_a_word_that_comes_after_the_lease_is_noted_and_changes_no_state(
    warehouse: Warehouse, let_pass: Callable[[], None]
) -> None:
    slow = outbox.take(warehouse, "slow")
    let_pass()
    quick = outbox.take(warehouse, "quick")
    assert slow is not None
    assert quick is not None
    assert slow.key == quick.key
    assert outbox.mark_sent(warehouse, "slow", slow, "200 late") is False
    outbox.mark_failed(warehouse, "nobody", quick, "not mine", final=True)
    with warehouse.read() as connection:
        assert [one.answer for one in outbox.attempts(connection, slow.key)] == [None, "200 late"]
        assert {one.state for one in outbox.deliveries(connection)} == {"waiting"}


@pytest.mark.usefixtures("posted")
def test_the_dead_are_named_and_not_counted_as_waiting(warehouse: Warehouse) -> None:
    held = outbox.take(warehouse, "a")
    assert held is not None
    outbox.mark_failed(warehouse, "a", held, "410", final=True)
    with warehouse.read() as connection:
        assert outbox.dead(connection) == (held.key,)
        assert outbox.unsent(connection) == 1


# ---------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("severity", "urgent_too", "goes"),
    [
        (Severity.NOTICE, False, ["phone"]),
        (Severity.URGENT, False, ["desk", "phone"]),
        (Severity.URGENT, True, ["phone"]),
    ],
)
def test_a_channel_in_its_quiet_hours_is_left_alone(
    warehouse: Warehouse,
    waiting: outbox.Undecided,
    severity: Severity,
    urgent_too: bool,  # noqa: FBT001 - a row
    goes: list[str],
) -> None:
    held = [Held(channel="desk", urgent_too=urgent_too)]
    with warehouse.write() as connection:
        outbox.record(connection, waiting, [(replace(EVENT, severity=severity), TOLD)])
    taken = [outbox.take(warehouse, "a", held=held) for _ in "ab"]
    assert [one.channel for one in taken if one] == goes
    with warehouse.read() as connection:
        assert outbox.unsent(connection, held=held) == len(goes)
        assert outbox.unsent(connection) == 2


def test_what_was_held_goes_out_oldest_first_when_quiet_hours_end(
    warehouse: Warehouse, waiting: outbox.Undecided
) -> None:
    held = [Held(channel="desk", urgent_too=True), Held(channel="phone", urgent_too=True)]
    for number in range(3):
        with warehouse.write() as connection:
            connection.execute(update(exchange).values(stage="alert"))
            event = replace(EVENT, event_key=f"{EVENT.event_key}{number}", channels=("desk",))
            outbox.record(connection, waiting, [(event, TOLD)])
        assert outbox.take(warehouse, "a", held=held) is None
    taken = [outbox.take(warehouse, "a") for _ in range(3)]
    assert [one.key for one in taken if one] == [f"{EVENT.event_key}{number}:desk" for number in range(3)]
    assert [one.attempt for one in taken if one] == [1, 1, 1]


def test_of_two_rules_that_tell_one_channel_the_louder_is_not_held(
    warehouse: Warehouse, waiting: outbox.Undecided
) -> None:
    with warehouse.write() as connection:
        outbox.sync_rules(connection, [replace(RULE, id="soft")])
        soft = replace(EVENT, rule_id="soft", severity=Severity.INFO, channels=("desk",))
        outbox.record(connection, waiting, [(soft, TOLD), (replace(EVENT, channels=("desk",)), TOLD)])
    taken = outbox.take(warehouse, "a", held=[Held(channel="desk", urgent_too=False)])
    assert taken is not None
    assert taken.channel == "desk"


def test_when_a_thread_last_told_is_known_and_what_was_suppressed_told_nobody(
    warehouse: Warehouse, waiting: outbox.Undecided
) -> None:
    with warehouse.write() as connection:
        outbox.record(connection, waiting, [(replace(EVENT, suppressed="stale"), TOLD)])
        assert outbox.last_told_at(connection, waiting.exchange_id) is None
        outbox.record(connection, waiting, [(replace(EVENT, event_key="another"), TOLD)])
        last = outbox.last_told_at(connection, waiting.exchange_id)
        assert last is not None
        assert abs((now(connection) - last).total_seconds()) < 60
