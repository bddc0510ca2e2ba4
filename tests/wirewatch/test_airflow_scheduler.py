"""Speaking to Airflow's API: when it is ready, what is told of a run, and why one failed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.errors import WirewatchError
from wirewatch.airflow_home import AirflowHome, write_secrets
from wirewatch.processes import ProcessGroup
from wirewatch.scheduler import Api, TaskRun

HEALTHY = {"scheduler": {"status": "healthy"}, "dag_processor": {"status": "healthy"}}
DAG = "/api/v2/dags/d"
RUN = f"{DAG}/dagRuns/r"


class FakeAirflow:
    """Answers each path from a list, the last answer again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {
            "/api/v2/monitor/health": [HEALTHY],
            "/auth/token": [{"access_token": "t"}],
            "/api/v2/importErrors": [{"import_errors": []}],
            DAG: [{"last_parsed_time": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}],
        }
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request: a number is a status, anything else is sent as JSON."""
        self.asked.append(request)
        left = self.answers.get(request.url.path, [404])
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx.Response(answer)
        return httpx.Response(200, json=answer)

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.url.path == path for request in self.asked)


@pytest.fixture
def airflow() -> FakeAirflow:
    return FakeAirflow()


@pytest.fixture
def api(airflow: FakeAirflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr("wirewatch.scheduler._PAUSE_S", 0)
    home = AirflowHome(checkout=tmp_path, folder=tmp_path)
    write_secrets(home)
    with (
        ProcessGroup(env=dict(os.environ), logs=tmp_path) as group,
        httpx.Client(base_url=home.url, transport=httpx.MockTransport(airflow)) as client,
    ):
        yield Api(client, group, home)


def task(
    state: str | None, *, tries: int = 1, name: str = "collect", start: str | None = "2026-01-01", part: int = -1
) -> dict[str, Any]:
    fields = {"task_id": name, "state": state, "try_number": tries, "duration": 1.5, "start_date": start}
    return {**fields, "map_index": part}


def log(*lines: str) -> dict[str, Any]:
    return {"content": [{"event": line} for line in lines]}


def test_it_waits_for_both_parts_and_for_the_file_to_be_read_anew(api: Api, airflow: FakeAirflow) -> None:
    sick = {**HEALTHY, "dag_processor": {"status": None}}
    old = {"last_parsed_time": "2020-01-01T00:00:00Z"}
    airflow.answers["/api/v2/monitor/health"] = [503, sick, HEALTHY]
    airflow.answers[DAG] = [404, old, *airflow.answers[DAG]]
    api.wait_for_dag("d")
    assert airflow.count(DAG) == 3
    assert airflow.count("/auth/token") == 1


def test_a_dag_file_that_cannot_be_imported_stops_the_wait(api: Api, airflow: FakeAirflow) -> None:
    errors = [{"filename": "bad.py", "stack_trace": "ImportError: no torch here"}]
    airflow.answers["/api/v2/importErrors"] = [{"import_errors": errors}]
    with pytest.raises(WirewatchError, match=r"bad.py: cannot be imported \(ImportError: no torch here\)"):
        api.wait_for_dag("d")


def test_each_change_is_told_once_with_the_last_line_of_the_command(api: Api, airflow: FakeAirflow) -> None:
    states = [
        task("running"),
        task("running"),
        task("up_for_retry"),
        task("running", tries=2),
        task("success", tries=2),
    ]
    airflow.answers[f"{RUN}/taskInstances"] = [{"task_instances": [state]} for state in states]
    airflow.answers[RUN] = [{"state": "running"}] * 4 + [{"state": "success"}]
    airflow.answers[f"{RUN}/taskInstances/collect/logs/1"] = [
        log("Output:", "no source", "Command exited with return code 1")
    ]
    airflow.answers[f"{RUN}/taskInstances/collect/logs/2"] = [
        log("Output:", "3 read", "Command exited with return code 0")
    ]
    told: list[TaskRun] = []
    assert api.follow("d", "r", told.append, limit_s=10) == "success"
    assert [(one.state, one.tries, one.said) for one in told] == [
        ("running", 1, ""),
        ("up_for_retry", 1, "no source"),
        ("running", 2, ""),
        ("success", 2, "3 read"),
    ]


def test_a_run_that_takes_too_long_is_an_error(api: Api, airflow: FakeAirflow) -> None:
    airflow.answers[RUN] = [{"state": "running"}]
    airflow.answers[f"{RUN}/taskInstances"] = [{"task_instances": []}]
    with pytest.raises(WirewatchError, match="not finished after 0 s"):
        api.follow("d", "r", print, limit_s=0)


def test_tasks_come_in_the_order_of_their_start_and_waiting_ones_last(api: Api, airflow: FakeAirflow) -> None:
    found = [task(None, name="c", start=None), task("running", name="b", start="2026-01-02"), task("success", name="a")]
    airflow.answers[f"{RUN}/taskInstances"] = [{"task_instances": found}]
    assert [(one.task, one.state) for one in api.tasks("d", "r")] == [("a", "success"), ("b", "running"), ("c", "none")]


def test_why_gives_the_end_of_the_failed_tasks_log(api: Api, airflow: FakeAirflow) -> None:
    airflow.answers[f"{RUN}/taskInstances/tag/logs/3"] = [log(*(f"line {number}" for number in range(50)))]
    tasks = (
        TaskRun(task="clean", state="success", seconds=1, tries=1),
        TaskRun(task="tag", state="failed", seconds=1, tries=3),
    )
    lines = api.why("d", "r", tasks).splitlines()
    assert lines[0] == "task tag, try 3:"
    assert lines[-1] == "line 49"
    assert len(lines) == 31


def run(name: str, key: str | None, state: str = "running") -> dict[str, Any]:
    return {"dag_run_id": name, "partition_key": key, "state": state}


def test_the_run_that_follows_is_the_one_under_the_key_that_was_not_there_before(
    api: Api, airflow: FakeAirflow
) -> None:
    before = [run("old", "2023-12-13", "success"), run("other", "2023-12-130")]
    airflow.answers[f"{DAG}/dagRuns"] = [
        {"dag_runs": before},
        {"dag_runs": before},
        {"dag_runs": [run("new", "2023-12-13"), *before]},
    ]
    known = api.wake(["d"], ["2023-12-13"])
    assert known == {"old"}
    assert api.wait_for_run("d", "2023-12-13", known) == "new"
    assert [request.method for request in airflow.asked if request.url.path == DAG][-1] == "PATCH"


def test_a_run_that_never_comes_is_an_error(api: Api, airflow: FakeAirflow) -> None:
    airflow.answers[f"{DAG}/dagRuns"] = [{"dag_runs": []}]
    with pytest.raises(WirewatchError, match="DAG d: no run for 2023-12-13 after 0 s"):
        api.wait_for_run("d", "2023-12-13", frozenset(), limit_s=0)


def test_a_backfill_is_asked_for_from_midnight_to_midnight(api: Api, airflow: FakeAirflow) -> None:
    airflow.answers["/api/v2/backfills"] = [{"id": 7}]
    assert api.backfill("d", date(2023, 12, 7), date(2023, 12, 9)) == 7
    asked = json.loads(airflow.asked[-1].content)
    assert (asked["from_date"], asked["to_date"]) == ("2023-12-07T00:00:00Z", "2023-12-09T00:00:00Z")


def test_the_parts_of_a_task_are_told_one_by_one_and_a_task_without_a_try_has_no_words(
    api: Api, airflow: FakeAirflow
) -> None:
    tasks = [task("success", part=0), task("success", part=1), task("success", name="pages", tries=0)]
    airflow.answers[f"{RUN}/taskInstances"] = [{"task_instances": tasks}]
    airflow.answers[RUN] = [{"state": "success"}]
    airflow.answers[f"{RUN}/taskInstances/collect/logs/1"] = [
        log("Output:", f"part {part}", "Command exited with return code 0") for part in range(2)
    ]
    told: list[TaskRun] = []
    api.follow("d", "r", told.append, limit_s=10)
    assert [(one.label, one.said) for one in told] == [("collect 0", "part 0"), ("collect 1", "part 1"), ("pages", "")]
    parts = [request.url.params["map_index"] for request in airflow.asked if request.url.path.endswith("/logs/1")]
    assert parts == ["0", "1"]


def test_a_question_that_gets_no_answer_is_put_again_but_no_run_is_asked_for_twice(
    api: Api, airflow: FakeAirflow
) -> None:
    slow = httpx.ReadTimeout("slow")
    airflow.answers[f"{DAG}/dagRuns"] = [slow, slow, {"dag_runs": [run("new", "k")]}, slow]
    assert api.runs("d", "k") == (("new", "running"),)
    before = airflow.count(f"{DAG}/dagRuns")
    with pytest.raises(httpx.ReadTimeout):
        api.trigger("d", "k")
    assert airflow.count(f"{DAG}/dagRuns") == before + 1
