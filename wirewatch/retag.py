"""RETAG: stories that were tagged go back to the tag step, so that newer models or actors read them again.

Rows do not double (a text has one set of findings), and nobody is told twice: an alert depends on what the ledger says,
not on which model said it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.records import Report
from models.retag import send_back, tagged
from models.runs import logged
from wirewatch.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time of publication, half-open; None = without a bound."""

    since: datetime | None = None
    until: datetime | None = None


def window(*, day: date | None, since: datetime | None) -> Window:
    """The UTC day, or everything since a moment, or everything."""
    if day is None:
        return Window(since=since)
    start = datetime.combine(day, time.min, UTC)
    return Window(since=max(start, since) if since else start, until=start + timedelta(days=1))


def retag(desk: Desk, *, day: date | None, since: datetime | None, unless_today: bool = False) -> Report:
    """Send the tagged versions of a time back; the next tag and link steps do the work.

    Args:
        desk: the desk.
        day: the UTC day of publication; None = of any.
        since: of no earlier publication; None = of any.
        unless_today: leave today, by the reference time, alone: its stories have only just been tagged.
    """
    with logged(desk.warehouse, "retag", day=day) as run:
        if unless_today and day is not None and day >= desk.reference_time().date():
            run.report = Report(step="retag", read=0, written=0, notes=(f"{day} is not over",))
            return run.report
        meant = window(day=day, since=since)
        sent = send_back(desk.warehouse, since=meant.since, until=meant.until)
        run.report = Report(step="retag", read=sent, written=sent)
    return run.report


def would_retag(desk: Desk, *, day: date | None, since: datetime | None) -> int:
    """How many versions `retag` would send back; changes nothing."""
    meant = window(day=day, since=since)
    return tagged(desk.warehouse, since=meant.since, until=meant.until)
