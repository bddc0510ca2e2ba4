"""DOCTOR names every planted fault and what mends it, and is content with a whole set-up."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import packages_distributions
from pathlib import Path
from sqlite3 import Connection

import pytest

from models.migrate import downgrade, upgrade
from models.runs import logged
from models.warehouse import Warehouse
from nlp.weights import SHIPPED
from wirewatch import doctor
from wirewatch.checks import Check, look
from wirewatch.cli import main
from wirewatch.doctor import examine
from wirewatch.doctor_ports import ports
from wirewatch.scheduler import free_port
from wirewatch.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
SLOW = (
    "_model",
    "_airflow",
    "_weights",
    "_package_names",
    "ports",
)  # seconds each: looked at once, in the test of a whole set-up


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated warehouse to copy."""
    file = tmp_path_factory.mktemp("template") / "warehouse.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def settings(tmp_path: Path, empty: Path) -> Settings:
    """Settings over an empty warehouse and a copy of the watch files."""
    shutil.copytree(ROOT / "watch", tmp_path / "watch")
    (tmp_path / "var").mkdir()
    given = {"WIREWATCH_VAR": str(tmp_path / "var"), "WIREWATCH_WATCH": str(tmp_path / "watch")}
    made = load_settings(root=ROOT, environment=given)
    shutil.copy(empty, made.var)
    return made


def looked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Check]:
    """The quick checks, by name."""
    for name in SLOW:
        monkeypatch.setattr(doctor, name, lambda *_: "left out")
    return {name: look(name, at) for name, at in doctor._looks(settings).items()}


def test_a_whole_set_up_has_no_fault(settings: Settings) -> None:
    checks = {name: look(name, at) for name, at in doctor._looks(settings).items()}
    assert [check for check in checks.values() if check.state == "bad"] == []
    assert all(check.detail for check in checks.values())
    assert all(check.mend_with for check in checks.values() if check.state != "ok")
    assert checks["sources"].state == "warn"
    assert checks["sources"].mend_with == "`wirewatch source test ID`"
    assert "tells an exchange from a tram line" in checks["model"].detail
    assert "8 DAG files can be read" in checks["airflow"].detail or checks["airflow"].state == "warn"


def test_wrong_settings_are_the_first_fault(tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text("[crawl]\ngap = 1\n", encoding="utf-8")
    first, *_ = examine(tmp_path / "wirewatch.toml")
    assert (first.name, first.state, first.mend_with) == ("configuration", "bad", "did you mean 'gap_s'?")
    assert first.detail.endswith("wirewatch.toml:2 crawl.gap: unknown key 'gap'")


def test_a_wrong_watch_file_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.watch / "rules.toml").write_text('[[rule]]\nid = "a"\nto = ["duty"]\n', encoding="utf-8")
    found = looked(settings, monkeypatch)["configuration"]
    assert (found.state, found.mend_with) == ("bad", "did you mean 'duty-file'?")


def test_a_warehouse_that_was_never_made_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.var / "warehouse.db").unlink()
    found = looked(settings, monkeypatch)["warehouse"]
    assert (found.state, found.mend_with) == ("bad", "run `wirewatch db upgrade`")


def test_a_search_that_lost_step_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(settings.var / "warehouse.db")) as connection, connection:
        connection.execute("INSERT INTO story_search (rowid, title, text) VALUES (1, 'a', 'b')")
    found = looked(settings, monkeypatch)["full text"]
    assert (found.state, found.detail) == ("bad", "search: knows 1 of 0 story versions")


@pytest.mark.parametrize(("ago", "state"), [(None, "warn"), (0, "ok"), (3, "bad")])
def test_a_day_without_its_crawl_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ago: int | None, state: str
) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    if ago is not None:
        with logged(warehouse, "collect", day=datetime.now(UTC).date() - timedelta(days=ago)):
            pass
    warehouse.close()
    found = looked(settings, monkeypatch)["daily run"]
    assert found.state == state
    assert ("is missing" in found.detail) == (state == "bad")


def test_a_desk_at_work_for_days_that_never_had_a_daily_run_misses_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    with logged(warehouse, "alert"):
        pass
    warehouse.close()
    assert looked(settings, monkeypatch)["daily run"].state == "warn"
    later = replace(settings, now=datetime.now(UTC) + timedelta(days=2))
    assert "none has ended yet, that of" in looked(later, monkeypatch)["daily run"].detail


