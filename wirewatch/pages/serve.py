"""Serving the pages on this machine; beyond it they would need accounts, which they do not have."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

import uvicorn

from models.errors import ConfigError
from models.warehouse import Warehouse
from wirewatch.pages.app import make_app
from wirewatch.pages.machines import for_machines
from wirewatch.settings import Settings
from wirewatch.show import say

_OURS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LEAVE_S: Final = 3  # that an answer in the making may take after the word to stop


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        settings: where the warehouse is.
        host: an address or name of this machine that no other machine reaches.
        port: 0 takes a free one.

    Raises:
        ConfigError: the host is reached from beyond this machine, or the port is taken.
        WarehouseError: the warehouse cannot be reached or must be upgraded.
    """
    address = loopback(host)
    with closing(Warehouse.open(settings.warehouse, read_only=True)) as warehouse, _bound(address, port) as listening:
        named = f"[{address}]" if ":" in address else address
        taken = listening.getsockname()[1]
        hosts = {*_OURS, host.lower(), address, urlsplit(settings.pages).hostname or ""} - {""}
        app = make_app(warehouse, hosts=hosts, more=for_machines(warehouse, settings))
        server = _Announced(_config(app), words=f"pages on http://{named}:{taken}/ (Ctrl-C ends them)")
        server.run(sockets=[listening])


class _Announced(uvicorn.Server):
    """A server that says where it is once it heeds the word to stop, not before."""

    def __init__(self, config: uvicorn.Config, *, words: str) -> None:
        super().__init__(config)
        self._words = words

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        say(self._words)


def loopback(host: str) -> str:
    """The address behind a host.

    Raises:
        ConfigError: it is unknown, or one of its addresses can be reached from another machine.
    """
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)] if host else []
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"--host {host}", "is no address and no name of this machine", hint="127.0.0.1") from error
    if not found or not all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found):
        raise ConfigError(
            f"--host {host}",
            "can be reached from other machines, and the pages have no accounts yet",
            hint="serve on 127.0.0.1 and reach it through an SSH tunnel",
        )
    return found[0]


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "is no port"
        raise ConfigError(f"--port {port}", f"{why}".lower(), hint="another --port, or 0 for a free one") from error


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # uvicorn asks for its own, narrower type of the same protocol
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LEAVE_S,
    )
