"""Digests: what a time brought, and the digest itself in the outbox, once under its key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from models.records import AlertReason, Digest, DigestFacts, SilentSource, ToldEvent, Trust
from models.rows import new_id
from models.tables import alert, delivery, digest, exchange, sighting, source, story, story_version
from models.warehouse import now


def facts(connection: Connection, *, since: datetime, until: datetime) -> DigestFacts:
    """What was decided and what was silent in a time, half-open, by the reference times of the decisions."""
    rows = connection.execute(
        select(alert, exchange.c.slug)
        .join(exchange, exchange.c.id == alert.c.exchange_id)
        .where(alert.c.decided_at >= since, alert.c.decided_at < until)
        .order_by(alert.c.decided_at, alert.c.id)
    ).all()
    # two rules may judge the same event; what is too old for one of them may have been told under the other
    once = {row.event_key: row for row in reversed(rows) if row.suppressed is None}
    events = tuple(reversed(once.values()))
    return DigestFacts(
        since=since,
        until=until,
        events=tuple(_event(row) for row in events),
        suppressed=len({row.event_key for row in rows} - once.keys()),
        silent=tuple(_silent(connection, since, until)),
    )


def _event(row: Row[Any]) -> ToldEvent:
    return ToldEvent(
        exchange=row.slug,
        reasons=tuple(AlertReason(reason) for reason in row.payload["reasons"]),
        changes=tuple(row.payload["changes"]),
        title=row.title,
        trust=Trust(row.trust),
        url=row.payload["url"],
        decided_at=row.decided_at,
    )


def _silent(connection: Connection, since: datetime, until: datetime) -> Iterable[SilentSource]:
    """Sources that are collected and neither listed anything new nor had a story published in the time."""
    heard = _last_heard(connection, until)
    collected = select(source.c.id, source.c.last_error).where(
        source.c.kind != "file", source.c.verified | source.c.verified_at.is_not(None)
    )
    for row in connection.execute(collected.order_by(source.c.id)):
        last = heard.get(row.id)
        if last is None or last < since:
            yield SilentSource(source_id=row.id, last_heard_at=last, last_error=row.last_error or "")


def _last_heard(connection: Connection, until: datetime) -> dict[str, datetime]:
    """The last time before `until` at which each source was heard; those never heard are left out."""
    listed, published = sighting.c.first_seen_at, story_version.c.published_at
    seen = connection.execute(
        select(sighting.c.source_id, func.max(listed)).where(listed < until).group_by(sighting.c.source_id)
    )
    told = connection.execute(
        select(story.c.source_id, func.max(published))
        .join(story_version, story_version.c.story_id == story.c.id)
        .where(published < until)
        .group_by(story.c.source_id)
    )
    heard: dict[str, datetime] = {}
    for name, last in [*seen.all(), *told.all()]:
        heard[name] = max(last, heard.get(name, last))
    return heard


def find(connection: Connection, key: str) -> Digest | None:
    """A digest that was composed before; None when it was not."""
    row = connection.execute(select(digest).where(digest.c.key == key)).one_or_none()
    if row is None:
        return None
    return Digest(
        key=row.key,
        title=row.title,
        body=row.body,
        html=row.html,
        payload=json.dumps(row.payload, ensure_ascii=False, sort_keys=True),
        is_news=bool(row.payload["is_news"]),
    )


def post(connection: Connection, composed: Digest, channels: Sequence[str], *, since: datetime, until: datetime) -> int:
    """Put a digest into the outbox, once for each channel; gives how many deliveries are new.

    A digest under the same key that is there already stays as it was told first.
    """
    found = connection.execute(select(digest.c.id).where(digest.c.key == composed.key)).scalar_one_or_none()
    digest_id = found if found is not None else _insert(connection, composed, since, until)
    return sum(_post_to(connection, digest_id, f"{composed.key}:{channel}", channel) for channel in channels)


def _insert(connection: Connection, composed: Digest, since: datetime, until: datetime) -> int:
    made = insert(digest).values(
        key=composed.key,
        since_at=since,
        until_at=until,
        title=composed.title,
        body=composed.body,
        html=composed.html,
        payload=json.loads(composed.payload),
        composed_at=now(connection),
    )
    return new_id(connection.execute(made))


def _post_to(connection: Connection, digest_id: int, key: str, channel: str) -> int:
    if connection.execute(select(delivery.c.id).where(delivery.c.key == key)).first():
        return 0
    connection.execute(insert(delivery).values(key=key, digest_id=digest_id, channel=channel))
    return 1
