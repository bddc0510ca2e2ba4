"""Runs a DAG under a real Airflow (scheduler, DAG processor, API) that is started for it and stopped after it.

Airflow itself is never imported here: it is started as processes and spoken to over its REST API.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from models.errors import WirewatchError
from wirewatch.airflow_home import AirflowHome, prepare
from wirewatch.processes import ProcessGroup

_PAUSE_S = 0.5
_START_LIMIT_S = 180.0
_LOG_LINES = 30
_ENDED = frozenset({"success", "failed", "up_for_retry"})
_LAST_WORDS = "Command exited with return code"  # what Airflow writes after a command's output
_COMPONENTS = ("api-server", "scheduler", "dag-processor")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """How one task of a run went; `seconds` is what its last try took, `said` the last line its command wrote."""

    task: str
    state: str  # Airflow's word: scheduled, queued, running, success, failed, up_for_retry …
    seconds: float
    tries: int
    said: str = ""  # known once a try has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRun:
    """How a run went, and how long Airflow took to be ready for it."""

    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]
    start_s: float
    run_s: float


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_dag(
    home: AirflowHome,
    dag_id: str,
    *,
    env: Mapping[str, str],
    on_progress: Callable[[TaskRun], None],
    limit_s: float = 900.0,
) -> DagRun:
    """Start Airflow, trigger the DAG, wait for its end, stop Airflow.

    Args:
        home: the Airflow home; it is prepared first.
        dag_id: the DAG to run.
        env: what the tasks find in their environment besides ours.
        on_progress: told each time the state of a task changes.
        limit_s: seconds the run itself may take.

    Raises:
        WirewatchError: Airflow did not start, a DAG file has an error, or the run did not succeed; with the last
            lines of the failed task's log.
    """
    began = time.monotonic()
    prepare(home)
    with running(home, env) as api:
        api.wait_for_dag(dag_id)
        ready = time.monotonic()
        run_id = api.trigger(dag_id)
        state = api.follow(dag_id, run_id, on_progress, limit_s=limit_s)
        tasks = api.tasks(dag_id, run_id)
        if state != "success":
            raise WirewatchError(f"DAG run {run_id}", f"ended as {state}", hint=api.why(dag_id, run_id, tasks))
    return DagRun(run_id=run_id, state=state, tasks=tasks, start_s=ready - began, run_s=time.monotonic() - ready)


@contextmanager
def running(home: AirflowHome, env: Mapping[str, str]) -> Iterator[Api]:
    """A running Airflow for the length of a `with` block; nothing of it is left afterwards."""
    with ProcessGroup(env=home.environment(env), logs=home.folder / "logs" / "processes") as group:
        for component in _COMPONENTS:
            group.start(component, [sys.executable, "-m", "airflow", component])
        with httpx.Client(base_url=home.url, timeout=30, trust_env=False) as client:
            yield Api(client, group, home)


class Api:
    """The part of Airflow's REST API that running one DAG needs."""

    def __init__(self, client: httpx.Client, group: ProcessGroup, home: AirflowHome) -> None:
        """Speak through `client` to the Airflow that `group` runs."""
        self._client = client
        self._group = group
        self._home = home
        self._since = datetime.now(UTC)

    def wait_for_dag(self, dag_id: str) -> None:
        """Wait until scheduler and processor are alive and this start has read the DAG's file.

        Raises:
            WirewatchError: it took too long, a process ended, or a DAG file cannot be imported.
        """
        deadline = time.monotonic() + _START_LIMIT_S
        while not self._is_ready(dag_id):
            self._group.check()
            if time.monotonic() > deadline:
                raise WirewatchError("airflow", f"not ready after {_START_LIMIT_S:.0f} s", hint=self._where())
            time.sleep(_PAUSE_S)

    def trigger(self, dag_id: str) -> str:
        """Ask for a run now; gives its id."""
        return str(self._post(f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"])

    def follow(self, dag_id: str, run_id: str, told: Callable[[TaskRun], None], *, limit_s: float) -> str:
        """Tell each change of a task until the run has ended; gives the state it ended in.

        Raises:
            WirewatchError: the run took longer than `limit_s`, or a process of Airflow ended.
        """
        deadline = time.monotonic() + limit_s
        seen: dict[str, tuple[str, int]] = {}
        while True:
            state = str(self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])
            for task in self.tasks(dag_id, run_id):
                if seen.get(task.task) != (task.state, task.tries):
                    seen[task.task] = (task.state, task.tries)
                    told(replace(task, said=self._said(dag_id, run_id, task)))
            if state in {"success", "failed"}:
                return state
            self._group.check()
            if time.monotonic() > deadline:
                raise WirewatchError(f"DAG run {run_id}", f"not finished after {limit_s:.0f} s", hint=self._where())
            time.sleep(_PAUSE_S)

    def tasks(self, dag_id: str, run_id: str) -> tuple[TaskRun, ...]:
        """The tasks of a run, in the order in which they started."""
        found = self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        started = sorted(found, key=lambda task: (task["start_date"] is None, task["start_date"]))
        return tuple(
            TaskRun(
                task=it["task_id"], state=it["state"] or "none", seconds=it["duration"] or 0, tries=it["try_number"]
            )
            for it in started
        )

    def why(self, dag_id: str, run_id: str, tasks: tuple[TaskRun, ...]) -> str:
        """The last lines that the first failed task wrote."""
        for task in tasks:
            if task.state == "failed":
                lines = self._log(dag_id, run_id, task)[-_LOG_LINES:]
                return "\n".join([f"task {task.task}, try {task.tries}:", *lines])
        return self._where()

    def _log(self, dag_id: str, run_id: str, task: TaskRun) -> list[str]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task}/logs/{task.tries}"
        return [str(line.get("event", line)) for line in self._get(path)["content"]]

    def _said(self, dag_id: str, run_id: str, task: TaskRun) -> str:
        """The last line of the command's own output."""
        if task.state not in _ENDED:
            return ""
        lines = self._log(dag_id, run_id, task)
        end = next((place for place, line in enumerate(lines) if line.startswith(_LAST_WORDS)), 0)
        return lines[end - 1] if end else ""

    def _is_ready(self, dag_id: str) -> bool:
        try:
            health = self._client.get("/api/v2/monitor/health").json()
        except (httpx.TransportError, ValueError):  # it is not listening yet
            return False
        if any(health[part]["status"] != "healthy" for part in ("scheduler", "dag_processor")):
            return False
        self._log_in()
        if errors := self._get("/api/v2/importErrors")["import_errors"]:
            raise WirewatchError(errors[0]["filename"], "cannot be imported", hint=errors[0]["stack_trace"][-800:])
        return self._was_read(dag_id)

    def _was_read(self, dag_id: str) -> bool:
        found = self._client.get(f"/api/v2/dags/{dag_id}")
        if found.status_code == httpx.codes.NOT_FOUND:
            return False
        read_at = found.raise_for_status().json()["last_parsed_time"]
        return read_at is not None and datetime.fromisoformat(read_at) >= self._since

    def _log_in(self) -> None:
        if "Authorization" not in self._client.headers:
            user, password = self._home.credentials()
            token = self._post("/auth/token", {"username": user, "password": password})["access_token"]
            self._client.headers["Authorization"] = f"Bearer {token}"

    def _get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def _post(self, path: str, body: Mapping[str, object]) -> Any:
        return self._client.post(path, json=dict(body)).raise_for_status().json()

    def _where(self) -> str:
        return f"see {self._home.folder / 'logs' / 'processes'}"
