"""A plain file of ours that one sender at a time holds, and that a crash of the machine does not take away."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from alerting.refusal import later, never

_TRIES: Final = 100  # to get the lock
_PAUSE_S: Final = 0.05


@contextmanager
def locked(path: Path) -> Iterator[BinaryIO]:
    """The file, made with its folder when absent, open to read and to append, for this sender alone.

    Raises:
        DeliveryError: it is no plain file, or another sender holds it for long.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # O_NONBLOCK: a pipe that nobody reads must not stop the desk; it means nothing to a plain file
    opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o644)
    with os.fdopen(opened, "r+b", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise never(str(path), "is no plain file", hint="choose another path")
        _lock(file, path)
        yield file


def _lock(file: BinaryIO, path: Path) -> None:
    """Wait for other senders, but not for ever: the delivery's lease runs out."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return
    raise later(str(path), "is held by another sender", hint="does one hang?")


def keep_name(path: Path) -> None:
    """A new file is on the disk only when its folder is."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
