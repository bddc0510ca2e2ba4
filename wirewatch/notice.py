"""NOTICE: what the operator is told of a scheduled run, by a channel and without the warehouse.

The warehouse may be what is broken, so nothing here opens it. A notice goes out under a key: a channel that has seen
the key takes it as told.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerting.channels import open_channel
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery, Receipt

_TRIES: Final = 3
_PAUSE_S: Final = 5.0
_SCHEMA: Final = "wirewatch.notice.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an operator should look at."""

    key: str  # of the occasion: the same for every try to tell it
    reason: str  # run_failed | run_late | …
    subject: str  # what it is about, e.g. the id of a DAG
    title: str
    text: str


def tell(
    channel: ChannelConfig, notice: Notice, *, now: datetime, pause: Callable[[float], None] = time.sleep
) -> Receipt:
    """Tell the operator; a channel that may take it later is tried three times.

    Raises:
        DeliveryError: the channel did not take it.
    """
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
        "schema": _SCHEMA,
        "key": notice.key,
        "kind": "operator",
        "subject": notice.subject,
        "reasons": [notice.reason],
        "decided_at": stamp,
    }
    return Delivery(
        key=f"operator:{notice.key}:{channel.name}",
        alert_id=0,  # it is none
        channel=channel.name,
        title=notice.title,
        body=notice.text or notice.title,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
        attempt=attempt,
    )