def test_a_missing_day_is_told_to_the_operator_once_a_day(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    with logged(warehouse, "collect", day=datetime.now(UTC).date() - timedelta(days=3)):
        pass
    warehouse.close()
    monkeypatch.setenv("WIREWATCH_VAR", str(settings.var))
    for words, status in ((["--tell"], 0), (["--tell"], 0), ([], 4)):
        with pytest.raises(SystemExit) as end:
            main(["doctor", *words, "daily run", "clock"])
        assert (end.value.code or 0) == status
    (line,) = [json.loads(line) for line in (settings.var / "operator.jsonl").read_text().splitlines()]
    assert line["title"] == "doctor: daily run"
    assert "is missing" in line["body"]
    assert "To mend it: is ./run up running?" in line["body"]


def test_a_check_that_is_none_is_refused_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["doctor", "daily", "--tell"])
    assert end.value.code == 2
    assert "no check is called 'daily'" in (said := capsys.readouterr().err)
    assert "daily run" in said


def test_a_channel_without_its_secret_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUTY_SECRET", raising=False)
    reference = "env:DUTY_SECRET"
    webhook = replace(settings.channels[0], kind="webhook", path="", url="https://x.example", secret=reference)
    found = looked(replace(settings, channels=(webhook,)), monkeypatch)["channels"]
    assert (found.state, found.mend_with) == ("bad", "export DUTY_SECRET before sending")


def test_a_distribution_that_brings_a_package_of_our_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = packages_distributions()
    monkeypatch.setattr(doctor, "packages_distributions", lambda: {**real, "nlp": ["wirewatch", "other-nlp"]})
    found = look("package names", doctor._package_names)
    assert (found.state, found.detail) == ("bad", "nlp: other-nlp brings a package of our name")
    assert found.mend_with.startswith("pip uninstall other-nlp")


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LEAST_ROOM", 2**80)
    assert looked(settings, monkeypatch)["disk"].mend_with == "make room: 1 GiB at least"
    (settings.var / "file").touch()
    found = looked(replace(settings, var=settings.var / "file"), monkeypatch)["disk"]
    assert (found.state, found.mend_with) == ("bad", "set WIREWATCH_VAR to a folder of yours")


def test_a_model_that_is_not_the_pinned_one_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.weights.SHIPPED", tmp_path)
    found = look("weights", lambda: doctor._weights(settings))
    assert found.state == "bad"
    assert "restore it" in found.mend_with


def test_a_dag_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "broken.py").write_text("import airflow_no_such\n", encoding="utf-8")
    settings = load_settings(root=tmp_path, environment={})
    found = look("airflow", lambda: doctor._airflow(settings))
    assert (found.state, found.detail) == (
        "bad",
        "dags/broken.py: ModuleNotFoundError: No module named 'airflow_no_such'",
    )


# ---------------------------------------------------------------- files, rights, ports


def test_a_secret_that_others_may_read_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = settings.var / "secret"
    secret.write_text("s3cr3t-words", encoding="utf-8")
    secret.chmod(0o644)
    webhook = replace(settings.channels[0], kind="webhook", path="", url="https://x.example", secret=f"file:{secret}")
    found = looked(replace(settings, channels=(webhook,)), monkeypatch)["channels"]
    assert (found.state, found.mend_with) == ("bad", f"chmod 600 {secret}")
    secret.chmod(0o600)
    assert looked(replace(settings, channels=(webhook,)), monkeypatch)["channels"].state == "ok"


def test_the_warehouses_own_secret_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://me:s3cr3t@127.0.0.1/x", encoding="utf-8")
    (tmp_path / "url").chmod(0o640)
    (tmp_path / "wirewatch.toml").write_text(f'[warehouse]\nurl = "file:{tmp_path}/url"\n', encoding="utf-8")
    first, *_ = examine(tmp_path / "wirewatch.toml")
    assert (first.name, first.state, first.mend_with) == ("configuration", "bad", f"chmod 600 {tmp_path}/url")


def test_airflows_secrets_that_others_may_read_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "var" / "airflow" / "secrets"
    folder.mkdir(parents=True)
    (folder / "jwt_secret").touch()
    (folder / "jwt_secret").chmod(0o644)
    here = replace(settings, root=tmp_path)
    found = look("airflow secrets", lambda: doctor._airflow_secrets(here))
    assert (found.state, found.mend_with) == ("bad", f"chmod 600 {folder / 'jwt_secret'}")
    (folder / "jwt_secret").chmod(0o600)
    assert look("airflow secrets", lambda: doctor._airflow_secrets(here)).state == "ok"


