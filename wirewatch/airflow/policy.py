"""What is true of every DAG of ours, added as Airflow reads it: the operator hears of a run that failed or is late.

Set-up writes `config/airflow_local_settings.py` into the Airflow home, where Airflow looks for policies.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from wirewatch.airflow.operator import tell_of_failed_run, tell_of_late_run

_OURS: Final = "wirewatch"
_IN_TIME: Final = {"daily": timedelta(hours=3)}  # tag → what a run may take, from the moment it is queued


def dag_policy(dag: Any) -> None:
    """Let a DAG that bears our tag tell of its failed and late runs; others are left alone."""
    if _OURS not in dag.tags:
        return
    dag.on_failure_callback = tell_of_failed_run
    dag.has_on_failure_callback = True  # Airflow reckons it before policies are asked
    for tag in sorted(dag.tags & _IN_TIME.keys()):
        late = SyncCallback(f"{tell_of_late_run.__module__}.{tell_of_late_run.__name__}")
        dag.deadline = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, _IN_TIME[tag], late)
