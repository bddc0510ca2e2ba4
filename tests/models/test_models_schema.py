"""The schema: migrated = declared, commented, constrained, portable, and filled by code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_mock_engine, text
from sqlalchemy.exc import IntegrityError

from models.errors import WarehouseError
from models.migrate import upgrade
from models.tables import METADATA
from models.views import VIEWS
from models.warehouse import Warehouse, connect

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrations_make_exactly_the_declared_tables(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), METADATA)
    assert [d for d in differences if "story_search" not in str(d)] == []


def test_the_views_answer_on_an_empty_warehouse(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        for view in VIEWS:
            assert connection.execute(text(f"SELECT * FROM {view}")).all() == []


def test_every_table_and_column_has_a_comment() -> None:
    bare = [t.name for t in METADATA.sorted_tables if not t.comment]
    bare += [f"{t.name}.{c.name}" for t in METADATA.sorted_tables for c in t.columns if not c.comment]
    assert bare == []


def test_every_table_is_written_by_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "models").glob("*.py") if path.name != "columns.py"
    )
    written = set(re.findall(r"(?:insert\(|_insert\(connection, )(\w+)", code))
    assert {table.name for table in METADATA.sorted_tables} - written == set()


def test_the_whole_schema_compiles_for_postgresql() -> None:
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda statement, *_, **__: statements.append(str(statement.compile(engine)))
    )
    METADATA.create_all(engine, checkfirst=False)
    made = "\n".join(statements)
    assert made.count("CREATE TABLE") == len(METADATA.tables)
    assert "COMMENT ON COLUMN" in made


def test_an_older_warehouse_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    connect(url).connect().close()
    with pytest.raises(WarehouseError, match="db upgrade"):
        Warehouse.open(url)


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'twice.db'}"
    assert upgrade(url) == upgrade(url)


BAD_ROWS = {
    "a role nobody knows": "INSERT INTO outlet (name, country, owner, role) VALUES ('x', 'GB', 'x', 'blog')",
    "a source without its outlet": "INSERT INTO source (id, outlet_id, kind, url, language, flash, verified) "
    "VALUES ('s', 99, 'rss', 'https://x.example', 'en', 0, 0)",
    "a digest that is none": "INSERT INTO capture (source_id, url, final_url, fetched_at, status, content_type, "
    "warc_file, warc_offset, warc_length, sha256) VALUES ('north-post', 'u', 'u', '2024', 200, '', 'f', 0, 1, 'abc')",
    "a record of no bytes": "INSERT INTO capture (source_id, url, final_url, fetched_at, status, content_type, "
    "warc_file, warc_offset, warc_length, sha256) VALUES ('north-post', 'u', 'u', '2024', 200, '', 'f', 0, 0, "
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
    "a run that does not add up": "INSERT INTO run (step, started_at, read, written, discarded, failed, notes) "
    "VALUES ('clean', '2024', 3, 1, 1, 0, '[]')",
    "an exchange in a phase nobody knows": "INSERT INTO exchange (slug, parties, opened_on, phase, stage, revision, "
    "created_at) VALUES ('a-b', 'A,B', '2024-01-01', 'confirmed', 'alert', 0, '2024')",
    "a delivery that was sent at no time": "INSERT INTO delivery (key, alert_id, channel, state) "
    "VALUES ('k', 1, 'c', 'sent')",
}


@pytest.mark.parametrize("name", BAD_ROWS)
@pytest.mark.usefixtures("source")
def test_the_schema_refuses(warehouse: Warehouse, name: str) -> None:
    with pytest.raises((IntegrityError, WarehouseError)), warehouse.write() as connection:
        connection.exec_driver_sql(BAD_ROWS[name])
