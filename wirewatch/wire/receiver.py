"""A webhook receiver on 127.0.0.1 that writes every delivery it gets to a file, one JSON object a line."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from models.errors import WirewatchError

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A running receiver: where it listens and what it has got so far."""

    url: str
    host: str  # host:port, for WIREWATCH_ALLOW
    log: Path

    def deliveries(self) -> tuple[dict[str, Any], ...]:
        """All deliveries in the file, oldest first: path, headers (names in lower case), body (text)."""
        if not self.log.exists():
            return ()
        return tuple(json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines())


class _Handler(BaseHTTPRequestHandler):
    """Writes the delivery down, then says 204; verifies nothing."""

    def __init__(self, log: Path, lock: threading.Lock, *args: Any) -> None:
        self._log = log
        self._lock = lock
        super().__init__(*args)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        if size > _MAX_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(size).decode("utf-8", errors="replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = json.dumps({"path": self.path, "headers": headers, "body": body}, ensure_ascii=False)
        with self._lock, self._log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet; the file is the log."""


@contextmanager
def receive(log: Path, *, port: int = 0) -> Iterator[Receiver]:
    """Listen on 127.0.0.1 for the length of a `with` block and append every delivery to `log`.

    Raises:
        WirewatchError: the port is taken.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, log, threading.Lock()))
    except OSError as error:
        raise WirewatchError(
            f"127.0.0.1:{port}", "another program listens there", hint="choose another port"
        ) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    try:
        yield Receiver(url=f"http://{host}/hook", host=host, log=log)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
