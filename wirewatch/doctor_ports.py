"""The ports that the pages and Airflow listen on: free, ours, or taken by somebody else."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

import httpx

from wirewatch.checks import LesserError
from wirewatch.settings import Settings

_HOST: Final = "127.0.0.1"
_AIRFLOW: Final = 8081
_PAGES: Final = 8080
# what answers there when it is ours: an address, and a word in the answer
_ANSWERS: Final = {"pages": ("/exchanges", "Wirewatch"), "Airflow": ("/api/v2/monitor/health", '"scheduler"')}
_PATIENCE_S: Final = 3.0


def ports(settings: Settings) -> str:
    """Whether each port is free, or the program that ought to be there answers on it."""
    said = []
    for what, port in {"pages": _port_of_pages(settings), "Airflow": _AIRFLOW}.items():
        if _is_free(port):
            said.append(f"{what}: {port} is free")
        elif _is_ours(what, port):
            said.append(f"{what}: runs on {port}")
        else:
            mend = f"end what `ss -ltnp sport = :{port}` shows, or choose another port"
            raise LesserError(f"port {port}", f"another program listens there, so {what} cannot", hint=mend)
    return ", ".join(said)


def _port_of_pages(settings: Settings) -> int:
    """The port that links lead to, where they lead to this machine."""
    link = urlsplit(settings.pages)
    return (link.port if link.hostname in (_HOST, "localhost") else None) or _PAGES


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _is_ours(what: str, port: int) -> bool:
    path, word = _ANSWERS[what]
    try:
        answer = httpx.get(f"http://{_HOST}:{port}{path}", timeout=_PATIENCE_S, trust_env=False)
    except httpx.HTTPError:
        return False
    return word in answer.text
