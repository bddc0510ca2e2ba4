"""LOGS: one shape for every line, nothing that a reader would obey, nothing twice, nothing on stdout, no line torn."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.errors import FetchError
from models.secrecy import keep_secret
from wirewatch import logs
from wirewatch.cli import main
from wirewatch.day_files import DayFiles
from wirewatch.show import LogForm

ROOT = Path(__file__).resolve().parents[2]
Line = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_log_is_left() -> Iterator[None]:
    yield
    logs.close()


class Said:
    """What went to stderr so far; nothing may go to stdout."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._err = ""

    def getvalue(self) -> str:
        """All of it."""
        out, err = self._capsys.readouterr()
        assert out == ""
        self._err += err
        return self._err


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def lines(text: str) -> list[Line]:
    """Every line is an object, or this fails."""
    return [json.loads(line) for line in text.split("\n") if line]


def kept(folder: Path) -> list[Line]:
    return [line for file in sorted(folder.glob("*.jsonl")) for line in lines(file.read_text(encoding="utf-8"))]


# ---------------------------------------------------------------- one shape


def test_ours_and_a_librarys_lines_have_one_shape_and_say_the_run(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    with logs.about(step="clean", run=7):
        logs.get_logger("wirewatch.here").info("discarded", capture=3, url="https://a.example/1")
        logging.getLogger("models.queue").warning("quarantined", extra={"capture": 4, "url": "https://a.example/2"})
        logging.getLogger("sqlalchemy.pool").warning("lost %s", "it")
    found = lines(said.getvalue())
    assert [line["event"] for line in found] == ["discarded", "quarantined", "lost it"]
    assert [(line["step"], line["run"], line["level"]) for line in found] == [
        ("clean", 7, "info"), ("clean", 7, "warning"), ("clean", 7, "warning"),
    ]  # fmt: skip
    assert [line.get("capture") for line in found] == [3, 4, None]
    assert list(found[0])[:3] == ["at", "level", "event"]
    assert all(datetime.fromisoformat(line["at"]).tzinfo for line in found)


def test_libraries_are_heard_from_warnings_on_and_the_discreet_ones_never_below(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    logging.getLogger("scrapy.core").setLevel(logging.DEBUG)  # as Scrapy itself does
    logging.getLogger("scrapy.core").info("Spider opened")
    logging.getLogger("scrapy.core").error("Spider error")
    assert [line["event"] for line in lines(said.getvalue())] == ["Spider error"]
    logs.set_up(form=LogForm.JSON, verbose=2)
    logging.getLogger("alembic.runtime").debug("BEGIN")
    logging.getLogger("httpx").info("HTTP Request: POST https://a.example/token")
    logging.getLogger("urllib3.connectionpool").debug("POST /token")
    assert [line["event"] for line in lines(said.getvalue())][1:] == ["BEGIN"]


def test_what_another_library_puts_on_a_record_is_left_out(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    logging.getLogger("scrapy").error("x", extra={"spider": object(), "source": "north"})
    (line,) = lines(said.getvalue())
    assert "spider" not in line
    assert line["source"] == "north"


def test_a_warning_of_python_is_a_line_too(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old habit", stacklevel=1)
    (line,) = lines(said.getvalue())
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "old habit" in line["event"]


def test_words_for_people_have_no_colour_off_a_terminal_and_no_report_twice(said: Said) -> None:
    logs.set_up(form=LogForm.WORDS, verbose=1)
    log = logs.get_logger("wirewatch.here")
    log.info("exchange opened", exchange="a-b", phase="agreed")
    log.info("run ended", read=1)  # the command says the report itself
    log.warning("poll failed", source="north")
    assert "exchange=a-b" in said.getvalue()
    assert "\x1b" not in said.getvalue()
    assert len(said.getvalue().splitlines()) == 1


def test_quiet_leaves_errors(said: Said) -> None:
    for form in LogForm:
        logs.set_up(form=form, quiet=True)
        logs.get_logger("wirewatch.here").warning("quarantined")
        logging.getLogger("scrapy").warning("x")
    assert said.getvalue() == ""


# ---------------------------------------------------------------- hostile input


HOSTILE = 'a\r\n{"level": "error", "event": "forged"}\x1b[2J\x9b31m\u2028b\u202ec\ud800\x7f\x00'


def test_a_hostile_address_stays_in_its_line_and_its_characters_are_written_out(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    logs.get_logger("wirewatch.here").info("discarded", url=HOSTILE, notes=[HOSTILE], deep={HOSTILE: HOSTILE})
    logging.getLogger("spiders.wire").warning(HOSTILE, extra={"url": HOSTILE})
    found = lines(said.getvalue())
    assert len(found) == 2
    for text in (found[0]["url"], found[0]["notes"][0], *found[0]["deep"], found[1]["event"], found[1]["url"]):
        assert text == 'a\\r\\n{"level": "error", "event": "forged"}\\x1b[2J\\x9b31m\\u2028b\\u202ec\\ud800\\x7f\\x00'


def test_words_for_people_are_escaped_as_well(said: Said) -> None:
    logs.set_up(form=LogForm.WORDS)
    logs.get_logger("wirewatch.here").warning("quarantined", url=HOSTILE)
    assert len(said.getvalue().splitlines()) == 1
    assert not set("\x1b\x9b\r\u2028\u202e") & set(said.getvalue())


def test_an_endless_value_is_cut(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    logs.get_logger("wirewatch.here").error("x", error="y" * 10**6)
    assert len(said.getvalue()) < 3000


def test_a_traceback_shows_no_local_variable_and_no_secret(said: Said) -> None:
    logs.set_up(form=LogForm.JSON)
    keep_secret("correct-horse-battery")
    held_in_a_local = "only-in-a-local-variable"
    with pytest.raises(RuntimeError) as refused:
        raise RuntimeError("refused: https://a.example/" + "correct-horse-battery" + held_in_a_local[:0])
    logs.failed(refused.value, with_trace=True)
    (line,) = lines(said.getvalue())
    assert line["exception"].startswith("Traceback")
    assert "RuntimeError: refused: https://a.example/***" in line["exception"]
    assert "correct-horse-battery" not in said.getvalue()
    assert "only-in-a-local-variable" not in line["exception"]


# ---------------------------------------------------------------- the files


def test_every_line_is_kept_in_the_file_of_its_day_whatever_stderr_takes(said: Said, tmp_path: Path) -> None:
    logs.set_up(form=LogForm.WORDS, quiet=True)
    logs.keep_in(tmp_path / "logs", days=3)
    logs.keep_in(tmp_path / "logs", days=3)  # twice is once
    logs.get_logger("wirewatch.here").info("discarded", capture=1)
    logs.said("info", "words of a command")
    (line,) = kept(tmp_path / "logs")
    assert line["event"] == "discarded"
    assert [file.name for file in (tmp_path / "logs").iterdir()] == [f"wirewatch-{datetime.now(UTC):%Y-%m-%d}.jsonl"]
    assert said.getvalue() == ""


def test_a_new_day_is_a_new_file_and_the_oldest_go(tmp_path: Path) -> None:
    files = DayFiles(tmp_path, stem="wirewatch", keep=2)
    (tmp_path / "wirewatch-notes.txt").touch()
    for day in (1, 2, 3, 3, 4):
        files.append(b'{"day": %d}' % day, datetime(2024, 5, day, 23, 59, tzinfo=UTC))
    files.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "wirewatch-2024-05-03.jsonl", "wirewatch-2024-05-04.jsonl", "wirewatch-notes.txt",
    ]  # fmt: skip
    assert (tmp_path / "wirewatch-2024-05-03.jsonl").read_text() == '{"day": 3}\n' * 2


def test_half_a_line_of_a_killed_process_spoils_no_other(tmp_path: Path) -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    (tmp_path / "x-2024-05-01.jsonl").write_bytes(b'{"event": "cut o')
    files = DayFiles(tmp_path, stem="x", keep=2)
    files.append(b"{}", at)
    files.append(b"{}", at)
    files.close()
    assert (tmp_path / "x-2024-05-01.jsonl").read_bytes() == b'{"event": "cut o\n{}\n{}\n'


WRITER = """
import sys
from pathlib import Path
from wirewatch import logs
from wirewatch.show import LogForm
logs.set_up(form=LogForm.WORDS, quiet=True)
logs.keep_in(Path(sys.argv[1]), days=3)
log = logs.get_logger("wirewatch.here")
for number in range(300):
    log.info("line", writer=sys.argv[2], number=number, filler="x" * (number * 37 % 1900))
"""


def test_processes_that_write_at_once_tear_no_line(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITER, str(tmp_path / "logs")]
    children = [subprocess.Popen([*command, str(number)], env=env, cwd=ROOT) for number in range(4)]
    assert [child.wait(120) for child in children] == [0, 0, 0, 0]
    found = kept(tmp_path / "logs")
    assert len(found) == 4 * 300
    assert {(line["writer"], line["number"]) for line in found} == {(str(w), n) for w in range(4) for n in range(300)}


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(said: Said, tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    logs.set_up(form=LogForm.WORDS)
    logs.keep_in(tmp_path / "logs", days=3)
    for _ in range(3):
        logs.get_logger("wirewatch.here").info("discarded")
    assert said.getvalue() == "wirewatch: the log cannot be written: File exists\n"


# ---------------------------------------------------------------- the command


Command = Callable[..., tuple[int, str, list[Line]]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command over a var folder of its own; gives exit code, stderr and what is kept after this one."""
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))
    folder = tmp_path / "var" / "logs"

    def run(*words: str) -> tuple[int, str, list[Line]]:
        before = len(kept(folder)) if folder.exists() else 0
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(words)
        assert not any('"event"' in line for line in out.getvalue().splitlines())
        return int(str(ended.value.code or 0)), err.getvalue(), kept(folder)[before:] if folder.exists() else []

    assert run("db", "upgrade")[0] == 0
    return run


def test_a_run_of_a_step_begins_and_ends_in_the_log_with_its_report(command: Command) -> None:
    code, err, found = command("link")
    assert (code, err) == (0, "link    0 read = 0 written + 0 discarded + 0 failed\n")
    assert [(line["event"], line["step"], line["run"]) for line in found] == [
        ("run begun", "link", 1), ("run ended", "link", 1),
    ]  # fmt: skip
    assert (found[1]["read"], found[1]["failed"], found[1]["partial"]) == (0, 0, False)


def test_with_json_stderr_is_json_and_says_each_thing_once(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_LOG", "json")
    (tmp_path / "page.html").write_text("<html><body>x</body></html>", encoding="utf-8")
    _, err, found = command("ingest", str(tmp_path / "page.html"))
    assert lines(err) == found
    events = [line["event"] for line in found]
    assert events.count("run begun") == events.count("run ended") == 5
    (gone,) = [line for line in found if line["event"] == "discarded"]
    assert (gone["reason"], gone["step"], gone["source"]) == ("no_body", "clean", "files")
    assert gone["url"].endswith("page.html")
    assert lines(command("quarantine", "replay", "9")[1])[0]["error"].startswith("quarantine 9: no such item")


def test_the_flag_goes_before_the_variable_and_a_wrong_form_exits_2(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_LOG", "json")
    assert command("link", "--log-format", "words")[1].startswith("link ")
    assert command("link", "--log-format=xml")[0] == 2
    monkeypatch.setenv("WIREWATCH_LOG", "yaml")
    assert command("link")[0] == 2


def test_an_error_is_told_once_with_its_run(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FetchError("crawl", "left no stats", hint="run it again")

    monkeypatch.setattr("wirewatch.steps.queue.claim", refuse)
    code, err, found = command("clean")
    assert (code, err) == (1, "wirewatch: crawl: left no stats (run it again)\n")
    assert [(line["event"], line.get("run")) for line in found] == [("run begun", 1), ("run failed", 1)]
    assert found[1]["error"] == "crawl: left no stats (run it again)"
    code, err, _ = command("clean", "--log-format", "json")
    assert [line["event"] for line in lines(err)] == ["run begun", "run failed"]


def test_a_fault_of_ours_ends_with_its_place_once_and_exits_1(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("wirewatch.steps.queue.claim", break_down)
    code, err, found = command("clean")
    assert code == 1
    assert err.count("Traceback") == 1
    assert err.startswith("wirewatch: ZeroDivisionError: oh\nTraceback")
    assert [line["event"] for line in found if "exception" in line] == ["run failed"]
    code, err, _ = command("clean", "--log-format", "json")
    assert [line["event"] for line in lines(err)] == ["run begun", "run failed"]


def test_an_item_that_is_put_aside_is_named_with_its_address(command: Command, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body>x</body></html>", encoding="utf-8")
    (tmp_path / "wirewatch.toml").write_text("[limits]\nattempts = 1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIREWATCH_FAIL_AT", "clean.claimed:1:raise")
        command("ingest", str(tmp_path / "page.html"))
    for file in (tmp_path / "var" / "captures").glob("*.warc.gz"):
        file.write_bytes(b"")
    _, err, found = command("clean", "--config", str(tmp_path / "wirewatch.toml"))
    aside = {line["event"]: line for line in found}["quarantined"]
    assert aside["url"].endswith("page.html")
    assert (aside["step"], aside["stage"], aside["attempts"]) == ("clean", "clean", 1)
    assert "quarantined" in err


def test_a_crawl_that_breaks_down_says_so_in_the_same_shape(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "wirewatch.crawl_child", "json", "0", "0", str(tmp_path / "logs"), "3"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*words, str(tmp_path / "stats.json")], input="{}", capture_output=True, text=True, env=env, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = lines(done.stderr)
    assert (line["event"], line["level"]) == ("crawl failed", "error")
    assert line["exception"].startswith("Traceback")
    assert kept(tmp_path / "logs") == [line]


def test_the_document_names_every_line_that_we_write() -> None:
    written = {"run failed", "command failed", "crawl failed"}  # said by `logs.failed`
    for package in logs.OURS:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            written |= set(re.findall(r'_log\.(?:info|warning|error)\(\s*"([^"]+)"', text))
    named = set(
        re.findall(r"^\| `([a-z ]+)` \|", (ROOT / "docs" / "logs.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named == written | {"alert", "alert suppressed", "the log cannot be written"}
