"""Proof of who sent a webhook and when, in the form of the Standard Webhooks specification."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from alerting.refusal import never

_CODED: Final = "whsec_"  # before a key in base64, as the specification's own tools make them


def event_id(key: str) -> str:
    """A delivery key as it may stand in a header: what is not plain ASCII is percent-encoded."""
    return quote(key, safe="!#$&'()*+,/:;=?@[]-._~")


def signature(secret: str, key: str, body: bytes, *, now: datetime) -> Mapping[str, str]:
    """Headers that prove it: HMAC-SHA256 over `id.timestamp.body`.

    Args:
        secret: the shared secret; base64 after "whsec_", else its own UTF-8 bytes.
        key: the delivery key.
        body: the exact bytes that are sent.
        now: time of sending.

    Raises:
        DeliveryError: the secret begins with "whsec_" and is no base64.
    """
    name, stamp = event_id(key), str(int(now.timestamp()))
    signed = hmac.new(_bytes_of(secret), f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Webhook-Id": name,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def _bytes_of(secret: str) -> bytes:
    if not secret.startswith(_CODED):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_CODED), validate=True)
    except binascii.Error:
        raise never("webhook secret", f"is no base64 after {_CODED}", hint="copy it anew") from None
