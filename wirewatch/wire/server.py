"""Serves the bundled wire: every outlet on a port of its own, so that each is a host of its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from models.errors import WirewatchError
from models.records import Source
from wirewatch.wire import render
from wirewatch.wire.library import Outlet, WireStory, outlets, stories

_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that a site was asked, and the status it answered with."""

    outlet: str
    path: str
    status: int
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A running wire."""

    sources: tuple[Source, ...]
    hosts: Mapping[str, str]  # outlet id → host:port
    requests: list[Request] = field(default_factory=list)  # grows while the wire runs

    @property
    def allow(self) -> str:
        """The host:port list that WIREWATCH_ALLOW takes."""
        return ",".join(self.hosts.values())

    def url_of(self, key: str) -> str:
        """The full address of a story, named `<outlet>/<slug>`."""
        outlet = next(outlet for outlet in outlets() if outlet.id == key.partition("/")[0])
        story = next(story for story in stories() if story.key == key)
        return f"http://{self.hosts[outlet.id]}{render.story_path(outlet, story)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    body: bytes
    content_type: str


class _Site:
    """All that one outlet serves, by path."""

    def __init__(self, outlet: Outlet, published: Sequence[WireStory], base: str) -> None:
        html = f"text/html; charset={outlet.charset}"
        self.outlet = outlet
        self.answers: dict[str, _Answer] = {
            "/robots.txt": _Answer(body=render.robots(outlet), content_type="text/plain"),
            outlet.feed_path: _Answer(body=render.feed(outlet, published, base), content_type=_TYPES[outlet.feed]),
        }
        for story in published:
            others = [other for other in published if other is not story]
            path = render.story_path(outlet, story)
            self.answers[path] = _Answer(body=render.page(outlet, story, others, base), content_type=html)
            if outlet.amp:
                body = render.page(outlet, story, others, base, layout="amp")
                self.answers["/amp" + path] = _Answer(body=body, content_type=html)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from what a site has, with an ETag."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: _Site, seen: list[Request], *args: Any) -> None:
        self._site = site
        self._seen = seen
        super().__init__(*args)

    def do_GET(self) -> None:
        answer = self._site.answers.get(urlsplit(self.path).path)
        if answer is None:
            self._send(HTTPStatus.NOT_FOUND, _Answer(body=b"<h1>404 Not Found</h1>", content_type="text/html"))
        elif self.headers.get("If-None-Match") == _etag(answer):
            self._send(HTTPStatus.NOT_MODIFIED, _Answer(body=b"", content_type=answer.content_type), _etag(answer))
        else:
            self._send(HTTPStatus.OK, answer, _etag(answer))

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Stay quiet; the wire keeps its requests."""

    def _send(self, status: HTTPStatus, answer: _Answer, etag: str = "") -> None:
        agent = self.headers.get("User-Agent", "")
        self._seen.append(Request(outlet=self._site.outlet.id, path=self.path, status=status.value, agent=agent))
        self.send_response(status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


class _Server(ThreadingHTTPServer):
    """One site's listening socket; its connections end with it."""

    daemon_threads = True
    block_on_close = False


@contextmanager
def serve(*, first_port: int = 0, until: datetime | None = None) -> Iterator[Wire]:
    """Serve the wire on 127.0.0.1 for the length of a `with` block.

    Args:
        first_port: the first outlet's port, the others follow; 0 takes free ports. A story's address holds its port,
            so runs that are to see the same stories must use the same ports.
        until: the wire as it stood at this moment; None = with everything.

    Raises:
        WirewatchError: a port is taken.
    """
    seen: list[Request] = []
    with ExitStack() as stack:
        servers = {
            outlet.id: stack.enter_context(_listening(first_port + place if first_port else 0))
            for place, outlet in enumerate(outlets())
        }
        hosts = {name: f"127.0.0.1:{server.server_port}" for name, server in servers.items()}
        for outlet in outlets():
            site = _Site(outlet, _published(outlet, until), f"http://{hosts[outlet.id]}")
            servers[outlet.id].RequestHandlerClass = partial(_Handler, site, seen)
            stack.enter_context(_answering(servers[outlet.id]))
        yield Wire(sources=tuple(_source(outlet, hosts[outlet.id]) for outlet in outlets()), hosts=hosts, requests=seen)


@contextmanager
def _listening(port: int) -> Iterator[_Server]:
    """A socket on 127.0.0.1, closed at the end."""
    try:
        server = _Server(("127.0.0.1", port), BaseHTTPRequestHandler)
    except OSError as error:
        raise WirewatchError(
            f"127.0.0.1:{port}", "another program listens there", hint="stop it, or choose other ports"
        ) from error
    with server:
        yield server


@contextmanager
def _answering(server: _Server) -> Iterator[None]:
    """A thread that answers until the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _published(outlet: Outlet, until: datetime | None) -> list[WireStory]:
    own = (story for story in stories() if story.outlet == outlet.id)
    return [story for story in own if until is None or story.at <= until]


def _source(outlet: Outlet, host: str) -> Source:
    return Source(
        id=outlet.id,
        outlet=outlet.name,
        kind=outlet.feed,
        url=f"http://{host}{outlet.feed_path}",
        language=outlet.language,
        country=outlet.country,
        owner=outlet.owner,
        role=outlet.role,
        side=outlet.side,
        verified=True,
    )


def _etag(answer: _Answer) -> str:
    return f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
