"""What a schedule calls, as commands: days and parts of collect; retag doubles nothing, upkeep finds damage."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from models.migrate import upgrade
from wirewatch.cli import main

ROOT = Path(__file__).resolve().parents[2]
STORIES = [
    ("north-post", "Serbia and Kosovo swap captives", """Serbia on Thursday released 14 Kosovan policemen and Kosovo
released three Serbian servicemen, the Serbian defence ministry said. The exchange of prisoners was agreed without
mediators."""),
    ("south-echo", "Kosovo confirms prisoner exchange with Serbia", """Kosovo's interior ministry confirmed on Friday
that 14 of its policemen had come home from Serbian captivity in an exchange of prisoners, and that three Serbian
servicemen had been handed over."""),
]  # fmt: skip


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process; gives its exit status and all that it said."""
    for name, value in environment(var).items():
        monkeypatch.setenv(name, value)

    def run_command(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(words)
        return int(end.value.code or 0), "".join(capsys.readouterr())

    return run_command


def environment(var: Path) -> dict[str, str]:
    return {
        "WIREWATCH_VAR": str(var), "WIREWATCH_WATCH": str(var / "watch"), "WIREWATCH_NOW": "2024-05-04T12:00:00Z"
    }  # fmt: skip


def done(run: Run, *words: str) -> str:
    status, said = run(*words)
    assert status == 0, said
    return said


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A desk with our parties and rules, and two sources that nobody polls here."""
    (tmp_path / "watch").mkdir()
    for name in ("actors", "rules"):
        (tmp_path / "watch" / f"{name}.toml").write_bytes((ROOT / "watch" / f"{name}.toml").read_bytes())
    source = 'language = "en"\ncountry = "GB"\nowner = "n"\nrole = "outlet"\nkind = "rss"\nverified = true\n'
    (tmp_path / "watch" / "sources.toml").write_text(
        f'[[source]]\nid = "north"\noutlet = "North"\nurl = "http://127.0.0.1:9/feed"\n{source}', encoding="utf-8"
    )
    upgrade(f"sqlite:///{tmp_path / 'warehouse.db'}")
    return tmp_path


def rows(var: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(var / "warehouse.db")) as connection:
        return connection.execute(query).fetchall()


def test_of_a_day_that_is_over_no_live_feed_is_polled(run: Run, var: Path) -> None:
    assert "2024-05-01 is over and no source lists past days" in done(run, "collect", "--day", "2024-05-01")
    assert rows(var, "SELECT step, worked_on, error FROM run") == [("collect", "2024-05-01", None)]


def test_a_day_that_has_not_begun_is_refused(run: Run) -> None:
    status, said = run("collect", "--day", "2024-05-05")
    assert status == 2
    assert "lies ahead: today is 2024-05-04" in said


def test_today_is_a_live_poll_and_a_part_with_no_working_source_fails(run: Run) -> None:
    status, said = run("collect", "--day", "2024-05-04", "--partial-ok")
    assert status == 1
    assert "no source worked: north" in said


def test_a_part_without_a_source_has_nothing_to_do(run: Run) -> None:
    ends = [run("collect", "--shard", f"{part}/4", "--partial-ok") for part in range(4)]
    assert sorted(status for status, _ in ends) == [0, 0, 0, 1]
    assert sum("no source is in part" in said for _, said in ends) == 3


@pytest.mark.parametrize("shard", ["4/4", "-1/4", "1", "a/b", "1/0"])
def test_a_part_that_is_none_is_refused(run: Run, shard: str) -> None:
    status, said = run("collect", f"--shard={shard}")
    assert status == 2
    assert "I/N with 0 <= I < N" in said


def test_no_flash_source_is_no_fault(run: Run) -> None:
    assert "no source is marked flash" in done(run, "collect", "--flash")


def ledger(var: Path) -> dict[str, object]:
    counted = ("story_version", "report", "claim", "flow", "exchange", "leg", "claim_link", "alert", "delivery")
    counts = {name: rows(var, f"SELECT count(*) FROM {name}")[0][0] for name in counted}
    return {**counts, "slugs": rows(var, "SELECT slug FROM exchange"), "told": rows(var, "SELECT key FROM delivery")}


@pytest.mark.slow
def test_stories_that_are_tagged_again_double_no_row_and_no_alert(run: Run, var: Path) -> None:
    corpus = var / "corpus.jsonl"
    lines = [
        {"url": f"https://{outlet}.example/1", "outlet": outlet, "published": f"2024-05-0{2 + i}T10:00:00+00:00",
         "title": title, "text": text}
        for i, (outlet, title, text) in enumerate(STORIES)
    ]  # fmt: skip
    corpus.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done(run, "ingest", str(corpus))
    before = ledger(var)
    assert before["exchange"] == 1
    assert before["delivery"]
    assert done(run, "retag", "--dry-run").strip() == "2"
    assert "1 read" in done(run, "retag", "--day", "2024-05-02")
    done(run, "link")  # a flash poll may come in between
    done(run, "alert")
    assert "1 read" in done(run, "retag", "--since", "2024-05-03")
    assert "is not over" in done(run, "retag", "--day", "2024-05-04", "--unless-today")
    for step in ("tag", "link", "alert"):
        done(run, step)
    assert ledger(var) == before
    assert rows(var, "SELECT DISTINCT stage FROM story_version") == [("linked",)]


def test_upkeep_says_what_it_did_and_fails_on_a_damaged_capture(run: Run, var: Path) -> None:
    story = var / "story.txt"
    story.write_text("A plain file with a sentence. And another one, so that it is a story.", encoding="utf-8")
    done(run, "ingest", str(story))
    assert "1 read = 1 written" in done(run, "upkeep")
    (archive,) = (var / "captures").glob("*.warc.gz")
    archive.write_bytes(b"x" * archive.stat().st_size)
    status, said = run("upkeep")
    assert status == 4
    assert "1 failed" in said
