"""A real Airflow that is broken off leaves nothing behind; the demo's test runs one to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def stand_in(folder: Path, script: str) -> dict[str, str]:
    """An environment whose `wirewatch` is this shell script."""
    folder.mkdir()
    command = folder / "wirewatch"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)
    path = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"]))
    return {"PATH": path, "WIREWATCH_NOW": "2023-12-13T18:00:00Z"}


def marked(word: str) -> list[str]:
    """Command lines of the processes whose environment holds a word (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see what is left")
def test_a_run_that_is_broken_off_in_its_first_task_leaves_no_process(tmp_path: Path) -> None:
    env = stand_in(tmp_path / "bin", f"touch {tmp_path}/begun; sleep 120")
    script = textwrap.dedent(f"""
        from pathlib import Path
        from wirewatch.airflow_home import AirflowHome
        from wirewatch.processes import terminable
        from wirewatch.scheduler import CHAIN, free_port, run_chain
        checkout, folder = Path({str(CHECKOUT)!r}), Path({str(tmp_path / "airflow")!r})
        home = AirflowHome(checkout=checkout, folder=folder, port=free_port())
        with terminable():
            run_chain(home, CHAIN, key="2023-12-13", env={env!r}, on_progress=print)
    """)
    with subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stderr=subprocess.PIPE) as child:
        deadline = time.monotonic() + 120
        while not (tmp_path / "begun").exists():
            assert child.poll() is None, child.stderr.read().decode() if child.stderr else ""
            assert time.monotonic() < deadline, "the first task never began"
            time.sleep(0.1)
        assert len(marked(str(tmp_path / "airflow"))) >= 4
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=60)
    assert marked(str(tmp_path)) == []
