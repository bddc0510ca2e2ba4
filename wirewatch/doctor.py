"""DOCTOR: everything a run needs, looked at once; each finding with what mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Final

from models.errors import ConfigError, WirewatchError
from wirewatch import doctor_state
from wirewatch.checks import Check, LesserError, fault, look
from wirewatch.config import read_watch
from wirewatch.doctor_ports import ports
from wirewatch.doctor_state import opened
from wirewatch.settings import Settings, load_settings

OURS: Final = ("spiders", "cleaning", "nlp", "models", "alerting", "wirewatch")
_LEAST_ROOM: Final = 1024**3  # bytes
_OTHERS: Final = 0o077  # permissions of anybody but the owner
_DAG_LIMIT_S: Final = 120


def examine(config: Path | None = None, *, only: Sequence[str] = ()) -> tuple[Check, ...]:
    """Look at everything, in the order in which a fault would show; without settings, only at what needs none.

    Args:
        config: the main file; where it is looked for by itself when None.
        only: names of checks; every check when empty.

    Raises:
        ConfigError: a name is of no check.
    """
    try:
        settings = load_settings(config=config)
    except ConfigError as error:
        return (fault("configuration", error), look("package names", _package_names))
    looks = _looks(settings)
    for name in only:
        if name not in looks:
            raise ConfigError("doctor", f"no check is called {name!r}", hint=f"one of: {', '.join(looks)}")
    return tuple(look(name, looks[name]) for name in only or looks)


def _looks(settings: Settings) -> dict[str, Callable[[], str]]:
    """Every check by its name."""
    return {
        "configuration": lambda: _configuration(settings),
        "sources": lambda: doctor_state.sources(settings),
        "package names": _package_names,
        "disk": lambda: _disk(settings),
        "warehouse": lambda: _warehouse(settings),
        "full text": lambda: _full_text(settings),
        "quarantine": lambda: doctor_state.quarantine(settings),
        "leases": lambda: doctor_state.leases(settings),
        "outbox": lambda: doctor_state.outbox(settings),
        "clock": lambda: doctor_state.clock(settings),
        "weights": lambda: _weights(settings),
        "model": lambda: _model(settings),
        "channels": lambda: _channels(settings),
        "daily run": lambda: _daily_run(settings),
        "airflow": lambda: _airflow(settings),
        "airflow secrets": lambda: _airflow_secrets(settings),
        "ports": lambda: ports(settings),
    }


def _configuration(settings: Settings) -> str:
    watch = read_watch(settings.watch, channels=[channel.name for channel in settings.channels])
    return f"{len(watch.sources)} sources, {len(watch.rules)} rules, {len(watch.actors)} actors"


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
    from models.queue import CLEAN, LINK, TAG, waiting

    with opened(settings) as warehouse, warehouse.write() as connection:
        queues = ", ".join(f"{waiting(connection, q)} wait to {q.stage}" for q in (CLEAN, TAG, LINK))
    return f"at the newest schema, writable; {queues}"


def _full_text(settings: Settings) -> str:
    with opened(settings) as warehouse, warehouse.read() as connection:
        found, held = (
            int(connection.exec_driver_sql(query).scalar_one())
            for query in ("SELECT count(*) FROM story_search", "SELECT count(*) FROM story_version")
        )
    if found != held:
        raise WirewatchError(
            "search", f"knows {found} of {held} story versions", hint="restore the last backup (`wirewatch db backup`)"
        )
    return f"search knows all {held} story versions"


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
    from models.runs import first_day, latest_day

    with opened(settings) as warehouse:
        latest, first = latest_day(warehouse, "collect"), first_day(warehouse)
    due = ((settings.now or datetime.now(UTC)) - timedelta(hours=settings.daily_h)).date()
    if latest is not None and latest >= due:
        return f"a crawl of {latest} has ended"
    last = f"the last that ended is of {latest}" if latest else "none has ended yet"
    if latest is None and (first is None or first >= due):  # all that ever ran here ran today
        raise LesserError("daily run", last, hint="./run up, or another Airflow with dags/")
    raise WirewatchError("daily run", f"{last}, that of {due} is missing", hint="is ./run up running?")


def _airflow(settings: Settings) -> str:
    """Read every DAG file in a process and a home of its own, so that looking leaves nothing behind."""
    from wirewatch.airflow_home import AirflowHome, is_prepared

    try:
        release = version("apache-airflow-core")
    except PackageNotFoundError:
        raise LesserError("Airflow", "is not installed here", hint="./run test installs it") from None
    files = sorted((settings.root / "dags").glob("*.py"))
    for file in files:
        _read_dag(file, settings.root)
    home = AirflowHome(checkout=settings.root, folder=settings.root / "var" / "airflow")
    if not is_prepared(home):
        raise LesserError("Airflow", "its database is not set up", hint=f"{sys.executable} -m wirewatch.airflow_home")
    return f"{release}; {len(files)} DAG file{'s' if len(files) != 1 else ''} can be read"


def _airflow_secrets(settings: Settings) -> str:
    """Whether the secrets that set-up made for Airflow are for their owner alone."""
    files = sorted((settings.root / "var" / "airflow" / "secrets").glob("*"))
    for path in files:
        if path.stat().st_mode & _OTHERS:
            raise WirewatchError(str(path), "may be read by others", hint=f"chmod 600 {path}")
    return f"{len(files)} files, for their owner alone" if files else "not made yet"


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
