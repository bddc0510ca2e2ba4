"""The daily crawl: every source once a UTC day, which is the run's partition key, in parts that run side by side.

| task | command | what it does |
|---|---|---|
| collect | `wirewatch collect` | one task per part; one bad source does not stop a part |
| retag | `wirewatch retag` | the stories published on a day that is over are tagged again; today's are left alone |
| pages | | tells `wirewatch_process` of the day, even when a part failed |
| health | `wirewatch source health` | shows how the sources fare; not reached when a part failed, which fails the run |

Today's run polls the live feeds; one for a past day (`./run airflow backfill create`) asks sitemaps for what is dated
that day, and polls no live feed.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, CronPartitionTimetable, cross_downstream, task

PAGES, PARTS, DAY = Asset("wirewatch_pages"), 4, "{{ partition_key or (dag_run.run_after | ds) }}"

with DAG(
    dag_id="wirewatch_daily",
    doc_md=__doc__,
    schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC", key_format="%Y-%m-%d"),
    max_active_runs=1,
    tags=["wirewatch", "daily"],
    default_args={"owner": "wirewatch", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    commands = [f"wirewatch collect --partial-ok --shard {part}/{PARTS} --day {DAY}" for part in range(PARTS)]
    collect = BashOperator.partial(task_id="collect").expand(bash_command=commands)
    retag = BashOperator(task_id="retag", bash_command=f"wirewatch retag --unless-today --day {DAY}")
    health = BashOperator(task_id="health", bash_command="wirewatch source health")

    @task(outlets=[PAGES], trigger_rule="all_done_min_one_success")
    def pages(*, outlet_events: Any, dag_run: Any) -> None:
        """Name the day, which a run that was triggered by hand need not have as its key."""
        outlet_events[PAGES].add_partitions(dag_run.partition_key or f"{dag_run.run_after:%Y-%m-%d}")

    cross_downstream([collect, retag], [pages(), health])
