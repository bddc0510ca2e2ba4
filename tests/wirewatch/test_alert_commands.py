"""`alert feed`, `test`, `digest` and `log`, quiet hours and grouping, at a desk with one exchange in its warehouse."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.errors import ConfigError
from models.records import CrawlLimits
from spiders.feeds import read_feed
from wirewatch import doctor_state, steps
from wirewatch.checks import look
from wirewatch.cli import main
from wirewatch.desk import open_desk
from wirewatch.settings import load_settings

TEXT = (
    "KESTRA, May 2 (North Post) - The Dravian government on Thursday freed 14 soldiers of Olmeria, the Olmerian "
    "defence ministry said. Olmeria released 3 Dravian servicemen in return, its ministry said.\n"
)
DAY = "2024-05-02"
MAIN = """
[channel.duty-file]
kind = "file"
path = "alerts.jsonl"
{quiet}
[channel.feed]
kind = "atom"
path = "alerts.atom"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def run(*words: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(words)
    code = ended.value.code
    return Done(code=code if isinstance(code, int) else 0, stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder whose warehouse holds one exchange of 2 May 2024, told to the file and to nobody else."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "story.txt").write_text(TEXT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIREWATCH_VAR", str(folder / "var"))
        patch.setenv("WIREWATCH_NOW", f"{DAY}T18:00:00Z")
        assert run("db", "upgrade").code == 0
        done = run("ingest", str(folder / "story.txt"))
        assert done.code == 0, done.stderr
    return folder / "var"


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Make a copy of it the desk, at a time, with quiet hours; gives its var folder."""

    def at(now: str = "2024-05-03T06:00:00Z", quiet: str = "") -> Path:
        shutil.copytree(made, tmp_path / "var", dirs_exist_ok=True)
        (tmp_path / "wirewatch.toml").write_text(MAIN.format(quiet=quiet), encoding="utf-8")
        monkeypatch.setenv("WIREWATCH_CONFIG", str(tmp_path / "wirewatch.toml"))
        monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))
        monkeypatch.setenv("WIREWATCH_NOW", now)
        return tmp_path / "var"

    return at


def lines(var: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (var / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]


def counted(var: Path, table: str) -> int:
    with closing(sqlite3.connect(var / "warehouse.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_the_feed_shows_the_thread(desk: Callable[..., Path]) -> None:
    desk()
    feed = run("alert", "feed").stdout
    read = read_feed(feed.encode(), base="http://127.0.0.1:8080/alerts.atom", limits=CrawlLimits())
    assert read.kind == "atom10"
    assert [item.url.startswith("http://127.0.0.1:8080/exchanges/") for item in read.items] == [True]
    assert run("alert", "feed").stdout == feed


def test_every_try_is_in_the_log(desk: Callable[..., Path]) -> None:
    desk()
    (delivery,) = json.loads(run("alert", "log", "--format", "json").stdout)
    (tried,) = json.loads(run("alert", "log", delivery["key"], "--format", "json").stdout)
    assert (tried["key"], tried["answer"], tried["error"]) == (delivery["key"], "appended", None)
    assert tried["latency_s"] >= 0
    assert len(tried["payload_sha256"]) == 64
    assert json.loads(run("alert", "log", "--attempts", "--format", "json").stdout) == [tried]


def test_a_test_goes_through_the_channel_and_not_into_the_ledger(desk: Callable[..., Path]) -> None:
    var = desk(quiet='quiet = "00:00-23:59 UTC"')
    before = [counted(var, table) for table in ("alert", "delivery", "attempt", "run")]
    done = run("alert", "test", "duty-file")
    assert (done.code, done.stdout) == (0, "")
    assert "duty-file took it: appended" in done.stderr
    last = lines(var)[-1]
    assert str(last["title"]).startswith("[TEST]")
    assert "test" in last
    assert [counted(var, table) for table in ("alert", "delivery", "attempt", "run")] == before
    assert run("alert", "test", "nobody").code == 1


def test_a_digest_is_told_once_to_every_channel(desk: Callable[..., Path]) -> None:
    var = desk()
    first, again = run("alert", "digest"), run("alert", "digest")
    assert (first.code, again.code) == (0, 0)
    assert first.stdout == again.stdout
    assert "New exchanges (1)" in first.stdout
    assert f"digest:day:{DAY} goes to 2 channels, 2 deliveries sent" in first.stderr
    assert f"digest:day:{DAY} was told before, 0 deliveries sent" in again.stderr
    assert [one["key"] for one in lines(var)][1:] == [f"digest:day:{DAY}:duty-file"]
    assert (var / "alerts.atom").read_text(encoding="utf-8").count("<entry>") == 1
    assert counted(var, "digest") == 1


def test_nothing_new_is_told_unless_it_is_not_wanted(desk: Callable[..., Path]) -> None:
    var = desk()
    silent = run("alert", "digest", "--day", "2024-05-01", "--no-heartbeat")
    assert silent.code == 0
    assert "nothing new" in silent.stdout
    assert (counted(var, "digest"), len(lines(var))) == (0, 1)
    assert run("alert", "digest", "--day", "2024-05-01").code == 0
    assert str(lines(var)[-1]["title"]) == "[digest] 2024-05-01: nothing new"


def test_a_week_has_a_digest_of_its_own_and_a_dry_run_keeps_nothing(desk: Callable[..., Path]) -> None:
    var = desk()
    shown = run("alert", "digest", "--weekly", "--dry-run", "--html")
    assert "week to 2024-05-02: 1 new exchange" in shown.stdout
    assert shown.stdout.startswith("<!DOCTYPE html>")
    assert (counted(var, "digest"), len(lines(var))) == (0, 1)


def test_a_day_that_is_not_over_has_no_digest_yet(desk: Callable[..., Path]) -> None:
    desk()
    done = run("alert", "digest", "--day", "2024-05-03")
    assert done.code == 2
    assert "is not over yet" in done.stderr


def test_a_digest_waits_for_the_end_of_quiet_hours(desk: Callable[..., Path]) -> None:
    var = desk(quiet='quiet = "22:00-07:00 UTC"')
    assert "goes to 2 channels, 1 deliveries sent" in run("alert", "digest").stderr
    assert len(lines(var)) == 1
    found = look("outbox", lambda: doctor_state.outbox(load_settings()))
    assert (found.state, found.detail) == ("ok", "everything is sent; 1 wait for the end of quiet hours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIREWATCH_NOW", "2024-05-03T07:00:00Z")
        assert run("alert").code == 0
    assert [one["key"] for one in lines(var)][1:] == [f"digest:day:{DAY}:duty-file"]


def test_a_channel_that_breaks_is_tried_later_and_holds_up_nobody(
    desk: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise MemoryError("no more processes")

    var = desk()
    with monkeypatch.context() as broken:
        broken.setattr("alerting.file.FileChannel.send", break_down)
        done = run("alert", "digest")
    assert (done.code, "duty-file: broke with MemoryError" in done.stderr) == (1, True), done.stderr
    assert "[digest] 2024-05-02" in (var / "alerts.atom").read_text(encoding="utf-8")
    with closing(sqlite3.connect(var / "warehouse.db")) as warehouse:
        tried = warehouse.execute("SELECT state, attempts FROM delivery WHERE key LIKE 'digest:%' ORDER BY channel")
        assert tried.fetchall() == [("waiting", 1), ("sent", 1)]


def test_a_dead_delivery_is_shown_with_what_mends_it(desk: Callable[..., Path]) -> None:
    var = desk()
    (var / "alerts.atom").write_text("notes of mine\n", encoding="utf-8")
    assert run("alert", "digest").code == 1
    found = look("outbox", lambda: doctor_state.outbox(load_settings()))
    assert found.state == "bad"
    assert found.detail.startswith("1 deliveries are dead: feed: ")
    assert f"alert resend digest:day:{DAY}:feed" in found.mend_with
    (var / "alerts.atom").unlink()
    assert run("alert", "resend", f"digest:day:{DAY}:feed").code == 0
    assert run("alert").code == 0
    assert look("outbox", lambda: doctor_state.outbox(load_settings())).detail == "everything is sent"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channel.a]\nkind = "file"\npath = "x"\nquiet = "22-6"\n', "holds no quiet hours: '22-6' is not written as"),
        ('[channel.a]\nkind = "apprise"\nurl = "json://user:pw@host"\n', "is no reference to a secret"),
        ('[digest]\nto = ["duty"]\n', "no channel is named 'duty' (did you mean 'duty-file'?)"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "wirewatch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_settings(root=tmp_path, environment={})
    assert said in str(error.value)


# ---------------------------------------------------------------- grouping


def test_what_comes_soon_after_is_told_as_one_event_when_the_group_is_over(
    desk: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    var = desk()
    monkeypatch.delenv("WIREWATCH_NOW")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert len(lines(var)) == 1, "nothing of it is told before"

    monkeypatch.setattr(steps.time, "sleep", sleep)
    with closing(sqlite3.connect(var / "warehouse.db")) as connection, connection:
        fresh = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        connection.execute("UPDATE alert SET created_at = ?", (fresh,))
        connection.execute("UPDATE story_version SET published_at = ?, published_precision = 'second'", (fresh,))
        connection.execute("UPDATE exchange SET phase = 'stalled', stage = 'alert', revision = revision + 1")
    with open_desk(load_settings()) as opened:
        report = steps.alert(opened)
    assert 0 < slept[0] <= 180
    assert len(slept) == 1
    assert (report.read, report.failed) == (2, 0)
    assert len(lines(var)) == 2
    with open_desk(replace(load_settings(), group_s=0)) as opened:
        assert steps.alert(opened).read == 0
