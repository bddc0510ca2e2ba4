"""The watch over the schedule itself, every hour: a fault that nobody would see is told to the operator.

| task | command | what it does |
|---|---|---|
| watch | `wirewatch doctor --tell` | tells of a missing daily run, a full disk, a dead delivery, a wrong clock |

Told once a UTC day while a fault lasts, through the channel that `[operator]` names. Nothing here watches Airflow:
when `./run up` loses its scheduler, it tells the operator and ends; another set-up needs a watch of its own.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable

with DAG(
    dag_id="wirewatch_watch",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 * * * *", timezone="UTC"),
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    tags=["wirewatch", "care"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    BashOperator(task_id="watch", bash_command="wirewatch doctor --tell 'daily run' disk outbox clock")
