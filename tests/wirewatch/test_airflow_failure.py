"""A part that fails under a real scheduler: the others' pages go on, the run fails, the operator hears of it."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from wirewatch.airflow_home import AirflowHome, prepare
from wirewatch.scheduler import CHAIN, TaskRun, free_port, running

CHECKOUT = Path(__file__).parents[2]
WATCH = "wirewatch_watch"
KEY = time.strftime("%Y-%m-%d", time.gmtime())
IMPATIENT = """\
from datetime import timedelta

from wirewatch.airflow import policy

policy._IN_TIME = {"daily": timedelta(seconds=5)}
dag_policy = policy.dag_policy
"""

pytestmark = pytest.mark.slow


def stand_in(folder: Path) -> dict[str, str]:
    """An environment whose `wirewatch` writes its arguments down, and fails in part 1 of every crawl."""
    command = folder / "bin" / "wirewatch"
    command.parent.mkdir()
    log = shlex.quote(str(folder / "calls"))
    script = f'echo "$@" >> {log}\ncase "$*" in *--shard\\ 1/*) exit 1 ;; esac\n'
    command.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    command.chmod(0o755)
    return {"PATH": os.pathsep.join((str(command.parent), str(Path(sys.executable).parent), os.environ["PATH"]))}


def wait_for_call(calls: Path, beginning: str) -> str:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        for line in calls.read_text(encoding="utf-8").splitlines():
            if line.startswith(beginning):
                return line
        time.sleep(0.5)
    pytest.fail(f"nobody called: {beginning}; but {calls.read_text(encoding='utf-8')}")


def test_the_day_goes_on_without_a_part_and_the_operator_hears_that_it_is_late_and_that_it_failed(
    tmp_path: Path,
) -> None:
    home = AirflowHome(checkout=CHECKOUT, folder=tmp_path / "airflow", port=free_port())
    env = {**stand_in(tmp_path), "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True"}
    (home.folder / "config").mkdir(parents=True)
    (home.folder / "config" / "airflow_local_settings.py").write_text(IMPATIENT, encoding="utf-8")
    prepare(home, env)
    with running(home, env) as api:
        known = api.wake(CHAIN, [KEY])
        daily = api.trigger(CHAIN[0], KEY)
        process = api.follow_to_success(CHAIN[1], api.wait_for_run(CHAIN[1], KEY, known), _silent, limit_s=900)
        assert [task.task for task in process.tasks] == ["clean", "tag", "link"]
        assert api.follow(CHAIN[0], daily, _silent, limit_s=900) == "failed"
        states = {task.label: task.state for task in api.tasks(CHAIN[0], daily)}
        api.wake([WATCH], [])
        watch = api.follow_to_success(WATCH, api.trigger(WATCH), _silent, limit_s=900)
        late = wait_for_call(tmp_path / "calls", "tell-operator wirewatch_daily is late")
        failed = wait_for_call(tmp_path / "calls", "tell-operator wirewatch_daily failed")
    assert states == {
        "collect 0": "success", "collect 1": "failed", "collect 2": "success", "collect 3": "success",
        "retag": "success", "pages": "success", "health": "upstream_failed",
    }  # fmt: skip
    assert [task.task for task in watch.tasks] == ["watch"]
    assert wait_for_call(tmp_path / "calls", "doctor --tell daily run ")
    assert f"run {daily} for {KEY}" in late
    assert f"run {daily} for {KEY}" in failed


def _silent(_task: TaskRun) -> None:
    """Tell nobody."""
