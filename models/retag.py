"""Story versions on their way back to the tag step: their texts stay, their findings are made anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from models.tables import story_version
from models.warehouse import Warehouse, now

_TAGGED = ("link", "linked")


def tagged(warehouse: Warehouse, *, since: datetime | None, until: datetime | None) -> int:
    """How many versions of a time `send_back` would take.

    Args:
        warehouse: where.
        since: first moment of publication (of the first capture where none is known); None = from the beginning.
        until: one past the last; None = to the end.
    """
    with warehouse.read() as connection:
        meant = _meant(since, until, now(connection))
        return int(connection.execute(select(func.count()).select_from(story_version).where(meant)).scalar_one())


def send_back(warehouse: Warehouse, *, since: datetime | None, until: datetime | None) -> int:
    """Let the tagged versions of a time wait for the tag step again; gives how many.

    What the link step holds at this moment is left to it, and what is in quarantine to `replay`. Until the new findings
    are there the old ones stand, in the ledger too.

    Args:
        warehouse: where.
        since: see `tagged`.
        until: see `tagged`.
    """
    with warehouse.write() as connection:
        sent = update(story_version).where(_meant(since, until, now(connection)))
        fresh = {"attempts": 0, "next_try_at": None, "last_error": None, "lease_owner": None, "lease_until": None}
        return connection.execute(sent.values(stage="tag", **fresh)).rowcount


def _meant(since: datetime | None, until: datetime | None, moment: datetime) -> ColumnElement[bool]:
    told_at = func.coalesce(story_version.c.published_at, story_version.c.first_seen_at)
    held_by_nobody = or_(story_version.c.lease_until.is_(None), story_version.c.lease_until < moment)
    bounds = [told_at >= since] if since else []
    if until:
        bounds.append(told_at < until)
    return and_(story_version.c.stage.in_(_TAGGED), held_by_nobody, *bounds)
