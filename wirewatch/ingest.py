"""INGEST: any corpus without a crawl: files, folders, WARC archives, JSONL of stories, single addresses.

Everything is captured first (a plain file as a WARC `resource` record), so that every trace ends in bytes; then the
same steps run as after a crawl. Fresh and stale are judged against the newest publication in what was ingested.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cleaning.record import RECORD_TYPE
from models import captures, sources, stories
from models.errors import ConfigError
from models.records import Page, Report, Source, WarcPlace
from spiders import archive
from spiders.probe import fetch_page
from wirewatch import steps
from wirewatch.desk import Desk
from wirewatch.run_log import logged
from wirewatch.voices import NO_OUTLET

_FILES: Final = Source(
    id=NO_OUTLET,
    outlet="ingested files",
    kind="file",
    url="file:",
    language="und",
    country="ZZ",
    owner="unknown",
    role="file",
    verified=False,
)
_TYPES: Final = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"}
_GROUP: Final = 256  # pages made safe by one fsync and one commit


def ingest(desk: Desk, targets: Sequence[str], *, tick: steps.Tick) -> tuple[Report, ...]:
    """Capture the targets and carry them through every step; gives one report per step.

    Raises:
        ConfigError: a target is neither a file, a folder nor an address.
    """
    report, touched = _capture(desk, targets, tick)
    done = (report, steps.clean(desk, tick=tick), steps.tag(desk, tick=tick), steps.link(desk))
    with desk.warehouse.read() as connection:
        newest = stories.newest_publication(connection, touched)
    return (*done, steps.alert(desk, reference=newest, tick=tick))


def _capture(desk: Desk, targets: Sequence[str], tick: steps.Tick) -> tuple[Report, tuple[str, ...]]:
    at = datetime.now(UTC)
    read = new = 0
    digests: list[str] = []
    with logged(desk.warehouse, "ingest") as run:
        archive.recover(desk.settings.archive, lambda name: captures.last_byte(desk.warehouse, name))
        with archive.ArchiveWriter(desk.settings.archive, at=at) as writer:
            for group in _grouped(_pages(desk, targets, at)):
                placed = [archive.placed(page, _append(writer, page)) for page in group]
                writer.sync()
                _declare(desk, {page.source_id: page for page in group})
                new += captures.add(desk.warehouse, placed, run_id=run.id)
                read += len(group)
                digests += [page.place.sha256 for page in placed if page.place]
                tick(len(group))
        run.report = Report(step="ingest", read=read, written=new, discarded=read - new)
    return run.report, tuple(digests)


def _append(writer: archive.ArchiveWriter, page: Page) -> WarcPlace:
    return writer.append_resource(page.url, page.body, content_type=page.content_type, at=page.fetched_at)


def _grouped(pages: Iterator[Page]) -> Iterator[list[Page]]:
    group: list[Page] = []
    for page in pages:
        group.append(page)
        if len(group) == _GROUP:
            yield group
            group = []
    if group:
        yield group


def _declare(desk: Desk, pages: dict[str, Page]) -> None:
    """Make a source for every outlet that the ingested records name and the watch file does not."""
    known = {source.id for source in desk.sources}
    with desk.warehouse.write() as connection:
        for source_id, page in pages.items():
            if source_id not in known:
                outlet = _outlet_of(page) or _FILES.outlet
                sources.put(connection, replace(_FILES, id=source_id, outlet=outlet, owner=outlet))


# ---------------------------------------------------------------- what a target holds


def _pages(desk: Desk, targets: Sequence[str], at: datetime) -> Iterator[Page]:
    for target in targets:
        if re.match(r"https?://", target):
            yield fetch_page(
                target,
                source_id=_FILES.id,
                allow=desk.settings.allow,
                user_agent=desk.settings.user_agent,
                limits=desk.settings.crawl,
            )
        elif Path(target).is_dir():
            for path in sorted(p for p in Path(target).rglob("*") if p.is_file()):
                yield from _file(path, at)
        elif Path(target).is_file():
            yield from _file(Path(target), at)
        else:
            raise ConfigError(target, "is neither a file, a folder nor an address", hint="check the path")


def _file(path: Path, at: datetime) -> Iterator[Page]:
    name = path.name.lower()
    if name.endswith((".warc", ".warc.gz")):
        yield from archive.pages_of(path, source_id=_FILES.id)
    elif name.endswith((".jsonl", ".ndjson")):
        yield from _records(path, at)
    else:
        kind = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield _page(path.resolve().as_uri(), path.read_bytes(), kind, _FILES.id, at)


def _records(path: Path, at: datetime) -> Iterator[Page]:
    """One page per line; the line itself is what is captured."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                url = f"{path.resolve().as_uri()}#{number}"
                yield _page(url, line.strip(), RECORD_TYPE, _source_of(line), at)


def _source_of(line: bytes) -> str:
    try:
        outlet = json.loads(line).get("outlet")
    except (ValueError, AttributeError):
        return _FILES.id
    slug = re.sub(r"[^a-z0-9]+", "-", str(outlet or "").lower()).strip("-")
    return f"file-{slug}" if slug else _FILES.id


def _outlet_of(page: Page) -> str | None:
    if page.content_type != RECORD_TYPE or page.source_id == _FILES.id:
        return None
    outlet = json.loads(page.body).get("outlet")
    return str(outlet) if outlet else None


def _page(url: str, body: bytes, kind: str, source_id: str, at: datetime) -> Page:
    return Page(url=url, final_url=url, source_id=source_id, fetched_at=at, status=200, content_type=kind, body=body)
