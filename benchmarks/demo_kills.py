"""The demo with a kill -9 in its middle: of the scheduler, of a step, of the database; and how it ends.

    ./run bench demo_kills [scheduler step database]

Each case is a demo of its own in a new folder. While the tag step runs, its victim is killed without warning:
* scheduler: the demo must say so and end, with no process left; a second demo at the same desk must end well;
* step: Airflow must try the step again, and the same demo end well;
* database: a PostgreSQL server, started again five seconds later; the step must be tried again, and the demo end well.
In the end every warehouse must hold what an undisturbed demo leaves, and every delivery must have come once.
Prints one line per case; exit status 1 when one of them is not so.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine, text

from wirewatch.private_postgres import PrivateServer, private_server

CHECKOUT = Path(__file__).resolve().parent.parent
LIMIT_S = 600
KNOWN = {  # what is known in the end, by what it is called; the moment of a run is no part of it
    "stories": "SELECT source, title, origin, carrier, exchange FROM v_story",
    "exchanges": "SELECT exchange, releasing, receiving, phase, count_low, count_best, count_high FROM v_exchange",
    "claims": "SELECT exchange, slot, value, claimer, outlet, words FROM v_claim_ledger",
    "alerts": "SELECT event_key, severity, trust, suppressed FROM alert",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One demo: its folder, where its warehouse is, and its first port."""

    var: Path
    port: int
    server: PrivateServer | None = None

    @property
    def url(self) -> str:
        """The warehouse."""
        return self.server.url("demo") if self.server else f"sqlite:///{self.var / 'warehouse.db'}"

    def start(self) -> subprocess.Popen[str]:
        """Begin a demo at this desk."""
        named = ["--warehouse", self.url] if self.server else []
        words = [
            sys.executable,
            "-m",
            "wirewatch.cli",
            "demo",
            "--var",
            str(self.var),
            "--port",
            str(self.port),
            *named,
        ]
        with (self.var.parent / f"{self.var.name}.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(words, cwd=CHECKOUT, stdout=log, stderr=log, text=True)

    def known(self) -> dict[str, list[tuple[object, ...]]]:
        """What the warehouse holds, in an order of its own."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = {
                name: sorted((tuple(row) for row in connection.execute(text(query))), key=repr)
                for name, query in KNOWN.items()
            }
        engine.dispose()
        return found

    def told(self) -> list[str]:
        """The key of each delivery that the receiver got: the same one twice is the same delivery told again."""
        lines = (self.var / "deliveries.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["headers"]["webhook-id"] for line in lines]


def processes(mark: str) -> list[tuple[int, str]]:
    """Processes whose environment or command names a folder: number and command."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            around = (entry / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if mark in command or mark in around:
            found.append((int(entry.name), command))
    return found


def wait_for(case: Case, demo: subprocess.Popen[str], wanted: Callable[[str], bool]) -> int:
    """Wait for a process of the demo's by its command; gives its number."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and demo.poll() is None:
        for number, command in processes(str(case.var)):
            if wanted(command):
                return number
        time.sleep(0.05)
    sys.exit(f"{case.var.name}: the process to kill never came, or the demo ended before; see {case.var}.log")


def is_tag(command: str) -> bool:
    """Whether this is the tag step itself, not the shell or the task around it."""
    words = command.split()
    return len(words) > 1 and words[-1] == "tag" and words[-2].endswith("wirewatch")


def is_scheduler(command: str) -> bool:
    """Whether this is Airflow's scheduler."""
    return "airflow" in command and " scheduler" in command


def scheduler(case: Case) -> Iterator[str]:
    """Kill the scheduler while a step runs, then run the demo again."""
    demo = case.start()
    wait_for(case, demo, is_tag)
    os.kill(wait_for(case, demo, is_scheduler), signal.SIGKILL)
    yield f"the demo ended with {demo.wait(LIMIT_S)}"
    left = [command for number, command in processes(str(case.var)) if number != os.getpid()]
    yield f"{len(left)} processes left"
    again = case.start()
    yield f"again: {again.wait(LIMIT_S)}"
    if demo.returncode == 0 or left or again.returncode:
        yield "NOT AS IT SHOULD"


def step(case: Case) -> Iterator[str]:
    """Kill the step."""
    demo = case.start()
    os.kill(wait_for(case, demo, is_tag), signal.SIGKILL)
    yield f"the demo ended with {demo.wait(LIMIT_S)}"
    if demo.returncode:
        yield "NOT AS IT SHOULD"


def database(case: Case) -> Iterator[str]:
    """Kill the database server, start it again."""
    demo = case.start()
    wait_for(case, demo, is_tag)
    time.sleep(1.0)  # until the step has begun to write
    assert case.server is not None
    case.server.kill()
    time.sleep(5.0)
    case.server.start()
    yield f"the demo ended with {demo.wait(LIMIT_S)}"
    if demo.returncode:
        yield "NOT AS IT SHOULD"


def undisturbed(case: Case) -> Iterator[str]:
    """Kill nothing."""
    yield f"the demo ended with {case.start().wait(LIMIT_S)}"


CASES = {"scheduler": scheduler, "step": step, "database": database}


@contextmanager
def desk(folder: Path, name: str, port: int) -> Iterator[Case]:
    """A desk in a folder; with a server of its own where that is what will be killed."""
    with ExitStack() as stack:
        server = None
        if name == "database":
            server = stack.enter_context(private_server(Path(tempfile.mkdtemp(prefix="killed-"))))
            engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE demo"))
            engine.dispose()
        case = Case(var=folder / name, port=port, server=server)
        case.var.mkdir()
        yield case


def main() -> int:
    """Run the cases that are asked for, compare each with an undisturbed demo."""
    names = sys.argv[1:] or list(CASES)
    folder = Path(tempfile.mkdtemp(prefix="demo-kills-"))
    failed = False
    with desk(folder, "undisturbed", 19700) as quiet:
        print("undisturbed", *undisturbed(quiet), sep="  ", flush=True)
        reference, heard = quiet.known(), len(quiet.told())
    if not heard or not all(reference.values()):
        sys.exit("an undisturbed demo found nothing or told nobody: there is nothing to compare with")
    for name in names:
        with desk(folder, name, 19700) as case:
            said = list(CASES[name](case))
            known, told = case.known(), case.told()
        differing = [what for what, rows in known.items() if rows != reference[what]]
        once = len(told) == len(set(told)) == heard
        failed = failed or bool(differing) or not once or "NOT AS IT SHOULD" in said
        same = f"differs in {', '.join(differing)}" if differing else "the warehouse is that of an undisturbed demo"
        print(f"{name:11}", *said, same, f"{len(told)} deliveries of {heard}", sep="  ", flush=True)
    print(f"logs: {folder}")
    print(f"Python {sys.version.split()[0]}, Airflow {version('apache-airflow')}, SQLite {sqlite3.sqlite_version}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
