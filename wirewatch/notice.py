"""NOTICE: what the operator is told of a scheduled run, by a channel and without the warehouse.

The warehouse may be what is broken, so nothing here opens it. What was told under a key is not told again: the keys are
remembered as empty files in a folder.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alerting.channels import open_channel
from alerting.kind import NOTICE_SCHEMA
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery, Receipt

_TRIES: Final = 3
_PAUSE_S: Final = 5.0
_REMEMBERED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an operator should look at."""

    key: str  # of the occasion: the same for every try to tell it
    reason: str  # run_failed | run_late | …
    subject: str  # what it is about, e.g. the id of a DAG
    title: str
    text: str


def tell(
    channel: ChannelConfig, notice: Notice, *, told: Path, now: datetime, pause: Callable[[float], None] = time.sleep
) -> Receipt:
    """Tell the operator, unless that was done; a channel that may take it later is tried three times.

    Args:
        channel: where the operator reads.
        notice: what to tell.
        told: the folder that remembers keys, for a month.
        now: the time.
        pause: waits seconds between two tries.

    Raises:
        DeliveryError: the channel did not take it.
    """
    mark = told / hashlib.sha256(f"{notice.key}\n{channel.name}".encode()).hexdigest()
    if mark.exists():
        return Receipt(response="told already")
    receipt = _send(channel, notice, now=now, pause=pause)
    told.mkdir(parents=True, exist_ok=True)
    for old in told.iterdir():
        if old.stat().st_mtime < (now - _REMEMBERED).timestamp():
            old.unlink(missing_ok=True)
    mark.touch()
    return receipt


def _send(channel: ChannelConfig, notice: Notice, *, now: datetime, pause: Callable[[float], None]) -> Receipt:
    opened = open_channel(channel)
    for attempt in range(1, _TRIES + 1):
        try:
            return opened.send(_delivery(channel, notice, now, attempt), now=now)
        except DeliveryError as error:
            if error.final or attempt == _TRIES:
                raise
            pause(_PAUSE_S)
    raise AssertionError("unreachable: the last try returns or raises")


def _delivery(channel: ChannelConfig, notice: Notice, now: datetime, attempt: int) -> Delivery:
    """As every channel takes it; the payload has the fields that a channel reads of an alert."""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = {
        "schema": NOTICE_SCHEMA,
        "key": notice.key,
        "subject": notice.subject,
        "reasons": [notice.reason],
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
