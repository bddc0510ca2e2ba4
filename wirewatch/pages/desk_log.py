"""`/sources` and `/alerts`: how each source fares, and what the desk was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from models import outbox, sources
from models.outbox import LoggedAlert, LoggedDelivery
from models.sources import SourceHealth
from models.warehouse import Warehouse
from wirewatch.pages.answer import Shown

_MOST: Final = 200  # alerts on one page; the latest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source and, in one word, how it fares."""

    state: str  # ok | failing | new (never polled) | unverified
    source: SourceHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the page of sources shows."""

    states: dict[str, int]  # state → how many
    sources: tuple[Watched, ...]  # by id


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert and its way to each channel."""

    alert: LoggedAlert
    state: str  # sent | waiting | dead | kept back | no channel
    deliveries: tuple[LoggedDelivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What the page of alerts shows."""

    found: int
    alerts: tuple[ToldAlert, ...]  # the latest first


def watched(warehouse: Warehouse, request: Request) -> Shown:
    """The health of every source."""
    del request
    with warehouse.read() as connection:
        shown = tuple(Watched(state=_fares(one), source=one) for one in sources.health(connection))
    states = {state: sum(one.state == state for one in shown) for state in dict.fromkeys(one.state for one in shown)}
    return Shown(template="sources.html", title="Sources", view=Sources(states=states, sources=shown))


def _fares(one: SourceHealth) -> str:
    if not one.verified:
        return "unverified"
    if one.last_error:
        return "failing"
    return "ok" if one.last_ok_at else "new"


def told(warehouse: Warehouse, request: Request) -> Shown:
    """The log of alerts."""
    del request
    with warehouse.read() as connection:
        alerts, deliveries = outbox.alerts(connection), outbox.deliveries(connection)
    shown = tuple(_told(alert, deliveries) for alert in alerts[:_MOST])
    return Shown(template="alerts.html", title="Alerts", view=Alerts(found=len(alerts), alerts=shown))


def _told(alert: LoggedAlert, deliveries: tuple[LoggedDelivery, ...]) -> ToldAlert:
    mine = tuple(one for one in deliveries if one.key == f"{alert.event_key}:{one.channel}")
    return ToldAlert(alert=alert, state=_state(alert, mine), deliveries=mine)


def _state(alert: LoggedAlert, deliveries: tuple[LoggedDelivery, ...]) -> str:
    """The worst of its deliveries."""
    if alert.suppressed:
        return "kept back"
    states = {one.state for one in deliveries}
    return next((state for state in ("dead", "waiting", "sent") if state in states), "no channel")
