"""The command: exit codes, streams, shapes of output, global options, and what `-h` costs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.errors import ConfigError, DeliveryError, FetchError, TaggerError, WarehouseError, WirewatchError
from models.records import Report
from models.warehouse import Warehouse, named_errors
from wirewatch.cli import exit_code, main
from wirewatch.commands.steps import end_of

ROOT = Path(__file__).resolve().parents[2]
TEXT = (
    "KESTRA, May 2 (North Post) - The Dravian government on Thursday freed 14 soldiers of Olmeria, the Olmerian "
    "defence ministry said. Olmeria released 3 Dravian servicemen in return, its ministry said.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


def run(*words: str) -> Done:
    """The command in this process, as `main` runs it."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(words)
    code = ended.value.code
    return Done(code=code if isinstance(code, int) else 0, stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture
def wirewatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command over a var folder of its own; fails when it ends with another code than the one asked for."""
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))

    def command(*words: str, code: int = 0) -> Done:
        done = run(*words)
        assert done.code == code, done.stderr
        return done

    return command


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a story, and a var folder whose warehouse holds it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "story.txt").write_text(TEXT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIREWATCH_VAR", str(folder / "var"))
        assert run("db", "upgrade").code == 0
        assert run("ingest", str(folder / "story.txt")).code == 0
    return folder


@pytest.fixture
def filled(made: Path, tmp_path: Path, wirewatch: Command) -> Command:
    """The command over a copy of the filled var folder."""
    shutil.copytree(made / "var", tmp_path / "var")
    return wirewatch


def test_help_loads_no_engine() -> None:
    code = (
        "import sys; from wirewatch.cli import app\n"
        "heavy = {'scrapy', 'transformers', 'onnxruntime', 'sqlalchemy', 'airflow', 'trafilatura', 'numpy', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_option_or_value_exits_2(wirewatch: Command) -> None:
    for words in (
        ["nonsense"],
        ["run", "--nonsense"],
        ["rule", "list", "--format", "xml"],
        ["trace", "x", "--slot", "x"],
    ):
        assert wirewatch(*words, code=2).stdout == ""
    assert "json or jsonl" in wirewatch("clean", "--file", "x", "--format", "csv", code=2).stderr
    assert "no name=value" in wirewatch("sql", "SELECT 1", "-p", "x", code=2).stderr


def test_a_wrong_file_exits_2_with_one_line_and_no_traceback(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "watch", tmp_path / "watch")
    monkeypatch.setenv("WIREWATCH_WATCH", str(tmp_path / "watch"))
    (tmp_path / "watch" / "rules.toml").write_text('[[rule]]\nid = "all"\nto = ["duty-fil"]\n', encoding="utf-8")
    done = wirewatch("config", "check", code=2)
    assert done.stdout == ""
    assert done.stderr == (
        f"wirewatch: {tmp_path / 'watch' / 'rules.toml'}:3 rule.to: no channel is named 'duty-fil' "
        "(did you mean 'duty-file'?)\n"
    )
    assert "Traceback" in wirewatch("config", "check", "-vv", code=2).stderr


def test_a_warehouse_that_was_never_made_names_the_command_that_makes_it(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("exchange", "list", code=1)
    assert "(run `wirewatch db upgrade`)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "var" / "warehouse.db").exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("a", "b"), 2),
        (WarehouseError("a", "b"), 1),
        (FetchError("a", "b"), 1),
        (TaggerError("a", "b"), 1),
        (DeliveryError("a", "b"), 1),
        (WirewatchError("a", "b"), 1),
    ],
)
def test_every_error_has_its_exit_code(error: WirewatchError, code: int) -> None:
    assert exit_code(error) == code


def test_a_warehouse_that_somebody_else_holds_exits_5(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "var", tmp_path / "var")
    url = f"sqlite:///{tmp_path / 'var' / 'warehouse.db'}"
    with (
        closing(sqlite3.connect(tmp_path / "var" / "warehouse.db", isolation_level=None)) as holder,
        closing(sqlite3.connect(tmp_path / "var" / "warehouse.db", timeout=0, isolation_level=None)) as other,
    ):
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(WarehouseError, match="locked") as error, named_errors(url):
            other.execute("BEGIN IMMEDIATE")
    assert exit_code(error.value) == 5


def test_a_database_error_behind_the_orm_is_seen_as_locked_too(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "var", tmp_path / "var")
    warehouse = Warehouse.open(f"sqlite:///{tmp_path / 'var' / 'warehouse.db'}")
    with closing(sqlite3.connect(tmp_path / "var" / "warehouse.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(WarehouseError) as error:
            _write_without_patience(warehouse)
    warehouse.close()
    assert exit_code(error.value) == 5


def _write_without_patience(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        for statement in ("PRAGMA busy_timeout = 0", "PRAGMA query_only = OFF", "DELETE FROM run"):
            connection.exec_driver_sql(statement)


def test_a_run_is_partial_when_a_source_failed_and_failed_when_the_desk_was_not_told() -> None:
    whole = Report(step="collect", read=1, written=1)
    part = Report(step="collect", read=1, written=1, partial=True)
    untold = Report(step="alert", read=1, written=0, failed=1)
    assert end_of([whole]) == 0
    assert end_of([part, whole]) == 3
    assert end_of([part], partial_ok=True) == 0
    assert end_of([part, untold]) == 1


def test_an_interrupted_command_exits_130() -> None:
    code = (
        "import os, signal, sys\n"
        "from wirewatch import cli\n"
        "from wirewatch.commands import configuration\n"
        "configuration.settings_of = lambda context: os.kill(os.getpid(), signal.SIGINT)\n"
        "cli.main(['config', 'show'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False, restore_signals=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_the_options_of_the_whole_program_may_stand_anywhere_before_a_double_dash(
    wirewatch: Command, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('contact = "https://me.example"\n', encoding="utf-8")
    for words in (
        ["--config", str(other), "config", "show"],
        ["config", "show", "--config", str(other)],
        ["config", f"--config={other}", "show", "--quiet", "--no-color"],
    ):
        assert "https://me.example" in wirewatch(*words).stdout
    assert "cannot be read" in wirewatch("config", "show", "--config", "nowhere.toml", code=2).stderr
    assert "No such option: --config" in wirewatch("config", "show", "--config", code=2).stderr
    assert wirewatch("search", "--", "-q", code=1).stderr.startswith("wirewatch: sqlite")


def test_quiet_says_nothing_and_the_version_is_the_project_s(wirewatch: Command) -> None:
    assert wirewatch("config", "check", "--quiet") == Done(code=0, stdout="", stderr="")
    assert "50 sources" in wirewatch("config", "check").stderr
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert wirewatch("version").stdout == wirewatch("--version").stdout == f"wirewatch {project}\n"


def test_rules_and_sources_are_listed_without_a_warehouse(wirewatch: Command) -> None:
    rules = json.loads(wirewatch("rule", "list", "--format", "json").stdout)
    assert rules[0]["to"] == ["duty-file"]
    listed = list(csv.DictReader(io.StringIO(wirewatch("source", "list", "--format", "csv").stdout)))
    assert {"menafn", "icrc", "armenpress"} <= {row["id"] for row in listed}
    assert {row["state"] for row in listed} == {""}
    shown = wirewatch("config", "show", "--origin", "--format", "jsonl").stdout.splitlines()
    assert {"setting", "value", "origin"} == set(json.loads(shown[0]))


def test_a_source_is_added_from_the_command_line(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "watch", tmp_path / "watch")
    monkeypatch.setenv("WIREWATCH_WATCH", str(tmp_path / "watch"))
    words = ["source", "add", "north", "https://north.example/rss", "--outlet", "North", "--language", "en"]
    assert "next: `wirewatch source test north`" in wirewatch(*words, "--country", "GB", "--side", "GB").stderr
    last = wirewatch("source", "list", "--format", "jsonl").stdout.splitlines()[-1]
    assert json.loads(last)["id"] == "north"
    assert json.loads(last)["verified"] is False
    assert "did you mean 'GB'" in wirewatch(*words, "--country", "UK", code=2).stderr
    assert "is used twice" in wirewatch(*words, "--country", "GB", "--side", "GB", code=2).stderr


def test_an_ingested_story_can_be_looked_at_in_every_shape(filled: Command) -> None:
    rows = json.loads(filled("sql", "SELECT * FROM v_story", "--format", "json").stdout)
    assert [row["language"] for row in rows] == ["en"]
    table = filled("search", "soldiers").stdout
    assert len(table.splitlines()) == 2
    assert "\x1b" not in table
    (hit,) = csv.DictReader(io.StringIO(filled("search", "soldiers", "--format", "csv").stdout))
    assert "freed 14 soldiers" in filled("story", "show", hit["story_id"]).stdout
    dates = json.loads(filled("story", "show", hit["story_id"], "--dates", "--format", "json").stdout)
    assert all(one["rule"] for one in dates)
    head = filled("sql", "SELECT story_id FROM v_story WHERE outlet = :name", "-p", "name=none", "--format", "csv")
    assert head.stdout == "story_id\n"


def test_what_is_not_there_is_said_on_stderr_and_exits_1(filled: Command) -> None:
    for words in (["story", "show", "x"], ["alert", "show", "9"], ["exchange", "show", "x"], ["trace", "x"]):
        done = filled(*words, code=1)
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
        assert "see `wirewatch" in done.stderr
    assert "no dead delivery" in filled("alert", "resend", "x", code=1).stderr
    assert "no such item" in filled("quarantine", "replay", "9", code=1).stderr


def test_ingesting_the_same_file_again_adds_no_row_and_no_alert(filled: Command, made: Path) -> None:
    tables = ("capture", "story_version", "claim", "alert", "delivery")
    count = "SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables) + " AS n"
    before = filled("sql", count).stdout
    filled("ingest", str(made / "story.txt"))
    assert filled("sql", count).stdout == before


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
def test_sql_reads_and_nothing_else(filled: Command, query: str) -> None:
    assert filled("sql", query, code=1).stdout == ""


def test_a_backup_is_whole_stands_alone_and_never_overwrites(filled: Command, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    target.mkdir()
    assert filled("db", "backup", str(target)).stdout == f"{target / 'warehouse.db'}\n"
    assert [path.name for path in target.iterdir()] == ["warehouse.db"]
    with closing(sqlite3.connect(f"file:{target / 'warehouse.db'}?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT count(*) FROM v_story").fetchone() == (1,)
    assert "exists already" in filled("db", "backup", str(target), code=2).stderr
    assert filled("db", "current").stdout.strip().isdigit()


def test_a_backup_of_nothing_is_refused(wirewatch: Command, tmp_path: Path) -> None:
    assert "make it: `wirewatch db upgrade`" in wirewatch("db", "backup", str(tmp_path / "x.db"), code=1).stderr
    assert list(tmp_path.glob("x.db*")) == []


def test_verify_names_a_damaged_capture_and_exits_4(filled: Command, tmp_path: Path) -> None:
    filled("verify")
    (archive,) = [p for p in (tmp_path / "var" / "captures").glob("*.warc.gz") if p.stat().st_size]
    archive.write_bytes(archive.read_bytes()[:-40])
    done = filled("verify", code=4)
    assert archive.name in done.stdout


def test_the_model_is_listed_and_its_files_are_the_pinned_ones(wirewatch: Command) -> None:
    assert "every file is the pinned one" in wirewatch("models", "verify", "--digests-only").stderr
    stamps = json.loads(wirewatch("models", "list", "--format", "json").stdout)
    assert [len(stamp["weights_sha256"]) for stamp in stamps] == [64] * len(stamps)
    assert {"exchange", "claims", "stance"} <= {stamp["tagger"] for stamp in stamps}


def test_a_model_with_a_changed_file_fails_the_check(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "a.json").write_text("{}")
    manifest = {"name": "m", "version": "1", "files": {"a.json": {"sha256": "0" * 64}}}
    (weights / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr("nlp.weights.SHIPPED", weights)
    assert "a.json: is not the pinned file" in wirewatch("models", "verify", code=4).stderr


def test_clean_shows_one_page_or_a_folder_without_a_warehouse(wirewatch: Command, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.txt").write_text(TEXT, encoding="utf-8")
    (pages / "b.html").write_text("<html><body>x</body></html>", encoding="utf-8")
    row = json.loads(wirewatch("clean", "--file", str(pages / "a.txt"), "--url", "https://north.example/a").stdout)
    assert (row["result"], row["url"], row["dateline"]["place"]) == ("story", "https://north.example/a", "KESTRA")
    lines = wirewatch("clean", "--file", str(pages), "--format", "jsonl").stdout.splitlines()
    assert [(json.loads(line)["file"], json.loads(line)["result"]) for line in lines] == [
        ("a.txt", "story"),
        ("b.html", "discard"),
    ]
    assert "does not exist" in wirewatch("clean", "--file", str(tmp_path / "no"), code=2).stderr


def test_a_pipe_that_closes_early_is_no_crash(made: Path) -> None:
    command = f"{sys.executable} -m wirewatch.cli sql 'SELECT 1' --format json | true"
    env = {**os.environ, "WIREWATCH_VAR": str(made / "var")}
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert "Traceback" not in done.stderr
