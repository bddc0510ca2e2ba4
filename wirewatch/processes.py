"""A group of child processes that is started together and is gone together."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from models.errors import WirewatchError

_MARK = "WIREWATCH_LAUNCH"
_PROC = Path("/proc")
_PAUSE_S = 0.1
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class ProcessGroup:
    """Children in a process group of their own, so that Ctrl-C reaches only us and we end them in good order.

    Use it as a context manager. On leaving, the group gets SIGTERM, `grace_s` seconds later SIGKILL. Some children open
    groups of their own (Airflow's tasks do); where the system shows the environment of processes (Linux), those are
    found by a mark in it and ended too.
    """

    def __init__(self, *, env: Mapping[str, str], logs: Path, grace_s: float = 8.0) -> None:
        """Give every child `env`, and a log file in the folder `logs`."""
        self._mark = secrets.token_hex(8)
        self._env = {**env, _MARK: self._mark}
        self._logs = logs
        self._grace_s = grace_s
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._group = 0

    def __enter__(self) -> Self:
        """Make the log folder."""
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _what: BaseException | None, _tb: TracebackType | None
    ) -> None:
        """End every child, whatever happened."""
        self.stop()

    def start(self, name: str, argv: Sequence[str]) -> None:
        """Start one child of the group; its output goes to `<logs>/<name>.log`."""
        with (self._logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                argv, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=self._group
            )
        self._children[name] = child
        self._group = self._group or child.pid

    def check(self) -> None:
        """Raise when a child has ended on its own.

        Raises:
            WirewatchError: names the child, its exit status and its log.
        """
        for name, child in self._children.items():
            if (status := child.poll()) is not None:
                raise WirewatchError(name, f"ended with status {status}", hint=f"see {self._logs / name}.log")

    def stop(self) -> None:
        """End the group: SIGTERM, a time of grace, SIGKILL, and then whatever bears our mark."""
        try:
            self._signal(signal.SIGTERM)
            self._wait(self._grace_s)
        finally:
            self._signal(signal.SIGKILL)
            for pid in self.strays():
                _kill(pid)
            self._wait(self._grace_s)
            self._children.clear()

    def strays(self) -> tuple[int, ...]:
        """Processes that bear the group's mark, by id; empty where the system does not show environments."""
        mark = f"{_MARK}={self._mark}".encode()
        return tuple(int(entry.name) for entry in _PROC.glob("[0-9]*") if mark in _environment(entry))

    def _signal(self, number: signal.Signals) -> None:
        if self._group:
            with suppress(ProcessLookupError):  # all of the group have ended
                os.killpg(self._group, number)

    def _wait(self, seconds: float) -> None:
        """Wait for the children, and for what they started and left behind in the group."""
        deadline = time.monotonic() + seconds
        while not self._is_gone() and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)

    def _is_gone(self) -> bool:
        running = [child for child in self._children.values() if child.poll() is None]
        if running or not self._group:
            return not running
        try:
            os.killpg(self._group, 0)
        except ProcessLookupError:
            return True
        return False


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM or the end of the terminal break off a `with` block as Ctrl-C does: what it started goes with it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # what is ignored stays so: `nohup` asks for it
    wanted = [number for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _environment(entry: Path) -> list[bytes]:
    """The environment of a process; empty when it is gone or not ours to see."""
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it ended between being seen and being killed
        os.kill(pid, signal.SIGKILL)
