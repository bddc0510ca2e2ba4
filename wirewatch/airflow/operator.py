"""What the operator hears of scheduled runs: Airflow calls these by name, in processes of its own.

They only call the `wirewatch` command, so that they work where Airflow has an environment or a machine to itself.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

_LIMIT_S: Final = 120
_OLD: Final = timedelta(days=1)  # a day that is over longer is filled in afterwards, without a hurry


def tell_of_failed_run(context: Mapping[str, Any]) -> None:
    """Tell that a run failed; of a DAG without days no more than once an hour.

    Args:
        context: Airflow's, of a DAG's failure callback.

    Raises:
        subprocess.SubprocessError: the operator could not be told; Airflow logs it.
    """
    dag, run = context["dag"].dag_id, str(context["run_id"])
    key = context.get("partition_key")
    task = context["ti"].task_id if context.get("ti") else "unknown"
    occasion = run if key else f"{datetime.now(UTC):%Y-%m-%dT%H}"
    text = f"run {run}{f' for {key}' if key else ''}: {context.get('reason') or 'failed'}; last task: {task}"
    _tell(f"{dag} failed", text, reason="run_failed", subject=dag, key=f"failed:{dag}:{occasion}")


def tell_of_late_run(context: Mapping[str, Any]) -> None:
    """Tell that a run of today or yesterday has not ended in time; a backfill may take as long as it does.

    Args:
        context: Airflow's, of a missed deadline.

    Raises:
        subprocess.SubprocessError: the operator could not be told; Airflow logs it.
    """
    run = context["dag_run"]
    dag, key = str(run["dag_id"]), run.get("partition_key")
    if run.get("run_type") == "backfill" or (key and _is_old(str(key), datetime.now(UTC).date())):
        return
    text = f"run {run['dag_run_id']}{f' for {key}' if key else ''} is {run.get('state')}; it should have ended by now"
    _tell(f"{dag} is late", text, reason="run_late", subject=dag, key=f"late:{dag}:{run['dag_run_id']}")


def _is_old(key: str, today: date) -> bool:
    return date.fromisoformat(key) < today - _OLD


def _tell(title: str, text: str, *, reason: str, subject: str, key: str) -> None:
    said = ["--text", text, "--reason", reason, "--subject", subject, "--key", key]
    subprocess.run(["wirewatch", "tell-operator", title, *said], check=True, timeout=_LIMIT_S)  # noqa: S607 - found on the PATH, as in every DAG
