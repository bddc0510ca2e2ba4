"""What was captured becomes stories, findings and exchanges: after every daily crawl, under the same day.

| task | command | what it does |
|---|---|---|
| clean | `wirewatch clean` | captured pages become stories, or discards with a reason |
| tag | `wirewatch tag` | who claims what, and where the writer stands; one at a time on a machine (pool `nlp`) |
| link | `wirewatch link` | reports of one event become one exchange; then `wirewatch_alert` runs |

A step claims its work in the warehouse, so runs that overlap share it, and a second run of a day adds no row. Clear a
failed task to go on.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, chain

PAGES, LEDGER = Asset("wirewatch_pages"), Asset("wirewatch_ledger")

with DAG(
    dag_id="wirewatch_process",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=PAGES),
    max_active_runs=1,
    tags=["wirewatch", "daily"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    chain(
        BashOperator(task_id="clean", bash_command="wirewatch clean"),
        BashOperator(task_id="tag", bash_command="wirewatch tag", pool="nlp"),
        BashOperator(task_id="link", bash_command="wirewatch link", outlets=[LEDGER]),
    )
