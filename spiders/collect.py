"""COLLECT: one crawl in a child process, judged by its stats and never by its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from models.errors import FetchError
from models.records import CrawlJob, CrawlStats
from spiders.crawl import read_stats, write_job

_GRACE_S: Final = 60.0  # after the crawl's own deadline, for its last writes
_STOP_S: Final = 8.0  # after SIGTERM, before SIGKILL
_GOOD_ENDS: Final = frozenset({"finished", "closespider_timeout"})


def collect(job: CrawlJob, *, child: Sequence[str] = ("spiders.crawl",)) -> CrawlStats:
    """Crawl the sources of a job.

    Args:
        job: what to crawl. It may hold the warehouse's password: the child gets it through a pipe, and nobody else.
        child: the module that crawls, and what it is to be told before the name of the stats file.

    Raises:
        FetchError: the child died, was too slow, raised in our own code, or left no stats.
    """
    with tempfile.TemporaryDirectory(prefix="wirewatch-crawl-") as folder:
        stats_file = Path(folder, "stats.json")
        said = _run([sys.executable, "-m", *child, str(stats_file)], write_job(job), job.limits.crawl_s)
        if not stats_file.exists():
            raise FetchError("crawl", f"left no stats: {said}", hint="run it again; what was captured is kept")
        stats = read_stats(stats_file.read_text(encoding="utf-8"))
    if stats.exceptions or stats.finished not in _GOOD_ENDS:
        raise FetchError(
            "crawl", f"ended as {stats.finished} with {stats.exceptions} exceptions: {said}", hint="see the log above"
        )
    return stats


def _run(command: list[str], job: str, deadline_s: float) -> str:
    """Run a child in a process group of its own; gives the last line of what it said."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        _, said = child.communicate(job.encode(), timeout=deadline_s + _GRACE_S)
    except subprocess.TimeoutExpired:
        said = _stop(child)
    except BaseException:
        _stop(child)
        raise
    sys.stderr.write(said.decode(errors="replace"))
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit {child.returncode}"


def _stop(child: subprocess.Popen[bytes]) -> bytes:
    """Ask the group to end, then end it."""
    os.killpg(child.pid, signal.SIGTERM)
    try:
        return child.communicate(timeout=_STOP_S)[1]
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return child.communicate()[1]
