"""The application: which address shows what, and what an address shows that has nothing or fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from models.errors import WarehouseError
from models.warehouse import Warehouse
from wirewatch.pages.answer import STATIC, Shown, answer, static
from wirewatch.pages.board import exchanges
from wirewatch.pages.desk_log import told, watched
from wirewatch.pages.exchange import MovedError, exchange
from wirewatch.pages.guard import Guard
from wirewatch.pages.search import look_up
from wirewatch.pages.story import story

Page = Callable[[Warehouse, Request], Shown]
FEED: Final = "/alerts.atom"
_PAGES: Final[Sequence[tuple[str, Page]]] = (
    ("/exchanges", exchanges),
    ("/exchanges/{slug}", exchange),
    ("/stories/{key}", story),
    ("/search", look_up),
    ("/sources", watched),
    ("/alerts", told),
)
_log = logging.getLogger(__name__)


def make_app(warehouse: Warehouse, *, hosts: Collection[str] = (), more: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The pages as an application that runs by itself or under any prefix of another one.

    Args:
        warehouse: what is shown; only read.
        hosts: names that it may be asked under, without a port; any when left out.
        more: routes that other parts bring, such as `/alerts.atom` (which the alerts page then names) and `/metrics`;
            they answer under the same guard.
    """
    app = Starlette(
        routes=[
            Route("/", _home),
            *(Route(path, partial(_shown, warehouse, page)) for path, page in _PAGES),
            Route("/static/{name}", _static),
            *more,
        ],
        exception_handlers={
            HTTPException: _refused,
            WarehouseError: _unreadable,
            Exception: _broken,
            MovedError: _moved,
        },
    )
    app.router.redirect_slashes = False  # its redirects would name the host that the request claims
    app.state.has_feed = any(getattr(route, "path", "") == FEED for route in more)
    return Guard(app, frozenset(hosts), partial(_misdirected, app))


def _shown(warehouse: Warehouse, page: Page, request: Request) -> Response:
    return answer(request, page(warehouse, request))


def _home(request: Request) -> Response:
    del request
    return _elsewhere("exchanges", HTTPStatus.TEMPORARY_REDIRECT)


def _static(request: Request) -> Response:
    if request.path_params["name"] not in STATIC:
        raise HTTPException(404)
    return static(request)


def _elsewhere(address: str, status: HTTPStatus) -> Response:
    """A redirect to an address relative to the one that was asked, so that it holds under any prefix."""
    return Response(status_code=status, headers={"Location": address})


# ---------------------------------------------------------------- what fails is a page too


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An answer without what was asked for."""

    status: int  # HTTP
    head: str
    told: str


_SAID: Final = {
    404: "There is nothing under this address.",
    405: "These pages can be read, and nothing else.",
}


def _moved(request: Request, error: Exception) -> Response:
    del request
    return _elsewhere(str(error), HTTPStatus.PERMANENT_REDIRECT)


def _refused(request: Request, error: Exception) -> Response:
    status, detail, headers = _parts(error)
    phrase = HTTPStatus(status).phrase
    told = _SAID.get(status, detail) if detail == phrase else detail
    return _failed(request, status, phrase, told, headers)


def _parts(error: Exception) -> tuple[int, str, Any]:
    return (error.status_code, error.detail, error.headers) if isinstance(error, HTTPException) else (500, "", None)


def _unreadable(request: Request, error: Exception) -> Response:
    _log.error("page not served", extra={"url": request.scope["path"], "error": str(error)})
    told = "The warehouse cannot be read right now. Try again in a moment; `wirewatch doctor` tells more."
    return _failed(request, 503, "The warehouse does not answer", told, {"Retry-After": "5"})


def _broken(request: Request, error: Exception) -> Response:
    del error  # the server logs it whole; a reader gets no inside of ours
    return _failed(
        request, 500, "Something broke", "This page could not be made. The log of `wirewatch serve` says why."
    )


def _misdirected(app: Starlette, request: Request) -> Response:
    request.scope["app"] = app
    told = "These pages answer under their own name only, such as http://127.0.0.1:8080/."
    return _failed(request, 421, "Asked under a foreign name", told)


def _failed(request: Request, status: int, head: str, told: str, headers: Any = None) -> Response:
    view = Failure(status=status, head=head, told=told)
    response = answer(request, Shown(template="failure.html", title=head, view=view, status=status))
    response.headers.update(headers or {})
    return response
