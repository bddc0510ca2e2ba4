"""What Airflow itself makes of the DAG folder, read in a process of its own so that no test process imports Airflow."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wirewatch.airflow_home import AirflowHome, write_policies, write_secrets
from wirewatch.doctor import _looks
from wirewatch.settings import load_settings

CHECKOUT = Path(__file__).parents[2]
STEPS = ["collect", "clean", "tag", "link", "alert"]
DAGS = {
    "wirewatch_alert": ["alert"],
    "wirewatch_daily": ["collect", "health", "pages", "retag"],
    "wirewatch_digest": ["digest"],
    "wirewatch_flash": STEPS,
    "wirewatch_process": ["clean", "tag", "link"],
    "wirewatch_retag": ["retag", "tag", "link", "alert"],
    "wirewatch_upkeep": ["upkeep", "export", "week"],
    "wirewatch_watch": ["watch"],
}

READ = """
import json
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("dags")

def commands(task):
    # those of a task that runs in parts are mapped; a task may also run no command
    if task.is_mapped and "bash_command" in task.expand_input.value:
        return task.expand_input.value["bash_command"]
    return [task.bash_command] if hasattr(task, "bash_command") else []

print("BAG " + json.dumps({
    "errors": {str(path): text for path, text in bag.import_errors.items()},
    "dags": {
        dag.dag_id: {
            "doc": dag.doc_md,
            "tags": sorted(dag.tags),
            "owner": dag.owner,
            "max_active_runs": dag.max_active_runs,
            "catchup": dag.catchup,
            "timetable": dag.timetable.__class__.__name__,
            "tells_of_failure": dag.has_on_failure_callback and dag.on_failure_callback.__name__,
            "tells_of_delay": [(one.callback.path, one.interval.total_seconds()) for one in dag.deadline or []],
            "tasks": [
                {
                    "id": task.task_id,
                    "commands": commands(task),
                    "after": sorted(task.upstream_task_ids),
                    "retries": task.retries,
                    "owner": task.owner,
                    "pool": task.pool,
                    "rule": str(task.trigger_rule.value),
                    "outlets": [one.name for one in task.outlets],
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
    write_policies(home)
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


def commands(bag: dict[str, Any], dag_id: str) -> dict[str, list[str]]:
    """What each task of a DAG calls."""
    return {task["id"]: task["commands"] for task in bag["dags"][dag_id]["tasks"]}


def test_airflow_finds_every_dag_with_its_tasks(bag: dict[str, Any]) -> None:
    found = {dag_id: [task["id"] for task in dag["tasks"]] for dag_id, dag in bag["dags"].items()}
    found["wirewatch_daily"].sort()
    assert found == DAGS


def test_every_dag_has_a_document_tags_and_an_owner(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert len(dag["doc"]) > 200
        assert "wirewatch" in dag["tags"]
        assert len(dag["tags"]) == 2
        assert dag["owner"] == "wirewatch"


def test_the_document_names_every_task(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert all(f"| {task['id']} |" in dag["doc"] for task in dag["tasks"])


def test_every_task_is_retried_and_calls_wirewatch_if_anything(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        for task in dag["tasks"]:
            assert task["retries"] >= 1
            assert all(command.startswith("wirewatch ") for command in task["commands"]), task["id"]
            assert task["commands"] or task["id"] == "pages"


def test_a_step_is_called_by_its_own_name(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        for task in dag["tasks"]:
            if task["id"] in STEPS:
                assert {command.split()[1] for command in task["commands"]} == {task["id"]}


@pytest.mark.parametrize("dag_id", sorted(set(DAGS) - {"wirewatch_daily"}))
def test_the_tasks_run_one_after_the_other(bag: dict[str, Any], dag_id: str) -> None:
    tasks = bag["dags"][dag_id]["tasks"]
    assert [task["after"] for task in tasks] == [[], *([task["id"]] for task in tasks[:-1])]


def test_one_run_at_a_time_and_no_catching_up(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


def test_only_collect_may_pass_in_part(bag: dict[str, Any]) -> None:
    for dag_id in DAGS:
        called = commands(bag, dag_id)
        assert all("--partial-ok" in command for command in called.pop("collect", []))
        assert not any("--partial-ok" in command for of_task in called.values() for command in of_task)


def test_the_parts_of_the_daily_crawl_are_all_there_and_for_the_runs_day(bag: dict[str, Any]) -> None:
    parts = commands(bag, "wirewatch_daily")["collect"]
    shards = [command.partition("--shard ")[2].split()[0] for command in parts]
    assert shards == [f"{part}/{len(parts)}" for part in range(len(parts))]
    assert all(command.endswith("--day {{ partition_key or (dag_run.run_after | ds) }}") for command in parts)


def test_what_a_part_captured_goes_on_though_another_failed_and_the_run_fails_all_the_same(bag: dict[str, Any]) -> None:
    tasks = {task["id"]: task for task in bag["dags"]["wirewatch_daily"]["tasks"]}
    assert tasks["pages"]["rule"] == "all_done_min_one_success"
    assert tasks["health"]["rule"] == "all_success"
    assert tasks["pages"]["after"] == tasks["health"]["after"] == ["collect", "retag"]


def test_the_days_chain_hangs_together_by_assets(bag: dict[str, Any]) -> None:
    outlets = {
        dag_id: [name for task in dag["tasks"] for name in task["outlets"]] for dag_id, dag in bag["dags"].items()
    }
    assert {dag_id: names for dag_id, names in outlets.items() if names} == {
        "wirewatch_daily": ["wirewatch_pages"],
        "wirewatch_process": ["wirewatch_ledger"],
    }
    timetables = {dag_id: dag["timetable"] for dag_id, dag in bag["dags"].items()}
    assert timetables["wirewatch_daily"] == "CronPartitionTimetable"
    assert timetables["wirewatch_process"] == timetables["wirewatch_alert"] == "PartitionedAssetTimetable"
    assert timetables["wirewatch_flash"] == "CronDataIntervalTimetable"


def test_tagging_waits_for_the_pool_and_nothing_else_does(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert {task["id"] for task in dag["tasks"] if task["pool"] != "default_pool"} <= {"tag"}
        assert {task["pool"] for task in dag["tasks"] if task["id"] == "tag"} <= {"nlp"}


def test_the_operator_hears_of_every_dag_that_fails_and_of_the_days_chain_when_it_is_late(bag: dict[str, Any]) -> None:
    assert {dag["tells_of_failure"] for dag in bag["dags"].values()} == {"tell_of_failed_run"}
    late = {dag_id: dag["tells_of_delay"] for dag_id, dag in bag["dags"].items() if dag["tells_of_delay"]}
    told = [["wirewatch.airflow.operator.tell_of_late_run", 3 * 3600]]
    assert late == {"wirewatch_daily": told, "wirewatch_process": told, "wirewatch_alert": told}


def test_the_watch_asks_for_checks_that_there_are(bag: dict[str, Any], tmp_path: Path) -> None:
    (command,) = commands(bag, "wirewatch_watch")["watch"]
    assert command.startswith("wirewatch doctor --tell ")
    asked = shlex.split(command)[3:]
    assert "daily run" in asked
    assert set(asked) <= set(_looks(load_settings(root=tmp_path, environment={})))
