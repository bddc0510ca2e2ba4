"""What stands behind one exchange, as records for a page: its claims, its steps, its stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, text

from models.columns import UtcDateTime
from models.errors import WarehouseError
from models.ledger_state import resolve
from models.records import Phase, Precision
from models.tables import (
    exchange,
    exchange_member,
    outlet,
    phase,
    report,
    source,
    story,
    story_version,
    syndication_member,
)

_CLAIMS: Final = text("""
    SELECT releasing, receiving, slot, value, count_best, claimer, claimer_side, outlet, outlet_side, origin,
           independent_origin, published_at, story_id, span_start, words, score
    FROM v_claim_ledger WHERE exchange = :slug""").columns(published_at=UtcDateTime)
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
_HOUSES: Final = text("""
    SELECT version_id, origin_name FROM v_origin WHERE version_id IN (
        SELECT m.version_id FROM exchange_member m JOIN exchange e ON e.id = m.exchange_id WHERE e.slug = :slug)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldClaim:
    """One claim behind one cell of an exchange."""

    releasing: str | None  # of the leg; both None when it speaks of the whole
    receiving: str | None
    slot: str
    value: str
    best: int | None
    claimer: str  # "author" for the outlet's own voice
    side: str | None  # who speaks: party code of the claimer, or of the outlet in its own voice; None without a side
    outlet: str
    outlet_side: str | None
    origin: str
    house: str  # one value per independent origin
    published_at: datetime | None
    story_id: str
    start: int  # code points into the story's text
    words: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A phase the exchange was reported to have reached, and the story that says so."""

    phase: Phase
    reported_at: datetime
    illegal: bool  # the step before does not lead here
    story_id: str
    title: str
    outlet: str
    outlet_side: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStory:
    """A story that reports the exchange."""

    story_id: str
    title: str
    language: str
    published_at: datetime | None
    precision: Precision
    outlet: str
    country: str
    side: str | None
    origin: str  # who wrote the text it carries, or itself
    role: str  # origin | carrier
    phase: str  # what it reports by itself


def current_slug(connection: Connection, slug: str) -> str | None:
    """The slug an exchange is known by now; None when no exchange ever had this one."""
    try:
        return resolve(connection, slug)
    except WarehouseError:
        return None


def told_claims(connection: Connection, slug: str) -> tuple[ToldClaim, ...]:
    """Every claim behind every cell of the exchange with this slug, by leg, slot and value, the first told first."""
    told = (
        ToldClaim(
            releasing=row.releasing,
            receiving=row.receiving,
            slot=row.slot,
            value=row.value,
            best=row.count_best,
            claimer=row.claimer,
            side=row.outlet_side if row.claimer == "author" else row.claimer_side,
            outlet=row.outlet,
            outlet_side=row.outlet_side,
            origin=row.origin,
            house=row.independent_origin,
            published_at=row.published_at,
            story_id=row.story_id,
            start=row.span_start,
            words=row.words,
            score=row.score,
        )
        for row in connection.execute(_CLAIMS, {"slug": slug})
    )
    return tuple(sorted(told, key=_in_order))


def _in_order(one: ToldClaim) -> tuple[str, str, str, str, datetime, str, int]:
    """Sorted here: each engine has its own order of words and of NULL. What has no time comes first."""
    told_at = one.published_at or _BEFORE_ALL
    return one.releasing or "", one.receiving or "", one.slot, one.value, told_at, one.story_id, one.start


def steps(connection: Connection, slug: str) -> tuple[Step, ...]:
    """The phases of the exchange with this slug, in order."""
    rows = connection.execute(
        select(phase.c.phase, phase.c.reported_at, phase.c.illegal)
        .add_columns(story_version.c.key, story_version.c.title, outlet.c.name, outlet.c.side)
        .join(exchange, exchange.c.id == phase.c.exchange_id)
        .join(story_version, story_version.c.id == phase.c.version_id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(exchange.c.slug == slug)
        .order_by(phase.c.position)
    )
    return tuple(
        Step(
            phase=Phase(row.phase),
            reported_at=row.reported_at,
            illegal=row.illegal,
            story_id=row.key,
            title=row.title,
            outlet=row.name,
            outlet_side=row.side,
        )
        for row in rows
    )


def member_stories(connection: Connection, slug: str) -> tuple[MemberStory, ...]:
    """The stories that report the exchange with this slug, the first published first."""
    origins = {row.version_id: row.origin_name for row in connection.execute(_HOUSES, {"slug": slug})}
    return tuple(
        MemberStory(
            story_id=row.key,
            title=row.title,
            language=row.language,
            published_at=row.published_at,
            precision=Precision(row.published_precision),
            outlet=row.name,
            country=row.country,
            side=row.side,
            origin=origins[row.id],
            role=row.role,
            phase=row.phase,
        )
        for row in connection.execute(_members(slug))
    )


def _members(slug: str) -> Any:
    return (
        select(story_version.c.id, story_version.c.key, story_version.c.title, story_version.c.language)
        .add_columns(story_version.c.published_at, story_version.c.published_precision, report.c.phase)
        .add_columns(outlet.c.name, outlet.c.country, outlet.c.side, syndication_member.c.role)
        .join(exchange_member, exchange_member.c.version_id == story_version.c.id)
        .join(exchange, exchange.c.id == exchange_member.c.exchange_id)
        .join(report, report.c.version_id == story_version.c.id)
        .join(syndication_member, syndication_member.c.version_id == story_version.c.id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(exchange.c.slug == slug)
        .order_by(story_version.c.published_at.nulls_first(), story_version.c.key)
    )
