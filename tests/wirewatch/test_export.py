"""An export is whole or has no manifest, its digests are those of its files, and the same rows are the same bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from models import sources
from models.errors import ConfigError
from models.extract import EXPORTED
from models.migrate import upgrade
from models.records import Instant, Page, Precision, Source, Story, WarcPlace
from models.warehouse import Warehouse
from wirewatch.cli import main
from wirewatch.export import export

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Two stories, of two days."""
    from models import captures, stories
    from models.tables import capture

    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    upgrade(url)
    opened = Warehouse.open(url)
    declared = Source(
        id="north", outlet="North", kind="rss", url="https://north.example/", language="en", country="GB", owner="n",
        role="outlet", verified=True,
    )  # fmt: skip
    sources.sync(opened, [declared])
    for day in (1, 2):
        told, text = f"https://north.example/{day}", f"=1+{day} said the headline."
        digest = hashlib.sha256(text.encode()).hexdigest()
        place = WarcPlace(file="a.warc.gz", offset=day, length=1, sha256=digest)
        captures.add(opened, [
            Page(url=told, final_url=told, source_id="north", fetched_at=AT, status=200, content_type="text/plain",
                 body=text.encode(), place=place)
        ])  # fmt: skip
        published = Instant(at=AT.replace(day=day), precision=Precision.MINUTE, rule="test")
        story = Story(
            url=told, canonical_url=told, source_id="north", title="T", text=text, language="en", language_score=1.0,
            published=published, text_sha256=digest,
        )  # fmt: skip
        with opened.write() as connection:
            rows = connection.execute(capture.select().where(capture.c.url == told)).scalars().all()
            stories.save(connection, rows[0], story, seen_at=AT)
    return opened


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return read


def stories_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "v_story.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_manifest_names_every_file_with_its_digest_and_its_rows(warehouse: Warehouse, tmp_path: Path) -> None:
    export(warehouse, tmp_path / "out", day=None, at=AT)
    files = manifest(tmp_path / "out")["files"]
    assert [file["view"] for file in files] == list(EXPORTED)
    for file in files:
        held = (tmp_path / "out" / file["file"]).read_bytes()
        assert (file["sha256"], file["rows"]) == (hashlib.sha256(held).hexdigest(), held.count(b"\n"))
        assert file["bytes"] == len(held)


def test_the_same_rows_are_the_same_bytes(warehouse: Warehouse, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        export(warehouse, folder, day=None, at=AT)
    assert manifest(folders[0]) == manifest(folders[1])


def test_values_are_what_they_mean_on_every_engine(warehouse: Warehouse, tmp_path: Path) -> None:
    export(warehouse, tmp_path / "out", day=None, at=AT)
    first = stories_of(tmp_path / "out")[0]
    assert first["published_at"].endswith("T12:00:00Z")
    assert first["is_exchange"] is None
    assert first["text"].startswith("=1+")  # JSON is no spreadsheet: words stay as they are


def test_a_day_has_only_its_rows(warehouse: Warehouse, tmp_path: Path) -> None:
    export(warehouse, tmp_path / "out", day=date(2024, 5, 2), at=AT)
    assert [row["published_at"] for row in stories_of(tmp_path / "out")] == ["2024-05-02T12:00:00Z"]
    assert manifest(tmp_path / "out")["day"] == "2024-05-02"


def test_an_export_is_replaced_and_a_folder_with_something_else_is_left_alone(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for _ in range(2):
        export(warehouse, tmp_path / "out", day=None, at=AT)
    (tmp_path / "out" / "thesis.doc").touch()
    with pytest.raises(ConfigError, match=r"holds thesis.doc, which is no export"):
        export(warehouse, tmp_path / "out", day=None, at=AT)


def test_an_export_that_breaks_off_has_no_manifest(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(warehouse, tmp_path / "out", day=None, at=AT)
    monkeypatch.setattr("wirewatch.export.EXPORTED", (*EXPORTED, "v_none"))
    with pytest.raises(LookupError):
        export(warehouse, tmp_path / "out", day=None, at=AT)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_the_command_writes_below_var_unless_told_otherwise(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.close()
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path))
    for words in (["export"], ["export", "--day", "2024-05-02"]):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert not end.value.code
    assert manifest(tmp_path / "exports" / "latest")["day"] is None
    assert manifest(tmp_path / "exports" / "2024-05-02")["day"] == "2024-05-02"
