"""Captures and sightings: the bytes that came, and the listings that led to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

from models.records import Page, Sighting, WarcPlace
from models.rows import parts
from models.tables import capture, sighting
from models.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCapture:
    """A capture as indexed: all of a `Page` but its bytes."""

    id: int
    source_id: str
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    content_type: str
    place: WarcPlace
    sighting: Sighting | None


def add(warehouse: Warehouse, pages: Sequence[Page], *, run_id: int | None = None) -> int:
    """Index captured pages whose bytes are already safe on disk; gives how many were new.

    A page whose source, address and bytes are known adds nothing.

    Raises:
        ValueError: a page has no place in the archive.
    """
    with warehouse.write() as connection:
        return sum(_add_one(connection, page, run_id) for page in pages)


def _add_one(connection: Connection, page: Page, run_id: int | None) -> int:
    if page.place is None:
        raise ValueError(f"{page.url}: captured nowhere")
    same = (
        select(capture.c.id)
        .where(capture.c.source_id == page.source_id, capture.c.url == page.url)
        .where(capture.c.sha256 == page.place.sha256)
    )
    if connection.execute(same).first():
        return 0
    connection.execute(
        insert(capture).values(
            source_id=page.source_id,
            url=page.url,
            final_url=page.final_url,
            fetched_at=page.fetched_at,
            status=page.status,
            content_type=page.content_type,
            warc_file=page.place.file,
            warc_offset=page.place.offset,
            warc_length=page.place.length,
            sha256=page.place.sha256,
            run_id=run_id,
        )
    )
    return 1


def add_sightings(warehouse: Warehouse, sightings: Iterable[Sighting]) -> int:
    """Remember listings; a listing seen before is counted, not repeated. Gives how many were new."""
    with warehouse.write() as connection:
        return see(connection, sightings)


def see(connection: Connection, sightings: Iterable[Sighting]) -> int:
    """The same within a transaction of the caller's."""
    return sum(_see(connection, seen) for seen in sightings)


def _see(connection: Connection, seen: Sighting) -> int:
    same = (sighting.c.source_id == seen.source_id) & (sighting.c.url == seen.url)
    values = {
        "position": seen.position,
        "title": seen.title,
        "published_text": seen.published_text,
        "published_at": seen.published_at,
        "last_seen_at": seen.seen_at,
    }
    again = update(sighting).where(same).values(times=sighting.c.times + 1, **values)
    if connection.execute(again).rowcount:
        return 0
    connection.execute(
        insert(sighting).values(source_id=seen.source_id, url=seen.url, first_seen_at=seen.seen_at, times=1, **values)
    )
    return 1


def known_urls(warehouse: Warehouse, source_id: str, urls: Iterable[str]) -> frozenset[str]:
    """Those of the addresses that were captured whole through this source."""
    whole = select(capture.c.url).where(capture.c.source_id == source_id, capture.c.status == HTTPStatus.OK)
    with warehouse.read() as connection:
        return frozenset(
            url
            for asked in parts(tuple(urls))
            for url in connection.execute(whole.where(capture.c.url.in_(asked))).scalars()
        )


def load(connection: Connection, ids: Sequence[int]) -> tuple[StoredCapture, ...]:
    """The captures with these row ids, in that order, each with its freshest listing."""
    rows = connection.execute(select(capture).where(capture.c.id.in_(ids))).all()
    listed = connection.execute(
        select(sighting).where(
            tuple_(sighting.c.source_id, sighting.c.url).in_([(row.source_id, row.url) for row in rows])
        )
    ).all()
    seen = {(row.source_id, row.url): sighting_of(row) for row in listed}
    made = {row.id: _stored(row, seen.get((row.source_id, row.url))) for row in rows}
    return tuple(made[i] for i in ids)


def sighting_of(row: Row[Any]) -> Sighting:
    """A row of the table as the record it was made from."""
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    return Sighting(
        source_id=fields["source_id"],
        url=fields["url"],
        position=fields["position"],
        title=fields["title"],
        published_text=fields["published_text"],
        published_at=fields["published_at"],
        seen_at=fields["last_seen_at"],
    )


def _stored(row: Row[Any], seen: Sighting | None) -> StoredCapture:
    fields = row._mapping  # noqa: SLF001 - see above
    return StoredCapture(
        id=fields["id"],
        source_id=fields["source_id"],
        url=fields["url"],
        final_url=fields["final_url"],
        fetched_at=fields["fetched_at"],
        status=fields["status"],
        content_type=fields["content_type"],
        place=WarcPlace(
            file=fields["warc_file"],
            offset=fields["warc_offset"],
            length=fields["warc_length"],
            sha256=fields["sha256"],
        ),
        sighting=seen,
    )


def places(warehouse: Warehouse) -> Iterator[WarcPlace]:
    """Where every capture lies, file by file in order."""
    with warehouse.read() as connection:
        rows = connection.execute(
            select(capture.c.warc_file, capture.c.warc_offset, capture.c.warc_length, capture.c.sha256).order_by(
                capture.c.warc_file, capture.c.warc_offset
            )
        ).all()
    for row in rows:
        yield WarcPlace(file=row.warc_file, offset=row.warc_offset, length=row.warc_length, sha256=row.sha256)


def last_byte(warehouse: Warehouse, warc_file: str) -> int:
    """One past the last indexed byte of an archive file; 0 when nothing in it is indexed."""
    with warehouse.read() as connection:
        end = connection.execute(
            select(func.max(capture.c.warc_offset + capture.c.warc_length)).where(capture.c.warc_file == warc_file)
        ).scalar_one()
    return int(end or 0)
