"""UP: scheduler, Airflow's pages and the desk's pages on this machine until somebody says stop."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from models.errors import ConfigError, DeliveryError, WirewatchError
from models.migrate import upgrade
from wirewatch.airflow_home import AirflowHome, prepare
from wirewatch.notice import Notice, tell
from wirewatch.processes import ProcessGroup, terminable
from wirewatch.scheduler import CHAIN, Api, logs_of, speaking, start_components
from wirewatch.settings import VARIABLES, Settings
from wirewatch.show import say

_HOST: Final = "127.0.0.1"
_GRACE_S: Final = 6.0  # Airflow ends well in less; whoever waits at the terminal waits ten seconds at most
_LOOK_S: Final = 1.0  # between two looks at whether everything still runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where on 127.0.0.1 the pages are."""

    pages: int = 8080
    airflow: int = 8081


def up(settings: Settings, ports: Ports, *, config: Path | None = None, pages: Sequence[str] = ()) -> None:
    """Run everything until Ctrl-C or SIGTERM, which end it in good order: KeyboardInterrupt is raised when all is gone.

    Args:
        settings: the settings in force.
        ports: where the pages are.
        config: the main file that a flag named; every process gets it.
        pages: the command that serves the pages; `wirewatch serve` when empty.

    Raises:
        ConfigError: a port is taken.
        WirewatchError: Airflow could not be set up, or a process ended on its own; the operator is told, all end.
    """
    home = AirflowHome(checkout=settings.root, folder=settings.root / "var" / "airflow", port=ports.airflow)
    serve = pages or [sys.executable, "-m", "wirewatch.cli", "serve", "--port", str(ports.pages)]
    with ExitStack() as stack:
        stack.enter_context(terminable())
        for name, port in (("pages", ports.pages), ("airflow", ports.airflow)):
            _refuse_taken(name, port)
        settings.var.mkdir(parents=True, exist_ok=True)
        upgrade(settings.warehouse)
        prepare(home)
        group = stack.enter_context(_group(home, config))
        group.start("pages", serve)
        start_components(group)
        api = stack.enter_context(speaking(home, group))
        _introduce(home, ports)
        _first_run(api)
        say("ready; Ctrl-C stops everything")
        _watch(group, settings)


def _watch(group: ProcessGroup, settings: Settings) -> NoReturn:
    """Look after the processes; the operator hears of one that ended, for nothing runs on schedule after that.

    Raises:
        WirewatchError: a process ended on its own.
    """
    while True:
        try:
            group.check()
        except WirewatchError as ended:
            _tell_of_end(settings, ended)
            raise
        time.sleep(_LOOK_S)


def _tell_of_end(settings: Settings, ended: WirewatchError) -> None:
    now = datetime.now(UTC)
    notice = Notice(
        key=f"ended:{ended.subject}:{now:%Y-%m-%dT%H:%M:%S}",
        reason="stopped",
        subject=ended.subject,
        title="wirewatch up has stopped",
        text=f"{ended}: nothing runs on schedule until `./run up` is started again",
    )
    try:
        tell(settings.operator, notice, told=settings.operator_told, now=now, pages=settings.pages)
    except (DeliveryError, OSError) as error:
        say(f"{settings.operator.name}: the operator could not be told: {error}")


def _group(home: AirflowHome, config: Path | None) -> ProcessGroup:
    """Children that find what this process found."""
    own = {VARIABLES["config"]: str(config.resolve())} if config else {}
    return ProcessGroup(env=home.environment(own), logs=logs_of(home), grace_s=_GRACE_S)


def _introduce(home: AirflowHome, ports: Ports) -> None:
    user, _ = home.credentials()
    say(f"pages     http://{_HOST}:{ports.pages}")
    say(f"airflow   {home.url}, user {user}, password in {home.secrets / 'passwords.json'}")


def _first_run(api: Api) -> None:
    """Where no day was ever collected, today is, at once; afterwards the schedule sees to it."""
    first = CHAIN[0]
    api.wait_for_dag(first)
    if not api.runs(first):
        say(f"airflow   first run: {api.trigger(first)}")


def _refuse_taken(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was left a moment ago is free
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            said = os.strerror(error.errno or 0)
            raise ConfigError(
                f"{name} {_HOST}:{port}", said, hint="stop what listens there, or choose a port"
            ) from error
