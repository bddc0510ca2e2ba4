"""Three days filled in under a real scheduler on SQLite: each day's runs follow from one another, nobody is woken."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from wirewatch.airflow_home import AirflowHome
from wirewatch.demo_desk import DemoDesk, write_desk
from wirewatch.scheduler import CHAIN, TaskRun, free_port, run_backfill
from wirewatch.wire.receiver import receive
from wirewatch.wire.server import serve

CHECKOUT = Path(__file__).parents[2]
DAYS = [date(2023, 12, 7) + timedelta(days=number) for number in range(3)]
pytestmark = pytest.mark.slow


def home_in(folder: Path) -> AirflowHome:
    return AirflowHome(checkout=CHECKOUT, folder=folder / "airflow", port=free_port())


def stand_in(folder: Path) -> dict[str, str]:
    """An environment whose `wirewatch` writes its arguments down, one call a line, and does nothing else."""
    command = folder / "bin" / "wirewatch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(folder / "calls"))}\n', encoding="utf-8")
    command.chmod(0o755)
    return {"PATH": os.pathsep.join((str(command.parent), str(Path(sys.executable).parent), os.environ["PATH"]))}


def test_every_day_is_collected_in_all_its_parts_and_carried_on_under_its_own_key(tmp_path: Path) -> None:
    chain = run_backfill(home_in(tmp_path), CHAIN, DAYS, env=stand_in(tmp_path), on_progress=_silent)
    assert [(run.dag_id, run.state) for run in chain.runs] == [(dag_id, "success") for _ in DAYS for dag_id in CHAIN]
    called = Counter((tmp_path / "calls").read_text(encoding="utf-8").splitlines())
    for day in DAYS:
        assert called[f"retag --unless-today --day {day}"] == 1
        for part in range(4):
            assert called[f"collect --partial-ok --shard {part}/4 --day {day}"] == 1
    # once a day has been filled in, today's own run is due, and carried on as well
    assert all(called[step] >= len(DAYS) for step in ("clean", "tag", "link", "alert"))


def test_the_wires_sitemaps_give_each_day_its_own_stories_and_no_alert_is_sent(tmp_path: Path, port_row: int) -> None:
    desk = DemoDesk(var=tmp_path)
    with serve(first_port=port_row) as wire, receive(tmp_path / "got.jsonl") as receiver:
        if not any(source.kind == "sitemap" for source in wire.sources):
            pytest.skip("no outlet of the bundled wire has a news sitemap")
        env = write_desk(desk, wire, receiver, actors=CHECKOUT / "watch" / "actors.toml")
        run_wirewatch(env, "db", "upgrade")
        run_backfill(home_in(tmp_path), CHAIN, DAYS, env=env, on_progress=_silent)
        assert receiver.deliveries() == ()
    with closing(sqlite3.connect(tmp_path / "warehouse.db")) as connection:
        query = "SELECT substr(published_at, 1, 10) AS day, group_concat(url) FROM v_story GROUP BY day"
        stories = dict(connection.execute(query).fetchall())
        kinds = connection.execute(
            "SELECT DISTINCT s.kind FROM capture c JOIN source s ON s.id = c.source_id"
        ).fetchall()
        suppressed = connection.execute("SELECT DISTINCT suppressed FROM alert").fetchall()
    assert kinds == [("sitemap",)]
    assert set(stories) <= {day.isoformat() for day in DAYS}
    assert len(stories) >= 2
    assert len(set(stories.values())) == len(stories)
    assert set(suppressed) <= {("stale",)}


def run_wirewatch(env: Mapping[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "wirewatch.cli", *words], env={**os.environ, **env}, check=True)


def _silent(_task: TaskRun) -> None:
    """Tell nobody."""
