"""DOCTOR: everything a run needs, looked at once; each finding with what mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from typing import Final

from models.errors import WirewatchError
from wirewatch.config import read_rules, read_sources
from wirewatch.settings import Settings

OURS: Final = ("spiders", "cleaning", "nlp", "models", "alerting", "wirewatch")
_LEAST_ROOM: Final = 1024**3  # bytes
_MOST_SKEW_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: str  # ok | bad
    detail: str
    mend_with: str = ""


def examine(settings: Settings) -> tuple[Check, ...]:
    """Every check, in the order in which a fault would show."""
    looks: dict[str, Callable[[Settings], str]] = {
        "configuration": _configuration,
        "package names": _package_names,
        "disk": _disk,
        "warehouse": _warehouse,
        "model": _model,
        "channels": _channels,
    }
    return tuple(_look(name, look, settings) for name, look in looks.items())


def _look(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name=name, state="ok", detail=look(settings))
    except WirewatchError as error:
        return Check(name=name, state="bad", detail=f"{error.subject}: {error.problem}", mend_with=error.hint)


def _configuration(settings: Settings) -> str:
    watched = read_sources(settings.watch / "sources.toml")
    rules = read_rules(settings.watch / "rules.toml", channels=[channel.name for channel in settings.channels])
    return f"{len(watched)} sources, {sum(s.verified for s in watched)} of them verified, {len(rules)} rules"


def _package_names(settings: Settings) -> str:
    del settings
    providers = packages_distributions()
    for name in OURS:
        others = [d for d in providers.get(name, []) if d != "wirewatch"]
        if others:
            raise WirewatchError(
                name, f"{', '.join(others)} brings a package of our name", hint=f"uninstall {others[0]}"
            )
    return "no other distribution brings one of ours"


def _disk(settings: Settings) -> str:
    settings.var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.var).free
    if free < _LEAST_ROOM:
        raise WirewatchError(str(settings.var), f"{free / 1024**2:.0f} MiB are free", hint="make room: 1 GiB at least")
    return f"{free / 1024**3:.0f} GiB are free"


def _warehouse(settings: Settings) -> str:
    from models.queue import CLEAN, LINK, TAG, put_aside, waiting
    from models.warehouse import Warehouse, now

    warehouse = Warehouse.open(settings.warehouse)
    try:
        with warehouse.write() as connection:
            skew = abs((now(connection) - datetime.now(UTC)).total_seconds())
            queues = ", ".join(f"{waiting(connection, q)} wait to {q.stage}" for q in (CLEAN, TAG, LINK))
            aside = len(put_aside(connection))
    finally:
        warehouse.close()
    if skew > _MOST_SKEW_S:
        raise WirewatchError("clock", f"{skew:.0f} s apart from the warehouse's", hint="set the clock (NTP)")
    return f"at the newest schema, writable; {queues}, {aside} in quarantine"


def _model(settings: Settings) -> str:
    from nlp.weights import check

    del settings
    stamp = check().stamp
    return f"{stamp.name} {stamp.version}, {stamp.weights_sha256[:12]}"


def _channels(settings: Settings) -> str:
    from alerting.secret import Secret

    for channel in settings.channels:
        for reference in (channel.url, channel.secret):
            if reference:
                Secret(reference).reveal()
    return ", ".join(f"{channel.name} ({channel.kind})" for channel in settings.channels) or "none"
