"""The digest, at 06:00 UTC: what yesterday brought.

| task | command | what it does |
|---|---|---|
| digest | `wirewatch alert digest` | new exchanges, phases and figures that changed, contradictions, silent sources |

Told to the channels that `digest.to` names, to all when it names none. "Nothing new" is one line and still told, unless
`digest.heartbeat` is off. A second run tells nobody twice. The week's comes with `wirewatch_upkeep`.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable

with DAG(
    dag_id="wirewatch_digest",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 6 * * *", timezone="UTC"),
    max_active_runs=1,
    tags=["wirewatch", "care"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    BashOperator(task_id="digest", bash_command="wirewatch alert digest")
