"""Outlets and sources: what the watch file declares, and how each source fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from models.records import Source
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
    connection.execute(update(source).where(moved).values(verified_at=None))  # it was another address that passed
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


def mark_verified(warehouse: Warehouse, source_id: str) -> None:
    """Remember that `wirewatch source test` passed."""
    with warehouse.write() as connection:
        connection.execute(update(source).where(source.c.id == source_id).values(verified_at=now(connection)))


def collectable(warehouse: Warehouse) -> frozenset[str]:
    """Ids of the sources that may be polled: verified in the file, or tested here."""
    with warehouse.read() as connection:
        rows = connection.execute(select(source.c.id).where(source.c.verified | source.c.verified_at.is_not(None)))
        return frozenset(rows.scalars())


def note_poll(warehouse: Warehouse, source_id: str, error: str | None) -> None:
    """Remember how the last poll of a source went."""
    with warehouse.write() as connection:
        values = {"last_error": error} if error else {"last_error": None, "last_ok_at": now(connection)}
        connection.execute(update(source).where(source.c.id == source_id).values(**values))


def health(connection: Connection) -> tuple[SourceHealth, ...]:
    """Every source and how it fares, by id."""
    rows = connection.execute(
        select(source, outlet.c.name.label("outlet_name")).join(outlet).where(source.c.kind != "file").order_by("id")
    )
    return tuple(
        SourceHealth(
            id=row.id,
            outlet=row.outlet_name,
            kind=row.kind,
            url=row.url,
            verified=bool(row.verified or row.verified_at),
            last_ok_at=row.last_ok_at,
            last_error=row.last_error,
        )
        for row in rows
    )
