"""Upkeep, on Sundays at 03:00 UTC: what may go goes, the warehouse is put in order, captures are read again.

| task | command | what it does |
|---|---|---|
| upkeep | `wirewatch upkeep` | removes what `[upkeep]` lets go, vacuums, and compares a sample of captures |
| export | `wirewatch export` | the documented views as JSON lines with a manifest, in `var/exports/latest` |
| week | `wirewatch alert digest --weekly` | tells what the week up to Saturday brought |

A capture that became a story is never removed. A damaged capture fails the run, and the operator is told.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable, chain

with DAG(
    dag_id="wirewatch_upkeep",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 3 * * 0", timezone="UTC"),
    max_active_runs=1,
    tags=["wirewatch", "care"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    chain(
        BashOperator(task_id="upkeep", bash_command="wirewatch upkeep"),
        BashOperator(task_id="export", bash_command="wirewatch export"),
        BashOperator(task_id="week", bash_command="wirewatch alert digest --weekly"),
    )
