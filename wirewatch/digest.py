"""DIGEST: composed once from what the desk decided, told once through the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alerting.digest import Period, compose, digest_key
from models import digests
from models.errors import ConfigError
from models.failpoints import fail_point
from models.records import Digest, Report
from models.runs import logged
from wirewatch.deliveries import deliver_all
from wirewatch.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A digest, and how its telling went; no report where it was only to be seen, or was nothing worth telling."""

    digest: Digest
    report: Report | None


def digest(desk: Desk, period: Period, day: date | None, *, heartbeat: bool, dry_run: bool = False) -> Told:
    """Compose a digest, unless it was composed before, and tell every channel that was not told it yet.

    Args:
        desk: the desk.
        period: a day or a week.
        day: its last day, UTC; the one before the reference time when None.
        heartbeat: tell that there is nothing new, too.
        dry_run: show it, and keep and tell nothing.

    Raises:
        ConfigError: the day is not over yet: a digest is composed once and would lack its rest.
    """
    at = desk.reference_time()
    last = day or at.date() - timedelta(days=1)
    since, until = period.span(last)
    if until > at and not dry_run:
        raise ConfigError(f"--day {last}", "is not over yet (UTC)", hint="--dry-run shows what it would say now")
    with desk.warehouse.read() as connection:
        composed = digests.find(connection, digest_key(period, last)) or compose(
            digests.facts(connection, since=since, until=until), period, last, pages=desk.settings.pages, now=at
        )
    if dry_run or not (composed.is_news or heartbeat):
        return Told(digest=composed, report=None)
    with logged(desk.warehouse, "alert", reference_at=at) as run:
        with desk.warehouse.write() as connection:
            posted = digests.post(connection, composed, _channels(desk), since=since, until=until)
            fail_point("digest.in_transaction")
        fail_point("digest.posted")
        run.report = _deliver(desk, composed, posted)
    return Told(digest=composed, report=run.report)


def _channels(desk: Desk) -> Sequence[str]:
    return desk.settings.digest_to or tuple(channel.name for channel in desk.settings.channels)


def _deliver(desk: Desk, composed: Digest, posted: int) -> Report:
    sent, failures = deliver_all(desk, lambda _: None)
    told = f"{composed.key} goes to {posted} channels" if posted else f"{composed.key} was told before"
    return Report(
        step="alert",
        read=sent + len(failures),
        written=sent,
        failed=len(failures),
        notes=(f"{told}, {sent} deliveries sent", *failures),
    )
