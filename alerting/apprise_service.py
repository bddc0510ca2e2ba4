"""Everything else that can be told: one service of Apprise, by its address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from alerting.kind import Kind, kind_of
from alerting.refusal import later, never
from alerting.secret import Secret
from models.records import Delivery, Receipt

_PATIENCE_S: Final = 20.0  # one delivery from start to end; well below the lease of a delivery
_START_S: Final = 10.0  # of the child's interpreter on a busy machine
_LATER: Final = frozenset({408, 425, 429})
_REFUSED: Final = range(300, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseChannel:
    """Sends through a child process that dies at the deadline; no redirects, no proxy of the environment.

    The address holds the secret (a token, a password): it goes to the child over a pipe, and nothing that the library
    says of it comes back.
    """

    name: str
    url: Secret
    patience_s: float = _PATIENCE_S

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:  # noqa: ARG002 - the interface of a channel
        """Send the delivery.

        Raises:
            DeliveryError: it was not taken; `final` for an address that is none, and for an HTTP answer that will not
                change (a redirect, most of 4xx).
        """
        url = self.url.reveal()
        started = time.monotonic()
        said = self._ask(json.dumps(_message(delivery, url, self.patience_s)))
        took = (
            f"{url.partition('://')[0].lower() if '://' in url else 'it'} took it in {time.monotonic() - started:.1f} s"
        )
        match said["status"]:
            case "SUCCESS":
                return Receipt(response=took)
            case "NOMATCH":
                raise never(
                    self.name, "its url is no address that Apprise knows", hint="json://…, ntfy://…, mailto://…"
                )
            case "TIMEOUT":
                raise later(self.name, f"no answer in {self.patience_s:g} s", hint="is the receiver well?")
        raise self._refused(int(said["code"]))

    def _refused(self, code: int) -> Exception:
        if code in _REFUSED and code not in _LATER:
            return never(self.name, f"HTTP {code}", hint="look at the receiver and the channel's url")
        return later(self.name, f"HTTP {code}" if code else "was not taken", hint="is the receiver there?")

    def _ask(self, message: str) -> Mapping[str, Any]:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "alerting.apprise_child"],
                input=message,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                timeout=self.patience_s + _START_S,
                text=True,
                check=False,
            )
            said: Mapping[str, Any] = json.loads(done.stdout)
        except subprocess.TimeoutExpired:
            raise later(self.name, f"no answer in {self.patience_s:g} s", hint="is the receiver well?") from None
        except ValueError:
            raise later(self.name, "Apprise ended without a word", hint="is it installed whole?") from None
        return said


def _message(delivery: Delivery, url: str, patience_s: float) -> Mapping[str, Any]:
    payload = json.loads(delivery.payload)
    return {
        "url": url,
        "title": delivery.title,
        "body": delivery.body,
        "html": delivery.html,
        "short": payload.get("short", ""),
        "link": payload["url"],
        "thread": payload["thread"] if kind_of(delivery) is Kind.ALERT else payload["key"],
        "severity": payload["severity"],
        "patience_s": patience_s,
    }


def _environment() -> Mapping[str, str]:
    """Ours without its proxies, and without a file of passwords for hosts."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "*", "NETRC": os.devnull}
