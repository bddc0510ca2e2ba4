"""Child process that sends one message by Apprise: one JSON object on standard input, one on standard output.

A process of its own, because Apprise and its 130 services may hang, start threads that outlive a deadline, and log
whole addresses, which are secrets: the parent sets the deadline and hears of nothing but a status and an HTTP code.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from dataclasses import dataclass
from typing import Any, Final

import apprise

_CODE: Final = re.compile(r"error=(\d{3})")  # how its services say what HTTP status they were given
_SHORTEST: Final = 320  # characters: what takes no more than two SMS gets the short form
_PRIORITIES: Final = {"urgent": "max", "notice": "high", "info": "default"}
_TYPES: Final = {"urgent": apprise.NotifyType.WARNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be sent, and where."""

    url: str  # a secret
    title: str
    body: str
    html: str  # "" = none
    short: str  # at most 160 characters; "" = none
    link: str
    thread: str  # the same for all messages of a thread
    severity: str
    patience_s: float


class _Codes(logging.Handler):
    """Keeps the last HTTP status that a service spoke of, and nothing else of its words."""

    last: str = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a status."""
        found = _CODE.search(record.getMessage())
        self.last = found[1] if found else self.last


def main() -> None:
    """Send what stands on standard input."""
    message = Message(**json.load(sys.stdin))
    codes = _listen()
    status = _send(message)
    sys.stdout.write(json.dumps({"status": status, "code": int(codes.last or 0)}))
    sys.stdout.flush()
    os._exit(0)  # a service that was given up may still have a thread


def _listen() -> _Codes:
    """Take the log away from everybody else."""
    logging.lastResort = None
    codes = _Codes(level=logging.WARNING)
    apprise.logger.propagate = False
    apprise.logger.handlers = [codes]
    apprise.logger.setLevel(logging.WARNING)
    return codes


def _send(message: Message) -> str:
    asset = apprise.AppriseAsset(
        app_id="Wirewatch",
        app_desc="Wirewatch alerts",
        app_url="",
        async_mode=False,
        http_redirects=False,
        pem_autogen=False,
        image_url_mask=False,
        pgp_autogen=False,
        storage_mode="memory",
        service_timeout=message.patience_s,
        allow_templates=False,
    )
    service = apprise.Apprise.instantiate(message.url, asset=asset)
    if service is None:
        return "NOMATCH"
    _dress(service, message)
    body, form = _fitting(service, message)
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    sent = sender.notify(
        title=message.title,
        body=body,
        body_format=form,
        notify_type=_TYPES.get(message.severity, apprise.NotifyType.INFO),
        timeout=message.patience_s,
    )
    return str(sent.status.name)


def _dress(service: Any, message: Message) -> None:
    """What only some services have: how loudly it rings, what a click opens, which messages belong together."""
    scheme = message.url.partition("://")[0].lower()
    if scheme in ("ntfy", "ntfys"):
        if "priority=" not in message.url:
            service.priority = _PRIORITIES[message.severity]
        service.click = service.click or message.link
    if scheme.startswith("mailto"):
        service.headers.setdefault("References", f"<{re.sub(r'[^A-Za-z0-9.:-]', '-', message.thread)}@wirewatch>")


def _fitting(service: Any, message: Message) -> tuple[str, str]:
    """The body in the form that a service shows and, where its address says nothing else, cut to one message of its."""
    in_title = 0 if service.title_maxlen else len(message.title) + 2
    room = service.body_maxlen - in_title
    shows_html = service.resolve_format("html") == apprise.NotifyFormat.HTML
    if message.html and shows_html and len(message.html) <= room:
        return message.html, "html"
    if len(message.body) <= room or "overflow=" in message.url:
        return message.body, "text"
    if message.short and service.body_maxlen <= _SHORTEST:
        return message.short, "text"
    last = f"\n… cut; all of it: {message.link}"
    return message.body[: max(0, room - len(last))] + last, "text"


if __name__ == "__main__":
    main()
