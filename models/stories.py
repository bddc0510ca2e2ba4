"""Stories and their versions, discards, and the clusters of copies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from models.records import Dateline, Discard, Instant, MapSegment, Outlet, Precision, Story
from models.rows import new_id, parts
from models.search import index
from models.tables import (
    capture,
    discard,
    outlet,
    source,
    story,
    story_version,
    syndication_cluster,
    syndication_member,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A story version as stored."""

    id: int
    key: str
    story: Story
    outlet: Outlet  # that was crawled: it may have carried another's story


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVersion:
    """What clustering needs of a version."""

    id: int
    key: str
    text: str
    text_sha256: str
    signature: tuple[int, ...]
    published_at: datetime | None
    first_seen_at: datetime
    origin: str | None
    carrier: str | None
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A version's place in a cluster."""

    version_id: int
    role: str  # origin | carrier
    similarity: float


def is_known(connection: Connection, told: Story) -> bool:
    """Whether this very text of this story is stored already."""
    return bool(connection.execute(select(story_version.c.id).where(story_version.c.key == version_key(told))).first())


def save(connection: Connection, capture_id: int, told: Story, *, seen_at: datetime) -> None:
    """Store what a capture says: a new version of its story."""
    story_id = _story_id(connection, told, seen_at)
    number = connection.execute(
        select(func.count()).select_from(story_version).where(story_version.c.story_id == story_id)
    ).scalar_one()
    made = connection.execute(
        insert(story_version).values(
            key=version_key(told),
            story_id=story_id,
            capture_id=capture_id,
            number=number + 1,
            first_seen_at=seen_at,
            **_values(told),
        )
    )
    index(connection, new_id(made), told.title, told.text)


