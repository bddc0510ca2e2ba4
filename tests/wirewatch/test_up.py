"""Everything at once, on loopback alone; a word stops it and nothing is left. Airflow is real, the pages a stand-in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from models.errors import ConfigError
from wirewatch.scheduler import free_port
from wirewatch.settings import load_settings
from wirewatch.up import Ports, up

CHECKOUT = Path(__file__).parents[2]
_START_LIMIT_S = 600.0  # of a first start, set-up included, on a machine that has much else to do
HAS_PROC = Path("/proc/self/environ").exists()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of its own, with our DAGs and no source to poll."""
    for name in ("airflow.cfg", "dags"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    (tmp_path / "watch").mkdir()
    for name in ("actors", "rules", "sources"):
        (tmp_path / "watch" / f"{name}.toml").touch()
    return tmp_path


def below(pid: int) -> set[int]:
    """The processes that one started, and those that they started (Linux); a title that one gives itself hides none."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


def listening(pids: Iterable[int]) -> set[str]:
    """The addresses, in hex, on which processes wait for connections."""
    inodes = {
        line.split()[9]: line.split()[1].partition(":")[0]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }
    held = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                held.add(str(handle.readlink()))
            except OSError:
                continue
    return {address for inode, address in inodes.items() if f"socket:[{inode}]" in held}


def start(root: Path, ports: Ports) -> subprocess.Popen[str]:
    pages = [
        sys.executable,
        "-m",
        "http.server",
        str(ports.pages),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(root / "watch"),
    ]
    script = textwrap.dedent(f"""
        import signal
        import sys
        from pathlib import Path
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` would have it ignored here too
        signal.signal(signal.SIGINT, signal.default_int_handler)  # and a shell's background job Ctrl-C
        from wirewatch.settings import load_settings
        from wirewatch.up import Ports, up
        try:
            up(load_settings(root=Path({str(root)!r}), environment={{}}), {ports!r}, pages={pages!r})
        except KeyboardInterrupt:
            sys.exit(130)
    """)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(root), "PYTHONPATH": str(CHECKOUT), "WIREWATCH_VAR": f"{root}/var"}
    return subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, env=env, text=True, stderr=subprocess.PIPE)


def wait_until_ready(child: subprocess.Popen[str]) -> list[str]:
    """What it said until it was ready; it is stopped when that takes too long."""
    assert child.stderr is not None
    watchdog = threading.Timer(_START_LIMIT_S, child.terminate)
    watchdog.start()
    said = []
    for line in child.stderr:
        said.append(line.rstrip())
        if line.startswith("ready"):
            break
    watchdog.cancel()
    assert said, "it said nothing"
    assert said[-1].startswith("ready"), "\n".join(said)
    return said


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PROC, reason="needs /proc to see what is left")
def test_it_runs_on_loopback_alone_and_leaves_no_process_however_it_is_stopped(root: Path) -> None:
    ports = Ports(pages=free_port(), airflow=free_port())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with ExitStack() as stack:
            child = stack.enter_context(start(root, ports))
            stack.callback(child.terminate)
            said = wait_until_ready(child)
            assert any(line.endswith(f"password in {root}/var/airflow/secrets/passwords.json") for line in said)
            assert httpx.get(f"http://127.0.0.1:{ports.pages}/rules.toml").status_code == 200
            health = httpx.get(f"http://127.0.0.1:{ports.airflow}/api/v2/monitor/health").json()
            assert {health[part]["status"] for part in ("scheduler", "dag_processor")} == {"healthy"}
            running = below(child.pid)
            assert len(running) >= 5
            assert listening(running) == {"0100007F"}
            child.send_signal(number)
            child.communicate(timeout=30)
            assert child.returncode == 130
            assert alive(running) == set()


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PROC, reason="needs /proc to find the scheduler")
def test_a_scheduler_that_dies_ends_all_and_the_operator_is_told(root: Path) -> None:
    with ExitStack() as stack:
        child = stack.enter_context(start(root, Ports(pages=free_port(), airflow=free_port())))
        stack.callback(child.terminate)
        wait_until_ready(child)
        running = below(child.pid)
        os.kill(next(pid for pid in children(child.pid) if "airflow scheduler" in command_of(pid)), signal.SIGKILL)
        _, said = child.communicate(timeout=60)
    assert "scheduler: ended with status -9" in said
    assert alive(running) == set()
    (line,) = [json.loads(line) for line in (root / "var" / "operator.jsonl").read_text().splitlines()]
    assert line["title"] == "wirewatch up has stopped"
    assert "scheduler: ended with status -9" in line["body"]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def test_a_port_that_is_taken_is_named_before_anything_starts(root: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"^airflow 127\.0\.0\.1:{taken}: Address already in use"):
            up(load_settings(root=root, environment={}), Ports(pages=free_port(), airflow=taken))
    assert not (root / "var").exists()
