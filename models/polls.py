"""Polls: what is known of a source before it is asked, what came of it, and when it is asked again.

Each poll is one transaction: the listing, the validators that stand for it and the line in the log are kept together
or not at all. A process that is killed in between polls again; a listing that is kept is worked off from the warehouse
even when the site says that nothing has changed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from models import captures
from models.failpoints import fail_point
from models.records import FailureClass, Listing, PollEvent, PollFailure, PollRules, Sighting, Validators
from models.tables import sighting, source, source_event
from models.warehouse import Warehouse, now

_LONGEST_REASON: Final = 300  # characters
_MOST_DOUBLINGS: Final = 30
_NEXT_MOMENT: Final = timedelta(microseconds=1)
_SAME_WAIT: Final = timedelta(seconds=1)  # answers that came together tell of one wait
NOTHING_KNOWN: Final[Mapping[str, Any]] = {  # what a new address starts from
    "etag": None,
    "last_modified": None,
    "body_sha256": None,
    "listed_at": None,
    "last_new_at": None,
    "polls_since_whole": 0,
    "failure": None,
    "failures": 0,
    "hard_failures": 0,
    "next_poll_at": None,
    "disabled_at": None,
    "last_error": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why a source is not polled now."""

    until: datetime
    is_failing: bool  # it should work and does not; False = its host asked for the pause, or it is disabled


def waiting(warehouse: Warehouse) -> Mapping[str, Wait]:
    """The sources that may not be polled yet."""
    with warehouse.read() as connection:
        later = connection.execute(select(source).where(source.c.next_poll_at > now(connection))).all()
    ill = (FailureClass.SOFT, FailureClass.HARD)
    return {
        row.id: Wait(until=row.next_poll_at, is_failing=row.failure in ill and row.disabled_at is None) for row in later
    }


def validators(warehouse: Warehouse, source_id: str, rules: PollRules) -> Validators:
    """What a poll may refer to; nothing when it is the turn of a whole one, or nothing was ever listed."""
    with warehouse.read() as connection:
        row = _row(connection, source_id)
    if row.listed_at is None or row.polls_since_whole + 1 >= rules.whole_every:
        return Validators()
    return Validators(etag=row.etag, last_modified=row.last_modified, body_sha256=row.body_sha256)


def note_listed(warehouse: Warehouse, listing: Listing) -> int:
    """Keep a listing that was read, with its validators; gives how many addresses were new."""
    with warehouse.write() as connection:
        row = _row(connection, listing.source_id)
        at = _later(connection, row)
        new = captures.see(connection, [replace(seen, seen_at=at) for seen in listing.sightings])
        known = listing.validators
        _worked(
            connection,
            row,
            at,
            etag=known.etag,
            last_modified=known.last_modified,
            body_sha256=known.body_sha256,
            listed_at=at,
            polls_since_whole=0,
            last_new_at=at if new or row.last_new_at is None else row.last_new_at,
        )
        _log(connection, listing.source_id, PollEvent.LISTED, f"{len(listing.sightings)} listed, {new} new", at)
        fail_point("collect.in_transaction")
    fail_point("collect.listed")
    return new


def note_unchanged(warehouse: Warehouse, source_id: str, what: PollEvent, newest: Validators) -> tuple[Sighting, ...]:
    """Keep that the listing before still holds; gives that listing, in its order.

    Args:
        warehouse: the warehouse.
        source_id: the source.
        what: `NOT_MODIFIED` or `SAME_BODY`.
        newest: the validators that came with the answer; those that did not come stay as they were.
    """
    with warehouse.write() as connection:
        row = _row(connection, source_id)
        at = _later(connection, row)
        # later than the listing are those that a backfill saw since: they are still to be worked off, too
        still = (sighting.c.source_id == source_id) & (sighting.c.last_seen_at >= row.listed_at)
        connection.execute(update(sighting).where(still).values(times=sighting.c.times + 1, last_seen_at=at))
        _worked(
            connection,
            row,
            at,
            etag=newest.etag or row.etag,
            last_modified=newest.last_modified or row.last_modified,
            listed_at=at,
            polls_since_whole=row.polls_since_whole + 1,
        )
        held = (sighting.c.source_id == source_id) & (sighting.c.last_seen_at == at)
        listed = connection.execute(select(sighting).where(held).order_by(sighting.c.position, sighting.c.id)).all()
        _log(connection, source_id, what, f"{len(listed)} still listed", at)
    return tuple(captures.sighting_of(seen) for seen in listed)


def note_backfilled(warehouse: Warehouse, listing: Listing, *, day: str) -> int:
    """Keep what a source lists for one day; how it is polled otherwise stays as it is."""
    with warehouse.write() as connection:
        at = _later(connection, _row(connection, listing.source_id))
        new = captures.see(connection, [replace(seen, seen_at=at) for seen in listing.sightings])
        reason = f"{day}: {len(listing.sightings)} listed, {new} new"
        _log(connection, listing.source_id, PollEvent.BACKFILLED, reason, at)
    return new


