"""The daily run: five steps, each one `wirewatch` command, each safe to run again.

| task | command | what it does |
|---|---|---|
| collect | `wirewatch collect --partial-ok` | polls every verified source; one bad source does not stop the day |
| clean | `wirewatch clean` | captured pages become stories, or discards with a reason |
| tag | `wirewatch tag` | who claims what, and where the writer stands |
| link | `wirewatch link` | reports of one event become one exchange |
| alert | `wirewatch alert` | the desk is told once of what is new |

A step claims its work in the warehouse, so a second run of a day adds no row and no alert.
Clear a failed task to go on.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronPartitionTimetable, chain

COMMANDS = {
    "collect": "wirewatch collect --partial-ok",
    "clean": "wirewatch clean",
    "tag": "wirewatch tag",
    "link": "wirewatch link",
    "alert": "wirewatch alert",
}

with DAG(
    dag_id="wirewatch_daily",
    description="Collect, clean, tag, link, alert: once a day, and whenever triggered.",
    doc_md=__doc__,
    schedule=CronPartitionTimetable("0 4 * * *", timezone="UTC", key_format="%Y-%m-%d"),
    catchup=False,
    max_active_runs=1,
    tags=["wirewatch", "daily"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    chain(*(BashOperator(task_id=step, bash_command=command) for step, command in COMMANDS.items()))
