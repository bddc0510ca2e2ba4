"""The command: exit codes, streams, shapes of output, and what `-h` costs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (
    "KESTRA, May 2 (North Post) - The Dravian government on Thursday freed 14 soldiers of Olmeria, the Olmerian "
    "defence ministry said. Olmeria released 3 Dravian servicemen in return, its ministry said.\n"
)


def wirewatch(*words: str, var: Path, check: int | None = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    env = {**os.environ, "WIREWATCH_VAR": str(var), **environment}
    command = [sys.executable, "-m", "wirewatch.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    if check is not None:
        assert done.returncode == check, done.stderr
    return done


def test_help_loads_no_engine() -> None:
    code = (
        "import sys; from wirewatch.cli import app\n"
        "heavy = {'scrapy', 'transformers', 'onnxruntime', 'sqlalchemy', 'airflow', 'trafilatura', 'numpy', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_and_a_wrong_file_exit_2(tmp_path: Path) -> None:
    wirewatch("nonsense", var=tmp_path, check=2)
    watch = tmp_path / "watch"
    watch.mkdir()
    (watch / "sources.toml").write_text("[[source]]\nidd = 1\n")
    done = wirewatch("config", "check", var=tmp_path, check=2, WIREWATCH_WATCH=str(watch))
    assert "did you mean 'id'?" in done.stderr
    assert done.stdout == ""


def test_a_warehouse_that_was_never_made_names_the_command_that_makes_it(tmp_path: Path) -> None:
    done = wirewatch("exchange", "list", var=tmp_path, check=1)
    assert "wirewatch db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A var folder whose warehouse holds one ingested story."""
    story = tmp_path / "story.txt"
    story.write_text(TEXT)
    var = tmp_path / "var"
    wirewatch("db", "upgrade", var=var)
    wirewatch("ingest", str(story), var=var)
    return var


def test_an_ingested_story_can_be_looked_at_in_every_shape(filled: Path) -> None:
    rows = json.loads(wirewatch("sql", "SELECT * FROM v_story", "--format", "json", var=filled).stdout)
    assert [row["language"] for row in rows] == ["en"]
    table = wirewatch("search", "soldiers", var=filled).stdout
    assert len(table.splitlines()) == 2
    assert "\x1b" not in table
    (hit,) = csv.DictReader(io.StringIO(wirewatch("search", "soldiers", "--format", "csv", var=filled).stdout))
    shown = wirewatch("story", "show", hit["story_id"], var=filled).stdout
    assert "freed 14 soldiers" in shown
    assert wirewatch("story", "show", hit["story_id"], "--dates", var=filled).returncode == 0


def test_ingesting_the_same_file_again_adds_no_row_and_no_alert(filled: Path) -> None:
    tables = ("capture", "story_version", "claim", "alert", "delivery")
    count = "SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables) + " AS n"
    before = wirewatch("sql", count, var=filled).stdout
    wirewatch("ingest", str(filled.parent / "story.txt"), var=filled)
    assert wirewatch("sql", count, var=filled).stdout == before


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM story",
        "ATTACH DATABASE '/var/lib/x.db' AS x",
        "PRAGMA writable_schema = 1",
        "SELECT load_extension('x')",
        "CREATE TABLE x (y)",
        "SELECT 1; SELECT 2",
        "SELECT * FROM no_such_view",
    ],
)
def test_sql_reads_and_nothing_else(filled: Path, query: str) -> None:
    assert wirewatch("sql", query, var=filled, check=1).stdout == ""


def test_verify_names_a_damaged_capture_and_exits_4(filled: Path) -> None:
    wirewatch("verify", var=filled)
    (archive,) = [p for p in (filled / "captures").glob("*.warc.gz") if p.stat().st_size]
    archive.write_bytes(archive.read_bytes()[:-40])
    done = wirewatch("verify", var=filled, check=4)
    assert archive.name in done.stdout


def test_doctor_is_content_with_a_whole_set_up_and_names_a_fault(filled: Path, tmp_path: Path) -> None:
    checks = json.loads(wirewatch("doctor", "--format", "json", var=filled).stdout)
    assert [check for check in checks if check["state"] == "bad"] == []
    assert {"configuration", "warehouse", "full text", "model", "airflow", "clock"} <= {c["name"] for c in checks}
    config = tmp_path / "wirewatch.toml"
    config.write_text(
        '[channel.duty-file]\nkind = "webhook"\nurl = "https://x.example"\nsecret = "env:WIREWATCH_ABSENT"\n'
    )
    done = wirewatch("--config", str(config), "doctor", "--format", "json", var=filled, check=4)
    (bad,) = [check for check in json.loads(done.stdout) if check["state"] == "bad"]
    assert (bad["name"], bad["mend_with"]) == ("channels", "export WIREWATCH_ABSENT before sending")


def test_clean_shows_one_page_without_a_warehouse(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(TEXT)
    done = wirewatch("clean", "--file", str(page), "--url", "https://north.example/a", "--format", "json", var=tmp_path)
    row = json.loads(done.stdout)
    assert (row["result"], row["url"], row["dateline"]["place"]) == ("story", "https://north.example/a", "KESTRA")


def test_the_version_is_the_project_s() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    done = subprocess.run(
        [sys.executable, "-m", "wirewatch.cli", "version"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == f"wirewatch {project}"
