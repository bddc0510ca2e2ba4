"""The schema: migrated = declared, commented, constrained, portable, filled by code; the way up and back down."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Insert,
    Table,
    UniqueConstraint,
    Update,
    create_mock_engine,
    null,
    text,
)
from sqlalchemy.exc import IntegrityError

from models import migrate
from models.errors import WarehouseError
from models.migrate import downgrade, upgrade
from models.tables import METADATA
from models.views import VIEWS
from models.warehouse import Warehouse, connect

ROOT = Path(__file__).resolve().parents[2]
AT, DAY, DIGEST = datetime(2024, 5, 1, 12, 0, tzinfo=UTC), date(2024, 5, 1), "a" * 64
SPAN = {"version_id": 1, "position": 0, "span_start": 0, "span_end": 4, "words": "word"}

GOOD: dict[str, dict[str, Any]] = {
    "outlet": {"name": "North Post", "country": "GB", "owner": "North", "role": "outlet", "side": None},
    "source": {
        "id": "north", "outlet_id": 1, "kind": "rss", "url": "https://north.example/feed", "language": "en",
        "flash": False, "verified": True, "body_sha256": DIGEST, "failure": "hard", "failures": 2, "hard_failures": 1,
        "polls_since_whole": 0,
    },
    "source_event": {"source_id": "north", "at": AT, "what": "failed", "reason": ""},
    "rule": {"id": "any", "definition": {}, "updated_at": AT},
    "model": {"name": "m", "version": "1", "weights_sha256": DIGEST},
    "run": {
        "step": "clean", "started_at": AT, "read": 6, "written": 3, "discarded": 2, "failed": 1, "notes": [],
    },
    "quarantine": {
        "queue": "capture", "item_id": 1, "stage": "clean", "cause": "x", "attempts": 3, "created_at": AT,
    },
    "sighting": {
        "source_id": "north", "url": "u", "position": 0, "title": "", "published_text": "", "first_seen_at": AT,
        "last_seen_at": AT, "times": 1,
    },
    "capture": {
        "source_id": "north", "url": "u", "final_url": "u", "fetched_at": AT, "status": 200, "content_type": "",
        "warc_file": "f", "warc_offset": 0, "warc_length": 1, "sha256": DIGEST, "run_id": 1, "stage": "clean",
        "attempts": 0, "lease_owner": None, "lease_until": None,
    },
    "story": {"source_id": "north", "canonical_url": "u", "first_seen_at": AT},
    "story_version": {
        "key": "k", "story_id": 1, "capture_id": 1, "number": 1, "title": "", "text": "word", "text_sha256": DIGEST,
        "language": "en", "language_score": 1.0, "published_at": AT, "published_precision": "day",
        "published_rule": "r", "published_words": "", "modified_at": AT, "modified_precision": "day",
        "modified_rule": "", "modified_words": "", "candidates": [], "bylines": [], "flags": [], "segments": [],
        "signature": [], "first_seen_at": AT, "stage": "tag", "attempts": 0, "lease_owner": None, "lease_until": None,
    },
    "discard": {"capture_id": 1, "url": "u", "reason": "empty", "detail": ""},
    "syndication_cluster": {"key": "k"},
    "syndication_member": {"version_id": 1, "cluster_id": 1, "role": "origin", "similarity": 1.0},
    "report": {
        "version_id": 1, "is_exchange": True, "is_exchange_score": 1.0, "alert_worthy": True, "alert_score": 1.0,
        "phase": "none", "phase_score": 1.0, "mediation": "unstated", "mediators": [], "exchange_on": None,
        "exchange_on_rule": "", "doubtful": False, "model_id": 1,
    },
    "review": {
        "version_id": 1, "about": "alert", "said": "yes", "meant": "no", "judged_by": "a", "note": "", "judged_at": AT,
    },
    "flow": {
        "version_id": 1, "position": 0, "count": 3, "count_kind": "exact", "status": "pow", "words": "",
        "span_start": None, "span_end": None, "score": 0.5,
    },
    "claim": {
        **SPAN, "type": "count", "claimer": "author", "value": "v", "count_role": None, "low": 1, "best": 2, "high": 3,
        "score": 0.5, "model_id": 1,
    },
    "stance": {**SPAN, "target": "DEAL", "holder": "author", "label": "favor", "score": 0.5, "model_id": 1},
    "mention": {**SPAN, "code": "GB", "name": "Britain", "role": "", "loaded": False},
    "quantity": {**SPAN, "low": 1, "best": 2, "high": 3, "kind": "exact", "role": "held"},
    "exchange": {
        "slug": "s", "parties": "A,B", "opened_on": DAY, "phase": "agreed", "stage": "alert", "revision": 1,
        "redirect_to": None, "created_at": AT,
    },
    "exchange_member": {"version_id": 1, "exchange_id": 1},
    "leg": {"exchange_id": 1, "releasing": "A", "receiving": "B"},
    "claim_link": {"claim_id": 1, "exchange_id": 1, "leg_id": 1, "slot": "count"},
    "phase": {
        "exchange_id": 1, "position": 0, "phase": "agreed", "version_id": 1, "reported_at": AT, "illegal": False,
    },
    "alert": {
        "exchange_id": 1, "rule_id": "any", "thread_key": "t", "event_key": "e", "reason": "first_report",
        "severity": "info", "trust": "unconfirmed", "trust_reasons": [], "title": "", "body": "", "payload": {},
        "told": {}, "suppressed": None, "decided_at": AT, "created_at": AT,
    },
    "digest": {
        "key": "k", "since_at": AT, "until_at": AT.replace(hour=13), "title": "", "body": "", "html": "", "payload": {},
        "composed_at": AT,
    },
    "delivery": {
        "key": "k", "alert_id": 1, "digest_id": None, "channel": "c", "state": "waiting", "attempts": 0,
        "lease_owner": None, "lease_until": None, "sent_at": None,
    },
    "attempt": {
        "delivery_id": 1, "sender": "a", "started_at": AT, "payload_sha256": DIGEST, "ended_at": AT, "answer": "200",
        "error": None,
    },
}  # fmt: skip

LATER = {"attempt", "digest", "review", "source_event"}  # tables that version 0005 does not know
LONG_AGO, FAR_AHEAD = datetime(1989, 12, 31, 23, tzinfo=UTC), datetime(2200, 1, 2, tzinfo=UTC)
NOT_A_SPAN = [{"span_start": 4, "span_end": 4}, {"span_start": -1, "span_end": 4}]
NOT_IN_ORDER = [{"low": 3, "best": 2, "high": 3}, {"best": 4}, {"low": 4, "best": None}, {"low": -1}]
# For each rule that its name does not explain: rows that it must refuse.
BAD: dict[str, list[dict[str, Any]]] = {
    "ck_outlet_country_is_a_code": [{"country": "G"}],
    "ck_source_body_sha256_is_one": [{"body_sha256": "abc"}],
    "ck_source_failure_is_counted_with_its_class": [{"failure": None}, {"failures": 0, "hard_failures": 0}],
    "ck_source_hard_failures_are_failures": [{"hard_failures": 3}],
    "ck_sighting_seen_in_order": [{"first_seen_at": AT, "last_seen_at": LONG_AGO}],
    "ck_capture_place_is_one": [{"warc_length": 0}, {"warc_offset": -1}],
    "ck_capture_status_is_one": [{"status": 99}, {"status": 600}],
    "ck_capture_lease_is_whole": [{"lease_owner": "a"}, {"lease_until": AT}],
    "ck_capture_sha256_is_one": [{"sha256": "abc"}],
    "ck_story_version_lease_is_whole": [{"lease_owner": "a"}, {"lease_until": AT}],
    "ck_story_version_text_sha256_is_one": [{"text_sha256": ""}],
    "ck_story_version_precision_goes_with_a_time": [{"published_at": None}, {"published_precision": "unknown"}],
    "ck_story_version_change_goes_with_a_time": [{"modified_at": None}],
    "ck_report_rule_goes_with_a_day": [{"exchange_on": DAY}, {"exchange_on_rule": "weekday"}],
    "ck_flow_count_is_one": [{"count": -1}],
    "ck_flow_span_is_one_or_none": [{"span_start": 0}, {"span_end": 3}, *NOT_A_SPAN],
    "ck_claim_span_is_one": NOT_A_SPAN,
    "ck_claim_figures_in_order": NOT_IN_ORDER,
    "ck_stance_span_is_one": NOT_A_SPAN,
    "ck_mention_span_is_one": NOT_A_SPAN,
    "ck_quantity_span_is_one": NOT_A_SPAN,
    "ck_quantity_figures_in_order": NOT_IN_ORDER,
    "ck_exchange_redirects_elsewhere": [{"id": 1, "redirect_to": 1}],
    "ck_run_adds_up": [{"read": 7}],
    "ck_run_parts_are_counted": [{"discarded": -1, "failed": 4}, {"written": None}],
    "ck_model_weights_sha256_is_one": [{"weights_sha256": "latest"}],
    "ck_delivery_sent_has_a_time": [{"state": "sent"}, {"sent_at": AT}],
    "ck_delivery_attempts_are_counted": [{"attempts": -1}],
    "ck_delivery_lease_is_whole": [{"lease_owner": "a"}],
    "ck_delivery_carries_one_thing": [{"alert_id": None}, {"digest_id": 1}],
    "ck_digest_time_has_a_length": [{"until_at": AT}],
    "ck_attempt_payload_sha256_is_one": [{"payload_sha256": "abc"}],
    "ck_attempt_ended_one_way": [{"error": "503"}],
    "ck_attempt_end_goes_with_a_word": [{"ended_at": None}, {"answer": None}],
}


def bad_rows(table: Table, constraint: str) -> list[dict[str, Any]]:
    """Rows that a rule must refuse, by its name where that says enough."""
    if constraint in BAD:
        return BAD[constraint]
    rule = constraint.removeprefix(f"ck_{table.name}_")
    for ending, values in (
        ("_known", ["nonsense", ""]),
        ("_is_a_share", [-0.01, 1.01]),
        (
            "_in_our_time",
            [LONG_AGO.date(), FAR_AHEAD.date()] if rule.endswith("_on_in_our_time") else [LONG_AGO, FAR_AHEAD],
        ),
        ("_is_counted", [-1]),
    ):
        if rule.endswith(ending):
            return [{rule.removesuffix(ending): value} for value in values]
    raise AssertionError(f"{constraint} has no row that it refuses: add one to BAD")


@pytest.fixture
def filled(warehouse: Warehouse) -> Iterator[Connection]:
    """One row in every table, all of them good."""
    with warehouse.write() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.insert().values(**GOOD[table.name]))
        yield connection


def refused(connection: Connection, statement: Insert | Update) -> str:
    """What the database says to a statement; empty when it takes it."""
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except IntegrityError as error:
        return str(error.orig)
    return ""


def test_every_check_refuses_what_it_is_there_for(filled: Connection) -> None:
    checked = 0
    for table in METADATA.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                name = str(constraint.name)
                for change in bad_rows(table, name):
                    assert name in refused(filled, table.update().values(**change)), (name, change)
                    checked += 1
    assert checked > 100


def test_every_reference_must_lead_somewhere(filled: Connection) -> None:
    keys = [(table, key) for table in METADATA.sorted_tables for key in table.foreign_keys]
    assert len(keys) > 30
    for table, key in keys:
        nowhere = 99 if key.column.type.python_type is int else "nowhere"
        beside = {"alert_id": None} if key.parent.name == "digest_id" else {}  # a delivery carries one of the two
        said = refused(filled, table.update().values({key.parent.name: nowhere, **beside}))
        assert "foreign key" in said.lower(), (table.name, key.parent.name, said)


def test_no_row_can_be_there_twice(filled: Connection) -> None:
    for table in METADATA.sorted_tables:
        uniques = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
        if uniques or "id" not in table.columns:
            assert "unique" in refused(filled, table.insert().values(**GOOD[table.name])).lower(), table.name


def test_what_must_be_known_cannot_be_left_out(filled: Connection) -> None:
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if not column.nullable and column.name != "id":
                nothing = {column.name: null()}
                assert refused(filled, table.update().values(**nothing)), (table.name, column.name)


def test_a_cluster_has_one_origin(filled: Connection) -> None:
    tables = METADATA.tables
    second = {**GOOD["story_version"], "key": "k2", "number": 2, "text_sha256": "b" * 64}
    filled.execute(tables["story_version"].insert().values(**second))
    member = {**GOOD["syndication_member"], "version_id": 2}
    entering = tables["syndication_member"].insert()
    assert "unique" in refused(filled, entering.values(**member)).lower()
    assert refused(filled, entering.values(**{**member, "role": "carrier"})) == ""


def test_the_migrations_make_exactly_the_declared_tables(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), METADATA)
    assert [d for d in differences if "story_search" not in str(d)] == []


def test_the_views_are_those_of_the_code_and_the_newest_version_names_them(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        for view in VIEWS:
            assert connection.execute(text(f"SELECT * FROM {view}")).all() == []
        if warehouse.engine.dialect.name == "sqlite":
            stored = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'view'")).all()
            assert dict(map(tuple, stored)) == {n: f"CREATE VIEW {n} AS {query}".strip() for n, query in VIEWS.items()}
    files = sorted((ROOT / "models" / "migrations" / "versions").glob("0*.py"))
    newest = importlib.import_module(f"models.migrations.versions.{files[-1].stem}")
    digest = hashlib.sha256(json.dumps(VIEWS).encode()).hexdigest()
    assert digest == newest.VIEWS_SHA256, "views changed: add a version that names their digest"


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
    assert "timestamp with time zone" in made.lower()


# ---------------------------------------------------------------- up and down


def test_an_older_warehouse_is_refused_with_the_command_that_mends_it(url: str) -> None:
    downgrade(url, "0005")
    with pytest.raises(WarehouseError, match=r"schema 0005, needed \d+ .*db upgrade"):
        Warehouse.open(url)


def test_a_warehouse_of_a_later_release_is_named_as_such(warehouse: Warehouse) -> None:
    with warehouse.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WarehouseError, match="9999"):
        upgrade(warehouse.url)


def test_upgrading_twice_changes_nothing(url: str) -> None:
    assert upgrade(url) == upgrade(url) == migrate.head()


def test_rows_survive_the_way_down_and_up(warehouse: Warehouse) -> None:
    """All but what the older version has no place for."""
    with warehouse.write() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.insert().values(**GOOD[table.name]))
    downgrade(warehouse.url, "0005")
    upgrade(warehouse.url)
    lost: dict[str, dict[str, Any]] = {
        "story_version": {"modified_precision": "unknown", "modified_rule": "", "modified_words": ""},
        "source": {"body_sha256": None, "failure": None, "failures": 0, "hard_failures": 0},
    }
    with warehouse.read() as connection:
        for table in METADATA.sorted_tables:
            rows = connection.execute(table.select()).mappings().all()
            kept = [{name: row[name] for name in GOOD[table.name]} for row in rows]
            expected = [] if table.name in LATER else [{**GOOD[table.name], **lost.get(table.name, {})}]
            assert kept == expected, table.name


def test_the_way_down_to_nothing_leaves_nothing(url: str) -> None:
    downgrade(url, "base")
    engine = connect(url)
    try:
        assert migrate.current(engine) is None
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                query = "SELECT name FROM sqlite_master WHERE type <> 'index'"
            else:
                query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            assert connection.execute(text(query)).scalars().all() == ["alembic_version"]
    finally:
        engine.dispose()
    assert upgrade(url) == migrate.head()


def test_an_upgrade_killed_on_its_way_leaves_the_warehouse_where_it_stood(url: str) -> None:
    downgrade(url, "base")
    code = (
        "import os, signal, sys; from alembic import op; from models import migrate\n"
        "migrate._make_views = lambda connection: os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrate.upgrade(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, url], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    engine = connect(url)
    try:
        assert migrate.current(engine) is None
    finally:
        engine.dispose()
    assert upgrade(url) == migrate.head()


def test_two_upgrades_at_once_take_turns(url: str) -> None:
    downgrade(url, "base")
    code = "import sys; from models.migrate import upgrade; print(upgrade(sys.argv[1]))"
    pair = [subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, cwd=ROOT) for _ in "ab"]
    assert [child.communicate()[0].decode().strip() for child in pair] == [migrate.head()] * 2
    Warehouse.open(url).close()


def test_an_upgrade_that_would_leave_orphans_keeps_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orphan.db'}"
    upgrade(url)
    downgrade(url, "0005")
    engine = connect(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("INSERT INTO exchange_member (version_id, exchange_id) VALUES (7, 7)")
    engine.dispose()
    with pytest.raises(WarehouseError, match="refer to nothing"):
        upgrade(url)
    engine = connect(url)
    assert migrate.current(engine) == "0005"
    engine.dispose()
