"""The ways to tell somebody, behind one small interface."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from alerting.apprise_service import AppriseChannel
from alerting.atom_file import AtomChannel
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


def open_channel(config: ChannelConfig, *, pages: str = "") -> Channel:
    """The channel that a configuration describes; secrets are read at each sending, not here.

    Args:
        config: of the channel.
        pages: where the pages are, for a feed.

    Raises:
        DeliveryError: its kind is unknown, its path or address is missing, or its secret is no reference.
    """
    url, secret = Secret(config.url), Secret(config.secret)
    match config.kind:
        case "file" if config.path:
            return FileChannel(Path(config.path))
        case "atom" if config.path:
            return AtomChannel(path=Path(config.path), pages=pages)
        case "webhook" if config.url:
            return WebhookChannel(name=config.name, url=url, secret=_by_reference(config.name, secret))
        case "apprise" if config.url:
            return AppriseChannel(name=config.name, url=_by_reference(config.name, url))
    raise never(
        config.name,
        f"is no whole channel of kind {config.kind!r}",
        hint="a file or atom with path, a webhook or apprise with url",
    )


def _by_reference(name: str, secret: Secret) -> Secret:
    if not secret.is_reference:
        raise never(name, "has no secret by reference", hint="env:NAME or file:PATH")
    return secret
