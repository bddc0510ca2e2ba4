"""What machines read of the pages: `/alerts.atom` for feed readers, `/metrics` for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from alerting.atom import atom_feed
from models.threads import threads
from models.warehouse import Warehouse, now
from wirewatch.metrics import CONTENT_TYPE, exposition
from wirewatch.pages.app import FEED
from wirewatch.settings import Settings

METRICS: Final = "/metrics"
_ATOM: Final = "application/atom+xml"


def for_machines(warehouse: Warehouse, settings: Settings) -> Sequence[BaseRoute]:
    """Both routes; each answer is made when it is asked for."""
    return (
        Route(FEED, partial(_feed, warehouse, settings)),
        Route(METRICS, partial(_metrics, warehouse, settings)),
    )


def _feed(warehouse: Warehouse, settings: Settings, request: Request) -> Response:
    del request
    with warehouse.read() as connection:
        made = atom_feed(threads(connection), pages=settings.pages, now=settings.now or now(connection))
    return Response(made, media_type=_ATOM)


def _metrics(warehouse: Warehouse, settings: Settings, request: Request) -> Response:
    del request
    return Response(exposition(warehouse, settings), headers={"Content-Type": CONTENT_TYPE})
