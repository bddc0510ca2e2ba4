"""The desk is told, once, of what is new in the ledger: after every link step of a day.

| task | command | what it does |
|---|---|---|
| alert | `wirewatch alert` | decides on every exchange that changed, and delivers what waits in the outbox |

What is old news when it is decided on changes the ledger and wakes nobody (`max_age` of the rule), so a backfill is
silent. A delivery that a channel did not take is tried again by the next run.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, PartitionedAssetTimetable

with DAG(
    dag_id="wirewatch_alert",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=Asset("wirewatch_ledger")),
    max_active_runs=1,
    tags=["wirewatch", "daily"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    BashOperator(task_id="alert", bash_command="wirewatch alert")
