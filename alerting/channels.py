"""The ways to tell somebody, behind one small interface."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from alerting.file import FileChannel
from alerting.secret import Secret
from alerting.webhook import WebhookChannel
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery, Receipt


class Channel(Protocol):
    """Takes a delivery, once per key as far as it can tell."""

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Deliver.

        Raises:
            DeliveryError: it was not taken.
        """
        ...


def open_channel(config: ChannelConfig) -> Channel:
    """The channel that a configuration describes.

    Raises:
        DeliveryError: its kind is unknown.
    """
    if config.kind == "file":
        return FileChannel(Path(config.path))
    if config.kind == "webhook":
        return WebhookChannel(url=Secret(config.url), secret=Secret(config.secret))
    raise DeliveryError(config.name, f"channel kind {config.kind!r}", hint="file or webhook")
