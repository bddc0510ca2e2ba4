"""What Airflow itself makes of the DAG folder, read in a process of its own so that no test process imports Airflow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wirewatch.airflow_home import AirflowHome, write_secrets

CHECKOUT = Path(__file__).parents[2]
STEPS = ["collect", "clean", "tag", "link", "alert"]

READ = """
import json
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("dags")
print("BAG " + json.dumps({
    "errors": {str(path): text for path, text in bag.import_errors.items()},
    "dags": {
        dag.dag_id: {
            "doc": dag.doc_md,
            "tags": sorted(dag.tags),
            "owner": dag.owner,
            "max_active_runs": dag.max_active_runs,
            "catchup": dag.catchup,
            "tasks": [
                {
                    "id": task.task_id,
                    "command": task.bash_command,
                    "after": sorted(task.upstream_task_ids),
                    "retries": task.retries,
                    "owner": task.owner,
                }
                for task in dag.topological_sort()
            ],
        }
        for dag in bag.dags.values()
    },
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow reads from dags/, with an empty home of its own."""
    home = AirflowHome(checkout=CHECKOUT, folder=tmp_path_factory.mktemp("airflow"))
    write_secrets(home)
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=CHECKOUT,
        env=home.environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("BAG "))
    read: dict[str, Any] = json.loads(line.removeprefix("BAG "))
    return read


def test_no_dag_file_has_an_import_error(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}


def test_airflow_finds_one_dag(bag: dict[str, Any]) -> None:
    assert list(bag["dags"]) == ["wirewatch_daily"]


def test_every_dag_has_a_document_tags_and_an_owner(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert len(dag["doc"]) > 200
        assert "wirewatch" in dag["tags"]
        assert dag["owner"] == "wirewatch"


def test_the_document_names_every_task(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert all(f"| {task['id']} |" in dag["doc"] for task in dag["tasks"])


def test_every_task_calls_wirewatch_and_is_retried(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        for task in dag["tasks"]:
            assert task["command"].split()[:2] == ["wirewatch", task["id"]]
            assert task["retries"] >= 1


def test_the_five_steps_run_one_after_the_other(bag: dict[str, Any]) -> None:
    tasks = bag["dags"]["wirewatch_daily"]["tasks"]
    assert [task["id"] for task in tasks] == STEPS
    assert [task["after"] for task in tasks] == [[], *([step] for step in STEPS[:-1])]


def test_one_run_at_a_time_and_no_catching_up(bag: dict[str, Any]) -> None:
    dag = bag["dags"]["wirewatch_daily"]
    assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


def test_only_collect_may_pass_in_part(bag: dict[str, Any]) -> None:
    commands = {task["id"]: task["command"] for task in bag["dags"]["wirewatch_daily"]["tasks"]}
    assert "--partial-ok" in commands.pop("collect")
    assert not any("--partial-ok" in command for command in commands.values())
