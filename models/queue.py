"""Who works on what: rows wait in a stage, are leased, and leave it in the same transaction as their results.

    claim (short transaction) → work (no transaction) → finish (results + stage, one transaction, fenced)

A worker that dies keeps its lease until it lapses; its row is then claimed by another. Attempts are counted at the
claim, so that an item that kills its worker ends in quarantine too; and what was tried before is tried alone, so that
it takes no batch of innocent items with it. Leases use the database's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, func, insert, or_, select, update

from models.errors import WarehouseError
from models.rows import parts
from models.tables import capture, delivery, quarantine, story, story_version
from models.warehouse import Warehouse, now

_BACK_OFF_S = 30  # first pause after a failure; doubles with each try
_BACK_OFF_MAX_S = 3600
_TABLES: Final = {"capture": capture, "story_version": story_version}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The rows of a table that wait in one stage."""

    table: str  # capture | story_version
    stage: str
    together: int = 1  # tries that an item makes in a batch with others; later ones it makes alone


CLEAN: Final = Queue(table="capture", stage="clean")
TAG: Final = Queue(table="story_version", stage="tag")
# Linking takes all that waits at once, and a killed run is seldom the fault of one story.
LINK: Final = Queue(table="story_version", stage="link", together=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One of `of` parts of a queue, 0 ≤ `part` < `of`: workers of different parts never meet."""

    part: int
    of: int

    def __post_init__(self) -> None:
        """Refuse a part that is none.

        Raises:
            ValueError: `part` is not from 0 to `of` - 1.
        """
        if not 0 <= self.part < self.of:
            raise ValueError(f"shard {self.part} of {self.of}: the first is 0, the last {self.of - 1}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who claims, for how long, and when to give up on an item."""

    name: str  # unique per process
    lease_s: int = 300
    max_attempts: int = 3


def claim(
    warehouse: Warehouse, queue: Queue, worker: Worker, *, limit: int, shard: Shard | None = None
) -> tuple[int, ...]:
    """Lease up to `limit` waiting rows: the fresh ones, oldest first; else one that was tried before.

    Items tried too often go to quarantine instead.

    Args:
        warehouse: where.
        queue: the stage the items wait in.
        worker: who will hold them.
        limit: greatest number of items.
        shard: the part of the queue to look at; None = all of it.
    """
    table = _TABLES[queue.table]
    with warehouse.write() as connection:
        moment = now(connection)
        due = _due(queue, moment, shard)
        aside = _put_worn_aside(connection, queue, worker, due)
        taken = _batch(queue, connection.execute(due.limit(limit)).all())
        for ids in parts(taken):
            connection.execute(
                update(table)
                .where(table.c.id.in_(ids))
                .values(
                    lease_owner=worker.name,
                    lease_until=moment + timedelta(seconds=worker.lease_s),
                    attempts=table.c.attempts + 1,
                )
            )
    _tell(aside)
    return taken


def _due(queue: Queue, moment: datetime, shard: Shard | None) -> Select[int, int, str]:
    """Rows that nobody holds and whose time has come, the least tried first, then by age."""
    table = _TABLES[queue.table]
    wanted = (
        select(table.c.id, table.c.attempts, table.c.last_error)
        .where(table.c.stage == queue.stage)
        .where(or_(table.c.lease_until.is_(None), table.c.lease_until < moment))
        .where(or_(table.c.next_try_at.is_(None), table.c.next_try_at <= moment))
        .order_by(table.c.attempts, table.c.id)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite, where writers are alone, leaves it out
    )
    return wanted if shard is None else wanted.where(table.c.id % shard.of == shard.part)


def _put_worn_aside(
    connection: Connection, queue: Queue, worker: Worker, due: Select[int, int, str]
) -> list[dict[str, Any]]:
    worn = due.where(_TABLES[queue.table].c.attempts >= _tries(queue, worker))
    return [
        _put_aside(connection, queue, row.id, row.last_error or "its worker died each time", row.attempts)
        for row in connection.execute(worn).all()
    ]


def _tries(queue: Queue, worker: Worker) -> int:
    """Claims after which an item is put aside: a try made in a batch counts against it only as the last of these."""
    return queue.together - 1 + worker.max_attempts


def _batch(queue: Queue, rows: Sequence[Row[int, int, str]]) -> tuple[int, ...]:
    fresh = tuple(row.id for row in rows if row.attempts < queue.together)
    return fresh or tuple(row.id for row in rows[:1])


@contextmanager
def finish(
    warehouse: Warehouse, queue: Queue, worker: Worker, items: Sequence[int], *, stage: str, alone: bool = False
) -> Iterator[Connection]:
    """A transaction for the results of leased items: it commits with the stage change, or not at all.

    Args:
        warehouse: where.
        queue: the stage the items leave.
        worker: the holder of their leases.
        items: row ids.
        stage: the stage they enter.
        alone: see `Warehouse.write`.

    Raises:
        WarehouseError: another worker holds one of the leases by now; nothing was kept.
    """
    table = _TABLES[queue.table]
    with warehouse.write(alone=alone) as connection:
        yield connection
        changed = sum(
            connection.execute(
                update(table)
                .where(table.c.id.in_(ids), table.c.stage == queue.stage, table.c.lease_owner == worker.name)
                .values(stage=stage, lease_owner=None, lease_until=None, attempts=0, next_try_at=None, last_error=None)
            ).rowcount
            for ids in parts(items)
        )
        if changed != len(items):
            raise WarehouseError(
                f"{queue.table} {list(items)}", "the lease was lost", hint="its new holder finishes the work"
            )


def fail(warehouse: Warehouse, queue: Queue, worker: Worker, item: int, cause: str) -> bool:
    """Give an item back for a later try, or put it aside when this was the last; tells whether it was put aside."""
    table = _TABLES[queue.table]
    with warehouse.write() as connection:
        row = connection.execute(
            select(table.c.attempts).where(
                table.c.id == item, table.c.stage == queue.stage, table.c.lease_owner == worker.name
            )
        ).one_or_none()
        if row is None:
            return False
        is_last = bool(row.attempts >= _tries(queue, worker))
        aside = [_put_aside(connection, queue, item, cause, row.attempts)] if is_last else []
        if not is_last:
            pause = min(_BACK_OFF_MAX_S, _BACK_OFF_S * 2 ** (row.attempts - 1))
            connection.execute(
                update(table)
                .where(table.c.id == item)
                .values(
                    lease_owner=None,
                    lease_until=None,
                    last_error=cause[:500],
                    next_try_at=now(connection) + timedelta(seconds=pause),
                )
            )
    _tell(aside)
    return is_last


def release(warehouse: Warehouse, worker: Worker) -> int:
    """Give back every lease of a worker that stops; the tries it did not use are not counted."""
    given = 0
    with warehouse.write() as connection:
        for table in (*_TABLES.values(), delivery):
            given += connection.execute(
                update(table)
                .where(table.c.lease_owner == worker.name)
                .values(lease_owner=None, lease_until=None, attempts=table.c.attempts - 1)
            ).rowcount
    return given


def waiting(connection: Connection, queue: Queue) -> int:
    """Rows in the stage, leased ones included."""
    table = _TABLES[queue.table]
    counted = select(func.count()).select_from(table).where(table.c.stage == queue.stage)
    return int(connection.execute(counted).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAside:
    """An item in quarantine."""

    id: int
    queue: str
    item_id: int
    stage: str
    cause: str
    attempts: int


def put_aside(connection: Connection) -> tuple[PutAside, ...]:
    """Everything that is in quarantine now."""
    rows = connection.execute(
        select(quarantine).where(quarantine.c.released_at.is_(None)).order_by(quarantine.c.id)
    ).mappings()
    return tuple(PutAside(**{name: row[name] for name in PutAside.__slots__}) for row in rows)


def replay(warehouse: Warehouse, quarantine_id: int) -> None:
    """Let an item back into the stage it did not pass.

    Raises:
        WarehouseError: there is no such item in quarantine.
    """
    with warehouse.write() as connection:
        row = connection.execute(
            select(quarantine).where(quarantine.c.id == quarantine_id, quarantine.c.released_at.is_(None))
        ).one_or_none()
        if row is None:
            raise WarehouseError(f"quarantine {quarantine_id}", "no such item", hint="see `wirewatch quarantine list`")
        table = _TABLES[row.queue]
        connection.execute(
            update(table)
            .where(table.c.id == row.item_id)
            .values(stage=row.stage, attempts=0, next_try_at=None, lease_owner=None, lease_until=None)
        )
        connection.execute(
            update(quarantine).where(quarantine.c.id == quarantine_id).values(released_at=now(connection))
        )


def _put_aside(connection: Connection, queue: Queue, item: int, cause: str, attempts: int) -> dict[str, Any]:
    """Put an item aside; gives what the log is to say of it, once that is committed."""
    table: Table = _TABLES[queue.table]
    connection.execute(
        update(table).where(table.c.id == item).values(stage="quarantined", lease_owner=None, lease_until=None)
    )
    connection.execute(
        insert(quarantine).values(
            queue=queue.table,
            item_id=item,
            stage=queue.stage,
            cause=cause[:500],
            attempts=attempts,
            created_at=now(connection),
        )
    )
    about = {"stage": queue.stage, "error": cause, "attempts": attempts}
    return {**_named(connection, queue, item), **about}


def _named(connection: Connection, queue: Queue, item: int) -> dict[str, Any]:
    """What an item is known by outside: a capture by its address, a text by its public id too."""
    if queue.table == "capture":
        row = connection.execute(select(capture.c.source_id, capture.c.url).where(capture.c.id == item)).one()
        return {"source": row.source_id, "capture": item, "url": row.url}
    named = select(story.c.source_id, story.c.canonical_url, story_version.c.key).join_from(story_version, story)
    text = connection.execute(named.where(story_version.c.id == item)).one()
    return {"source": text.source_id, "story": text.key, "url": text.canonical_url}


def _tell(aside: Sequence[dict[str, Any]]) -> None:
    for one in aside:
        _log.warning("quarantined", extra=one)
