"""The `db` commands on both engines: moved to a server, backed up there, granted, curbed, and asked as an analyst."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from models.server_dump import _tool
from wirewatch.cli import main

Command = Callable[..., tuple[str, str]]
ROLE = "shell_reader"


@pytest.fixture
def wirewatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command over a var folder of its own; gives stdout and stderr, fails on another code than the one asked."""
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))

    def command(*words: str, code: int = 0) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(words)
        assert (ended.value.code or 0) == code, err.getvalue()
        return out.getvalue(), err.getvalue()

    return command


@pytest.fixture
def on_server(wirewatch: Command, server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The command over a warehouse that was moved to a server: the sources of the watch file are in it."""
    wirewatch("db", "upgrade")
    wirewatch("source", "health")  # declares the sources
    monkeypatch.setenv("SERVER", server_url)
    shown, said = wirewatch("db", "move", "--to", "env:SERVER", "--format", "json")
    assert {row["table"]: row["rows"] for row in json.loads(shown)}["source"] >= 1
    assert "stays as it was" in said
    monkeypatch.setenv("WIREWATCH_WAREHOUSE", server_url)
    yield wirewatch
    from sqlalchemy import create_engine, text

    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": ROLE}).first():
            connection.execute(text(f"DROP OWNED BY {ROLE}"))
            connection.execute(text(f"DROP ROLE {ROLE}"))
    engine.dispose()


@pytest.mark.needs("postgres")
def test_a_warehouse_that_was_moved_is_backed_up_by_the_servers_own_tool(on_server: Command, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    target.mkdir()
    assert on_server("db", "backup", str(target))[0] == f"{target / 'warehouse.dump'}\n"
    assert [path.name for path in target.iterdir()] == ["warehouse.dump"]
    listed = subprocess.run(
        [_tool("sqlite:///x", "pg_restore"), "--list", str(target / "warehouse.dump")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "TABLE DATA public story_version" in listed
    assert "VIEW public v_exchange" in listed
    assert "exists already" in on_server("db", "backup", str(target), code=2)[1]
    assert on_server("db", "current")[0].strip().isdigit()
    assert "holds rows already" in on_server("db", "move", "--to", "env:SERVER", code=1)[1]


@pytest.mark.needs("postgres")
def test_an_analyst_is_granted_asks_and_is_curbed(
    on_server: Command, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ("sql", "SELECT count(*) AS n FROM v_story", "--format", "json")
    assert "can do more than read views" in on_server(*query, code=1)[1]
    monkeypatch.setenv("READER", "hunter2")
    said = on_server("db", "grant", ROLE, "--password", "env:READER", "--seconds", "7", "--connections", "2")[1]
    assert "runs longer than 7 s" in said
    monkeypatch.setenv("WIREWATCH_ANALYST", server_url.replace("warehouse@", f"{ROLE}:hunter2@"))
    assert json.loads(on_server(*query)[0]) == [{"n": 0}]
    assert "permission denied" in on_server("sql", "SELECT * FROM outlet", code=1)[1]
    assert on_server("db", "curb", "--format", "json")[0].strip() == "[]"
    shown = on_server("config", "show", "--origin")[0]
    assert "hunter2" not in shown
    assert "WIREWATCH_ANALYST" in shown
    assert "is no reference" in on_server("db", "grant", ROLE, "--password", "hunter2", code=2)[1]
    assert "is no name" in on_server("db", "grant", "Röle", code=1)[1]


def test_a_file_has_no_roles(wirewatch: Command) -> None:
    wirewatch("db", "upgrade")
    for words in (("db", "grant", ROLE), ("db", "curb")):
        assert "has no roles" in wirewatch(*words, code=2)[1]


def test_a_target_that_is_no_warehouse_is_refused(wirewatch: Command) -> None:
    wirewatch("db", "upgrade")
    assert "is no warehouse" in wirewatch("db", "move", "--to", "mysql://me@x/y", code=2)[1]
    said = wirewatch("db", "move", "--to", "postgresql+psycopg://me:hunter2@x/y", code=2)[1]
    assert "holds a password (write env:NAME or file:PATH)" in said
    assert "hunter2" not in said
    assert "is not set" in wirewatch("db", "move", "--to", "env:NOWHERE", code=2)[1]


def test_asking_where_an_absent_warehouse_stands_makes_none(wirewatch: Command, tmp_path: Path) -> None:
    assert wirewatch("db", "current")[0] == "empty\n"
    assert not (tmp_path / "var").exists()


@pytest.mark.needs("postgres")
def test_a_server_that_is_not_there_is_named_without_its_password(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_WAREHOUSE", f"postgresql+psycopg://me:hunter2@/x?host={tmp_path}")
    for words in (("db", "current"), ("db", "backup", str(tmp_path / "x.dump"))):
        said = wirewatch(*words, code=1)[1]
        assert tmp_path.name in said
        assert "hunter2" not in said
    assert list(tmp_path.glob("x.dump*")) == []


def test_a_backup_without_the_servers_tool_says_what_to_install(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.server_dump._INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("WIREWATCH_WAREHOUSE", "postgresql+psycopg://me:hunter2@127.0.0.1/x")
    said = wirewatch("db", "backup", str(tmp_path / "x.dump"), code=1)[1]
    assert "pg_dump is not installed (apt-get install postgresql-client)" in said
    assert "hunter2" not in said
