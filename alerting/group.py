"""Grouping: what comes soon after a thread last told waits a little, and is then told as one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.records import Alert, AlertReason


def pause_s(alerts: Sequence[Alert], last_told_at: datetime | None, *, now: datetime, group_s: float) -> float:
    """Seconds to wait before these are told; 0 = at once.

    A first report never waits, nor what nobody is told of, nor the first news after a silence of `group_s`.

    Args:
        alerts: what was decided on one exchange, under all rules.
        last_told_at: when its thread last told anybody.
        now: by the same clock.
        group_s: length of a group in seconds; 0 = none.
    """
    told = [alert for alert in alerts if alert.suppressed is None]
    if not told or last_told_at is None or any(alert.reason is AlertReason.FIRST_REPORT for alert in told):
        return 0.0
    gone_s = (now - last_told_at).total_seconds()
    return max(0.0, group_s - max(0.0, gone_s))
