"""Around every answer, errors too: the headers that keep a page harmless, and the refusal of a borrowed host name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wirewatch.pages.answer import WANTS_JSON

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_JSON: Final = ".json"


@dataclass(frozen=True, slots=True)
class Guard:
    """The application behind it, and the names it may be asked under.

    A page on the web can make its own name stand for 127.0.0.1 and then read what answers there: only the name that
    the browser sends gives it away.
    """

    app: ASGIApp
    hosts: frozenset[str]  # without a port, in small letters; empty = any
    refuse: Callable[[Request], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with `/x.json` as `/x` that is to be JSON."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = _without_json(scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        if self.hosts and host_of(Request(scope).headers.get("host", "")) not in self.hosts:
            await self.refuse(Request(asked))(asked, receive, send_guarded)
        else:
            await self.app(asked, receive, send_guarded)


def host_of(header: str) -> str:
    """The name in a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _without_json(scope: Scope) -> Scope:
    path: str = scope["path"]
    if not path.endswith(_JSON):
        return scope
    raw = scope.get("raw_path")
    shorter = {"raw_path": raw.removesuffix(_JSON.encode())} if raw else {}
    return {**scope, "path": path.removesuffix(_JSON), **shorter, WANTS_JSON: True}
