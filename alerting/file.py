"""A file that deliveries are appended to, one JSON line each, each key once."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from alerting.kind import kind_of
from alerting.locked_file import keep_name, locked
from alerting.refusal import later, never
from models.records import Delivery, Receipt

_START: Final = b'{"key": "'  # of every line that we write
_LONGEST: Final = 4 * 1024 * 1024  # bytes of a line


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Appends under a lock and makes sure of the disk.

    A line of ours that a crash tore is cut off first; a key that stands is not written again; a file that holds
    anything else than lines is left alone.
    """

    path: Path

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Append the delivery.

        Raises:
            DeliveryError: the file cannot be written; `final` when it is not one to write alerts to.
        """
        try:
            with locked(self.path) as file:
                _mend(file, self.path)
                if _holds(file, delivery.key):
                    return Receipt(response="stood there already")
                _append(file, _line(delivery, now))
                keep_name(self.path)
        except OSError as error:
            raise later(str(self.path), f"cannot be written: {error}", hint="is there room, may we?") from error
        return Receipt(response="appended")


def _mend(file: BinaryIO, path: Path) -> None:
    """End the file with a whole line: close one that lacks only its end, cut one of ours that a crash tore."""
    size = file.seek(0, os.SEEK_END)
    tail = _tail(file, size)
    if not tail:
        return
    if _is_whole(tail):
        file.write(b"\n")
    elif tail.startswith(_START) or _START.startswith(tail):
        file.truncate(size - len(tail))
    else:
        raise never(str(path), "ends in something that is no line of alerts", hint="choose another path")


def _tail(file: BinaryIO, size: int) -> bytes:
    """What stands after the last line break, or the end of it where that is longer than any line of ours."""
    tail, at = b"", size
    while at and b"\n" not in tail and len(tail) < _LONGEST:
        step = min(at, 64 * 1024)
        at -= step
        file.seek(at)
        tail = file.read(step) + tail
    return tail.rpartition(b"\n")[2]


def _is_whole(line: bytes) -> bool:
    return isinstance(_parsed(line), dict)


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:  # also what is no UTF-8
        return None


def _holds(file: BinaryIO, key: str) -> bool:
    wanted = json.dumps(key, ensure_ascii=False).encode()
    file.seek(0)
    with os.fdopen(file.fileno(), "rb", closefd=False) as lines:
        return any(_has_key(_parsed(line), key) for line in lines if wanted in line)


def _has_key(line: object, key: str) -> bool:
    return isinstance(line, dict) and line.get("key") == key


def _line(delivery: Delivery, now: datetime) -> bytes:
    fields = {
        "key": delivery.key,
        "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": delivery.title,
        "body": delivery.body,
        kind_of(delivery).value: json.loads(delivery.payload),
    }
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _append(file: BinaryIO, line: bytes) -> None:
    """Write it all; a disk may take it in parts."""
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())
