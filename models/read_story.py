"""One story version with everything found in it and everything that tells where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, union

from models.findings import claims_of, stances_of
from models.records import Claim, Instant, MediationStatus, ModelStamp, ReportPhase, Stance, WarcPlace
from models.stories import StoredVersion, by_key
from models.tables import (
    capture,
    claim,
    claim_link,
    exchange,
    exchange_member,
    mention,
    model,
    outlet,
    report,
    source,
    stance,
    story,
    story_version,
    syndication_member,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who published it."""

    outlet: str
    country: str
    side: str | None
    role: str
    source: str  # id of the source it came through


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWords:
    """Partisan wording for an actor, where it stands, and the neutral code and name."""

    start: int
    end: int
    words: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The bytes the text was read from."""

    url: str  # as asked for
    final_url: str  # that answered
    fetched_at: datetime
    status: int
    content_type: str
    place: WarcPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the exchange tagger says of the whole text."""

    is_exchange: bool
    is_exchange_score: float
    alert_worthy: bool
    phase: ReportPhase
    phase_score: float
    mediation: MediationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherVersion:
    """A version of the same story, this one included."""

    story_id: str
    number: int
    title: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The same text at another address."""

    story_id: str
    outlet: str
    title: str
    role: str  # origin | carrier
    similarity: float
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStory:
    """A story version, as a page shows it; offsets count the characters of `text`."""

    story_id: str
    publisher: Publisher
    title: str
    text: str
    language: str
    published: Instant | None
    modified: Instant | None
    bylines: tuple[str, ...]
    origin: str
    carrier: str | None
    flags: tuple[str, ...]
    canonical_url: str
    text_sha256: str
    stage: str
    number: int
    first_seen_at: datetime
    exchange: str | None  # slug
    verdict: Verdict | None  # None before it is tagged
    claims: tuple[Claim, ...]
    slots: Mapping[int, tuple[str, ...]]  # position of a claim → cells of the exchange it backs
    stances: tuple[Stance, ...]
    loaded: tuple[LoadedWords, ...]
    provenance: Provenance
    models: tuple[ModelStamp, ...]
    versions: tuple[OtherVersion, ...]
    elsewhere: tuple[Elsewhere, ...]


def read_story(connection: Connection, key: str) -> ReadStory | None:
    """The version with a public id; None when there is none."""
    version = by_key(connection, key)
    return _read(connection, version) if version else None


def _read(connection: Connection, version: StoredVersion) -> ReadStory:
    told = version.story
    row = connection.execute(_about(version.id)).one()
    return ReadStory(
        story_id=version.key,
        publisher=Publisher(
            outlet=row.outlet, country=row.country, side=row.side, role=row.role, source=told.source_id
        ),
        title=told.title,
        text=told.text,
        language=told.language,
        published=told.published,
        modified=told.modified,
        bylines=told.bylines,
        origin=told.origin or row.outlet,
        carrier=told.carrier,
        flags=told.flags,
        canonical_url=told.canonical_url,
        text_sha256=told.text_sha256,
        stage=row.stage,
        number=row.number,
        first_seen_at=row.first_seen_at,
        exchange=row.slug,
        verdict=_verdict(connection, version.id),
        claims=claims_of(connection, version.id),
        slots=_slots(connection, version.id),
        stances=stances_of(connection, version.id),
        loaded=_loaded(connection, version.id),
        provenance=_provenance(row),
        models=_models(connection, version.id),
        versions=_versions(connection, row.story_id),
        elsewhere=_elsewhere(connection, version.id),
    )


def _about(version_id: int) -> Any:
    return (
        select(story_version.c.story_id, story_version.c.number, story_version.c.stage, story_version.c.first_seen_at)
        .add_columns(outlet.c.name.label("outlet"), outlet.c.country, outlet.c.side, outlet.c.role, exchange.c.slug)
        .add_columns(capture.c.url, capture.c.final_url, capture.c.fetched_at, capture.c.status, capture.c.content_type)
        .add_columns(capture.c.warc_file, capture.c.warc_offset, capture.c.warc_length, capture.c.sha256)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .join(capture, capture.c.id == story_version.c.capture_id)
        .outerjoin(exchange_member, exchange_member.c.version_id == story_version.c.id)
        .outerjoin(exchange, exchange.c.id == exchange_member.c.exchange_id)
        .where(story_version.c.id == version_id)
    )


def _provenance(row: Row[Any]) -> Provenance:
    place = WarcPlace(file=row.warc_file, offset=row.warc_offset, length=row.warc_length, sha256=row.sha256)
    return Provenance(
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        status=row.status,
        content_type=row.content_type,
        place=place,
    )


def _verdict(connection: Connection, version_id: int) -> Verdict | None:
    row = connection.execute(select(report).where(report.c.version_id == version_id)).one_or_none()
    if row is None:
        return None
    return Verdict(
        is_exchange=row.is_exchange,
        is_exchange_score=row.is_exchange_score,
        alert_worthy=row.alert_worthy,
        phase=ReportPhase(row.phase),
        phase_score=row.phase_score,
        mediation=MediationStatus(row.mediation),
    )


def _slots(connection: Connection, version_id: int) -> Mapping[int, tuple[str, ...]]:
    rows = connection.execute(
        select(claim.c.position, claim_link.c.slot)
        .join(claim_link, claim_link.c.claim_id == claim.c.id)
        .where(claim.c.version_id == version_id)
        .distinct()
        .order_by(claim.c.position, claim_link.c.slot)
    )
    found: dict[int, tuple[str, ...]] = {}
    for position, slot in rows:
        found[position] = (*found.get(position, ()), slot)
    return found


def _loaded(connection: Connection, version_id: int) -> tuple[LoadedWords, ...]:
    rows = connection.execute(
        select(mention).where(mention.c.version_id == version_id, mention.c.loaded).order_by(mention.c.position)
    )
    return tuple(
        LoadedWords(start=row.span_start, end=row.span_end, words=row.words, code=row.code, name=row.name)
        for row in rows
    )


def _models(connection: Connection, version_id: int) -> tuple[ModelStamp, ...]:
    """Every model that made a finding in it."""
    used = union(
        *(select(table.c.model_id).where(table.c.version_id == version_id) for table in (report, claim, stance))
    )
    rows = connection.execute(select(model).where(model.c.id.in_(used)).order_by(model.c.name, model.c.version))
    return tuple(ModelStamp(name=row.name, version=row.version, weights_sha256=row.weights_sha256) for row in rows)


def _versions(connection: Connection, story_id: int) -> tuple[OtherVersion, ...]:
    rows = connection.execute(
        select(story_version.c.key, story_version.c.number, story_version.c.title, story_version.c.first_seen_at)
        .where(story_version.c.story_id == story_id)
        .order_by(story_version.c.number)
    )
    return tuple(
        OtherVersion(story_id=row.key, number=row.number, title=row.title, first_seen_at=row.first_seen_at)
        for row in rows
    )


def _elsewhere(connection: Connection, version_id: int) -> tuple[Elsewhere, ...]:
    home = select(syndication_member.c.cluster_id).where(syndication_member.c.version_id == version_id)
    rows = connection.execute(
        select(story_version.c.key, story_version.c.title, story_version.c.published_at, outlet.c.name)
        .add_columns(syndication_member.c.role, syndication_member.c.similarity)
        .join(syndication_member, syndication_member.c.version_id == story_version.c.id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(syndication_member.c.cluster_id.in_(home), story_version.c.id != version_id)
        .order_by(syndication_member.c.role.desc(), story_version.c.published_at.nulls_first(), story_version.c.key)
    )
    return tuple(
        Elsewhere(
            story_id=row.key,
            outlet=row.name,
            title=row.title,
            role=row.role,
            similarity=row.similarity,
            published_at=row.published_at,
        )
        for row in rows
    )
