"""A test message: marked as one in every part of it, and no part of any thread."""

from __future__ import annotations

import json
from datetime import datetime

from alerting.kind import TEST_SCHEMA
from models.records import Delivery, Severity


def rehearsal(channel: str, *, now: datetime, pages: str) -> Delivery:
    """A delivery that says of itself that it is a test; each second has one of its own."""
    at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    key = f"test:{channel}:{at}"
    title = f"[TEST] Wirewatch test message to {channel}"
    payload = {
        "schema": TEST_SCHEMA,
        "key": key,
        "severity": Severity.INFO.value,
        "decided_at": at,
        "url": pages.rstrip("/"),
        "short": f"TEST from Wirewatch to {channel}. Nothing was reported.",
    }
    lines = [
        "TEST · this is a test of the channel; nothing was reported and nothing need be done",
        f"Channel    {channel}",
        f"Sent       {at}",
        f"key {key}",
    ]
    return Delivery(
        key=key,
        channel=channel,
        title=title,
        body="\n".join(lines),
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
        attempt=1,
    )
