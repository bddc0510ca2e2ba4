"""DAY FILES: one file per UTC day that any number of processes append whole lines to; the oldest go."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_MODE = 0o640  # the operator's, and whoever collects logs


class DayFiles:
    """`<stem>-<day>.jsonl` in a folder, opened when the first line comes.

    A line is one write under the file's lock, at the end wherever that is by then, so lines of several processes never
    mix. What a killed process left without its line feed is closed by whoever writes next, and spoils its own line
    alone.
    """

    def __init__(self, folder: Path, *, stem: str, keep: int) -> None:
        """Write to `folder`, and keep the newest `keep` days there."""
        self._folder = folder
        self._stem = stem
        self._keep = keep
        self._day = ""
        self._handle = -1

    def append(self, line: bytes, at: datetime) -> None:
        """Append a line to the file of the day of `at`.

        Args:
            line: without its line feed, and with none inside.
            at: aware.

        Raises:
            OSError: the folder or file cannot be written, or the disk is full.
        """
        self._turn_to(f"{at.astimezone(UTC):%Y-%m-%d}")
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            left = memoryview((b"" if self._is_closed() else b"\n") + line + b"\n")
            while left:
                left = left[os.write(self._handle, left) :]
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file of the day."""
        if self._handle >= 0:
            os.close(self._handle)
        self._day, self._handle = "", -1

    def _turn_to(self, day: str) -> None:
        if day == self._day:
            return
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._stem}-{day}.jsonl"
        self._handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        self._day = day
        for old in sorted(self._folder.glob(f"{self._stem}-????-??-??.jsonl"))[: -self._keep]:
            with suppress(FileNotFoundError):  # another process was quicker
                old.unlink()

    def _is_closed(self) -> bool:
        """Whether the last line that stands there was ended."""
        end = os.fstat(self._handle).st_size
        return end == 0 or os.pread(self._handle, 1, end - 1) == b"\n"
