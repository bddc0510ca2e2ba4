"""What digests and the feed are made of: events of a time, silent sources, the latest of each thread; posted once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from models import digests, outbox
from models.records import Alert, AlertReason, Digest, Held, Phase, Rule, Severity, Source, Told, Trust
from models.tables import delivery, digest, exchange, sighting
from models.threads import threads
from models.warehouse import Warehouse

DAY = datetime(2024, 5, 2, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
URL = "http://127.0.0.1:8080/exchanges/x"
DIGEST = Digest(
    key="digest:day:2024-05-02", title="t", body="b", html="<p>b</p>", payload='{"is_news": true}', is_news=True
)


def alerted(number: int, at: datetime, *, slug: str = "aa-bb-2024-05-02a", rule: str = "any") -> Alert:
    payload = {
        "reasons": ["phase_changed", "new_origin"], "changes": [f"phase {number}", "origins 1 → 2"], "url": URL,
        "legs": [{"releasing": "BB", "receiving": None}], "sides_heard": ["AA"], "sides_missing": [],
    }  # fmt: skip
    return Alert(
        thread_key=f"exchange:{slug}", event_key=f"exchange:{slug}:phase_changed:{number}", rule_id=rule,
        reason=AlertReason.PHASE_CHANGED, severity=Severity.NOTICE, trust=Trust.UNCONFIRMED, trust_reasons=(),
        title=f"title {number}", body=f"body {number}", payload=json.dumps(payload), decided_at=at,
    )  # fmt: skip


@pytest.fixture
def tell(warehouse: Warehouse) -> Callable[..., None]:
    """Record alerts on an exchange of their slug."""
    with warehouse.write() as connection:
        outbox.sync_rules(connection, [Rule(id="any"), Rule(id="other")])

    def record(*alerts: Alert) -> None:
        for one in alerts:
            slug = one.thread_key.removeprefix("exchange:")
            with warehouse.write() as connection:
                changed = update(exchange).where(exchange.c.slug == slug).values(stage="alert")
                if connection.execute(changed).rowcount == 0:
                    row = {"slug": slug, "parties": "AA,BB", "opened_on": date(2024, 5, 2), "phase": "agreed"}
                    connection.execute(insert(exchange).values(**row, stage="alert", revision=1, created_at=DAY))
                (waiting,) = outbox.undecided(connection)
                outbox.record(connection, waiting, [(one, Told(phase=Phase.AGREED))])

    return record


def test_a_digest_is_of_what_was_decided_in_its_time(warehouse: Warehouse, tell: Callable[..., None]) -> None:
    tell(
        alerted(1, DAY - timedelta(seconds=1)),
        alerted(3, DAY + timedelta(hours=3)),
        alerted(2, DAY),
        alerted(2, DAY, rule="other"),
        replace(alerted(4, DAY), suppressed="stale"),
        alerted(5, NEXT),
    )
    with warehouse.read() as connection:
        found = digests.facts(connection, since=DAY, until=NEXT)
    assert [one.title for one in found.events] == ["title 2", "title 3"]
    assert found.events[0].changes == ("phase 2", "origins 1 → 2")
    assert found.events[0].reasons == (AlertReason.PHASE_CHANGED, AlertReason.NEW_ORIGIN)
    assert (found.events[0].exchange, found.events[0].url, found.suppressed) == ("aa-bb-2024-05-02a", URL, 1)


def test_what_one_rule_told_is_in_the_digest_though_it_was_too_old_for_another(
    warehouse: Warehouse, tell: Callable[..., None]
) -> None:
    tell(replace(alerted(1, DAY), suppressed="stale"), alerted(1, DAY, rule="other"))
    with warehouse.read() as connection:
        found = digests.facts(connection, since=DAY, until=NEXT)
    assert ([one.title for one in found.events], found.suppressed) == (["title 1"], 0)


def test_a_source_that_gave_nothing_new_in_the_time_is_silent(
    warehouse: Warehouse, make_source: Callable[..., Source]
) -> None:
    make_source("never")
    times = {
        "before": DAY - timedelta(hours=1),
        "within": DAY + timedelta(hours=1),
        "after": NEXT + timedelta(hours=1),
    }
    for name, at in times.items():
        make_source(name)
        row = {"source_id": name, "url": "u", "position": 0, "title": "", "published_text": "", "times": 1}
        with warehouse.write() as connection:
            connection.execute(insert(sighting).values(**row, first_seen_at=at, last_seen_at=at))
    with warehouse.read() as connection:
        silent = digests.facts(connection, since=DAY, until=NEXT).silent
    assert [(one.source_id, one.last_heard_at) for one in silent] == [
        ("after", None),
        ("before", times["before"]),
        ("never", None),
    ]


def test_a_digest_is_posted_once_to_each_channel_and_stays_as_it_was_told(warehouse: Warehouse) -> None:
    def post(*channels: str, title: str = "t") -> int:
        with warehouse.write() as connection:
            return digests.post(connection, replace(DIGEST, title=title), channels, since=DAY, until=NEXT)

    assert post("desk", "phone") == 2
    assert post("desk", "phone", title="another") == 0
    assert post("desk", "mail", title="another") == 1
    with warehouse.read() as connection:
        assert digests.find(connection, DIGEST.key) == DIGEST
        assert digests.find(connection, "digest:day:2024-05-01") is None
        assert connection.execute(select(func.count()).select_from(digest)).scalar_one() == 1
        keys = connection.execute(select(delivery.c.key).order_by(delivery.c.id)).scalars().all()
    assert keys == [f"{DIGEST.key}:{channel}" for channel in ("desk", "phone", "mail")]


def test_a_digest_travels_like_an_alert_and_is_never_urgent(warehouse: Warehouse) -> None:
    with warehouse.write() as connection:
        digests.post(connection, DIGEST, ["desk"], since=DAY, until=NEXT)
    assert outbox.take(warehouse, "a", held=[Held(channel="desk", urgent_too=False)]) is None
    taken = outbox.take(warehouse, "a")
    assert taken is not None
    assert (taken.key, taken.title, taken.body, taken.html) == (f"{DIGEST.key}:desk", "t", "b", "<p>b</p>")
    assert outbox.mark_sent(warehouse, "a", taken, "200")
    with warehouse.read() as connection:
        assert [one.answer for one in outbox.attempts(connection)] == ["200"]


def test_a_feed_is_as_loud_as_the_loudest_rule_that_told_the_event(
    warehouse: Warehouse, tell: Callable[..., None]
) -> None:
    tell(replace(alerted(1, DAY), severity=Severity.INFO))
    tell(
        replace(alerted(2, NEXT), severity=Severity.URGENT),
        replace(alerted(2, NEXT, rule="other"), severity=Severity.INFO),
    )
    with warehouse.read() as connection:
        (thread,) = threads(connection)
    assert (thread.title, thread.severity, thread.opened_at) == ("title 2", Severity.URGENT, DAY)


def test_a_feed_has_the_latest_of_each_thread_and_nothing_that_was_suppressed(
    warehouse: Warehouse, tell: Callable[..., None]
) -> None:
    tell(
        alerted(1, DAY),
        alerted(1, DAY + timedelta(hours=2), slug="aa-bb-2024-05-02b"),
        alerted(2, DAY + timedelta(hours=1)),
        replace(alerted(3, DAY + timedelta(hours=5)), suppressed="stale"),
        replace(alerted(1, DAY, slug="aa-bb-2024-05-02c"), suppressed="stale"),
    )
    with warehouse.read() as connection:
        first, second = threads(connection)
        assert threads(connection, most=1) == (first,)
    assert (first.thread_key, first.title) == ("exchange:aa-bb-2024-05-02b", "title 1")
    assert (second.title, second.body, second.url) == ("title 2", "body 2", URL)
    assert (second.opened_at, second.updated_at) == (DAY, DAY + timedelta(hours=1))
    assert (second.severity, second.parties) == (Severity.NOTICE, ("AA", "BB"))
