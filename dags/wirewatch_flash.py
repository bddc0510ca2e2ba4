"""The flash poll: sources marked `flash = true`, every ten minutes, from the feed to the alert.

| task | command | what it does |
|---|---|---|
| collect | `wirewatch collect --flash` | polls the flash sources alone |
| clean | `wirewatch clean` | captured pages become stories, or discards with a reason |
| tag | `wirewatch tag` | who claims what; waits for its turn in the pool `nlp` |
| link | `wirewatch link` | reports of one event become one exchange |
| alert | `wirewatch alert` | the desk is told once of what is new |

One run at a time; while one takes longer than ten minutes, no other starts, and none is made up for.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronDataIntervalTimetable, chain

with DAG(
    dag_id="wirewatch_flash",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("*/10 * * * *", timezone="UTC"),
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    tags=["wirewatch", "flash"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=20)},
):
    chain(
        BashOperator(task_id="collect", bash_command="wirewatch collect --flash --partial-ok"),
        BashOperator(task_id="clean", bash_command="wirewatch clean"),
        BashOperator(task_id="tag", bash_command="wirewatch tag", pool="nlp"),
        BashOperator(task_id="link", bash_command="wirewatch link"),
        BashOperator(task_id="alert", bash_command="wirewatch alert"),
    )
