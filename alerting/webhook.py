"""A signed webhook: CloudEvents 1.0 in JSON, signed the way the Standard Webhooks specification signs."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from alerting.kind import Kind, kind_of
from alerting.refusal import later, never
from alerting.secret import Secret
from alerting.signature import event_id, signature
from alerting.wording import cut, one_line
from models.errors import DeliveryError
from models.records import Delivery, Receipt

_PATIENCE_S: Final = 20.0  # one delivery from start to end; well below the lease of a delivery
_LONGEST_ANSWER: Final = 64 * 1024  # bytes that are read of it
_OK: Final = range(200, 300)
_LATER: Final = frozenset({408, 425, 429, *range(500, 600)})
_PROBLEM: Final = 160  # characters of the network's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """Posts to one address: no redirects, no proxy from the environment, certificates checked, little read back.

    It drives the transport itself: a client would write the whole address, which may be a secret, to its log. It runs
    an event loop of its own for the one deadline over all, so call it from a thread that runs none.
    """

    name: str
    url: Secret
    secret: Secret
    patience_s: float = _PATIENCE_S

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Post the delivery.

        Raises:
            DeliveryError: it was not taken; `final` for an answer that will not change (a redirect, most of 4xx).
        """
        body = cloud_event(delivery)
        headers = {
            "Content-Type": "application/cloudevents+json",
            "User-Agent": "wirewatch",
            "Idempotency-Key": event_id(delivery.key),
            **signature(self.secret.reveal(), delivery.key, body, now=now),
        }
        request = httpx.Request("POST", self._address(), content=body, headers=headers)
        try:
            answer = asyncio.run(_ask(request, self.patience_s))
        except TimeoutError:
            raise later(self.name, f"no answer in {self.patience_s:g} s", hint="is the receiver well?") from None
        except httpx.HTTPError as error:
            raise later(self.name, f"no answer: {_said(error)}", hint="is the receiver there?") from None
        return _judged(self.name, answer, now)

    def _address(self) -> httpx.URL:
        """The address; what is wrong with it is said without repeating it."""
        try:
            url = httpx.URL(self.url.reveal())
        except httpx.InvalidURL:
            raise never(self.name, "its url is no address", hint="http://… or https://…") from None
        if url.scheme not in ("http", "https") or not url.host or "%" in url.host:
            raise never(self.name, "its url is no web address", hint="http://… or https://…")
        if url.userinfo:
            raise never(self.name, "its url holds a name or password", hint="the signature says who we are")
        return url


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    retry_after: str | None
    head: bytes  # as much of the body as was read
    whole: bool


async def _ask(request: httpx.Request, patience_s: float) -> _Answer:
    """The answer; once its status is there, a body that drips, breaks off or never ends changes nothing."""
    until = asyncio.get_running_loop().time() + patience_s
    async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
        async with asyncio.timeout_at(until):
            response = await transport.handle_async_request(request)
        head, whole = bytearray(), False
        try:
            async with asyncio.timeout_at(until):
                whole = await _read(response, head)
                await response.aclose()
        except (TimeoutError, httpx.HTTPError):
            whole = False
        return _Answer(
            status=response.status_code,
            retry_after=response.headers.get("Retry-After"),
            head=bytes(head),
            whole=whole,
        )


async def _read(response: httpx.Response, head: bytearray) -> bool:
    """Fill `head` up to the longest answer that is read; whether that was all."""
    async for chunk in response.aiter_raw():
        head += chunk[: _LONGEST_ANSWER - len(head)]
        if len(head) >= _LONGEST_ANSWER:
            return False
    return True


def cloud_event(delivery: Delivery) -> bytes:
    """The delivery as a CloudEvent in structured mode; the same bytes at every attempt."""
    payload: dict[str, Any] = json.loads(delivery.payload)
    kind = kind_of(delivery)
    event = {
        "specversion": "1.0",
        "id": event_id(delivery.key),
        "source": "wirewatch",
        "type": _type_of(kind, payload),
        "subject": payload.get("exchange") or payload.get("subject") or payload["key"],
        "time": payload["decided_at"],
        "datacontenttype": "application/json",
        "data": {"title": delivery.title, "text": delivery.body, kind.value: payload},
    }
    return json.dumps(event, ensure_ascii=False, sort_keys=True).encode()


def _type_of(kind: Kind, payload: Mapping[str, Any]) -> str:
    about = "exchange" if kind is Kind.ALERT else kind.value
    return ".".join(("org.wirewatch", about, *payload.get("reasons", ())[:1]))


def _judged(name: str, answer: _Answer, now: datetime) -> Receipt:
    if answer.status in _OK:
        size = f"{len(answer.head)} bytes{'' if answer.whole else ' read of it'}"
        return Receipt(response=f"HTTP {answer.status}, {size}, sha256 {hashlib.sha256(answer.head).hexdigest()}")
    raise _refused(name, answer, now)


def _refused(name: str, answer: _Answer, now: datetime) -> DeliveryError:
    said = f"HTTP {answer.status}"
    if answer.status in _LATER:
        after_s = _retry_after(answer.retry_after, now)
        return later(name, said, hint="tried again later", after_s=after_s)
    return never(name, said, hint="look at the receiver and the channel's url, then `wirewatch alert resend`")


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from either form of the header; None when it is absent or unreadable."""
    if not value:
        return None
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _said(error: httpx.HTTPError) -> str:
    """What the network said; of what the receiver sent only that it was unreadable."""
    words = f" {error}" if isinstance(error, httpx.ConnectError) else ""
    return cut(one_line(f"{type(error).__name__}{words}"), _PROBLEM)
