"""Make the small warehouse that a release leaves behind for the migration tests of all later ones.

Run: python benchmarks/release_warehouse.py [--to FILE]

The stories of `tests/models/released/stories.toml` are captured, cleaned, tagged, linked and alerted on under a fixed
clock and with numbered instead of random names, so that the same checkout makes the same bytes on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sqlite3
import sys
import tempfile
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sqlalchemy import Constraint, Index, text
from sqlalchemy.schema import SchemaItem

from cleaning.record import RECORD_TYPE
from models import captures, sources, warehouse
from models.migrate import head, upgrade
from models.records import Page, Source
from spiders import archive
from wirewatch import steps
from wirewatch.desk import Desk, open_desk
from wirewatch.settings import VERSION, load_settings

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests" / "models" / "released"
NOW: Final = datetime(2023, 12, 13, 18, tzinfo=UTC)
LARGEST: Final = 1024 * 1024  # bytes


def main() -> None:
    """Make the file, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER / f"{VERSION}.db", help="a file that is not there yet")
    target: Path = parser.parse_args().to
    _fix_order()
    if target.exists():
        parser.error(f"{target} is there already: a release is never made anew")
    with tempfile.TemporaryDirectory() as var, _fixed_world(Path(var)):
        _fill(Path(var))
        with closing(sqlite3.connect(Path(var) / "warehouse.db")) as held:
            held.execute("VACUUM INTO ?", (str(target),))
    if target.stat().st_size > LARGEST:
        target.unlink()
        parser.exit(1, f"more than {LARGEST} bytes: shorten stories.toml\n")
    print(f"{target}: schema {head()}, {target.stat().st_size} bytes")


def _fix_order() -> None:
    """Start anew with one order of sets of words."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606 - ourselves


def _numbered(numbers: Iterator[int]) -> Callable[[SchemaItem], int]:
    """One order of sets: in it, Alembic writes down the constraints and indexes of a table that it makes anew."""
    return lambda item: int(item.__dict__.setdefault("_number", next(numbers)))


@contextmanager
def _fixed_world(var: Path) -> Iterator[None]:
    """One clock for Python and the database, names by number, and no settings but the defaults."""
    ours = {
        "WIREWATCH_VAR": str(var),
        "WIREWATCH_NOW": NOW.isoformat(),
        "WIREWATCH_CONFIG": str(var / "wirewatch.toml"),
    }
    (var / "wirewatch.toml").write_text("", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    with (
        mock.patch.dict(os.environ, {**kept, **ours}, clear=True),
        mock.patch.object(socket, "gethostname", return_value="release"),
        mock.patch.object(os, "getpid", return_value=1),
        mock.patch.object(uuid, "uuid4", side_effect=(uuid.UUID(int=number) for number in count(1))),
        mock.patch.object(Constraint, "__hash__", _numbered(count(1))),
        mock.patch.object(Index, "__hash__", _numbered(count(1))),
        mock.patch.object(warehouse, "_SQLITE_NOW", text(f"SELECT '{NOW:%Y-%m-%dT%H:%M:%S}.000'")),
    ):
        yield


def _fill(var: Path) -> None:
    settings = load_settings()
    upgrade(settings.warehouse)
    told = tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))["story"]
    with open_desk(settings) as desk:
        with archive.ArchiveWriter(var / "captures", at=NOW) as writer:
            for number, story in enumerate(told):
                _capture(desk, writer, number, story)
        reports = (steps.clean(desk), steps.tag(desk), steps.link(desk), steps.alert(desk))
    for report in reports:
        print(f"{report.step:6} {report.read} read, {report.written} written, {report.discarded} discarded")


def _capture(desk: Desk, writer: archive.ArchiveWriter, number: int, story: dict[str, Any]) -> None:
    source = Source(
        id=f"released-{number}",
        outlet=story["outlet"],
        kind="file",
        url="file:",
        language="und",
        country=story["country"],
        owner=story["outlet"],
        role="outlet",
    )
    sources.sync(desk.warehouse, [source])
    body = _record(story)
    place = writer.append_resource(story["url"], body, content_type=RECORD_TYPE, at=NOW)
    writer.sync()
    page = Page(
        url=story["url"],
        final_url=story["url"],
        source_id=source.id,
        fetched_at=NOW,
        status=200,
        content_type=RECORD_TYPE,
        body=body,
        place=place,
    )
    captures.add(desk.warehouse, [page])


def _record(story: dict[str, Any]) -> bytes:
    fields = {"url": story["url"], "title": story["title"], "text": story["text"].strip()}
    return json.dumps({**fields, "published": story["at"].isoformat()}, ensure_ascii=False).encode()


if __name__ == "__main__":
    main()
