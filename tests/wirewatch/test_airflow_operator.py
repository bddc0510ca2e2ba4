"""What Airflow calls when a run failed or is late: one word to the operator, and none about what is in no hurry."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wirewatch.airflow import operator

TODAY = datetime.now(UTC).date()


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the arguments of every call of a stand-in for the `wirewatch` command."""
    command, calls = tmp_path / "wirewatch", tmp_path / "calls"
    calls.touch()
    script = 'import json, sys; open(sys.argv[1], "a").write(json.dumps(sys.argv[2:]) + chr(10))'
    command.write_text(f"#!/bin/sh\nexec python3 -c '{script}' {calls} \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return calls


def calls(told: Path) -> list[list[str]]:
    return [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]


def failed(**more: Any) -> dict[str, Any]:
    return {"dag": SimpleNamespace(dag_id="wirewatch_flash"), "run_id": "r1", "reason": "task_failure", **more}


def late(key: str | None, *, run_type: str = "scheduled") -> dict[str, Any]:
    run = {"dag_id": "wirewatch_daily", "dag_run_id": "r1", "state": "running", "run_type": run_type}
    return {"dag_run": {**run, "partition_key": key}, "deadline": {}}


def test_a_failed_run_is_told_with_its_dag_its_day_and_its_last_task(told: Path) -> None:
    operator.tell_of_failed_run(failed(partition_key="2024-05-01", ti=SimpleNamespace(task_id="collect")))
    ((verb, title, *options),) = calls(told)
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert (verb, title) == ("tell-operator", "wirewatch_flash failed")
    assert given["--text"] == "run r1 for 2024-05-01: task_failure; last task: collect"
    assert (given["--reason"], given["--key"]) == ("run_failed", "failed:wirewatch_flash:r1")


def test_a_dag_without_days_is_told_of_under_one_key_for_an_hour(told: Path) -> None:
    operator.tell_of_failed_run(failed())
    (call,) = calls(told)
    key = call[call.index("--key") + 1]
    assert key == f"failed:wirewatch_flash:{datetime.now(UTC):%Y-%m-%dT%H}"


@pytest.mark.parametrize("key", [None, TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()])
def test_a_late_run_of_now_is_told(told: Path, key: str | None) -> None:
    operator.tell_of_late_run(late(key))
    ((_, title, *_),) = calls(told)
    assert title == "wirewatch_daily is late"


def test_a_backfill_is_never_late(told: Path) -> None:
    operator.tell_of_late_run(late(TODAY.isoformat(), run_type="backfill"))
    operator.tell_of_late_run(late((TODAY - timedelta(days=2)).isoformat(), run_type="asset_triggered"))
    assert calls(told) == []
