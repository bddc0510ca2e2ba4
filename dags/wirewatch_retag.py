"""Stories are tagged again, after the models or the actors changed: triggered by hand, for a day, a time, or all.

| task | command | what it does |
|---|---|---|
| retag | `wirewatch retag` | sends the stories of `day`, or since `since`, or all, back to the tag step |
| tag | `wirewatch tag` | new findings in the place of the old; waits for its turn in the pool `nlp` |
| link | `wirewatch link` | brings the ledger in step; exchanges keep their names |
| alert | `wirewatch alert` | tells what the new findings change, if it is fresh news; what was told is not told again |

`wirewatch retag --dry-run` says beforehand how many stories it would be.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param, chain

COMMAND = 'wirewatch retag ${DAY:+--day "$DAY"} ${SINCE:+--since "$SINCE"}'
ASKED = {"DAY": "{{ params.day or '' }}", "SINCE": "{{ params.since or '' }}"}

with DAG(
    dag_id="wirewatch_retag",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    params={
        key: Param(None, type=["null", "string"], format="date", description="UTC day") for key in ("day", "since")
    },
    tags=["wirewatch", "care"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    chain(
        BashOperator(task_id="retag", bash_command=COMMAND, env=ASKED, append_env=True),
        BashOperator(task_id="tag", bash_command="wirewatch tag", pool="nlp"),
        BashOperator(task_id="link", bash_command="wirewatch link"),
        BashOperator(task_id="alert", bash_command="wirewatch alert"),
    )
