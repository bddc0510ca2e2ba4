"""Runs DAGs under a real Airflow (scheduler, DAG processor, API) that is started for it and stopped after it.

Airflow itself is never imported here: it is started as processes and spoken to over its REST API.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from models.errors import WirewatchError
from wirewatch.airflow_home import AirflowHome, prepare
from wirewatch.processes import ProcessGroup

_PAUSE_S = 0.5
_PATIENCE_S = 60.0  # one answer of the API
_ASKED = 5  # times that a question is put which gets no answer; what changes something is asked for once
_START_LIMIT_S = 600.0  # a machine may have much else to do; a process that ends on its own is noticed at once
_LOG_LINES = 30
_ENDED = frozenset({"success", "failed", "up_for_retry"})
_LAST_WORDS = "Command exited with return code"  # what Airflow writes after a command's output
_COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),  # it would listen on every address; on one machine logs are read as files
    "dag-processor": (),
}
_ASLEEP = "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"
_DONE = frozenset({"success", "failed"})
CHAIN = ("wirewatch_daily", "wirewatch_process", "wirewatch_alert")  # each run follows from the one before, by its key


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """How one task of a run went; `seconds` is what its last try took, `said` the last line its command wrote."""

    task: str
    state: str  # Airflow's word: scheduled, queued, running, success, failed, up_for_retry …
    seconds: float
    tries: int
    said: str = ""  # known once a try has ended
    part: int = -1  # of a task that runs in parts, from 0; -1 = it is whole

    @property
    def label(self) -> str:
        """The task as one may show it."""
        return self.task if self.part < 0 else f"{self.task} {self.part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRun:
    """How one run of a chain went."""

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRun:
    """The runs of a chain in order, and how long Airflow took to be ready for them."""

    runs: tuple[DagRun, ...]
    start_s: float
    run_s: float


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_chain(
    home: AirflowHome,
    dag_ids: Sequence[str],
    *,
    key: str,
    env: Mapping[str, str],
    on_progress: Callable[[TaskRun], None],
    limit_s: float = 900.0,
) -> ChainRun:
    """Start Airflow, trigger the first DAG, follow each run to the one that its assets start, stop Airflow.

    Only these DAGs are awake meanwhile: a schedule that comes round starts nothing beside them.

    Args:
        home: the Airflow home; it is prepared first.
        dag_ids: the DAGs, each of which starts the next.
        key: the partition key of all the runs, a UTC day.
        env: what the tasks find in their environment besides ours.
        on_progress: told each time the state of a task changes.
        limit_s: seconds that each run may take.

    Raises:
        WirewatchError: Airflow did not start, a DAG file has an error, or a run did not succeed; with the last lines
            of the failed task's log.
    """
    began = time.monotonic()
    prepare(home, {_ASLEEP: "True"})
    with running(home, {**env, _ASLEEP: "True"}) as api:
        known = api.wake(dag_ids, [key])
        ready = time.monotonic()
        api.trigger(dag_ids[0], key)
        runs = tuple(
            api.follow_to_success(dag_id, api.wait_for_run(dag_id, key, known), on_progress, limit_s=limit_s)
            for dag_id in dag_ids
        )
    return ChainRun(runs=runs, start_s=ready - began, run_s=time.monotonic() - ready)


def run_backfill(
    home: AirflowHome,
    dag_ids: Sequence[str],
    days: Sequence[date],
    *,
    env: Mapping[str, str],
    on_progress: Callable[[TaskRun], None],
    limit_s: float = 900.0,
) -> ChainRun:
    """Start Airflow, fill in days in a row with the first DAG, follow every run that its assets start, stop Airflow.

    Args:
        home: see `run_chain`.
        dag_ids: see `run_chain`.
        days: the UTC days, without a gap, the earliest first.
        env: see `run_chain`.
        on_progress: see `run_chain`.
        limit_s: see `run_chain`.

    Raises:
        WirewatchError: see `run_chain`.
    """
    began = time.monotonic()
    prepare(home, {_ASLEEP: "True"})
    keys = [day.isoformat() for day in days]
    with running(home, {**env, _ASLEEP: "True"}) as api:
        known = api.wake(dag_ids, keys)
        ready = time.monotonic()
        api.backfill(dag_ids[0], days[0], days[-1])
        runs = tuple(
            api.follow_to_success(dag_id, api.wait_for_run(dag_id, key, known), on_progress, limit_s=limit_s)
            for key in keys
            for dag_id in dag_ids
        )
    return ChainRun(runs=runs, start_s=ready - began, run_s=time.monotonic() - ready)


@contextmanager
def running(home: AirflowHome, env: Mapping[str, str]) -> Iterator[Api]:
    """A running Airflow for the length of a `with` block; nothing of it is left afterwards."""
    with ProcessGroup(env=home.environment(env), logs=logs_of(home)) as group:
        start_components(group)
        with speaking(home, group) as api:
            yield api


def logs_of(home: AirflowHome) -> Path:
    """Where the processes write what they say."""
    return home.folder / "logs" / "processes"


def start_components(group: ProcessGroup) -> None:
    """Start what a whole Airflow on one machine needs."""
    for component, options in _COMPONENTS.items():
        group.start(component, [sys.executable, "-m", "airflow", component, *options])


@contextmanager
def speaking(home: AirflowHome, group: ProcessGroup) -> Iterator[Api]:
    """The API of the Airflow that runs in a group."""
    with httpx.Client(base_url=home.url, timeout=_PATIENCE_S, trust_env=False) as client:
        yield Api(client, group, home)


class Api:
    """The part of Airflow's REST API that running our DAGs needs."""

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
            self._pause(deadline, "airflow", f"not ready after {_START_LIMIT_S:.0f} s")

    def wake(self, dag_ids: Sequence[str], keys: Sequence[str]) -> frozenset[str]:
        """Wait for the DAGs and let their runs start; gives the runs under the keys that were there before."""
        known: set[str] = set()
        for dag_id in dag_ids:
            self.wait_for_dag(dag_id)
            known |= {run_id for key in keys for run_id, _ in self.runs(dag_id, key)}
            self._client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
        return frozenset(known)

    def trigger(self, dag_id: str, key: str | None = None) -> str:
        """Ask for a run now, under a partition key where the DAG has partitions; gives its id."""
        asked = {"logical_date": None, "partition_key": key}
        return str(self._post(f"/api/v2/dags/{dag_id}/dagRuns", asked)["dag_run_id"])

    def backfill(self, dag_id: str, first: date, last: date) -> int:
        """Ask for a run of every day from first to last, one after the other, those that have one too; gives an id."""
        days = {"from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z"}
        how = {"dag_id": dag_id, "max_active_runs": 1, "reprocess_behavior": "completed"}
        return int(self._post("/api/v2/backfills", {**days, **how})["id"])

    def runs(self, dag_id: str, key: str | None = None) -> tuple[tuple[str, str], ...]:
        """Id and state of the runs of a DAG, the latest first; those under a partition key, or all."""
        asked = {"order_by": "-run_after", "limit": "100", **({"partition_key_pattern": key} if key else {})}
        found = self._get(f"/api/v2/dags/{dag_id}/dagRuns", asked)["dag_runs"]
        return tuple((run["dag_run_id"], run["state"]) for run in found if key in (None, run["partition_key"]))

    def wait_for_run(self, dag_id: str, key: str, known: frozenset[str], *, limit_s: float = 600.0) -> str:
        """Wait for a run under a key that was not known before; gives its id.

        Raises:
            WirewatchError: none came, or a process of Airflow ended.
        """
        deadline = time.monotonic() + limit_s
        while True:
            for run_id, _ in self.runs(dag_id, key):
                if run_id not in known:
                    return run_id
            self._pause(deadline, f"DAG {dag_id}", f"no run for {key} after {limit_s:.0f} s")

    def follow_to_success(self, dag_id: str, run_id: str, told: Callable[[TaskRun], None], *, limit_s: float) -> DagRun:
        """Follow a run to its end.

        Raises:
            WirewatchError: it did not succeed, with the last lines of the failed task's log; or see `follow`.
        """
        state = self.follow(dag_id, run_id, told, limit_s=limit_s)
        tasks = self.tasks(dag_id, run_id)
        if state != "success":
            raise WirewatchError(f"DAG run {run_id}", f"ended as {state}", hint=self.why(dag_id, run_id, tasks))
        return DagRun(dag_id=dag_id, run_id=run_id, state=state, tasks=tasks)

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
                if seen.get(task.label) != (task.state, task.tries):
                    seen[task.label] = (task.state, task.tries)
                    told(replace(task, said=self._said(dag_id, run_id, task)))
            if state in _DONE:
                return state
            self._pause(deadline, f"DAG run {run_id}", f"not finished after {limit_s:.0f} s")

    def tasks(self, dag_id: str, run_id: str) -> tuple[TaskRun, ...]:
        """The tasks of a run, in the order in which they started."""
        found = self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        started = sorted(found, key=lambda task: (task["start_date"] is None, task["start_date"]))
        return tuple(
            TaskRun(
                task=it["task_id"],
                state=it["state"] or "none",
                seconds=it["duration"] or 0,
                tries=it["try_number"],
                part=it["map_index"],
            )
            for it in started
        )

    def why(self, dag_id: str, run_id: str, tasks: tuple[TaskRun, ...]) -> str:
        """The last lines that the first failed task wrote."""
        for task in tasks:
            if task.state == "failed":
                lines = self._log(dag_id, run_id, task)[-_LOG_LINES:]
                return "\n".join([f"task {task.label}, try {task.tries}:", *lines])
        return self._where()

    def _log(self, dag_id: str, run_id: str, task: TaskRun) -> list[str]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task}/logs/{task.tries}"
        return [str(line.get("event", line)) for line in self._get(path, {"map_index": task.part})["content"]]

    def _said(self, dag_id: str, run_id: str, task: TaskRun) -> str:
        """The last line of the command's own output."""
        if task.state not in _ENDED or not task.tries:  # a task that had nothing to do has no log
            return ""
        lines = self._log(dag_id, run_id, task)
        end = next((place for place, line in enumerate(lines) if line.startswith(_LAST_WORDS)), 0)
        return lines[end - 1] if end else ""

    def _pause(self, deadline: float, subject: str, problem: str) -> None:
        """Wait a moment for something that Airflow does.

        Raises:
            WirewatchError: the deadline has passed, or a process of Airflow ended.
        """
        self._group.check()
        if time.monotonic() > deadline:
            raise WirewatchError(subject, problem, hint=self._where())
        time.sleep(_PAUSE_S)

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

    def _get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """An answer, from an API that may have much else to do: a question that gets none is put again."""
        for _ in range(_ASKED - 1):
            try:
                return self._client.get(path, params=params).raise_for_status().json()
            except httpx.TransportError:
                self._group.check()
        return self._client.get(path, params=params).raise_for_status().json()

    def _post(self, path: str, body: Mapping[str, object]) -> Any:
        return self._client.post(path, json=dict(body)).raise_for_status().json()

    def _where(self) -> str:
        return f"see {logs_of(self._home)}"
