"""What may go after a time, and a file that is put in order.

Nothing goes that anything stands on: a capture that became a story version, whatever was found in it, stays for ever;
so does a run that captured something, and the listing of a page that still waits to be cleaned.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, exists, select

from models.rows import parts
from models.tables import capture, discard, run, sighting, story_version
from models.warehouse import Warehouse, named_errors

_WORTH_IT: Final = 0.1  # share of a SQLite file that is free: below, rebuilding it would cost more than it gives


def forget_runs(warehouse: Warehouse, *, before: datetime) -> int:
    """Remove what is logged of runs that began before a moment; gives how many went.

    A run that captured something stays, and so does one that was for a day.
    """
    captured = exists().where(capture.c.run_id == run.c.id)
    with warehouse.write() as connection:
        return connection.execute(
            delete(run).where(run.c.started_at < before, ~captured, run.c.worked_on.is_(None))
        ).rowcount


def forget_sightings(warehouse: Warehouse, *, before: datetime) -> int:
    """Remove listings that no poll has shown since a moment, but those of pages that wait; gives how many went."""
    waits = exists().where(
        capture.c.source_id == sighting.c.source_id, capture.c.url == sighting.c.url, capture.c.stage == "clean"
    )
    with warehouse.write() as connection:
        return connection.execute(delete(sighting).where(sighting.c.last_seen_at < before, ~waits)).rowcount


def forget_discarded(warehouse: Warehouse, *, before: datetime) -> int:
    """Remove captures before a moment that did not become a story, with the reason why; gives how many went.

    Their bytes go where nothing that is kept lies behind them in their file.
    """
    became_a_story = exists().where(story_version.c.capture_id == capture.c.id)
    gone = select(capture.c.id).where(capture.c.stage == "discarded", capture.c.fetched_at < before, ~became_a_story)
    with warehouse.write() as connection:
        ids = connection.execute(gone).scalars().all()
        for some in parts(ids):
            connection.execute(delete(discard).where(discard.c.capture_id.in_(some)))
            connection.execute(delete(capture).where(capture.c.id.in_(some)))
    return len(ids)


def tidy(warehouse: Warehouse) -> str:
    """Give free room back and renew what the planner knows; gives in words what was done.

    Raises:
        WarehouseError: the database refused, or others held it too long.
    """
    with named_errors(warehouse.url), warehouse.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return _tidy_file(connection)
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM (ANALYZE)")
        return "vacuumed and analysed"


def _tidy_file(connection: Connection) -> str:
    """Without a transaction: our SQLite connections begin none by themselves."""
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    free, pages = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("freelist_count", "page_count")
    )
    is_worth_it = free >= pages * _WORTH_IT
    if is_worth_it:
        connection.exec_driver_sql("VACUUM")
    connection.exec_driver_sql("PRAGMA optimize")
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return f"{free} of {pages} pages were free: {'rebuilt' if is_worth_it else 'left as it is'}"
