"""Outlets and sources: what the watch file declares, and how each source fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models import polls
from models.records import Outlet, Source
from models.rows import new_id
from models.tables import outlet, source
from models.warehouse import Warehouse, now


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source fares."""

    id: str
    outlet: str
    kind: str
    url: str
    verified: bool  # by the watch file, or by a passed test here
    last_ok_at: datetime | None
    last_error: str | None
    state: str  # unverified | disabled | waiting | failing | new | silent | ok
    failure: str | None  # hard | soft | temporary; None when the last poll worked
    failures: int  # in a row
    next_poll_at: datetime | None  # not before; None = whenever a crawl comes
    disabled_at: datetime | None
    last_new_at: datetime | None  # it last listed something not seen before


def sync(warehouse: Warehouse, sources: Sequence[Source]) -> None:
    """Bring the rows of outlets and sources in step with the watch file; nothing is deleted."""
    with warehouse.write() as connection:
        for declared in sources:
            put(connection, declared)


def put(connection: Connection, declared: Source) -> None:
    """Insert or update one source and its outlet."""
    outlet_id = _put_outlet(connection, declared)
    values = {
        "outlet_id": outlet_id,
        "kind": declared.kind,
        "url": declared.url,
        "language": declared.language,
        "flash": declared.flash,
        "verified": declared.verified,
    }
    moved = (source.c.id == declared.id) & ((source.c.url != declared.url) | (source.c.kind != declared.kind))
    # it was another address that passed, answered and failed
    connection.execute(update(source).where(moved).values(verified_at=None, **polls.NOTHING_KNOWN))
    if connection.execute(update(source).where(source.c.id == declared.id).values(**values)).rowcount == 0:
        connection.execute(insert(source).values(id=declared.id, **values))


def _put_outlet(connection: Connection, declared: Source) -> int:
    values = {
        "country": declared.country,
        "owner": declared.owner,
        "role": declared.role,
        "side": declared.side,
    }
    found = connection.execute(select(outlet.c.id).where(outlet.c.name == declared.outlet)).scalar_one_or_none()
    if found is None:
        made = connection.execute(insert(outlet).values(name=declared.outlet, **values))
        return new_id(made)
    connection.execute(update(outlet).where(outlet.c.id == found).values(**values))
    return int(found)


def outlets(connection: Connection) -> tuple[Outlet, ...]:
    """Every outlet that is known."""
    rows = connection.execute(select(outlet.c.name, outlet.c.country).order_by(outlet.c.name))
    return tuple(Outlet(name=row.name, country=row.country) for row in rows)


def mark_verified(warehouse: Warehouse, source_id: str) -> None:
    """Remember that `wirewatch source test` passed; what kept the source back is over."""
    with warehouse.write() as connection:
        connection.execute(update(source).where(source.c.id == source_id).values(verified_at=now(connection)))
        polls.revive(connection, source_id, "a test passed")


def collectable(warehouse: Warehouse) -> frozenset[str]:
    """Ids of the sources that may be polled: verified in the file, or tested here."""
    with warehouse.read() as connection:
        rows = connection.execute(select(source.c.id).where(source.c.verified | source.c.verified_at.is_not(None)))
        return frozenset(rows.scalars())


def health(connection: Connection, *, silent_days: float = 7.0) -> tuple[SourceHealth, ...]:
    """Every source and how it fares, by id.

    Args:
        connection: a transaction.
        silent_days: a source that works is silent when it has listed nothing new for so long.
    """
    rows = connection.execute(
        select(source, outlet.c.name.label("outlet_name")).join(outlet).where(source.c.kind != "file").order_by("id")
    )
    return tuple(_fares(row, timedelta(days=silent_days)) for row in rows)


def _fares(row: Row[Any], silent_after: timedelta) -> SourceHealth:
    return SourceHealth(
        id=row.id,
        outlet=row.outlet_name,
        kind=row.kind,
        url=row.url,
        verified=bool(row.verified or row.verified_at),
        last_ok_at=row.last_ok_at,
        last_error=row.last_error,
        state=_state(row, silent_after),
        failure=row.failure,
        failures=row.failures,
        next_poll_at=row.next_poll_at,
        disabled_at=row.disabled_at,
        last_new_at=row.last_new_at,
    )


def _state(row: Row[Any], silent_after: timedelta) -> str:
    """The first that holds; the view v_source_health says the same, but for silence, which depends on a setting."""
    works_for = row.last_ok_at - row.last_new_at if row.last_ok_at and row.last_new_at else timedelta(0)
    states = {
        "unverified": not (row.verified or row.verified_at),
        "disabled": row.disabled_at is not None,
        "waiting": row.failure == "temporary",
        "failing": row.failure is not None,
        "new": row.last_ok_at is None,
        "silent": works_for >= silent_after,
    }
    return next((name for name, holds in states.items() if holds), "ok")
