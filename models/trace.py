"""From a leg of an exchange back to the bytes: leg → claims → characters → story version → archive record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from models.ledger_state import resolve
from models.records import MapSegment, WarcPlace
from models.tables import capture, claim, claim_link, exchange, leg, model, outlet, source, story, story_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One claim behind one cell, with everything needed to open its bytes."""

    exchange: str
    releasing: str | None
    receiving: str | None
    slot: str
    value: str
    claimer: str
    words: str
    span_start: int
    span_end: int
    story_id: str
    version: int
    text: str  # of the whole version
    outlet: str
    segments: tuple[MapSegment, ...]
    url: str
    fetched_at: datetime
    content_type: str
    place: WarcPlace
    model: str
    weights_sha256: str
    score: float


def trails(connection: Connection, slug: str, *, slot: str | None = None) -> tuple[Trail, ...]:
    """Every claim behind an exchange's cells, or behind those of one slot.

    Raises:
        WarehouseError: there is no such exchange.
    """
    wanted = (
        select(claim, claim_link.c.slot, leg.c.releasing.label("leg_from"), leg.c.receiving.label("leg_to"))
        .add_columns(
            story_version.c.key, story_version.c.number, story_version.c.segments, story_version.c.text, capture
        )
        .add_columns(model.c.name.label("model_name"), model.c.version.label("model_version"), model.c.weights_sha256)
        .add_columns(outlet.c.name.label("outlet_name"), exchange.c.slug)
        .join(claim_link, claim_link.c.claim_id == claim.c.id)
        .join(exchange, exchange.c.id == claim_link.c.exchange_id)
        .outerjoin(leg, leg.c.id == claim_link.c.leg_id)
        .join(model, model.c.id == claim.c.model_id)
        .join(story_version, story_version.c.id == claim.c.version_id)
        .join(capture, capture.c.id == story_version.c.capture_id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(exchange.c.slug == resolve(connection, slug))
        .order_by(leg.c.releasing.nulls_first(), leg.c.receiving.nulls_first())
        .order_by(claim_link.c.slot, story_version.c.key, claim.c.position)
    )
    rows = connection.execute(wanted if slot is None else wanted.where(claim_link.c.slot == slot)).all()
    return tuple(
        Trail(
            exchange=row.slug,
            releasing=row.leg_from,
            receiving=row.leg_to,
            slot=row.slot,
            value=row.value,
            claimer=row.claimer,
            words=row.words,
            span_start=row.span_start,
            span_end=row.span_end,
            story_id=row.key,
            version=row.number,
            text=row.text,
            outlet=row.outlet_name,
            segments=tuple(MapSegment(text_start=a, input_start=b, length=n) for a, b, n in row.segments),
            url=row.url,
            fetched_at=row.fetched_at,
            content_type=row.content_type,
            place=WarcPlace(file=row.warc_file, offset=row.warc_offset, length=row.warc_length, sha256=row.sha256),
            model=f"{row.model_name} {row.model_version}",
            weights_sha256=row.weights_sha256,
            score=row.score,
        )
        for row in rows
    )
