"""The analyst of a PostgreSQL warehouse: reads the documented views, and every way out is tried and closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models import grants
from models.errors import WarehouseError
from models.grants import AnalystLimits
from models.migrate import upgrade
from models.sql import ask
from models.view_words import WORDS, ViewWords
from models.views import VIEWS
from models.warehouse import Warehouse

pytestmark = pytest.mark.needs("postgres")
ROLE = "desk_reader"


@pytest.fixture
def url(server_url: str) -> str:
    """Only PostgreSQL has roles."""
    return server_url


@pytest.fixture
def analyst(warehouse: Warehouse, add_version: Callable[..., int]) -> Iterator[str]:
    """The warehouse of one story, as its analyst logs in to it."""
    add_version("https://north.example/1", "One text.")
    with warehouse.write() as connection:
        assert grants.grant(connection, ROLE, AnalystLimits(statement_s=30, connections=3)) == ()
    yield make_url(warehouse.url).set(username=ROLE).render_as_string(hide_password=False)
    with warehouse.write() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))


@contextmanager
def logged_in(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()


def test_an_analyst_reads_every_documented_view(analyst: str) -> None:
    with logged_in(analyst) as connection:
        for view in VIEWS:
            connection.execute(text(f"SELECT * FROM {view}"))
        assert connection.execute(text("SELECT outlet, text FROM v_story")).one() == ("North Post", "One text.")
        settings = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in (
            "statement_timeout", "idle_in_transaction_session_timeout", "default_transaction_read_only",
            "temp_file_limit",
        )]  # fmt: skip
    assert settings == ["30s", "30s", "on", "1GB"]


ESCAPES = [
    "SELECT * FROM story_version", "SELECT text FROM story_search", "SELECT * FROM alembic_version",
    "SELECT count(*) FROM alert", "INSERT INTO outlet (name, country, owner, role) VALUES ('x', 'GB', 'x', 'outlet')",
    "UPDATE v_story SET title = 'x'", "DELETE FROM story", "TRUNCATE story CASCADE", "DROP VIEW v_story",
    "ALTER VIEW v_story RENAME TO mine", "CREATE TABLE mine (x int)", "CREATE TEMP TABLE mine (x int)",
    "CREATE TEMP VIEW mine AS SELECT 1", "SELECT 1 AS x INTO TEMP mine", "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE EXTENSION dblink",
    "COPY (SELECT 1) TO PROGRAM 'true'", "COPY (SELECT 1) TO '/var/out/x'", "COPY outlet FROM PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "SELECT lo_import('/etc/passwd')",
    "SELECT lo_from_bytea(0, 'x')", "SELECT lo_create(0)", "SELECT lo_export(1, '/var/out/x')",
    "SELECT pg_logical_emit_message(false, 'x', 'y')", "SELECT * FROM pg_authid", "SELECT pg_reload_conf()",
    "SELECT nextval('outlet_id_seq')", "SELECT setval('outlet_id_seq', 99)", "SET ROLE warehouse",
    "SET SESSION AUTHORIZATION warehouse", "SELECT set_config('role', 'warehouse', false)",
    "ALTER ROLE desk_reader SUPERUSER", "ALTER ROLE desk_reader CONNECTION LIMIT 99", "CREATE ROLE mine",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'warehouse'",
    "LOCK TABLE exchange_member IN SHARE ROW EXCLUSIVE MODE", "LOCK TABLE v_story IN EXCLUSIVE MODE",
    "DO $$ BEGIN DELETE FROM story; END $$", "SET temp_file_limit = -1", "CHECKPOINT",
    "SELECT query_to_xml('SELECT * FROM outlet', true, true, '')", "COMMENT ON VIEW v_story IS 'x'",
]  # fmt: skip


WITHOUT_EFFECT = ["GRANT SELECT ON v_story TO PUBLIC", "VACUUM outlet"]  # warned of, and not done


def attempt(connection: Connection, statement: str) -> str:
    """What the server says to a statement; empty when it lets it through."""
    opens = statement.startswith("LOCK")
    try:
        if opens:
            connection.exec_driver_sql("BEGIN")
        done = connection.exec_driver_sql(statement)
        return "" if not done.returns_rows or any(done.scalars()) else "did nothing"
    except DBAPIError as error:
        return str(error.orig)
    finally:
        if opens:
            connection.exec_driver_sql("ROLLBACK")


def test_every_way_out_is_closed_to_an_analyst_who_sets_all_settings_back(analyst: str, warehouse: Warehouse) -> None:
    with logged_in(analyst) as connection:
        for setting in ("default_transaction_read_only = off", "statement_timeout = 0", "search_path = public"):
            connection.exec_driver_sql(f"SET {setting}")
        said = {statement: attempt(connection, statement) for statement in ESCAPES}
        assert [attempt(connection, statement) for statement in WITHOUT_EFFECT] == [""] * len(WITHOUT_EFFECT)
    refusals = ("permission denied", "must be", "must have", "not allowed", "cannot update view", "did nothing")
    assert {one: words for one, words in said.items() if not any(word in words for word in refusals)} == {}
    with warehouse.read() as own:
        assert own.execute(text("SELECT count(*) FROM story")).scalar_one() == 1
        assert grants.excess(own, ROLE) == ()
        assert set(grants.readers(own).values()) == {frozenset({ROLE})}


def test_no_more_sessions_than_granted(analyst: str) -> None:
    def one_more() -> None:
        with logged_in(analyst):
            pass

    with logged_in(analyst), logged_in(analyst), logged_in(analyst), pytest.raises(DBAPIError, match="too many conn"):
        one_more()


# ---------------------------------------------------------------- limits from outside


@pytest.mark.parametrize(
    "for_good", ["RESET ALL", "SET statement_timeout = '1d'", "SET statement_timeout = 2000000000"]
)
def test_what_runs_beyond_its_limit_is_ended_though_the_limit_was_set_back(
    analyst: str, warehouse: Warehouse, for_good: str
) -> None:
    with warehouse.write() as connection:
        grants.grant(connection, ROLE, AnalystLimits(statement_s=1))
    with logged_in(analyst) as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        connection.exec_driver_sql(f"ALTER ROLE {ROLE} IN DATABASE {make_url(analyst).database} {for_good}")
    ends: list[str] = []
    started = threading.Event()

    def run_on() -> None:
        with logged_in(analyst) as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            started.set()
            try:
                connection.exec_driver_sql("SELECT pg_sleep(15)")
            except DBAPIError as error:
                ends.append(str(error.orig))

    thread = threading.Thread(target=run_on)
    thread.start()
    assert started.wait(20)
    ended: list[grants.Ended] = []
    while thread.is_alive():
        with warehouse.write() as connection:
            ended += grants.curb(connection)
        thread.join(0.2)
    assert [(one.role, one.why) for one in ended[:1]] == [(ROLE, "ran too long")]
    assert ended[0].ran_s >= 1
    assert "terminating connection" in ends[0]


def test_a_lock_of_ours_that_an_analyst_holds_is_taken_back_and_nobody_else_is_touched(
    analyst: str, warehouse: Warehouse
) -> None:
    with logged_in(analyst) as idle, logged_in(analyst) as holder, warehouse.write() as own:
        holder.exec_driver_sql("SELECT pg_advisory_lock(7723002)")
        own.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        ended = grants.curb(own)
        assert [(one.role, one.why) for one in ended] == [(ROLE, "held an advisory lock")]
        with pytest.raises(DBAPIError, match=r"terminating|closed"):
            holder.exec_driver_sql("SELECT 1")
        assert idle.exec_driver_sql("SELECT 1").scalar_one() == 1
        assert grants.curb(own) == ()


# ---------------------------------------------------------------- granting


def test_a_name_that_is_none_is_refused(warehouse: Warehouse) -> None:
    for name in ("pg_reader", "Reader", "a b", 'x"; DROP TABLE story; --', "", "ä", "x" * 64):
        with pytest.raises(WarehouseError, match="is no name"), warehouse.write() as connection:
            grants.grant(connection, name, AnalystLimits())


TOO_MUCH = [
    ("CREATE ROLE {0} SUPERUSER", "is a superuser"), ("CREATE ROLE {0} CREATEDB", "makes databases"),
    ("CREATE ROLE {0}; GRANT pg_read_all_data TO {0}", "belongs to pg_read_all_data"),
    ("CREATE ROLE {0}; CREATE TABLE theirs (x int); ALTER TABLE theirs OWNER TO {0}", "owns something"),
    ("CREATE ROLE {0}; GRANT SELECT ON outlet TO PUBLIC", "outlet: SELECT"),
    ("CREATE ROLE {0}; GRANT SELECT (name) ON outlet TO PUBLIC", "outlet: SELECT"),
    ("CREATE ROLE {0}; CREATE SCHEMA open; GRANT CREATE ON SCHEMA open TO {0}", "schema open: CREATE"),
    (
        "CREATE ROLE {0}; CREATE FUNCTION wide() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "wide(): runs as its owner",
    ),

]  # fmt: skip


def test_a_role_that_could_do_more_is_refused_and_left_as_it_was(warehouse: Warehouse) -> None:
    def grant(before: str) -> None:
        with warehouse.write() as connection:
            for statement in before.format("was_there").split("; "):
                connection.exec_driver_sql(statement)
            grants.grant(connection, "was_there", AnalystLimits())

    for before, power in TOO_MUCH:
        with pytest.raises(WarehouseError, match="can do more than read views") as refusal:
            grant(before)
        assert power in str(refusal.value)
    with warehouse.read() as connection:
        assert not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = 'was_there'")).all()


def test_granting_again_changes_the_limits_and_takes_away_what_was_given_by_hand(
    analyst: str, warehouse: Warehouse
) -> None:
    with warehouse.write() as connection:
        connection.exec_driver_sql(f"GRANT SELECT ON outlet TO {ROLE}")
        assert "outlet: SELECT" in grants.excess(connection, ROLE)
        grants.grant(connection, ROLE, AnalystLimits(statement_s=7, connections=1))
        assert grants.excess(connection, ROLE) == ()
    with logged_in(analyst) as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "7s"


def test_a_password_is_kept_as_a_digest(warehouse: Warehouse, analyst: str) -> None:
    del analyst
    with warehouse.write() as connection:
        grants.grant(connection, ROLE, AnalystLimits(), password="hunter'2")  # noqa: S106 - a password of the test
        stored = connection.execute(text("SELECT rolpassword FROM pg_authid WHERE rolname = :r"), {"r": ROLE})
        assert str(stored.scalar_one()).startswith("SCRAM-SHA-256$4096:")


def test_an_upgrade_leaves_the_analyst_what_was_granted_and_adds_what_is_new(
    analyst: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VIEWS, "v_new", "SELECT s.id AS source FROM source s")
    monkeypatch.setitem(WORDS, "v_new", ViewWords(about="one more"))
    upgrade(warehouse.url)
    with logged_in(analyst) as connection:
        assert connection.execute(text("SELECT count(*) FROM v_story")).scalar_one() == 1
        assert connection.execute(text("SELECT source FROM v_new")).scalars().all() == ["north-post"]
    with warehouse.read() as own:
        assert grants.excess(own, ROLE) == ()


# ---------------------------------------------------------------- questions


def test_a_question_is_answered_as_on_sqlite(analyst: str) -> None:
    answer = ask(
        analyst,
        "SELECT outlet AS name, published_at, version = 1 AS first, 2.5 AS half, avg(version) AS mean, sum(version),"
        " NULL::date AS day, ':kept' AS colon, '50%' AS share FROM v_story WHERE outlet = :o -- :not\n"
        " GROUP BY 1, 2, version;",
        parameters={"o": "North Post"},
    )
    assert answer.columns == ("name", "published_at", "first", "half", "mean", "sum", "day", "colon", "share")
    assert answer.rows == (("North Post", "2024-05-01T12:00:00.000000Z", 1, 2.5, 1.0, 1, None, ":kept", "50%"),)
    counted = ask(analyst, "SELECT * FROM generate_series(1, 1000000)", parameters={}, limit=10)
    assert (len(counted.rows), counted.cut) == (10, True)


REFUSED = [
    "SELECT 1; SELECT 2", "SELECT 1) AS a; DROP VIEW v_story; SELECT (1", "COMMIT", "SET ROLE warehouse",
    "nonsense",
    "WITH gone AS (DELETE FROM story RETURNING *) SELECT * FROM gone", "SELECT * FROM outlet", "SELECT :unbound",
    "EXPLAIN ANALYZE SELECT 1", "SELECT 1 INTO TEMP mine", "COPY outlet TO STDOUT", "SELECT pg_read_file('x')",
    "SELECT lo_from_bytea(0, 'x')", "SELECT set_config('role', 'warehouse', false)", "", "SHOW ALL",
    "SELECT repeat('x', 100000000)", "SELECT * FROM v_story FOR UPDATE", "DO $$ BEGIN NULL; END $$",

]  # fmt: skip


def test_anything_but_reading_views_is_refused(analyst: str, warehouse: Warehouse) -> None:
    for query in REFUSED:
        with pytest.raises(WarehouseError, match=r"^sql: "):
            ask(analyst, query, parameters={})
    with warehouse.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM v_story")).scalar_one() == 1


def test_a_question_without_end_is_stopped_from_outside(analyst: str) -> None:
    undone = "SELECT set_config('statement_timeout', '0', false), "
    for query in ("pg_sleep(60)", "count(*) FROM generate_series(1, 99999) a, generate_series(1, 99999) b"):
        with pytest.raises(WarehouseError, match=r"took longer than 0\.3 s"):
            ask(analyst, undone + query, parameters={}, timeout_s=0.3)


def test_a_login_that_can_do_more_is_asked_nothing(analyst: str, warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match=r"login warehouse: can do more .*db grant ROLE.*warehouse\.analyst"):
        ask(warehouse.url, "SELECT 1", parameters={})
    with warehouse.write() as connection:
        connection.exec_driver_sql("GRANT INSERT ON rule TO PUBLIC")
    with pytest.raises(WarehouseError, match="rule: INSERT"):
        ask(analyst, "SELECT 1", parameters={})


def test_a_server_that_is_not_there_is_no_crash(analyst: str) -> None:
    gone = make_url(analyst).set(database="gone").render_as_string(hide_password=False)
    with pytest.raises(WarehouseError, match="gone"):
        ask(gone, "SELECT 1", parameters={})
    assert psycopg.threadsafety == 2
