"""The ways to tell somebody, behind one small interface."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from alerting.file import FileChannel
from alerting.refusal import never
from alerting.secret import Secret
from alerting.webhook import WebhookChannel
from models.records import ChannelConfig, Delivery, Receipt


class Channel(Protocol):
    """Takes a delivery, once per key as far as it can tell."""

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Deliver.

        Raises:
            DeliveryError: it was not taken; `final` when it never will be, `retry_after_s` when it said how long to
                wait.
        """
        ...


def open_channel(config: ChannelConfig) -> Channel:
    """The channel that a configuration describes; secrets are read at each sending, not here.

    Raises:
        DeliveryError: its kind is unknown, its path or address is missing, or its secret is no reference.
    """
    if config.kind == "file" and config.path:
        return FileChannel(Path(config.path))
    if config.kind == "webhook" and config.url:
        secret = Secret(config.secret)
        if not secret.is_reference:
            raise never(config.name, "has no secret by reference", hint="secret = env:NAME or file:PATH")
        return WebhookChannel(name=config.name, url=Secret(config.url), secret=secret)
    raise never(
        config.name, f"is no whole channel of kind {config.kind!r}", hint="a file with path, a webhook with url"
    )
