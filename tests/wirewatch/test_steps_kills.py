"""Every step is killed at every place and run again: nothing is lost, nothing is doubled, every alert is told once.

The invariants are those of a run that was never killed, over the same stories: the same rows, every item at the end of
its stages, every capture whole, the outbox exactly the expected keys.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
STORIES = [
    {
        "url": f"https://{outlet}.example/{i}",
        "outlet": outlet,
        "published": f"2024-05-0{2 + i}T10:00:00+00:00",
        "title": title,
        "text": text,
    }
    for i, (outlet, title, text) in enumerate(
        [
            (
                "north-post",
                "Serbia and Kosovo swap captives",
                """Serbia on Thursday released 14 Kosovan policemen and Kosovo released three Serbian servicemen, the
Serbian defence ministry said. The exchange of prisoners was agreed without mediators.""",
            ),
            (
                "south-echo",
                "Kosovo confirms prisoner exchange with Serbia",
                """Kosovo's interior ministry confirmed on Friday that 14 of its policemen had come home from Serbian
captivity in an exchange of prisoners, and that three Serbian servicemen had been handed over.""",
            ),
            (
                "east-market",
                "Stock exchange closes higher",
                "The stock exchange closed two per cent higher on Saturday after a week of calm trading.",
            ),
        ]
    )
]
TABLES = ("capture", "story", "story_version", "report", "claim", "exchange", "leg", "claim_link", "alert", "delivery")
PLACES = [
    "clean.claimed:1", "clean.working:2", "clean.in_transaction:1", "clean.committed:2",
    "tag.claimed:1", "tag.working:2", "tag.in_transaction:1", "tag.committed:2",
    "link.claimed:1", "link.in_transaction:1", "link.committed:1",
    "alert.in_transaction:1", "alert.decided:1", "alert.before_send:1", "alert.before_mark:1", "alert.after_mark:1",
]  # fmt: skip


def ingest(folder: Path, fail_at: str = "") -> int:
    """Run the whole way in a process of its own; gives its exit status."""
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(story) + "\n" for story in STORIES), encoding="utf-8")
    env = {**os.environ, "WIREWATCH_VAR": str(folder / "var"), "WIREWATCH_FAIL_AT": fail_at}
    command = [sys.executable, "-m", "wirewatch.cli", "ingest", str(corpus)]
    return subprocess.run(command, env=env, cwd=ROOT, check=False, capture_output=True).returncode


def prepare(folder: Path) -> Path:
    env = {**os.environ, "WIREWATCH_VAR": str(folder / "var")}
    subprocess.run([sys.executable, "-m", "wirewatch.cli", "db", "upgrade"], env=env, cwd=ROOT, check=True)
    return folder


def rows(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "var" / "warehouse.db") as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}


def let_leases_lapse(folder: Path) -> None:
    """What the passing of five minutes does."""
    with sqlite3.connect(folder / "var" / "warehouse.db") as connection:
        for table in ("capture", "story_version", "delivery"):
            connection.execute(f"UPDATE {table} SET lease_until = '2000-01-01T00:00:00.000000Z' WHERE lease_until > ''")


def told(folder: Path) -> list[str]:
    path = folder / "var" / "alerts.jsonl"
    return sorted(json.loads(line)["key"] for line in path.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], list[str]]:
    folder = prepare(tmp_path_factory.mktemp("untroubled"))
    assert ingest(folder) == 0
    found = rows(folder)
    assert found["capture"] == found["story_version"] == found["report"] == 3
    assert found["delivery"] == len(told(folder)) >= 1
    return found, told(folder)


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_at(place: str, tmp_path: Path, untroubled: tuple[dict[str, int], list[str]]) -> None:
    folder = prepare(tmp_path)
    assert ingest(folder, f"{place}:kill") == -signal.SIGKILL
    let_leases_lapse(folder)
    assert ingest(folder) == 0
    assert (rows(folder), told(folder)) == untroubled
    with sqlite3.connect(folder / "var" / "warehouse.db") as connection:
        stages = connection.execute(
            "SELECT stage FROM capture UNION ALL SELECT stage FROM story_version UNION ALL SELECT stage FROM exchange"
        )
        assert {stage for (stage,) in stages} <= {"cleaned", "discarded", "linked", "alerted"}
        assert connection.execute("SELECT count(*) FROM delivery WHERE state <> 'sent'").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    env = {**os.environ, "WIREWATCH_VAR": str(folder / "var")}
    subprocess.run([sys.executable, "-m", "wirewatch.cli", "verify"], env=env, cwd=ROOT, check=True)