def version_key(told: Story) -> str:
    """The public id of a version: the same story text from the same source and address has the same key."""
    named = f"{told.source_id}\n{told.canonical_url}\n{told.text_sha256}"
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def _story_id(connection: Connection, told: Story, seen_at: datetime) -> int:
    same = (story.c.source_id == told.source_id) & (story.c.canonical_url == told.canonical_url)
    found = connection.execute(select(story.c.id).where(same)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = connection.execute(
        insert(story).values(source_id=told.source_id, canonical_url=told.canonical_url, first_seen_at=seen_at)
    )
    return new_id(made)


def _values(told: Story) -> dict[str, Any]:
    published, modified = told.published, told.modified
    return {
        "title": told.title,
        "text": told.text,
        "text_sha256": told.text_sha256,
        "language": told.language,
        "language_score": told.language_score,
        "published_at": published.at if published else None,
        "published_precision": (published.precision if published else Precision.UNKNOWN).value,
        "published_rule": published.rule if published else "",
        "published_words": published.verbatim if published else "",
        "modified_at": modified.at if modified else None,
        "modified_precision": (modified.precision if modified else Precision.UNKNOWN).value,
        "modified_rule": modified.rule if modified else "",
        "modified_words": modified.verbatim if modified else "",
        "candidates": [_instant_fields(i) for i in told.candidates],
        "bylines": list(told.bylines),
        "dateline": _dateline_fields(told.dateline),
        "origin": told.origin,
        "carrier": told.carrier,
        "flags": list(told.flags),
        "segments": [[s.text_start, s.input_start, s.length] for s in told.segments],
        "signature": list(told.signature),
    }


def _instant_fields(instant: Instant) -> dict[str, str]:
    return {
        "at": instant.at.isoformat(),
        "precision": instant.precision.value,
        "rule": instant.rule,
        "verbatim": instant.verbatim,
    }


def _dateline_fields(line: Dateline | None) -> dict[str, Any] | None:
    if line is None:
        return None
    day = line.day.isoformat() if line.day else None
    return {"place": line.place, "day": day, "agency": line.agency, "start": line.start, "end": line.end}


def newest_publication(connection: Connection, digests: Sequence[str]) -> datetime | None:
    """The latest publication among the stories in the captures with these digests; None when none tells it."""
    newest: datetime | None = connection.execute(
        select(story_version.c.published_at)
        .join(capture, capture.c.id == story_version.c.capture_id)
        .where(capture.c.sha256.in_(digests), story_version.c.published_at.is_not(None))
        .order_by(story_version.c.published_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return newest


def throw_out(connection: Connection, capture_id: int, gone: Discard) -> None:
    """Count a capture that did not become a story."""
    connection.execute(
        insert(discard).values(capture_id=capture_id, url=gone.url, reason=gone.reason.value, detail=gone.detail[:500])
    )


def load(connection: Connection, ids: Sequence[int]) -> tuple[StoredVersion, ...]:
    """The versions with these row ids, in that order."""
    rows = connection.execute(
        select(
            story_version,
            story.c.source_id,
            story.c.canonical_url,
            capture.c.url.label("url"),
            outlet.c.name.label("outlet_name"),
            outlet.c.country.label("outlet_country"),
        )
        .join(story, story.c.id == story_version.c.story_id)
        .join(capture, capture.c.id == story_version.c.capture_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(story_version.c.id.in_(ids))
    ).all()
    made = {row.id: _stored(row) for row in rows}
    return tuple(made[i] for i in ids)


def _stored(row: Row[Any]) -> StoredVersion:
    carried_by = Outlet(name=row.outlet_name, country=row.outlet_country)
    return StoredVersion(id=row.id, key=row.key, story=_story(row), outlet=carried_by)


def by_key(connection: Connection, key: str) -> StoredVersion | None:
    """The version with a public id; None when there is none."""
    found = connection.execute(select(story_version.c.id).where(story_version.c.key == key)).scalar_one_or_none()
    return load(connection, [found])[0] if found is not None else None


def _story(row: Row[Any]) -> Story:
    return Story(
        url=row.url,
        canonical_url=row.canonical_url,
        source_id=row.source_id,
        title=row.title,
        text=row.text,
        language=row.language,
        language_score=row.language_score,
        published=_moment(row, "published"),
        modified=_moment(row, "modified"),
        candidates=tuple(_instant(fields) for fields in row.candidates),
        bylines=tuple(row.bylines),
        dateline=_dateline(row.dateline),
        origin=row.origin,
        carrier=row.carrier,
        flags=tuple(row.flags),
        segments=tuple(MapSegment(text_start=a, input_start=b, length=n) for a, b, n in row.segments),
        text_sha256=row.text_sha256,
        signature=tuple(row.signature),
    )


def _moment(row: Row[Any], which: str) -> Instant | None:
    """The publication or the last change, from its four columns."""
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    if fields[f"{which}_at"] is None:
        return None
    return Instant(
        at=fields[f"{which}_at"],
        precision=Precision(fields[f"{which}_precision"]),
        rule=fields[f"{which}_rule"],
        verbatim=fields[f"{which}_words"],
    )


def _instant(fields: Mapping[str, str]) -> Instant:
    return Instant(
        at=datetime.fromisoformat(fields["at"]),
        precision=Precision(fields["precision"]),
        rule=fields["rule"],
        verbatim=fields["verbatim"],
    )


def _dateline(fields: Mapping[str, Any] | None) -> Dateline | None:
    if fields is None:
        return None
    day = date.fromisoformat(fields["day"]) if fields["day"] else None
    return Dateline(place=fields["place"], day=day, agency=fields["agency"], start=fields["start"], end=fields["end"])


# ---------------------------------------------------------------- copies


def unclustered(connection: Connection) -> int:
    """Versions that stand in no cluster yet."""
    return int(
        connection.execute(
            select(func.count())
            .select_from(story_version)
            .outerjoin(syndication_member, syndication_member.c.version_id == story_version.c.id)
            .where(syndication_member.c.version_id.is_(None))
        ).scalar_one()
    )


def signed(connection: Connection) -> tuple[SignedVersion, ...]:
    """Every version, as clustering sees it."""
    rows = connection.execute(
        select(story_version, outlet.c.name.label("outlet"))
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .order_by(story_version.c.key)
    )
    return tuple(
        SignedVersion(
            id=row.id,
            key=row.key,
            text=row.text,
            text_sha256=row.text_sha256,
            signature=tuple(row.signature),
            published_at=row.published_at,
            first_seen_at=row.first_seen_at,
            origin=row.origin,
            carrier=row.carrier,
            outlet=row.outlet,
        )
        for row in rows
    )


def save_clusters(connection: Connection, clusters: Sequence[Sequence[Member]]) -> int:
    """Make the stored clusters these, which hold every version; gives how many versions changed their place.

    A cluster keeps the key of the oldest cluster that any of its members stood in, so that an origin keeps its name.
    """
    stored = {
        row.version_id: (row.cluster_id, row.role, row.similarity)
        for row in connection.execute(select(syndication_member))
    }
    wanted: dict[int, tuple[int, str, float]] = {}
    taken: set[int] = set()
    for members in sorted(clusters, key=lambda c: min(m.version_id for m in c)):
        cluster_id = _cluster_id(connection, members, stored, taken)
        taken.add(cluster_id)
        wanted |= {m.version_id: (cluster_id, m.role, round(m.similarity, 4)) for m in members}
    changed = {version: place for version, place in wanted.items() if stored.get(version) != place}
    _place(connection, changed)
    used = select(syndication_member.c.cluster_id)
    connection.execute(delete(syndication_cluster).where(syndication_cluster.c.id.not_in(used)))
    return len(changed)


def _cluster_id(
    connection: Connection, members: Sequence[Member], stored: Mapping[int, tuple[int, str, float]], taken: set[int]
) -> int:
    old = sorted({stored[m.version_id][0] for m in members if m.version_id in stored} - taken)
    if old:
        return old[0]
    oldest = min(m.version_id for m in members)
    name = connection.execute(select(story_version.c.key).where(story_version.c.id == oldest)).scalar_one()
    while connection.execute(select(syndication_cluster.c.id).where(syndication_cluster.c.key == name)).first():
        name = hashlib.sha256(name.encode()).hexdigest()[:16]  # a cluster that this text left still goes by its key
    made = connection.execute(insert(syndication_cluster).values(key=name))
    return new_id(made)


def _place(connection: Connection, places: Mapping[int, tuple[int, str, float]]) -> None:
    """All leave before any enters: a cluster never has two origins."""
    for ids in parts(tuple(places)):
        connection.execute(delete(syndication_member).where(syndication_member.c.version_id.in_(ids)))
    rows = [
        {"version_id": version, "cluster_id": cluster_id, "role": role, "similarity": similarity}
        for version, (cluster_id, role, similarity) in places.items()
    ]
    if rows:
        connection.execute(insert(syndication_member), rows)
