"""GAUGES: what the warehouse says of itself at one moment, counted where the rows lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, case, func, literal_column, select

from models.tables import (
    alert,
    capture,
    delivery,
    discard,
    exchange,
    exchange_member,
    quarantine,
    run,
    source,
    story,
    story_version,
)
from models.warehouse import now

_SIZE: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
# when the bytes came to us: an ingested archive's pages may be years old
_CAME_AT: Final = func.coalesce(run.c.started_at, capture.c.fetched_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many of one kind; `of` says which, in the order that the field of `Gauges` names."""

    of: tuple[str, ...]
    number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The latest run of a step."""

    step: str
    result: str  # ok | failed | unfinished
    started_at: datetime
    duration_s: float | None  # None while it is unfinished
    succeeded_at: datetime | None  # end of the latest run that was ok


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGauge:
    """How a source fares."""

    id: str
    verified: bool
    failing: bool  # its latest poll failed
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """All of it, of one moment."""

    items: tuple[Count, ...]  # step, outcome: read | written | discarded | failed
    runs: tuple[Count, ...]  # step, result
    last_runs: tuple[LastRun, ...]
    discards: tuple[Count, ...]  # reason
    waiting: tuple[Count, ...]  # queue: clean | tag | link | decide | deliver
    oldest_s: tuple[Count, ...]  # queue → seconds since the oldest item came; only queues that hold one
    leases: tuple[Count, ...]  # queue, state: live | lapsed
    quarantined: tuple[Count, ...]  # stage
    sources: tuple[SourceGauge, ...]
    exchanges: tuple[Count, ...]  # phase
    alerts: tuple[Count, ...]  # reason, suppressed ("" = told)
    deliveries: tuple[Count, ...]  # channel, state
    rows: tuple[Count, ...]  # table
    size_bytes: int


def gauges(connection: Connection) -> Gauges:
    """Count everything; ask inside one transaction, so that the figures agree with one another."""
    moment = now(connection)
    return Gauges(
        items=tuple(_items(connection)),
        runs=_counts(connection, select(run.c.step, _result(), func.count()).group_by(run.c.step, "result")),
        last_runs=_last_runs(connection),
        discards=_counts(connection, _counted(discard.c.reason)),
        waiting=tuple(_waiting(connection)),
        oldest_s=tuple(_oldest(connection, moment)),
        leases=tuple(_leases(connection, moment)),
        quarantined=_counts(connection, _counted(quarantine.c.stage).where(quarantine.c.released_at.is_(None))),
        sources=_sources(connection),
        exchanges=_counts(connection, _counted(exchange.c.phase).where(_stands())),
        alerts=_counts(connection, _counted(alert.c.reason, func.coalesce(alert.c.suppressed, literal_column("''")))),
        deliveries=_counts(connection, _counted(delivery.c.channel, delivery.c.state)),
        rows=tuple(Count(of=(t.name,), number=_size_of(connection, t)) for t in (capture, story, story_version)),
        size_bytes=int(connection.exec_driver_sql(_SIZE[connection.dialect.name]).scalar_one()),
    )


def _counted(*columns: Any) -> Select[Any]:
    """How many rows for each value of the columns."""
    return select(*columns, func.count()).group_by(*columns)


def _counts(connection: Connection, question: Select[Any]) -> tuple[Count, ...]:
    return tuple(Count(of=tuple(map(str, row[:-1])), number=row[-1]) for row in connection.execute(question))


def _size_of(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


# ---------------------------------------------------------------- runs


def _result() -> Any:
    ended = case((run.c.error.is_not(None), "failed"), (run.c.finished_at.is_(None), "unfinished"), else_="ok")
    return ended.label("result")


def _items(connection: Connection) -> Iterable[Count]:
    outcomes = (run.c.read, run.c.written, run.c.discarded, run.c.failed)
    sums = [func.coalesce(func.sum(column), 0) for column in outcomes]
    for step, *numbers in connection.execute(select(run.c.step, *sums).group_by(run.c.step)):
        for column, number in zip(outcomes, numbers, strict=True):
            yield Count(of=(step, column.name), number=int(number))


def _last_runs(connection: Connection) -> tuple[LastRun, ...]:
    latest = connection.execute(
        select(run, _result()).where(run.c.id.in_(select(func.max(run.c.id)).group_by(run.c.step)))
    ).all()
    ok = select(run.c.step, func.max(run.c.finished_at).label("at")).where(run.c.error.is_(None)).group_by(run.c.step)
    succeeded: dict[str, datetime | None] = {row.step: row.at for row in connection.execute(ok)}
    return tuple(
        LastRun(
            step=row.step,
            result=row.result,
            started_at=row.started_at,
            duration_s=(row.finished_at - row.started_at).total_seconds() if row.finished_at else None,
            succeeded_at=succeeded.get(row.step),
        )
        for row in latest
    )


def last_begun(connection: Connection) -> datetime | None:
    """When the latest run began; None before the first."""
    begun: datetime | None = connection.execute(select(func.max(run.c.started_at))).scalar_one()
    return begun


# ---------------------------------------------------------------- what waits


def _waiting(connection: Connection) -> Iterable[Count]:
    queues = {
        "clean": select(func.count()).select_from(capture).where(capture.c.stage == "clean"),
        "tag": select(func.count()).select_from(story_version).where(story_version.c.stage == "tag"),
        "link": select(func.count()).select_from(story_version).where(story_version.c.stage == "link"),
        "decide": select(func.count()).select_from(exchange).where(exchange.c.stage == "alert"),
        "deliver": select(func.count()).select_from(delivery).where(delivery.c.state == "waiting"),
    }
    for queue, question in queues.items():
        yield Count(of=(queue,), number=int(connection.execute(question).scalar_one()))


def _oldest(connection: Connection, moment: datetime) -> Iterable[Count]:
    of_capture = capture.outerjoin(run, run.c.id == capture.c.run_id)
    of_version = story_version.join(capture, capture.c.id == story_version.c.capture_id).outerjoin(
        run, run.c.id == capture.c.run_id
    )
    newest = (
        select(func.max(_CAME_AT).label("came_at"))
        .select_from(of_version.join(exchange_member, exchange_member.c.version_id == story_version.c.id))
        .join(exchange, exchange.c.id == exchange_member.c.exchange_id)
        .where(exchange.c.stage == "alert")
        .group_by(exchange.c.id)
        .subquery()
    )
    queues: dict[str, Select[Any]] = {
        "clean": select(func.min(_CAME_AT)).select_from(of_capture).where(capture.c.stage == "clean"),
        "tag": select(func.min(_CAME_AT)).select_from(of_version).where(story_version.c.stage == "tag"),
        "link": select(func.min(_CAME_AT)).select_from(of_version).where(story_version.c.stage == "link"),
        "decide": select(func.min(newest.c.came_at)),
        "deliver": select(func.min(alert.c.created_at))
        .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
        .where(delivery.c.state == "waiting"),
    }
    for queue, question in queues.items():
        since: datetime | None = connection.execute(question).scalar_one()
        if since is not None:
            yield Count(of=(queue,), number=max(0.0, (moment - since).total_seconds()))


def _leases(connection: Connection, moment: datetime) -> Iterable[Count]:
    for table in (capture, story_version, delivery):
        state = case((table.c.lease_until < moment, "lapsed"), else_="live").label("lease")
        asked = select(_queue(table), state, func.count()).where(table.c.lease_owner.is_not(None))
        yield from _counts(connection, asked.group_by("queue", "lease"))


def _queue(table: Table) -> Any:
    return (literal_column("'deliver'") if table is delivery else table.c.stage).label("queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsedLease:
    """Work that somebody took, did not finish, and that nobody has taken since."""

    queue: str
    number: int
    since: datetime  # when the first of them lapsed


def lapsed_leases(connection: Connection) -> tuple[LapsedLease, ...]:
    """By queue, in the order of the flow."""
    moment = now(connection)
    found = []
    for table in (capture, story_version, delivery):
        asked = select(_queue(table), func.count(), func.min(table.c.lease_until)).where(table.c.lease_until < moment)
        rows = connection.execute(asked.group_by("queue"))
        found += [LapsedLease(queue=name, number=number, since=since) for name, number, since in rows]
    return tuple(found)


# ---------------------------------------------------------------- sources and exchanges


def _sources(connection: Connection) -> tuple[SourceGauge, ...]:
    rows = connection.execute(select(source).where(source.c.kind != "file").order_by(source.c.id))
    return tuple(
        SourceGauge(
            id=row.id,
            verified=bool(row.verified or row.verified_at),
            failing=row.last_error is not None,
            last_ok_at=row.last_ok_at,
        )
        for row in rows
    )


def _stands() -> Any:
    """Whether an exchange was merged into none and is reported by some text."""
    return exchange.c.redirect_to.is_(None) & exchange.c.id.in_(select(exchange_member.c.exchange_id))
