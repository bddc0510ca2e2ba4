"""Reviews: which stories wait for a person's word, what was said, and what the next training can learn from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from models.errors import WarehouseError
from models.records import Doubtful, ReportPhase, Reviewed, Verdict
from models.tables import outlet, report, review, source, story, story_version
from models.warehouse import now

YES: Final = "yes"
NO: Final = "no"
ALLOWED: Final = {
    Reviewed.EXCHANGE: (YES, NO),
    Reviewed.ALERT: (YES, NO),
    Reviewed.PHASE: tuple(phase.value for phase in ReportPhase),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A text with the latest word on each of its findings that somebody judged."""

    story_key: str
    outlet: str
    country: str  # ISO 3166-1 alpha-2, "ZZ" for none
    language: str
    title: str
    text: str
    meant: dict[Reviewed, str]


def waiting(connection: Connection, *, limit: int) -> tuple[Doubtful, ...]:
    """Stories with a doubtful report that nobody has judged, the most doubtful first.

    Args:
        connection: to the warehouse.
        limit: how many at most.
    """
    judged = select(review.c.version_id)
    rows = connection.execute(
        _reports()
        .where(report.c.doubtful, story_version.c.id.not_in(judged))
        .order_by(func.abs(report.c.is_exchange_score - 0.5), story_version.c.id)
        .limit(limit)
    )
    return tuple(_doubtful(row) for row in rows)


def say(
    connection: Connection, story_key: str, meant: dict[Reviewed, str], *, by: str, note: str
) -> tuple[Verdict, ...]:
    """Keep what somebody says of a story's report; gives the verdicts as they were kept.

    Raises:
        WarehouseError: there is no such story, it is not tagged, or a word is none that can be meant.
    """
    found = connection.execute(_reports().where(story_version.c.key == story_key)).first()
    if found is None:
        raise WarehouseError(story_key, "no tagged story has this id", hint="see `wirewatch review list`, or v_story")
    said, at = _said(found), now(connection)
    for about, word in meant.items():
        if word not in ALLOWED[about]:
            raise WarehouseError(about.value, f"{word!r} is not one of {', '.join(ALLOWED[about])}")
        values = {"about": about.value, "said": said[about], "meant": word, "judged_by": by, "note": note}
        connection.execute(insert(review).values(version_id=found.version_id, judged_at=at, **values))
    return tuple(
        Verdict(story_key=story_key, about=about, said=said[about], meant=word, by=by, note=note, at=at)
        for about, word in meant.items()
    )


def judged(connection: Connection) -> Iterator[Judged]:
    """Every text that somebody judged, in the order of their ids."""
    words: dict[int, dict[Reviewed, str]] = {}
    for row in connection.execute(select(review).order_by(review.c.id)):
        words.setdefault(row.version_id, {})[Reviewed(row.about)] = row.meant
    for row in connection.execute(_texts().where(story_version.c.id.in_(select(review.c.version_id)))):
        yield Judged(
            story_key=row.key,
            outlet=row.outlet,
            country=row.country,
            language=row.language,
            title=row.title,
            text=row.text,
            meant=words[row.id],
        )


def agreement(connection: Connection) -> dict[Reviewed, tuple[int, int]]:
    """How often the tagger was right in the eyes of people: (right, judged), by the latest word on each text."""
    last = select(func.max(review.c.id)).group_by(review.c.version_id, review.c.about)
    counts: dict[Reviewed, tuple[int, int]] = {}
    for row in connection.execute(select(review).where(review.c.id.in_(last))):
        right, of = counts.get(Reviewed(row.about), (0, 0))
        counts[Reviewed(row.about)] = (right + (row.said == row.meant), of + 1)
    return counts


def _reports() -> Select[Any]:
    return (
        select(report, story_version.c.key, story_version.c.title, story_version.c.published_at, outlet.c.name)
        .join(story_version, story_version.c.id == report.c.version_id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
    )


def _texts() -> Select[Any]:
    return (
        select(story_version, outlet.c.name.label("outlet"), outlet.c.country.label("country"))
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .order_by(story_version.c.id)
    )


def _said(row: Row[Any]) -> dict[Reviewed, str]:
    return {
        Reviewed.EXCHANGE: YES if row.is_exchange else NO,
        Reviewed.ALERT: YES if row.alert_worthy else NO,
        Reviewed.PHASE: row.phase,
    }


def _doubtful(row: Row[Any]) -> Doubtful:
    said = _said(row)
    return Doubtful(
        story_key=row.key,
        outlet=row.name,
        title=row.title,
        published_at=row.published_at,
        exchange=said[Reviewed.EXCHANGE],
        exchange_score=round(row.is_exchange_score, 3),
        alert=said[Reviewed.ALERT],
        alert_score=round(row.alert_score, 3),
        phase=said[Reviewed.PHASE],
    )
