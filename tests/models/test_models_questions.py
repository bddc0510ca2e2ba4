"""Looking things up: the run log, and SQL that can do nothing but read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from models import runs
from models.errors import WarehouseError
from models.records import Report
from models.sql import Answer, ask
from models.tables import run
from models.warehouse import Warehouse

# ---------------------------------------------------------------- runs


def test_a_run_is_logged_with_its_report(warehouse: Warehouse) -> None:
    with runs.logged(warehouse, "clean") as going:
        going.report = Report(step="clean", read=3, written=1, discarded=1, failed=1, notes=("one",))
    with warehouse.read() as connection:
        row = connection.execute(select(run)).one()
    assert (row.id, row.step, row.read, row.written, row.failed, row.notes) == (going.id, "clean", 3, 1, 1, ["one"])
    assert row.finished_at >= row.started_at
    assert row.error is None


def test_a_run_that_fails_says_why_and_one_that_goes_on_has_no_end(warehouse: Warehouse) -> None:
    def fail() -> None:
        with runs.logged(warehouse, "tag"):
            with warehouse.read() as connection:
                assert connection.execute(select(run.c.finished_at)).scalar_one() is None
            raise LookupError("no weights")

    with pytest.raises(LookupError):
        fail()
    with warehouse.read() as connection:
        row = connection.execute(select(run)).one()
    assert (row.error, row.read) == ("LookupError: no weights", None)
    assert row.finished_at is not None


# ---------------------------------------------------------------- SQL


@pytest.fixture
def question(sqlite: Path, tmp_path: Path) -> Callable[..., Answer]:
    """Ask a warehouse of two outlets."""
    file = shutil.copy(sqlite, tmp_path / "asked.db")
    with sqlite3.connect(file) as connection:
        for name in ("North Post", "South Echo"):
            connection.execute(
                "INSERT INTO outlet (name, country, owner, role) VALUES (?, 'GB', 'x', 'outlet')", (name,)
            )
    connection.close()

    def put(query: str, *, limit: int = 10, timeout_s: float = 5.0, **parameters: str) -> Answer:
        return ask(f"sqlite:///{file}", query, parameters=parameters, limit=limit, timeout_s=timeout_s)

    return put


def test_a_question_is_answered_within_its_limit(question: Callable[..., Answer]) -> None:
    one = question("SELECT name, country FROM outlet WHERE name = :name", name="North Post")
    assert one == Answer(columns=("name", "country"), rows=(("North Post", "GB"),), cut=False)
    assert question("SELECT name FROM outlet ORDER BY name", limit=1).cut is True
    assert question("SELECT * FROM v_exchange").rows == ()
    counted = question("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT i FROM n")
    assert (len(counted.rows), counted.cut) == (9, False)


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO outlet (name) VALUES ('x')", "UPDATE outlet SET name = 'x'", "DELETE FROM outlet",
        "DROP TABLE outlet", "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = 1", "PRAGMA query_only = 0", "VACUUM INTO 'copy.db'", "REINDEX", "ANALYZE",
        "BEGIN", "SAVEPOINT s", "SELECT load_extension('x')", "SELECT 1; SELECT 2", "SELECT no_such_column FROM outlet",
        "SELECT :unbound", "nonsense", "WITH x AS (SELECT 1) DELETE FROM outlet",
        "SELECT * FROM pragma_table_info('outlet')", "SELECT fts3_tokenizer('simple')",
    ],
)  # fmt: skip
def test_anything_but_reading_is_refused(
    question: Callable[..., Answer], query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(WarehouseError, match="sql"):
        question(query)
    made = {path.name for path in tmp_path.iterdir()} - before
    assert made <= {"asked.db-wal", "asked.db-shm"}


@pytest.mark.parametrize(
    "query", ["SELECT zeroblob(100000000)", "SELECT replace(hex(zeroblob(8000000)), '00', 'xxxxxxxx')"]
)
def test_a_value_of_a_hundred_megabytes_is_refused(question: Callable[..., Answer], query: str) -> None:
    with pytest.raises(WarehouseError, match="too big"):
        question(query)


def test_a_question_without_end_is_stopped(question: Callable[..., Answer]) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(WarehouseError, match=r"took longer than 0\.2 s"):
        question(endless, timeout_s=0.2)


def test_a_file_whose_name_looks_like_an_address_is_asked_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "news?mode=rwc#1.db"
    file.write_bytes(b"")
    answer = ask(f"sqlite:///{str(file).replace('?', '%3F')}", "SELECT 1", parameters={})
    assert answer.rows == ((1,),)


def test_an_absent_warehouse_cannot_be_asked_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="unable to open"):
        ask(f"sqlite:///{tmp_path}/absent.db", "SELECT 1", parameters={})
    assert list(tmp_path.iterdir()) == []