def note_failed(warehouse: Warehouse, failure: PollFailure, rules: PollRules) -> None:
    """Keep that a poll did not work, and when the source is polled again."""
    with warehouse.write() as connection:
        row = _row(connection, failure.source_id)
        at = now(connection)
        hard = row.hard_failures + (failure.kind is FailureClass.HARD)
        disabled = row.disabled_at is not None or hard >= rules.disable_after
        pause = pause_s(rules, failure, row.failures + 1, hard=hard, disabled=disabled)
        again = at + timedelta(seconds=pause)
        connection.execute(
            update(source)
            .where(source.c.id == failure.source_id)
            .values(
                last_polled_at=at,
                last_error=_short(failure.reason),
                failure=failure.kind,
                failures=row.failures + 1,
                hard_failures=hard,
                next_poll_at=max(again, _asked_for_since(connection, row) or again),
                disabled_at=row.disabled_at or (at if disabled else None),
            )
        )
        _log(connection, failure.source_id, PollEvent.FAILED, f"{failure.kind}: {failure.reason}", at)
        if disabled and row.disabled_at is None:
            _log(connection, failure.source_id, PollEvent.DISABLED, f"{hard} hard failures", at)


def pause_s(rules: PollRules, failure: PollFailure, failures: int, *, hard: int, disabled: bool) -> float:
    """Seconds until a source that failed is polled again; the same for the same failure of the same source.

    A wait that the site asked for is kept to the second, up to the longest. Any other pause doubles with each failure
    and is shortened by up to a half, so that sources which failed together do not come back together.

    Args:
        rules: how long each kind of pause is.
        failure: the failure.
        failures: failed polls in a row, this one included.
        hard: how many of them were hard.
        disabled: whether the source is left to the rare probe.
    """
    if failure.kind is FailureClass.TEMPORARY and failure.wait_s is not None:
        asked = min(failure.wait_s, rules.longest_wait_s)
        return max(asked, rules.probe_s / 2) if disabled else asked
    is_hard = failure.kind is FailureClass.HARD
    first, times = (rules.hard_backoff_s, hard) if is_hard else (rules.soft_backoff_s, failures)
    doubled = min(rules.longest_backoff_s, first * 2 ** min(times - 1, _MOST_DOUBLINGS))
    jitter = random.Random(f"{failure.source_id}:{failures}").random()  # noqa: S311 - spreads polls, hides nothing
    return (rules.probe_s if disabled else doubled) * (1 - jitter / 2)


def put_off(
    warehouse: Warehouse, lives_there: Callable[[str], bool], wait_s: float, reason: str, *, rules: PollRules
) -> None:
    """Keep that a host asked not to be asked for a while.

    Args:
        warehouse: the warehouse.
        lives_there: tells by a source's address whether it is polled at that host.
        wait_s: what it asked for; the longest wait is kept at most.
        reason: its words, for the log.
        rules: how long the longest wait is.
    """
    with warehouse.write() as connection:
        at = now(connection)
        until = at + timedelta(seconds=min(wait_s, rules.longest_wait_s))
        soon = source.c.next_poll_at.is_(None) | (source.c.next_poll_at < until - _SAME_WAIT)
        for row in connection.execute(select(source).where(soon, source.c.kind != "file")).all():
            if lives_there(row.url):
                connection.execute(update(source).where(source.c.id == row.id).values(next_poll_at=until))
                _log(connection, row.id, PollEvent.PUT_OFF, reason, at)


def revive(connection: Connection, source_id: str, reason: str) -> None:
    """Let a source be polled again at once, whatever kept it back."""
    row = _row(connection, source_id)
    values = {"failure": None, "failures": 0, "hard_failures": 0, "next_poll_at": None, "disabled_at": None}
    connection.execute(update(source).where(source.c.id == source_id).values(last_error=None, **values))
    if row.disabled_at is not None:
        _log(connection, source_id, PollEvent.REVIVED, reason, now(connection))


def _worked(connection: Connection, row: Row[Any], at: datetime, **changes: Any) -> None:
    """A poll that worked: what failed before is over. A wait that the host asked for in between stays."""
    values = {**changes, "failure": None, "failures": 0, "hard_failures": 0, "last_error": None, "disabled_at": None}
    if row.failure is not None:
        values["next_poll_at"] = _asked_for_since(connection, row)
    connection.execute(update(source).where(source.c.id == row.id).values(last_ok_at=at, last_polled_at=at, **values))
    if row.disabled_at is not None:
        _log(connection, row.id, PollEvent.REVIVED, "a probe worked", at)


def _asked_for_since(connection: Connection, row: Row[Any]) -> datetime | None:
    """Until when a source's host asked us to wait since its last poll; None when it did not ask."""
    since = (source_event.c.source_id == row.id) & (source_event.c.what == PollEvent.PUT_OFF)
    if row.last_polled_at is not None:
        since &= source_event.c.at >= row.last_polled_at
    asked = connection.execute(select(source_event.c.id).where(since).limit(1)).first()
    until: datetime | None = row.next_poll_at if asked else None
    return until


def _row(connection: Connection, source_id: str) -> Row[Any]:
    return connection.execute(select(source).where(source.c.id == source_id)).one()


def _later(connection: Connection, row: Row[Any]) -> datetime:
    """Now, but always after what was listed before: a clock that was set back must not turn the order round."""
    seen = select(func.max(sighting.c.last_seen_at)).where(sighting.c.source_id == row.id)
    before: list[datetime] = [at for at in (row.listed_at, connection.execute(seen).scalar_one()) if at]
    return max([now(connection), *(at + _NEXT_MOMENT for at in before)])


def _log(connection: Connection, source_id: str, what: PollEvent, reason: str, at: datetime) -> None:
    connection.execute(insert(source_event).values(source_id=source_id, at=at, what=what, reason=_short(reason)))


def _short(reason: str) -> str:
    return " ".join(reason.split())[:_LONGEST_REASON]
