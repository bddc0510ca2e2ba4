"""DELIVER: what waits in the outbox goes out, one message at a time, each marked before the next is taken."""

from __future__ import annotations

from collections.abc import Callable

from alerting.channels import open_channel
from alerting.quiet import held_at
from alerting.rehearsal import rehearsal
from models import outbox
from models.errors import DeliveryError
from models.failpoints import fail_point
from models.records import Delivery, Receipt
from wirewatch import logs, run_log
from wirewatch.desk import Desk


def deliver_all(desk: Desk, tick: Callable[[int], None]) -> tuple[int, list[str]]:
    """Send all that is due, the oldest first; gives how many were taken, and for each of the others why not.

    What goes to a channel in its quiet hours stays where it is: the first run after their end sends it.
    """
    sent, failures = 0, []
    while delivery := _next(desk):
        fail_point("alert.before_send")
        why = _deliver(desk, delivery)
        run_log.tried(delivery, why)
        if why:
            failures.append(f"{delivery.key}: {why}")
        else:
            sent += 1
        tick(1)
    return sent, failures


def _next(desk: Desk) -> Delivery | None:
    held = held_at(desk.settings.channels, desk.reference_time())
    return outbox.take(desk.warehouse, desk.worker.name, lease_s=desk.settings.lease_s, held=held)


def _deliver(desk: Desk, delivery: Delivery) -> str | None:
    """Send one delivery and mark it; gives why it failed."""
    try:
        receipt = _send(desk, delivery)
    except DeliveryError as error:
        outbox.mark_failed(
            desk.warehouse,
            desk.worker.name,
            delivery,
            str(error),
            final=error.final,
            retry_after_s=error.retry_after_s,
        )
        return str(error)
    except Exception as error:  # noqa: BLE001 - what breaks on one message must not hold up all that stand behind it
        logs.failed(error, with_trace=True, event="channel broke", channel=delivery.channel)
        why = f"{delivery.channel}: broke with {type(error).__name__}; the log says where"
        outbox.mark_failed(desk.warehouse, desk.worker.name, delivery, why, final=False)
        return why
    fail_point("alert.before_mark")
    outbox.mark_sent(desk.warehouse, desk.worker.name, delivery, receipt.response)
    fail_point("alert.after_mark")
    return None


def _send(desk: Desk, delivery: Delivery) -> Receipt:
    channel = next((c for c in desk.settings.channels if c.name == delivery.channel), None)
    if channel is None:
        raise DeliveryError(delivery.channel, "is no channel any more", hint="add it to wirewatch.toml again")
    return open_channel(channel, pages=desk.settings.pages).send(delivery, now=desk.reference_time())


def send_test(desk: Desk, channel: str) -> Receipt:
    """Send a test message through a channel, quiet hours or not; nothing of it is kept.

    Raises:
        DeliveryError: there is no such channel, or it did not take the message.
    """
    return _send(desk, rehearsal(channel, now=desk.reference_time(), pages=desk.settings.pages))
