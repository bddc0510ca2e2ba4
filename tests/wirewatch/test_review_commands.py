"""Reviewing by command: what waits, what is said of it, and the lines that a training reads."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from models.migrate import upgrade
from wirewatch.cli import main

STORY = "They came home at noon, eight one way and two the other, and nobody on the bridge said a word."


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0), "".join(capsys.readouterr())


@pytest.fixture
def doubtful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The id of an ingested story that was marked as doubtful."""
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path))
    upgrade(f"sqlite:///{tmp_path / 'warehouse.db'}")
    (tmp_path / "story.txt").write_text(f"Noon on the bridge\n\n{STORY}\n", encoding="utf-8")
    status, said = run(capsys, "ingest", str(tmp_path / "story.txt"))
    assert status == 0, said
    with closing(sqlite3.connect(tmp_path / "warehouse.db")) as connection, connection:
        connection.execute("UPDATE report SET doubtful = 1")
        ((key,),) = connection.execute("SELECT key FROM story_version").fetchall()
    return str(key)


def test_a_doubtful_story_is_judged_and_comes_out_as_a_line_for_training(
    doubtful: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, listed = run(capsys, "review", "list", "--format", "jsonl")
    assert (status, json.loads(listed)["story_key"]) == (0, doubtful)
    words = ("--exchange", "yes", "--phase", "completed", "--by", "ana", "--note", "two counts")
    assert run(capsys, "review", "say", doubtful, *words)[0] == 0
    assert "story_key" not in run(capsys, "review", "list", "--format", "jsonl")[1]
    line = json.loads(run(capsys, "review", "export")[1])
    assert line["meant"] == {"exchange": "yes", "phase": "completed"}
    assert STORY in line["text"]
    rows = json.loads(run(capsys, "review", "score", "--format", "json")[1])
    assert [row["judged"] for row in rows] == [1, 1]


@pytest.mark.parametrize(
    ("words", "problem"),
    [((), "nothing is said"), (("--exchange", "perhaps"), "'perhaps' is not one of yes, no")],
)
def test_what_cannot_be_kept_is_refused(
    doubtful: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], problem: str
) -> None:
    status, said = run(capsys, "review", "say", doubtful, "--by", "ana", *words)
    assert status in (1, 2)
    assert problem in said
