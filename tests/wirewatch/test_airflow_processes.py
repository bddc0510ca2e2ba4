"""A process group ends together: the polite, the stubborn, and those that went into a session of their own."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import WirewatchError
from wirewatch.processes import ProcessGroup, terminable

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
STRAY = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True); {SLEEPER}"
)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def group(tmp_path: Path, *, grace_s: float = 5.0) -> ProcessGroup:
    return ProcessGroup(env=dict(os.environ), logs=tmp_path, grace_s=grace_s)


def is_up(log: Path, *, times: int = 1) -> Callable[[], bool]:
    return lambda: log.read_text(encoding="utf-8").count("up") == times


def test_children_write_to_their_logs_and_are_gone_afterwards(tmp_path: Path) -> None:
    with group(tmp_path) as children:
        children.start("one", [sys.executable, "-c", SLEEPER])
        children.start("two", [sys.executable, "-c", SLEEPER])
        wait_until(is_up(tmp_path / "one.log"))
        wait_until(is_up(tmp_path / "two.log"))
        assert len(children.strays()) == 2
    assert children.strays() == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_they_are_gone_when_the_block_is_broken_off(tmp_path: Path, number: signal.Signals) -> None:
    children = group(tmp_path)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background begins without it

    def broken_off() -> None:
        with children, terminable():
            children.start("one", [sys.executable, "-c", SLEEPER])
            os.kill(os.getpid(), number)
            time.sleep(10)

    try:
        with pytest.raises(KeyboardInterrupt):
            broken_off()
    finally:
        signal.signal(signal.SIGINT, before)
    assert children.strays() == ()


def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    with group(tmp_path, grace_s=0.3) as children:
        children.start("one", [sys.executable, "-c", STUBBORN])
        wait_until(is_up(tmp_path / "one.log"))
        began = time.monotonic()
    assert children.strays() == ()
    assert time.monotonic() - began >= 0.3


def test_a_grandchild_in_a_session_of_its_own_is_ended_too(tmp_path: Path) -> None:
    with group(tmp_path) as children:
        children.start("one", [sys.executable, "-c", STRAY])
        wait_until(is_up(tmp_path / "one.log", times=2))
        assert len(children.strays()) == 2
    wait_until(lambda: children.strays() == ())


def test_what_a_child_started_is_gone_too_when_the_block_ends(tmp_path: Path) -> None:
    stubborn = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}])"
    with group(tmp_path, grace_s=0.3) as children:
        children.start("one", [sys.executable, "-c", stubborn])
        wait_until(is_up(tmp_path / "one.log"))
        (left,) = children.strays()
    wait_until(lambda: not Path(f"/proc/{left}").exists())  # whoever adopted it may take a moment to bury it


def test_a_group_does_not_touch_another(tmp_path: Path) -> None:
    with group(tmp_path / "a") as first:
        first.start("one", [sys.executable, "-c", SLEEPER])
        with group(tmp_path / "b") as second:
            second.start("one", [sys.executable, "-c", SLEEPER])
        first.check()
        assert len(first.strays()) == 1


def test_a_child_that_ended_is_named_with_its_log(tmp_path: Path) -> None:
    with group(tmp_path) as children:
        children.start("scheduler", [sys.executable, "-c", "raise SystemExit(7)"])
        with pytest.raises(WirewatchError, match=r"scheduler: ended with status 7 \(see .*scheduler.log\)"):
            wait_until(lambda: bool(children.check()))
