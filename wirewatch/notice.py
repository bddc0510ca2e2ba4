"""NOTICE: what the operator is told of a scheduled run, by a channel and without the warehouse.

The warehouse may be what is broken, so nothing here opens it. What was told under a key is not told again: the keys are
remembered as empty files in a folder.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alerting.channels import open_channel
from alerting.kind import NOTICE_SCHEMA
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery, Receipt, Severity
from wirewatch.checks import Check

_TRIES: Final = 3
_PAUSE_S: Final = 5.0
_REMEMBERED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an operator should look at."""

    key: str  # of the occasion: the same for every try to tell it
    reason: str  # run_failed | run_late | fault | …
    subject: str  # what it is about: the id of a DAG, the name of a check
    title: str
    text: str


def of_fault(fault: Check, *, now: datetime) -> Notice:
    """What a doctor found, told once a UTC day while it lasts."""
    said = f"{fault.detail}. To mend it: {fault.mend_with}"
    key = f"doctor:{fault.name}:{now:%Y-%m-%d}"
    return Notice(key=key, reason="fault", subject=fault.name, title=f"doctor: {fault.name}", text=said)


def tell(
    channel: ChannelConfig,
    notice: Notice,
    *,
    told: Path,
    now: datetime,
    pages: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> Receipt:
    """Tell the operator, unless that was done; a channel that may take it later is tried three times.

    Args:
        channel: where the operator reads.
        notice: what to tell.
        told: the folder that remembers keys, for a month.
        now: the time.
        pages: where the pages are, for a channel that shows a link.
        pause: waits seconds between two tries.

    Raises:
        DeliveryError: the channel did not take it.
    """
    mark = told / hashlib.sha256(f"{notice.key}\n{channel.name}".encode()).hexdigest()
    if mark.exists():
        return Receipt(response="told already")
    receipt = _send(channel, notice, now=now, pages=pages, pause=pause)
    told.mkdir(parents=True, exist_ok=True)
    mark.touch()
    _forget(told, before=now - _REMEMBERED)
    return receipt


def _forget(told: Path, *, before: datetime) -> None:
    """Take away old keys; another process may be doing so too."""
    for old in told.iterdir():
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < before.timestamp():
                old.unlink()


def _send(
    channel: ChannelConfig, notice: Notice, *, now: datetime, pages: str, pause: Callable[[float], None]
) -> Receipt:
    opened = open_channel(channel, pages=pages)
    for attempt in range(1, _TRIES + 1):
        try:
            return opened.send(_delivery(channel, notice, now, pages, attempt), now=now)
        except DeliveryError as error:
            if error.final or attempt == _TRIES:
                raise
            pause(_PAUSE_S)
    raise AssertionError("unreachable: the last try returns or raises")


def _delivery(channel: ChannelConfig, notice: Notice, now: datetime, pages: str, attempt: int) -> Delivery:
    """As every channel takes it; the payload has the fields that a channel reads of an alert."""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = {
        "schema": NOTICE_SCHEMA,
        "key": notice.key,
        "subject": notice.subject,
        "reasons": [notice.reason],
        "severity": Severity.NOTICE.value,
        "url": pages.rstrip("/"),
        "decided_at": stamp,
    }
    return Delivery(
        key=f"operator:{notice.key}:{channel.name}",
        channel=channel.name,
        title=notice.title,
        body=notice.text or notice.title,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
        attempt=attempt,
    )
