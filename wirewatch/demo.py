"""The demo: the bundled wire, carried through all five steps by the real scheduler, without a network.

It knows of no story and no figure: it starts the sites, writes a desk that watches them, lets Airflow run the daily
DAG and those that follow from it, and shows what the ordinary commands then say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import WirewatchError
from models.gauges import gauges
from models.warehouse import Warehouse
from wirewatch.airflow_home import AirflowHome
from wirewatch.demo_desk import REFERENCE_TIME, DemoDesk, write_desk
from wirewatch.processes import terminable
from wirewatch.scheduler import CHAIN, TaskRun, free_port, run_chain
from wirewatch.show import say
from wirewatch.wire.receiver import Receiver, receive
from wirewatch.wire.server import Wire, serve

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_PORT = 18700  # below the ranges from which systems give ports away; a story's address holds its port
RECEIVER_PORT = 18699

_COMMAND_LIMIT_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a demo left in its warehouse, and what the receiver got."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    deliveries: int  # of this run


def demo(
    *,
    var: Path | None = None,
    warehouse: str = "",
    first_port: int = FIRST_PORT,
    receiver_port: int = RECEIVER_PORT,
    show: Callable[[str], None] = print,
) -> int:
    """Run the demo; gives the exit status of the command: 0, or 1 when it found no exchange or told nobody of one.

    Args:
        var: folder for what it writes; `var/demo` of the checkout when None. A second run there finds its warehouse.
        warehouse: URL of the database; a SQLite file in `var` when empty.
        first_port: port of the first site, the others follow.
        receiver_port: port of the webhook receiver.
        show: takes each line of the result.

    Raises:
        WirewatchError: a port is taken, Airflow did not come up, or a step failed.
    """
    desk = DemoDesk(var=(var or CHECKOUT / "var" / "demo").resolve(), warehouse=warehouse)
    with (
        terminable(),
        serve(first_port=first_port) as wire,
        receive(desk.var / "deliveries.jsonl", port=receiver_port) as receiver,
    ):
        env = write_desk(desk, wire, receiver, actors=CHECKOUT / "watch" / "actors.toml")
        _introduce(wire, receiver, desk)
        outcome = _carry(desk, env, receiver)
    for line in _result(env, desk, outcome):
        show(line)
    return 0 if outcome.after["exchanges"] and outcome.after["alerts"] else 1


def _introduce(wire: Wire, receiver: Receiver, desk: DemoDesk) -> None:
    say(f"wire      {len(wire.sources)} sites on {wire.allow.split(',')[0]} and the ports after it")
    say(f"receiver  {receiver.url}")
    say(f"desk      {desk.var}")
    say(f"now       {REFERENCE_TIME}: the wire is of December 2023, and fresh or stale is judged as on that evening")


def _carry(desk: DemoDesk, env: Mapping[str, str], receiver: Receiver) -> Outcome:
    """Make the warehouse, let the scheduler run the five steps, count before and after."""
    _wirewatch(env, "db", "upgrade")
    before, told = _counts(env), len(receiver.deliveries())
    home = AirflowHome(checkout=CHECKOUT, folder=desk.var / "airflow", port=free_port())
    say(f"airflow   starting at {home.url} (about half a minute)")
    day = REFERENCE_TIME.partition("T")[0]
    chain = run_chain(home, CHAIN, key=day, env=env, on_progress=_tell)
    for run in chain.runs:
        say(f"airflow   {run.dag_id} {run.run_id}: {run.state}")
    say(f"airflow   ready after {chain.start_s:.0f} s, ran {chain.run_s:.0f} s, stopped")
    return Outcome(before=before, after=_counts(env), deliveries=len(receiver.deliveries()) - told)


def _tell(task: TaskRun) -> None:
    """One line when a task has ended, or has to be tried again."""
    if task.state in {"success", "failed", "up_for_retry"}:
        say(f"  {task.label:11}{task.state:14}{task.seconds:6.1f} s  {task.said}")


def _result(env: Mapping[str, str], desk: DemoDesk, outcome: Outcome) -> Iterator[str]:
    """What the ordinary commands say now: every exchange, and the one that was told first, in full."""
    alerts = sorted(_rows(env, "alert", "list"), key=lambda row: int(str(row["id"])))
    commands: list[tuple[str, ...]] = [("exchange", "list"), ("alert", "list")]
    commands += [("exchange", "show", str(first["exchange"])) for first in alerts[:1]]
    commands += [("alert", "show", str(first["id"])) for first in alerts[:1]]
    for words in commands:
        yield f"\n$ wirewatch {' '.join(words)}\n{_wirewatch(env, *words).rstrip()}"
    grown = (f"{name} {number} → {outcome.after[name]}" for name, number in outcome.before.items())
    yield f"\n{', '.join(grown)}; {outcome.deliveries} deliveries to the webhook"
    named = f"WIREWATCH_CONFIG={desk.config} WIREWATCH_WATCH={desk.watch} WIREWATCH_VAR={desk.var}"
    yield f"Look further: export {named}{f' WIREWATCH_WAREHOUSE={desk.warehouse!r}' if desk.warehouse else ''}"


def _counts(env: Mapping[str, str]) -> dict[str, int]:
    """What the warehouse holds; counted by its owner, as a PostgreSQL one is not read by `wirewatch sql` as such."""
    warehouse = Warehouse.open(env["WIREWATCH_WAREHOUSE"], read_only=True)
    try:
        with warehouse.read() as connection:
            found = gauges(connection)
    finally:
        warehouse.close()
    rows = {count.of[0]: int(count.number) for count in found.rows}
    return {
        "stories": rows["story"],
        "exchanges": sum(int(count.number) for count in found.exchanges),
        "alerts": sum(int(count.number) for count in found.alerts),
    }


def _rows(env: Mapping[str, str], *words: str) -> Sequence[Mapping[str, object]]:
    rows: Sequence[Mapping[str, object]] = json.loads(_wirewatch(env, *words, "--format", "json"))
    return rows


def _wirewatch(env: Mapping[str, str], *words: str) -> str:
    """What a `wirewatch` command prints at the demo's desk.

    Raises:
        WirewatchError: it did not end with 0.
    """
    done = subprocess.run(
        [sys.executable, "-m", "wirewatch.cli", *words],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=_COMMAND_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise WirewatchError(f"wirewatch {' '.join(words)}", f"ended with {done.returncode}", hint=done.stderr[-800:])
    return done.stdout
