"""The warehouse of every release: it opens after an upgrade, its views answer, and its rows are the ones it had.

`benchmarks/release_warehouse.py` makes the file of a release; tests/models/released/README.md says when.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from models.migrate import head, upgrade
from models.move import move
from models.search import search
from models.views import VIEWS
from models.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "released"
FILES = sorted(FOLDER.glob("*.db"))
LARGEST = 1024 * 1024
# Columns that a later version fills anew or takes away on purpose: (table, column), with the migration that does it.
CHANGED: frozenset[tuple[str, str]] = frozenset()


def rows_of(file: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, in the order of row ids; the index of search, which is derived, left out."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            " AND name NOT LIKE 'story_search%' AND name <> 'alembic_version'"
        ).fetchall()
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")] for (name,) in names
        }


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a released warehouse."""
    return Path(shutil.copy(request.param, tmp_path / "warehouse.db"))


def test_there_is_one_and_each_is_small_and_older_than_or_at_the_newest_schema() -> None:
    assert FILES
    for file in FILES:
        assert file.stat().st_size < LARGEST
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            ((stands_at,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        assert stands_at <= head()
    assert not list(FOLDER.glob("*.db-*"))  # looking leaves nothing beside them


def test_an_upgrade_keeps_every_row_of_a_release(released: Path) -> None:
    before = rows_of(released)
    assert all(before[name] for name in ("capture", "story_version", "claim", "exchange", "claim_link", "alert"))
    upgrade(f"sqlite:///{released}")
    after = rows_of(released)
    for table, rows in before.items():
        kept = [name for name in (rows[0] if rows else ()) if (table, name) not in CHANGED]
        assert [{name: row[name] for name in kept} for row in after[table]] == [
            {name: row[name] for name in kept} for row in rows
        ], table


def test_the_views_and_search_answer_after_the_upgrade(released: Path) -> None:
    upgrade(f"sqlite:///{released}")
    warehouse = Warehouse.open(f"sqlite:///{released}")
    with warehouse.read() as connection:
        for view in VIEWS:
            connection.execute(text(f"SELECT * FROM {view}")).all()
        stories = connection.execute(text("SELECT count(*) FROM v_story")).scalar_one()
        assert stories >= 5
        assert connection.execute(text("SELECT count(*) FROM v_exchange WHERE stories > 1")).scalar_one() >= 1
        assert connection.execute(text("SELECT count(*) FROM story_search")).scalar_one() == stories
        assert len(search(connection, "военнослужащ* OR servicemen", limit=99)) >= 4
    warehouse.close()


@pytest.mark.needs("postgres")
def test_a_release_moves_to_a_server(released: Path, server_url: str) -> None:
    upgrade(f"sqlite:///{released}")
    file = Warehouse.open(f"sqlite:///{released}")
    assert {one.table: one.rows for one in move(file, server_url)}.items() >= {
        name: len(rows) for name, rows in rows_of(released).items()
    }.items()
    file.close()


@pytest.mark.slow
def test_the_same_checkout_makes_the_same_file_twice(tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("a.db", "b.db")]
    for file in made:
        command = [sys.executable, str(ROOT / "benchmarks" / "release_warehouse.py"), "--to", str(file)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    assert made[0].read_bytes() == made[1].read_bytes()
    assert made[0].stat().st_size < LARGEST
    again = subprocess.run([*command[:-1], str(made[0])], check=False, capture_output=True, text=True, cwd=ROOT)
    assert (again.returncode, "never made anew" in again.stderr) == (2, True)
