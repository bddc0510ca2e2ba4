"""DOCTOR: everything a run needs, looked at once; each finding with what mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.errors import ConfigError, WirewatchError
from wirewatch.config import read_watch
from wirewatch.settings import Settings, load_settings

if TYPE_CHECKING:
    from models.warehouse import Warehouse

OURS: Final = ("spiders", "cleaning", "nlp", "models", "alerting", "wirewatch")
_LEAST_ROOM: Final = 1024**3  # bytes
_MOST_SKEW_S: Final = 60
_DAG_LIMIT_S: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: str  # ok | warn (a run goes on without it) | bad
    detail: str
    mend_with: str = ""


class _LesserError(WirewatchError):
    """Something a run goes on without."""


def examine(config: Path | None = None) -> tuple[Check, ...]:
    """Every check, in the order in which a fault would show; without settings, only those that need none."""
    try:
        settings = load_settings(config=config)
    except ConfigError as error:
        return (_bad("configuration", error), _look("package names", _package_names))
    return tuple(_checks(settings))


def _checks(settings: Settings) -> Iterator[Check]:
    looks: dict[str, Callable[[], str]] = {
        "configuration": lambda: _configuration(settings),
        "sources": lambda: _sources(settings),
        "package names": _package_names,
        "disk": lambda: _disk(settings),
        "warehouse": lambda: _warehouse(settings),
        "full text": lambda: _full_text(settings),
        "outbox": lambda: _outbox(settings),
        "clock": lambda: _clock(settings),
        "weights": lambda: _weights(settings),
        "model": lambda: _model(settings),
        "channels": lambda: _channels(settings),
        "daily run": lambda: _daily_run(settings),
        "airflow": lambda: _airflow(settings),
    }
    for name, look in looks.items():
        yield _look(name, look)


def _look(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, state="ok", detail=look())
    except _LesserError as error:
        return Check(name=name, state="warn", detail=_said(error), mend_with=error.hint)
    except WirewatchError as error:
        return _bad(name, error)


def _bad(name: str, error: WirewatchError) -> Check:
    return Check(name=name, state="bad", detail=_said(error), mend_with=error.hint)


def _said(error: WirewatchError) -> str:
    return f"{error.subject}: {error.problem}"


def _configuration(settings: Settings) -> str:
    watch = read_watch(settings.watch, channels=[channel.name for channel in settings.channels])
    return f"{len(watch.sources)} sources, {len(watch.rules)} rules, {len(watch.actors)} actors"


def _sources(settings: Settings) -> str:
    from models import sources

    with _opened(settings) as warehouse, warehouse.read() as connection:
        fares = sources.health(connection)
    failing = [f"{one.id}: {one.last_error}" for one in fares if one.last_error]
    if failing:
        raise _LesserError(f"{len(failing)} of {len(fares)} fail", "; ".join(failing), hint="`wirewatch source health`")
    verified = sum(one.verified for one in fares)
    if not verified:
        raise _LesserError("sources", "none is verified: nothing is collected", hint="`wirewatch source test ID`")
    return f"{verified} of {len(fares)} are verified, none failed when it was last polled"


def _package_names() -> str:
    providers = packages_distributions()
    for name in OURS:
        others = [d for d in providers.get(name, []) if d != "wirewatch"]
        if others:
            raise WirewatchError(
                name, f"{', '.join(others)} brings a package of our name", hint=f"pip uninstall {others[0]}, then ./run"
            )
    return "no other distribution brings one of ours"


def _disk(settings: Settings) -> str:
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.var):
            free = shutil.disk_usage(settings.var).free
    except OSError as error:
        raise WirewatchError(
            str(settings.var), f"cannot be written: {error.strerror}", hint="set WIREWATCH_VAR to a folder of yours"
        ) from error
    if free < _LEAST_ROOM:
        raise WirewatchError(str(settings.var), f"{free / 1024**2:.0f} MiB are free", hint="make room: 1 GiB at least")
    return f"{settings.var}: {free / 1024**3:.0f} GiB are free"


def _warehouse(settings: Settings) -> str:
    from models.queue import CLEAN, LINK, TAG, put_aside, waiting

    with _opened(settings) as warehouse, warehouse.write() as connection:
        queues = ", ".join(f"{waiting(connection, q)} wait to {q.stage}" for q in (CLEAN, TAG, LINK))
        aside = len(put_aside(connection))
    if aside:
        raise _LesserError(f"{aside} in quarantine", f"writable; {queues}", hint="`wirewatch quarantine list`")
    return f"at the newest schema, writable; {queues}"


def _full_text(settings: Settings) -> str:
    with _opened(settings) as warehouse, warehouse.read() as connection:
        found, held = (
            int(connection.exec_driver_sql(query).scalar_one())
            for query in ("SELECT count(*) FROM story_search", "SELECT count(*) FROM story_version")
        )
    if found != held:
        raise WirewatchError(
            "search", f"knows {found} of {held} story versions", hint="restore the last backup (`wirewatch db backup`)"
        )
    return f"search knows all {held} story versions"


def _outbox(settings: Settings) -> str:
    from models import outbox

    with _opened(settings) as warehouse, warehouse.read() as connection:
        waiting = outbox.unsent(connection)
    if waiting:
        raise _LesserError(
            "outbox", f"{waiting} deliveries are not sent", hint="`wirewatch alert log`, then `wirewatch alert`"
        )
    return "everything is sent"


def _clock(settings: Settings) -> str:
    from models.warehouse import now

    with _opened(settings) as warehouse, warehouse.read() as connection:
        skew = abs((now(connection) - datetime.now(UTC)).total_seconds())
    if skew > _MOST_SKEW_S:
        raise WirewatchError("clock", f"{skew:.0f} s apart from the warehouse's", hint="set the clock (NTP)")
    return f"{skew:.0f} s apart from the warehouse's"


def _weights(settings: Settings) -> str:
    from nlp.weights import SHIPPED, check

    stamp = check(settings.tag.folder or SHIPPED).stamp
    return f"{stamp.name} {stamp.version}, {stamp.weights_sha256[:12]}"


def _model(settings: Settings) -> str:
    from wirewatch.smoke import smoke

    return smoke(settings)


def _channels(settings: Settings) -> str:
    from alerting.channels import open_channel
    from alerting.secret import Secret

    for channel in settings.channels:
        open_channel(channel)
        for reference in (channel.url, channel.secret):
            if reference:
                Secret(reference).reveal()
    return ", ".join(f"{channel.name} ({channel.kind})" for channel in settings.channels) or "none"


def _daily_run(settings: Settings) -> str:
    """Whether a crawl of the latest day that must be done by now has ended."""
    from models.runs import latest_day

    with _opened(settings) as warehouse:
        latest = latest_day(warehouse, "collect")
    due = ((settings.now or datetime.now(UTC)) - timedelta(hours=settings.daily_h)).date()
    if latest is None:
        raise _LesserError("daily run", "none has ended yet", hint="./run up, or another Airflow with dags/")
    if latest < due:
        raise WirewatchError(
            "daily run", f"the last that ended is of {latest}, that of {due} is missing", hint="is ./run up running?"
        )
    return f"a crawl of {latest} has ended"


def _airflow(settings: Settings) -> str:
    """Read every DAG file in a process and a home of its own, so that looking leaves nothing behind."""
    from wirewatch.airflow_home import AirflowHome, is_prepared

    try:
        release = version("apache-airflow-core")
    except PackageNotFoundError:
        raise _LesserError("Airflow", "is not installed here", hint="./run test installs it") from None
    files = sorted((settings.root / "dags").glob("*.py"))
    for file in files:
        _read_dag(file, settings.root)
    home = AirflowHome(checkout=settings.root, folder=settings.root / "var" / "airflow")
    if not is_prepared(home):
        raise _LesserError("Airflow", "its database is not set up", hint=f"{sys.executable} -m wirewatch.airflow_home")
    return f"{release}; {len(files)} DAG file{'s' if len(files) != 1 else ''} can be read"


def _read_dag(file: Path, root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        own = {"AIRFLOW_HOME": folder, "AIRFLOW_CONFIG": str(root / "airflow.cfg")}
        done = subprocess.run(
            [sys.executable, str(file)],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=_DAG_LIMIT_S,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise WirewatchError(f"dags/{file.name}", last, hint="mend the file: Airflow would show no DAG")


@contextmanager
def _opened(settings: Settings) -> Iterator[Warehouse]:
    """The open warehouse, for the time of one look."""
    from models.warehouse import Warehouse

    warehouse = Warehouse.open(settings.warehouse)
    try:
        yield warehouse
    finally:
        warehouse.close()
