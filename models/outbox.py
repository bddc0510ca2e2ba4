"""Alerts and the outbox: decided once, delivered at least once, always under the same key.

The alert rows, their deliveries and the exchange's stage change are one transaction. A delivery is leased, sent outside
any transaction and marked; a sender that dies in between sends again under the same idempotency key. Every try is a row
of `attempt`: opened with the lease, closed with the channel's word, and left open by a sender that died.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, not_, or_, select, update

from models.errors import WarehouseError
from models.records import Alert, Delivery, Held, Phase, Rule, Severity, Told
from models.rows import new_id
from models.secrecy import redacted
from models.tables import alert, attempt, delivery, digest, exchange, exchange_member, rule, story_version
from models.warehouse import Warehouse, now

MAX_TRIES = 8
_BACK_OFF_S = 10
_BACK_OFF_MAX_S = 900
_WORD: Final = 500  # characters of what a channel said
_LOUDNESS: Final = (Severity.URGENT, Severity.NOTICE, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """An exchange that changed since alerts were last decided on it."""

    exchange_id: int
    slug: str
    revision: int


def last_told_at(connection: Connection, exchange_id: int) -> datetime | None:
    """When the thread of an exchange last told anybody, under any rule, by the database's clock; None before that."""
    told_ones = select(func.max(alert.c.created_at)).where(alert.c.exchange_id == exchange_id)
    found: datetime | None = connection.execute(told_ones.where(alert.c.suppressed.is_(None))).scalar_one_or_none()
    return found


def undecided(connection: Connection) -> tuple[Undecided, ...]:
    """Exchanges that wait for the alert step, the oldest opening first.

    One with a member that was tagged again and not linked since is left for later: its cells are not whole.
    """
    halfway = (
        select(exchange_member.c.exchange_id)
        .join(story_version, story_version.c.id == exchange_member.c.version_id)
        .where(story_version.c.stage == "link")
    )
    rows = connection.execute(
        select(exchange)
        .where(exchange.c.stage == "alert", exchange.c.id.not_in(halfway))
        .order_by(exchange.c.opened_on, exchange.c.slug)
    )
    return tuple(Undecided(exchange_id=row.id, slug=row.slug, revision=row.revision) for row in rows)


def sync_rules(connection: Connection, rules: Sequence[Rule]) -> None:
    """Bring the rule rows in step with the watch file."""
    for wanted in rules:
        definition = json.loads(json.dumps(asdict(wanted)))
        stored = connection.execute(select(rule).where(rule.c.id == wanted.id)).one_or_none()
        if stored is None:
            connection.execute(insert(rule).values(id=wanted.id, definition=definition, updated_at=now(connection)))
        elif stored.definition != definition:
            connection.execute(
                update(rule).where(rule.c.id == wanted.id).values(definition=definition, updated_at=now(connection))
            )


def told(connection: Connection, exchange_id: int, rule_id: str) -> Told:
    """What the thread of an exchange has told under a rule, suppressed events included."""
    rows = connection.execute(
        select(alert.c.event_key, alert.c.told)
        .where(alert.c.exchange_id == exchange_id, alert.c.rule_id == rule_id)
        .order_by(alert.c.id)
    ).all()
    if not rows:
        return Told()
    last = rows[-1].told
    return Told(
        event_keys=frozenset(row.event_key for row in rows),
        phase=Phase(last["phase"]) if last["phase"] else None,
        figures=tuple((leg, count) for leg, count in last["figures"]),
        independent_origins=last["independent_origins"],
        conflicts=tuple(last["conflicts"]),
        corrected=last["corrected"],
    )


def record(connection: Connection, waiting: Undecided, decided: Sequence[tuple[Alert, Told]]) -> int:
    """Store what was decided on one exchange and close its stage; gives how many alerts are new.

    The loudest first: where two rules tell one channel the same, its delivery is that of the louder.

    Raises:
        WarehouseError: the exchange changed meanwhile; nothing is kept and it is decided again.
    """
    by_loudness = sorted(decided, key=lambda pair: _LOUDNESS.index(pair[0].severity))
    fresh = sum(_record_one(connection, waiting.exchange_id, event, after) for event, after in by_loudness)
    closed = connection.execute(
        update(exchange)
        .where(exchange.c.id == waiting.exchange_id, exchange.c.revision == waiting.revision)
        .values(stage="alerted")
    ).rowcount
    if closed != 1:
        raise WarehouseError(f"exchange {waiting.slug}", "changed meanwhile", hint="it is decided again")
    return fresh


def _record_one(connection: Connection, exchange_id: int, event: Alert, after: Told) -> int:
    same = (alert.c.rule_id == event.rule_id) & (alert.c.event_key == event.event_key)
    if connection.execute(select(alert.c.id).where(same)).first():
        return 0
    alert_id = new_id(
        connection.execute(
            insert(alert).values(
                exchange_id=exchange_id,
                rule_id=event.rule_id,
                thread_key=event.thread_key,
                event_key=event.event_key,
                reason=event.reason.value,
                severity=event.severity.value,
                trust=event.trust.value,
                trust_reasons=list(event.trust_reasons),
                title=event.title,
                body=event.body,
                payload=json.loads(event.payload),
                told=_told_fields(after),
                suppressed=event.suppressed,
                decided_at=event.decided_at,
                created_at=now(connection),
            )
        )
    )
    for channel in () if event.suppressed else event.channels:
        _post(connection, alert_id, event.event_key, channel)
    return 1


