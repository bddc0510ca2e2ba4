"""MOVE: a whole warehouse into an empty one, of the same engine or the other: every row, or none.

The old warehouse is held still meanwhile, and the new one is written in one transaction: counts and digests of every
table are compared before it is committed. A move that dies leaves the new warehouse empty and can be made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, Row, Table, bindparam, func, insert, select, text, update

from models.errors import WarehouseError
from models.failpoints import fail_point
from models.migrate import upgrade
from models.search import STORED, index_anew
from models.tables import METADATA, capture, delivery, story_version
from models.warehouse import BUSY_MS, Warehouse, now, shown

_AT_ONCE: Final = 500  # rows
_MODULUS: Final = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One table that was moved."""

    table: str
    rows: int
    digest: str  # of all its rows, in whatever order; first twelve hex digits


@dataclass(slots=True)
class _Sum:
    """A digest of rows that does not depend on their order."""

    rows: int = 0
    total: int = field(default=0)

    def add(self, row: Sequence[Any]) -> None:
        said = json.dumps(row, default=_written, ensure_ascii=True, sort_keys=True)
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(said.encode()).digest())) % _MODULUS

    @property
    def digest(self) -> str:
        return f"{self.total:064x}"


def move(source: Warehouse, target_url: str) -> tuple[Moved, ...]:
    """Copy everything into another warehouse, which is made or brought up when it must be; gives the tables.

    Args:
        source: stays as it was, and is not written meanwhile.
        target_url: address of a warehouse that holds no row.

    Raises:
        WarehouseError: somebody works in the old warehouse, the new one holds rows, or the copy is not the same; the
            new warehouse is then as empty as before.
    """
    upgrade(target_url)
    target = Warehouse.open(target_url)
    try:
        with target.read() as new:  # the commonest mistake, and the old warehouse itself, before anybody must wait
            _refuse_rows(new, target_url)
        with source.write() as old, target.write() as new:
            _hold_still(old)
            _hold_still(new)
            _refuse_leases(old)
            _refuse_rows(new, target_url)
            moved = tuple(_move_table(old, new, table) for table in METADATA.sorted_tables)
            _set_sequences(new)
            fail_point("move.before_commit")
            return (*moved, _move_search(old, new))
    finally:
        target.close()


def _hold_still(connection: Connection) -> None:
    """Let others read and nobody write; a writer of SQLite is alone already."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MS}")
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def _refuse_leases(old: Connection) -> None:
    moment = now(old)
    held = sum(
        int(old.execute(select(func.count()).select_from(t).where(t.c.lease_until > moment)).scalar_one())
        for t in (capture, story_version, delivery)
    )
    if held:
        raise WarehouseError(
            "db move", f"{held} items are being worked on", hint="stop the runs and the scheduler, then move"
        )


def _refuse_rows(new: Connection, url: str) -> None:
    filled = [
        table.name
        for table in (*METADATA.sorted_tables, STORED)
        if new.execute(select(text("1")).select_from(table).limit(1)).first()
    ]
    if filled:
        raise WarehouseError(shown(url), f"holds rows already ({', '.join(filled)})", hint="name an empty warehouse")


def _move_table(old: Connection, new: Connection, table: Table) -> Moved:
    """Copy a table, then read both and compare."""
    later = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    sent = _Sum()
    for rows in _batches(old, table):
        for row in rows:
            sent.add(tuple(row))
        fail_point("move.rows")
        _insert(new, table, rows, later)
    for column in later:
        _refer(old, new, table, column)
    came = _Sum()
    for rows in _batches(new, table):
        for row in rows:
            came.add(tuple(row))
    if (sent.rows, sent.digest) != (came.rows, came.digest):
        raise WarehouseError(
            f"table {table.name}",
            f"{came.rows} of {sent.rows} rows arrived, or arrived changed",
            hint="nothing is kept",
        )
    return Moved(table=table.name, rows=came.rows, digest=came.digest[:12])


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    ordered = select(table).order_by(*table.primary_key.columns)
    with connection.execute(ordered, execution_options={"yield_per": _AT_ONCE}) as answer:
        yield from answer.partitions()


def _insert(new: Connection, table: Table, rows: Sequence[Row[Any]], later: Sequence[Column[Any]]) -> None:
    """What refers to the same table is left out: the row it refers to may not be there yet."""
    names = {column.name for column in later}
    values = [{name: value for name, value in row._mapping.items() if name not in names} for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    new.execute(insert(table), values)


def _refer(old: Connection, new: Connection, table: Table, column: Column[Any]) -> None:
    (key,) = table.primary_key.columns
    pairs = old.execute(select(key, column).where(column.is_not(None))).all()
    for row_id, value in pairs:
        new.execute(update(table).where(key == bindparam("row_id")).values({column: value}), {"row_id": row_id})


def _set_sequences(new: Connection) -> None:
    """The next row made there gets the next number."""
    if new.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        if "id" in table.columns and isinstance(table.columns["id"].type, Integer):
            greatest = new.execute(select(func.max(table.c.id))).scalar_one()
            if greatest is not None:
                new.execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :greatest)"),
                    {"table": f'"{table.name}"', "greatest": greatest},
                )


def _move_search(old: Connection, new: Connection) -> Moved:
    """The words are folded anew from the stories, and are the same when nothing was lost."""
    index_anew(new)
    wanted = select(STORED.c.rowid, STORED.c.title, STORED.c.text)
    sums = []
    for connection in (old, new):
        sums.append(_Sum())
        for row in connection.execute(wanted.execution_options(yield_per=_AT_ONCE)):
            sums[-1].add(tuple(row))
    if sums[0] != sums[1]:
        raise WarehouseError("full text", "is not what it was", hint="`wirewatch doctor` on the old warehouse")
    return Moved(table="story_search", rows=sums[1].rows, digest=sums[1].digest[:12])


def _written(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} stands in no column of ours")
