"""The run log: what each run of a step did, or why it ended early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from models.records import Report
from models.rows import new_id
from models.secrecy import redacted
from models.tables import run
from models.warehouse import Warehouse, now


@dataclass(slots=True, kw_only=True)
class OpenRun:
    """A run that is going on; its report is set when the step has one."""

    id: int
    report: Report | None = field(default=None)


@contextmanager
def logged(
    warehouse: Warehouse, step: str, *, reference_at: datetime | None = None, day: date | None = None
) -> Iterator[OpenRun]:
    """Log a run from start to end; a run that was killed keeps its start and no end."""
    with warehouse.write() as connection:
        values = {
            "step": step,
            "started_at": now(connection),
            "reference_at": reference_at,
            "worked_on": day,
            "notes": [],
        }
        started = insert(run).values(**values)
        going = OpenRun(id=new_id(connection.execute(started)))
    try:
        yield going
    except BaseException as error:
        _close(warehouse, going, redacted(f"{type(error).__name__}: {error}")[:500])
        raise
    _close(warehouse, going, None)


def _close(warehouse: Warehouse, going: OpenRun, error: str | None) -> None:
    done = going.report
    counts = (
        {"read": done.read, "written": done.written, "discarded": done.discarded, "failed": done.failed} if done else {}
    )
    notes = [redacted(note) for note in done.notes] if done else []
    with warehouse.write() as connection:
        connection.execute(
            update(run)
            .where(run.c.id == going.id)
            .values(
                finished_at=now(connection),
                error=error,
                notes=notes,
                **counts,
            )
        )


def latest_day(warehouse: Warehouse, step: str) -> date | None:
    """The latest UTC day for which a run of a step ended well; None when there is none."""
    ended = run.c.finished_at.is_not(None) & run.c.error.is_(None)
    with warehouse.read() as connection:
        latest: date | None = connection.execute(
            select(func.max(run.c.worked_on)).where(run.c.step == step, ended)
        ).scalar_one()
    return latest


def first_day(warehouse: Warehouse) -> date | None:
    """The UTC day on which the first run of any step began; None when there was none."""
    with warehouse.read() as connection:
        first: datetime | None = connection.execute(select(func.min(run.c.started_at))).scalar_one()
    return first.date() if first else None