def _post(connection: Connection, alert_id: int, event_key: str, channel: str) -> None:
    """Two rules that send one event to one channel post it once."""
    key = f"{event_key}:{channel}"
    if not connection.execute(select(delivery.c.id).where(delivery.c.key == key)).first():
        connection.execute(insert(delivery).values(key=key, alert_id=alert_id, channel=channel))


def _told_fields(after: Told) -> dict[str, Any]:
    return {
        "phase": after.phase.value if after.phase else None,
        "figures": [list(pair) for pair in after.figures],
        "independent_origins": after.independent_origins,
        "conflicts": list(after.conflicts),
        "corrected": after.corrected,
    }


# ---------------------------------------------------------------- deliveries


def take(warehouse: Warehouse, owner: str, *, lease_s: int = 120, held: Sequence[Held] = ()) -> Delivery | None:
    """Lease the oldest delivery that is due; None when nothing is. One that outlived its senders too often is dead.

    Args:
        warehouse: where.
        owner: who will hold the lease.
        lease_s: seconds that it lasts.
        held: channels in their quiet hours; what goes to them stays where it is, in its place.
    """
    with warehouse.write() as connection:
        moment = now(connection)
        due = (
            select(delivery.c.id)
            .where(delivery.c.state == "waiting")
            .where(or_(delivery.c.lease_until.is_(None), delivery.c.lease_until < moment))
            .where(or_(delivery.c.next_try_at.is_(None), delivery.c.next_try_at <= moment))
            .where(*(not_(_is_held(one)) for one in held))
            .order_by(delivery.c.id)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite, where writers are alone, leaves it out
        )
        _bury(connection, due.where(delivery.c.attempts >= MAX_TRIES))
        row_id = connection.execute(due.limit(1)).scalar_one_or_none()
        if row_id is None:
            return None
        connection.execute(
            update(delivery)
            .where(delivery.c.id == row_id)
            .values(
                lease_owner=owner,
                lease_until=moment + timedelta(seconds=lease_s),
                attempts=delivery.c.attempts + 1,
            )
        )
        taken = _load(connection, int(row_id))
        opened = insert(attempt).values(delivery_id=row_id, sender=owner, started_at=moment)
        connection.execute(opened.values(payload_sha256=_sha256(taken)))
    return taken


def _is_held(one: Held) -> ColumnElement[bool]:
    """Whether a delivery goes to a channel that is to be left alone now; a digest is never urgent."""
    here = delivery.c.channel == one.channel
    if one.urgent_too:
        return here
    urgent = select(alert.c.id).where(alert.c.severity == Severity.URGENT.value)
    return and_(here, or_(delivery.c.alert_id.is_(None), delivery.c.alert_id.not_in(urgent)))


def _bury(connection: Connection, worn: Select[int]) -> None:
    connection.execute(
        update(delivery)
        .where(delivery.c.id.in_(connection.execute(worn).scalars().all()))
        .values(
            state="dead",
            lease_owner=None,
            lease_until=None,
            last_error=func.coalesce(delivery.c.last_error, "its sender died each time"),
        )
    )


def _load(connection: Connection, row_id: int) -> Delivery:
    row = connection.execute(select(delivery).where(delivery.c.id == row_id)).one()
    table, carried = (digest, row.digest_id) if row.alert_id is None else (alert, row.alert_id)
    told_one = connection.execute(select(table).where(table.c.id == carried)).one()
    return Delivery(
        key=row.key,
        channel=row.channel,
        title=told_one.title,
        body=told_one.body,
        html=told_one.html if table is digest else "",
        payload=json.dumps(told_one.payload, ensure_ascii=False, sort_keys=True),
        attempt=row.attempts,
    )


def _sha256(sent: Delivery) -> str:
    return hashlib.sha256(f"{sent.title}\n{sent.body}\n{sent.payload}".encode()).hexdigest()


def mark_sent(warehouse: Warehouse, owner: str, sent: Delivery, response: str) -> bool:
    """Remember that a channel took it; False when the lease was lost (another sender sends it again, same key)."""
    with warehouse.write() as connection:
        _close_attempt(connection, owner, sent, answer=redacted(response)[:_WORD])
        return bool(
            connection.execute(
                update(delivery)
                .where(delivery.c.key == sent.key, delivery.c.lease_owner == owner, delivery.c.state == "waiting")
                .values(
                    state="sent",
                    sent_at=now(connection),
                    response=redacted(response)[:_WORD],
                    lease_owner=None,
                    lease_until=None,
                    last_error=None,
                )
            ).rowcount
        )


