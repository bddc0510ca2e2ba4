"""Which of all the times a page gives is its time of publication: one written order of rules.

The order is `ORDER`. The first rule that gave a possible time wins; if it gave a day alone, the first later rule with a
time on that day takes its place. A time without a zone borrows the zone of another time on the page that shows the same
wall clock (`…:zone-of-…`), otherwise it is read as UTC and says so (`…:no-zone`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cleaning.days import Moment
from models.records import Instant, Precision

ORDER = (
    "given",  # by the caller, from the record that carried the text
    "jsonld:datePublished",
    "meta:article:published_time",
    "meta:date",
    "time:pubdate",
    "feed",
    "wire-header",
    "line",
    "time",
    "dateline",
    "url",
    "htmldate",
)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a default value of some system
AHEAD = timedelta(hours=24)  # clocks and zones may be wrong by that much
_CONFLICT = timedelta(hours=36)  # two days that are neighbours in some zone do not contradict each other
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A time found on the page and the rule that found it."""

    rule: str  # one of `ORDER`
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The time of publication, everything it was chosen from, and what is odd about it."""

    published: Instant | None
    candidates: tuple[Instant, ...]
    flags: tuple[str, ...]


def given(instant: Instant) -> Candidate:
    """An instant that the caller knows already, as a candidate of its own rule (`given` when that is not ours)."""
    rule = instant.rule if instant.rule in ORDER else "given"
    wall = instant.at.astimezone(UTC).replace(tzinfo=None)
    moment = Moment(wall=wall, offset=timedelta(), precision=instant.precision, verbatim=instant.verbatim)
    return Candidate(rule=rule, moment=moment)


def choose(found: Sequence[Candidate], *, fetched_at: datetime | None) -> Choice:
    """Choose the time of publication; `fetched_at` (aware) bounds it, None leaves the future open."""
    ranked = sorted(found, key=lambda candidate: ORDER.index(candidate.rule))
    instants = tuple(dict.fromkeys(instant(candidate, ranked) for candidate in ranked))
    latest = fetched_at + AHEAD if fetched_at else None
    possible = [one for one in instants if one.at >= EARLIEST and (latest is None or one.at <= latest)]
    published = _finest(possible)
    flags = []
    if latest and any(one.at > latest for one in instants):
        flags.append("future-date")
    if any(one.at < EARLIEST for one in instants):
        flags.append("early-date")
    others = [one.at for one in possible if one.rule != "htmldate"]  # a guess contradicts nobody
    if published and any(abs(at - published.at) > _CONFLICT for at in others):
        flags.append("date-conflict")
    return Choice(published=published, candidates=instants, flags=tuple(flags))


def _finest(possible: Sequence[Instant]) -> Instant | None:
    """The first; if it is a day alone, the first that gives a time on that day (± a zone)."""
    if not possible or possible[0].precision != Precision.DAY:
        return possible[0] if possible else None
    day = possible[0].at
    finer = (
        one
        for one in possible[1:]
        if one.precision in {Precision.SECOND, Precision.MINUTE} and day - _DAY / 2 < one.at < day + _DAY * 3 / 2
    )
    return next(finer, possible[0])


def instant(candidate: Candidate, others: Sequence[Candidate]) -> Instant:
    """The candidate in UTC, with the zone of another one where its own is missing."""
    moment = candidate.moment
    if moment.offset is not None or moment.precision == Precision.DAY:
        return Instant(at=moment.at, precision=moment.precision, rule=candidate.rule, verbatim=moment.verbatim)
    for other in others:
        if other.moment.offset is not None and other.moment.wall.replace(second=0) == moment.wall.replace(second=0):
            at = (moment.wall.replace(tzinfo=UTC)) - other.moment.offset
            rule = f"{candidate.rule}:zone-of-{other.rule}"
            return Instant(at=at, precision=moment.precision, rule=rule, verbatim=moment.verbatim)
    return Instant(at=moment.at, precision=moment.precision, rule=f"{candidate.rule}:no-zone", verbatim=moment.verbatim)