def test_a_watch_file_that_cannot_be_read_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = settings.watch / "sources.toml"
    path.unlink()
    path.mkdir()  # as root, a test may read whatever it likes; nobody reads a folder
    found = looked(settings, monkeypatch)["configuration"]
    assert found.state == "bad"
    assert "sources.toml: cannot be read: Is a directory" in found.detail
    assert found.mend_with == "is it there, is it a file, may it be read?"


def test_several_mistakes_at_once_have_a_way_to_mend_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.watch / "rules.toml").write_text('[[rule]]\nid = "a"\nto = ["x"]\nno = 1\n[[rule]]\n', encoding="utf-8")
    found = looked(settings, monkeypatch)["configuration"]
    assert "mistakes" in found.detail
    assert found.mend_with == "mend the file; `wirewatch config check` looks again"


def hang_up(listening: socket.socket) -> None:
    """Take one call and say nothing."""
    listening.accept()[0].close()


def test_a_port_that_another_program_holds_is_named(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        here = replace(settings, pages=f"http://127.0.0.1:{port}")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(hang_up, other)
            found = look("ports", lambda: ports(here))
    assert (found.state, found.detail) == ("warn", f"port {port}: another program listens there, so pages cannot")
    assert f"sport = :{port}" in found.mend_with


def test_a_port_on_which_our_own_program_answers_is_no_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>Exchanges - Wirewatch</title>")

        def log_message(self, *_: object) -> None:
            return

    monkeypatch.setattr("wirewatch.doctor_ports._AIRFLOW", free_port())
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(server.serve_forever)
        port = server.server_address[1]
        found = look("ports", lambda: ports(replace(settings, pages=f"http://127.0.0.1:{port}")))
        server.shutdown()
    assert found.state == "ok"
    assert f"pages: runs on {port}" in found.detail


# ---------------------------------------------------------------- the state of the warehouse


def test_a_schema_that_is_behind_is_named_and_the_looks_behind_it_say_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    downgrade(settings.warehouse, "0006")
    found = looked(settings, monkeypatch)
    assert (found["warehouse"].state, found["warehouse"].mend_with) == ("bad", "run `wirewatch db upgrade`")
    assert "schema 0006, needed" in found["warehouse"].detail
    assert {found[name].mend_with for name in ("full text", "outbox", "leases")} == {"run `wirewatch db upgrade`"}


def now_text(*, hours: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


LONG_AGO = "2024-05-01T12:00:00.000000Z"
ROWS = (
    "INSERT INTO outlet (id, name, country, owner, role) VALUES (1, 'North', 'GB', 'North', 'outlet')",
    (
        "INSERT INTO source (id, outlet_id, kind, url, language, flash, verified) "
        "VALUES ('north', 1, 'rss', 'https://north.example/rss', 'en', 0, 1)"
    ),
    (
        "INSERT INTO capture (id, source_id, url, final_url, fetched_at, status, content_type, warc_file, warc_offset, "
        f"warc_length, sha256) VALUES (1, 'north', 'u', 'u', '{LONG_AGO}', 200, '', 'a', 0, 1, '{'0' * 64}')"
    ),
    (
        "INSERT INTO exchange (id, slug, parties, opened_on, phase, stage, revision, created_at) "
        f"VALUES (1, 'a-b', 'A,B', '2024-05-01', 'agreed', 'alerted', 1, '{LONG_AGO}')"
    ),
    f"INSERT INTO rule (id, definition, updated_at) VALUES ('any', '{{}}', '{LONG_AGO}')",
    (
        "INSERT INTO alert (id, exchange_id, rule_id, thread_key, event_key, reason, severity, trust, trust_reasons, "
        "title, body, payload, told, decided_at, created_at) VALUES (1, 1, 'any', 'exchange:a-b', 'exchange:a-b:1', "
        f"'first_report', 'urgent', 'confirmed', '[]', 't', 'b', '{{}}', '{{}}', '{LONG_AGO}', '{LONG_AGO}')"
    ),
    (
        "INSERT INTO delivery (key, alert_id, channel, state, attempts, last_error) "
        "VALUES ('exchange:a-b:1:duty', 1, 'duty', 'waiting', 2, 'HTTP 503')"
    ),
)


@pytest.fixture
def stored(settings: Settings) -> Iterator[Connection]:
    """A connection that writes into the warehouse; a source, a capture and a delivery are in it."""
    with closing(sqlite3.connect(settings.var / "warehouse.db", isolation_level=None)) as connection:
        for statement in ROWS:
            connection.execute(statement)
        connection.execute("UPDATE source SET last_ok_at = ?", (now_text(),))
        yield connection


def test_a_delivery_that_waits_is_a_warning_and_a_dead_one_a_fault(
    settings: Settings, stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = looked(settings, monkeypatch)["outbox"]
    assert (found.state, found.detail) == ("warn", "1 deliveries are not sent: duty: HTTP 503")
    stored.execute("UPDATE delivery SET state = 'dead'")
    found = looked(settings, monkeypatch)["outbox"]
    assert (found.state, found.detail) == ("bad", "1 deliveries are dead: duty: HTTP 503")
    assert "`wirewatch alert resend exchange:a-b:1:duty`" in found.mend_with


def test_a_lease_that_nobody_came_back_for_is_named_with_the_step_that_takes_it(
    settings: Settings, stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.execute("UPDATE capture SET lease_owner = 'w', lease_until = ?", (now_text(hours=1),))
    assert looked(settings, monkeypatch)["leases"].state == "ok"
    for table in ("capture", "delivery"):
        stored.execute(f"UPDATE {table} SET lease_owner = 'w', lease_until = '{LONG_AGO}'")
    found = looked(settings, monkeypatch)["leases"]
    assert (found.state, found.mend_with) == ("warn", "`wirewatch clean`, `wirewatch alert`")
    assert "1 to clean since 2024-05-01T12:00Z" in found.detail


def test_items_in_quarantine_are_named_with_their_causes(
    settings: Settings, stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        stored.execute(
            "INSERT INTO quarantine (queue, item_id, stage, cause, attempts, created_at) "
            "VALUES ('capture', ?, 'clean', 'is torn', 3, ?)",
            (number, LONG_AGO),
        )
    found = looked(settings, monkeypatch)["quarantine"]
    assert found.state == "warn"
    assert found.detail == "5 in quarantine: 1 (clean): is torn; 2 (clean): is torn; 3 (clean): is torn; and 2 more"
    assert found.mend_with == "`wirewatch quarantine list`; once mended, `wirewatch quarantine replay 1`"


def test_a_source_that_fails_and_one_that_fell_silent_are_named(
    settings: Settings, stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked(settings, monkeypatch)["sources"].state == "ok"
    stored.execute("UPDATE source SET last_ok_at = ?", (now_text(hours=-49),))
    found = looked(settings, monkeypatch)["sources"]
    assert (found.state, found.detail) == ("warn", "north: not polled for 48 h")
    assert "`wirewatch collect`" in found.mend_with
    stored.execute("UPDATE source SET last_error = 'HTTP 500'")
    found = looked(settings, monkeypatch)["sources"]
    assert (found.state, found.mend_with) == ("warn", "`wirewatch source health`")


def test_a_clock_that_is_apart_or_was_set_back_is_named(
    settings: Settings, stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.execute(f"INSERT INTO run (step, started_at, notes) VALUES ('tag', '{now_text(hours=2)}', '[]')")
    found = looked(settings, monkeypatch)["clock"]
    assert (found.state, found.mend_with) == ("bad", "set the clock (NTP)")
    assert "it was set back" in found.detail
    monkeypatch.setattr("models.warehouse.now", lambda _: datetime.now(UTC) - timedelta(minutes=5))
    assert looked(settings, monkeypatch)["clock"].detail == "clock: 300 s apart from the warehouse's"


def test_missing_weights_are_named(settings: Settings, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "manifest.json").write_text((SHIPPED / "manifest.json").read_text(encoding="utf-8"), encoding="utf-8")
    found = look("weights", lambda: doctor._weights(replace(settings, tag=replace(settings.tag, folder=weights))))
    assert found.state == "bad"
    assert found.detail.endswith(": is missing")
    assert found.mend_with.startswith("restore it")


# ---------------------------------------------------------------- the command


def test_a_look_that_breaks_down_is_a_fault_and_the_others_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_disk", lambda _: 1 / 0)
    found = looked(settings, monkeypatch)
    assert (found["disk"].state, found["disk"].detail) == ("bad", "unexpected: ZeroDivisionError: division by zero")
    assert found["disk"].mend_with
    assert found["warehouse"].state == "ok"


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warn", 0), ("bad", 4)])
def test_doctor_exits_4_on_a_fault_and_0_on_what_a_run_goes_on_without(
    state: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = Check(name="disk", state=state, detail="d", mend_with="m")
    monkeypatch.setattr(doctor, "examine", lambda _, **__: (given,))
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--format", "json"])
    assert (ended.value.code or 0) == code
    assert json.loads(capsys.readouterr().out) == [{"name": "disk", "state": state, "detail": "d", "mend_with": "m"}]