def mark_failed(
    warehouse: Warehouse, owner: str, failed: Delivery, cause: str, *, final: bool, retry_after_s: float | None = None
) -> None:
    """Remember why a channel did not take it: tried again later, or dead after the last try.

    Args:
        warehouse: where.
        owner: the holder of the lease; another's word changes nothing.
        failed: the delivery as it was leased.
        cause: why, in one line.
        final: the channel never will take it.
        retry_after_s: seconds to wait as the channel asked; 15 minutes at most, so that a silly answer mutes nobody,
            and never less than our own pause, or "1" eight times would make it dead within seconds.
    """
    dead = final or failed.attempt >= MAX_TRIES
    pause = min(_BACK_OFF_MAX_S, max(retry_after_s or 0, _BACK_OFF_S * 2 ** (failed.attempt - 1)))
    with warehouse.write() as connection:
        _close_attempt(connection, owner, failed, error=redacted(cause)[:_WORD])
        connection.execute(
            update(delivery)
            .where(delivery.c.key == failed.key, delivery.c.lease_owner == owner)
            .values(
                state="dead" if dead else "waiting",
                last_error=redacted(cause)[:_WORD],
                next_try_at=None if dead else now(connection) + timedelta(seconds=pause),
                lease_owner=None,
                lease_until=None,
            )
        )


def _close_attempt(connection: Connection, owner: str, tried: Delivery, **word: str) -> None:
    """Note the channel's word at the sender's own last try, whoever holds the lease by now: it was said."""
    of_delivery = select(delivery.c.id).where(delivery.c.key == tried.key).scalar_subquery()
    mine = (attempt.c.delivery_id == of_delivery) & (attempt.c.sender == owner)
    last = select(func.max(attempt.c.id)).where(mine).scalar_subquery()
    ended = update(attempt).where(attempt.c.id == last, attempt.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=now(connection), **word))


def resend(warehouse: Warehouse, key: str) -> None:
    """Put a dead delivery back into the outbox.

    Raises:
        WarehouseError: there is no dead delivery under this key.
    """
    with warehouse.write() as connection:
        changed = connection.execute(
            update(delivery)
            .where(delivery.c.key == key, delivery.c.state == "dead")
            .values(state="waiting", attempts=0, next_try_at=None)
        ).rowcount
    if not changed:
        raise WarehouseError(f"delivery {key}", "no dead delivery has this key", hint="see `wirewatch alert log`")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAlert:
    """An alert as the log shows it."""

    id: int
    exchange: str
    event_key: str
    reason: str
    severity: str
    trust: str
    title: str
    body: str
    suppressed: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDelivery:
    """A delivery as the log shows it."""

    key: str
    channel: str
    state: str
    attempts: int
    last_error: str | None
    sent_at: datetime | None
    response: str | None


def alerts(connection: Connection) -> tuple[LoggedAlert, ...]:
    """Every alert, the latest first."""
    rows = connection.execute(
        select(alert, exchange.c.slug).join(exchange, exchange.c.id == alert.c.exchange_id).order_by(alert.c.id.desc())
    )
    return tuple(
        LoggedAlert(
            id=row.id,
            exchange=row.slug,
            event_key=row.event_key,
            reason=row.reason,
            severity=row.severity,
            trust=row.trust,
            title=row.title,
            body=row.body,
            suppressed=row.suppressed,
            decided_at=row.decided_at,
        )
        for row in rows
    )


def deliveries(connection: Connection) -> tuple[LoggedDelivery, ...]:
    """Every delivery, the latest first."""
    rows = connection.execute(select(delivery).order_by(delivery.c.id.desc())).mappings()
    return tuple(LoggedDelivery(**{name: row[name] for name in LoggedDelivery.__slots__}) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAttempt:
    """One try to send a delivery as the log shows it."""

    key: str
    channel: str
    started_at: datetime
    latency_s: float | None  # until the channel's word was noted; None while it is on its way, or its sender died
    payload_sha256: str
    answer: str | None
    error: str | None


def attempts(connection: Connection, key: str = "") -> tuple[LoggedAttempt, ...]:
    """Every try, the latest first; those of one delivery where a key is given."""
    rows = select(attempt, delivery.c.key, delivery.c.channel).join(delivery, delivery.c.id == attempt.c.delivery_id)
    wanted = rows.where(delivery.c.key == key) if key else rows
    return tuple(
        LoggedAttempt(
            key=row.key,
            channel=row.channel,
            started_at=row.started_at,
            latency_s=(row.ended_at - row.started_at).total_seconds() if row.ended_at else None,
            payload_sha256=row.payload_sha256,
            answer=row.answer,
            error=row.error,
        )
        for row in connection.execute(wanted.order_by(attempt.c.id.desc()))
    )


def unsent(connection: Connection, *, held: Sequence[Held] = ()) -> int:
    """Deliveries that still wait, without those that wait for the end of quiet hours."""
    waiting = select(func.count()).select_from(delivery).where(delivery.c.state == "waiting")
    return int(connection.execute(waiting.where(*(not_(_is_held(one)) for one in held))).scalar_one())


def dead(connection: Connection) -> tuple[str, ...]:
    """Keys of the deliveries that are not tried any more, the oldest first."""
    return tuple(
        connection.execute(select(delivery.c.key).where(delivery.c.state == "dead").order_by(delivery.c.id)).scalars()
    )
