"""What the warehouse tells a doctor: silent sources, items put aside, work left behind, the untold, the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from models.errors import WirewatchError
from wirewatch.checks import LesserError
from wirewatch.settings import Settings

if TYPE_CHECKING:
    from models.warehouse import Warehouse

_MOST_SKEW_S: Final = 60
_SET: Final = "set the clock (NTP)"
_SILENT_AFTER: Final = timedelta(hours=48)  # two daily crawls missed
_NAMED: Final = 3  # items named in one line; more would hide the rest of it
_STEP_OF: Final = {"deliver": "alert"}  # queue → step, where the names differ


@contextmanager
def opened(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse, for the time of one look."""
    from models.warehouse import Warehouse

    warehouse = Warehouse.open(settings.warehouse)
    try:
        yield warehouse
    finally:
        warehouse.close()


def sources(settings: Settings) -> str:
    """Whether anything is collected, and whether all of that answers."""
    from models import sources as stored
    from models.warehouse import now

    with opened(settings) as warehouse, warehouse.read() as connection:
        fares, moment = stored.health(connection), now(connection)
    failing = [f"{one.id}: {one.last_error}" for one in fares if one.last_error]
    if failing:
        raise LesserError(f"{len(failing)} of {len(fares)} fail", _some(failing), hint="`wirewatch source health`")
    watched = [one for one in fares if one.verified]
    if not watched:
        raise LesserError("sources", "none is verified: nothing is collected", hint="`wirewatch source test ID`")
    silent = [one.id for one in watched if one.last_ok_at and moment - one.last_ok_at > _SILENT_AFTER]
    if silent:
        problem = f"not polled for {_SILENT_AFTER.total_seconds() / 3600:.0f} h"
        raise LesserError(_some(silent), problem, hint="`wirewatch collect`, and see that the daily run is on")
    return f"{len(watched)} of {len(fares)} are verified, none failed when it was last polled"


def quarantine(settings: Settings) -> str:
    """Items put aside."""
    from models import queue

    with opened(settings) as warehouse, warehouse.read() as connection:
        aside = queue.put_aside(connection)
    if aside:
        causes = _some([f"{one.id} ({one.stage}): {one.cause}" for one in aside])
        mend = f"`wirewatch quarantine list`; once mended, `wirewatch quarantine replay {aside[0].id}`"
        raise LesserError(f"{len(aside)} in quarantine", causes, hint=mend)
    return "empty"


def leases(settings: Settings) -> str:
    """Work that somebody took and neither finished nor gave back, and that nobody has taken since."""
    from models.gauges import lapsed_leases

    with opened(settings) as warehouse, warehouse.read() as connection:
        lapsed = lapsed_leases(connection)
    if lapsed:
        held = _some([f"{one.number} to {one.queue} since {one.since:%Y-%m-%dT%H:%MZ}" for one in lapsed])
        steps = dict.fromkeys(f"`wirewatch {_STEP_OF.get(one.queue, one.queue)}`" for one in lapsed)
        raise LesserError("left by a worker that died", held, hint=", ".join(steps))
    return "nothing was left behind"


def outbox(settings: Settings) -> str:
    """Whether everybody was told; a dead delivery means that somebody never will be."""
    from alerting.quiet import held_at
    from models import outbox as stored
    from models.warehouse import now

    with opened(settings) as warehouse, warehouse.read() as connection:
        deliveries = stored.deliveries(connection)
        held = held_at(settings.channels, settings.now or now(connection))
        late = stored.unsent(connection, held=held)
        quiet = stored.unsent(connection) - late
    dead = [one for one in deliveries if one.state == "dead"]
    if dead:
        causes = _some([f"{one.channel}: {one.last_error}" for one in dead])
        mend = f"mend the channel, then `wirewatch alert resend {dead[0].key}` and `wirewatch alert`"
        raise WirewatchError(f"{len(dead)} deliveries are dead", causes, hint=mend)
    if late:
        waiting = [one for one in deliveries if one.state == "waiting"]
        causes = _some([f"{one.channel}: {one.last_error or 'not tried yet'}" for one in waiting])
        mend = "`wirewatch alert log`, then `wirewatch alert`"
        raise LesserError(f"{late} deliveries are not sent", causes, hint=mend)
    return f"everything is sent; {quiet} wait for the end of quiet hours" if quiet else "everything is sent"


def clock(settings: Settings) -> str:
    """This machine's clock against the warehouse's, and both against what was written before."""
    from models.gauges import last_begun
    from models.warehouse import now

    with opened(settings) as warehouse, warehouse.read() as connection:
        moment = now(connection)
        skew = abs((moment - datetime.now(UTC)).total_seconds())
        begun = last_begun(connection)
    if skew > _MOST_SKEW_S:
        raise WirewatchError("clock", f"{skew:.0f} s apart from the warehouse's", hint=_SET)
    ahead = (begun - moment).total_seconds() if begun else 0
    if ahead > _MOST_SKEW_S:
        raise WirewatchError("clock", f"a run began {ahead:.0f} s from now: it was set back", hint=_SET)
    return f"{skew:.0f} s apart from the warehouse's"


def _some(words: Sequence[str]) -> str:
    more = len(words) - _NAMED
    return "; ".join(words[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
