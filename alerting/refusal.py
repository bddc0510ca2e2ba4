"""Delivery errors with their consequence: tried again later, or never."""

from __future__ import annotations

from models.errors import DeliveryError


def later(subject: str, problem: str, *, hint: str, after_s: float | None = None) -> DeliveryError:
    """An error that may pass: the delivery waits, `after_s` seconds where the receiver said so."""
    error = DeliveryError(subject, problem, hint=hint)
    error.retry_after_s = after_s
    return error


def never(subject: str, problem: str, *, hint: str) -> DeliveryError:
    """An error that stays until somebody mends it: the delivery is dead."""
    error = DeliveryError(subject, problem, hint=hint)
    error.final = True
    return error
