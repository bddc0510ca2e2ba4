"""A file that alerts are appended to, one JSON line each, each key once."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from models.errors import DeliveryError
from models.records import Delivery, Receipt


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Appends under a lock; a line that a crash tore is cut off first, and a key that stands is not written again."""

    path: Path

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Append the delivery.

        Raises:
            DeliveryError: the file cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                return self._append(file, delivery, now)
        except OSError as error:
            raise DeliveryError(str(self.path), f"cannot be written: {error}", hint="is there room, may we?") from error

    def _append(self, file: BinaryIO, delivery: Delivery, now: datetime) -> Receipt:
        file.seek(0)
        stood = file.read()
        whole = stood[: stood.rfind(b"\n") + 1]
        if len(whole) < len(stood):
            file.truncate(len(whole))
        if any(json.loads(line)["key"] == delivery.key for line in whole.splitlines()):
            return Receipt(response="stood there already")
        line = {
            "key": delivery.key,
            "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "title": delivery.title,
            "body": delivery.body,
            "alert": json.loads(delivery.payload),
        }
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return Receipt(response="appended")
