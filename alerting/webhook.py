"""A signed webhook: CloudEvents 1.0 in JSON, signed the way the Standard Webhooks specification signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from alerting.secret import Secret
from models.errors import DeliveryError
from models.records import Delivery, Receipt

_TIMEOUT_S: Final = 10.0
_LONGEST_ANSWER: Final = 64 * 1024
_OK: Final = range(200, 300)
_LATER: Final = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """Posts to one address; never follows a redirect, never reads more than a little of the answer."""

    url: Secret
    secret: Secret

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Post the delivery.

        Raises:
            DeliveryError: it was not taken; `final` for an answer that will not change (a redirect, most of 4xx).
        """
        body = cloud_event(delivery, now=now)
        headers = {
            "Content-Type": "application/cloudevents+json",
            "Idempotency-Key": delivery.key,
            **signature(self.secret.reveal(), delivery.key, body, now=now),
        }
        try:
            with (
                httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", self.url.reveal(), content=body, headers=headers) as answer,
            ):
                return _judged(answer, now)
        except httpx.HTTPError as error:
            raise DeliveryError("webhook", f"no answer: {type(error).__name__}", hint="tried again later") from error


def cloud_event(delivery: Delivery, *, now: datetime) -> bytes:
    """The delivery as a CloudEvent in structured mode."""
    alert: dict[str, Any] = json.loads(delivery.payload)
    event = {
        "specversion": "1.0",
        "id": delivery.key,
        "source": "wirewatch",
        "type": f"org.wirewatch.exchange.{alert['reasons'][0]}",
        "subject": alert["exchange"],
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": {"title": delivery.title, "text": delivery.body, "alert": alert},
    }
    return json.dumps(event, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, key: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Headers that prove who sent the body, and when: HMAC-SHA256 over `id.timestamp.body`."""
    stamp = str(int(now.timestamp()))
    signed = hmac.new(secret.encode(), f"{key}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Webhook-Id": key,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def _judged(answer: httpx.Response, now: datetime) -> Receipt:
    read = 0
    for chunk in answer.iter_raw():
        read += len(chunk)
        if read > _LONGEST_ANSWER:
            break
    if answer.status_code in _OK:
        return Receipt(response=f"HTTP {answer.status_code}")
    refused = DeliveryError("webhook", f"HTTP {answer.status_code}", hint="look at the receiver")
    refused.final = answer.status_code not in _LATER
    refused.retry_after_s = _retry_after(answer.headers.get("Retry-After"), now)
    raise refused


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from either form of the header; None when it is absent or unreadable."""
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except ValueError:
        return None
