"""Serves the bundled wire: every outlet on a port of its own, so that each is a host of its own."""

from __future__ import annotations

import hashlib
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.errors import ConfigError, WirewatchError
from models.records import Source
from wirewatch.wire import render
from wirewatch.wire.library import Outlet, WireStory, outlets, stories
from wirewatch.wire.listings import SITEMAP_INDEX, TYPES, Listed, listings
from wirewatch.wire.moment import Clock, clock_of

_ROBOTS = "/robots.txt"
_HUNG_UP = 0  # the status of a request that got no answer
_DROPS = 20  # pieces in which a slow site sends its listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that a site was asked, and the status it answered with; 0 when it hung up."""

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
    content_type: str = "text/html"
    status: HTTPStatus = HTTPStatus.OK
    slow_s: float = 0.0

    @property
    def etag(self) -> str:
        """Names the body; only what is there has one."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"' if self.status is HTTPStatus.OK else ""


class _Site:
    """All that one outlet serves, by path, at whatever moment its clock tells."""

    def __init__(self, outlet: Outlet, base: str, clock: Clock) -> None:
        self.outlet = outlet
        self.clock = clock
        self._base = base
        self._lock = threading.Lock()
        self._rendered: tuple[datetime | None, dict[str, _Answer]] | None = None

    def answer(self, path: str, moment: datetime | None) -> _Answer | None:
        """What lies at a path at a moment; None when nothing does."""
        with self._lock:
            if self._rendered is None or self._rendered[0] != moment:
                self._rendered = (moment, dict(self._answers(moment)))
            return self._rendered[1].get(path)

    def _answers(self, moment: datetime | None) -> Iterator[tuple[str, _Answer]]:
        outlet, base = self.outlet, self._base
        published = [story for story in stories(moment) if story.outlet == outlet.id]
        sitemap = base + SITEMAP_INDEX if "sitemap" in outlet.ways else ""
        yield _ROBOTS, _Answer(body=render.robots(outlet, sitemap), content_type="text/plain")
        gone = [item for item in outlet.gone if moment is None or item.at <= moment]
        newest = sorted(published, key=lambda story: story.at, reverse=True)
        for path, kind, body in listings(Listed(outlet=outlet, stories=newest, gone=gone, base=base, moment=moment)):
            yield path, _Answer(body=body, content_type=TYPES[kind], slow_s=outlet.slow_s)
        for story in published:
            yield from self._pages(story, [other for other in published if other is not story], moment)

    def _pages(
        self, story: WireStory, others: list[WireStory], moment: datetime | None
    ) -> Iterator[tuple[str, _Answer]]:
        path = render.story_path(self.outlet, story)
        if story.is_removed(moment):
            yield path, _Answer(body=b"<h1>410 Gone</h1>", status=HTTPStatus.GONE)
            return
        html = f"text/html; charset={self.outlet.charset}"
        yield path, _Answer(body=render.page(self.outlet, story, others, self._base), content_type=html)
        if self.outlet.amp:
            body = render.page(self.outlet, story, others, self._base, layout="amp")
            yield "/amp" + path, _Answer(body=body, content_type=html)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from what a site has, with an ETag; or fails as the site does at that moment."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: _Site, seen: list[Request], *args: Any) -> None:
        self._site = site
        self._seen = seen
        super().__init__(*args)

    def do_GET(self) -> None:
        try:
            moment = self._site.clock()
        except ConfigError as error:
            self._send(_Answer(body=str(error).encode(), status=HTTPStatus.INTERNAL_SERVER_ERROR))
            return
        failing = self._site.outlet.fails(moment)
        if failing == "closed":
            self._hang_up()
        elif failing and self.path != _ROBOTS:  # a file on disk, which answers while the pages' program fails
            self._send(_Answer(body=b"<h1>500</h1>", status=HTTPStatus.INTERNAL_SERVER_ERROR))
        else:
            self._send(self._found(moment))

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Stay quiet; the wire keeps its requests."""

    def _found(self, moment: datetime | None) -> _Answer:
        answer = self._site.answer(urlsplit(self.path).path, moment)
        return answer or _Answer(body=b"<h1>404 Not Found</h1>", status=HTTPStatus.NOT_FOUND)

    def _send(self, answer: _Answer) -> None:
        is_known = bool(answer.etag) and self.headers.get("If-None-Match") == answer.etag
        status = HTTPStatus.NOT_MODIFIED if is_known else answer.status
        body = b"" if is_known else answer.body
        self._note(status.value)
        self.send_response(status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if answer.etag:
            self.send_header("ETag", answer.etag)
        self.end_headers()
        if self.command != "HEAD":
            self._write(body, answer.slow_s)

    def _write(self, body: bytes, slow_s: float) -> None:
        """The body, at once or drop by drop."""
        size = max(1, -(-len(body) // _DROPS)) if slow_s else max(1, len(body))
        for start in range(0, len(body), size):
            time.sleep(slow_s / _DROPS)
            self.wfile.write(body[start : start + size])

    def _hang_up(self) -> None:
        self._note(_HUNG_UP)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _note(self, status: int) -> None:
        agent = self.headers.get("User-Agent", "")
        self._seen.append(Request(outlet=self._site.outlet.id, path=self.path, status=status, agent=agent))


class _Server(ThreadingHTTPServer):
    """One site's listening socket; its connections end with it."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left in the middle of an answer is no matter of ours; all else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(*, first_port: int = 0, until: datetime | Path | None = None) -> Iterator[Wire]:
    """Serve the wire on 127.0.0.1 for the length of a `with` block.

    Args:
        first_port: the first outlet's port, the others follow; 0 takes free ports. A story's address holds its port,
            so runs that are to see the same stories must use the same ports.
        until: the wire as it stood at this moment; None = with everything. A file holds the moment and may change
            while the wire runs (`wirewatch.wire.moment.set_moment` writes it).

    Raises:
        WirewatchError: a port is taken.
        ConfigError: the file holds no moment.
    """
    clock = clock_of(until)
    seen: list[Request] = []
    with ExitStack() as stack:
        servers = {
            outlet.id: stack.enter_context(_listening(first_port + place if first_port else 0))
            for place, outlet in enumerate(outlets())
        }
        hosts = {name: f"127.0.0.1:{server.server_port}" for name, server in servers.items()}
        for outlet in outlets():
            site = _Site(outlet, f"http://{hosts[outlet.id]}", clock)
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


def _source(outlet: Outlet, host: str) -> Source:
    return Source(
        id=outlet.id,
        outlet=outlet.name,
        kind=outlet.source,
        url=f"http://{host}{outlet.ways[outlet.source]}",
        language=outlet.language,
        country=outlet.country,
        owner=outlet.owner,
        role=outlet.role,
        side=outlet.side,
        verified=True,
    )
