"""A ready Airflow home: folders, secrets and policies, a metadata database that knows our DAGs and their pool.

`python -m wirewatch.airflow_home` makes the checkout's own, var/airflow, ready; `./run` does so at set-up.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from models.errors import WirewatchError

_USER = "admin"
_COMMAND_LIMIT_S = 300
_POLICIES = """\
# Written at set-up: where Airflow looks for what is true of every DAG.
from wirewatch.airflow.policy import dag_policy

__all__ = ["dag_policy"]
"""
# Tagging takes a core and a model's memory: one at a time on a machine. A task whose pool is unknown never starts.
_POOL = ("nlp", "1", "tagging, one at a time")


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowHome:
    """Where one Airflow lives: `checkout` holds airflow.cfg and dags/, `folder` takes what it writes."""

    checkout: Path
    folder: Path
    port: int = 8081  # of its API and pages, on 127.0.0.1

    @property
    def url(self) -> str:
        """Address of the API and the pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def secrets(self) -> Path:
        """The folder that airflow.cfg reads its secrets from."""
        return self.folder / "secrets"

    def credentials(self) -> tuple[str, str]:
        """User and password of the one account that set-up made."""
        passwords = json.loads((self.secrets / "passwords.json").read_text(encoding="utf-8"))
        return _USER, str(passwords[_USER])

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """What Airflow and its tasks are started with: ours over `extra` over the environment of this process."""
        own = {
            "AIRFLOW_CONFIG": str(self.checkout / "airflow.cfg"),
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.checkout / "dags"),
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
        }
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
        return {**os.environ, "PATH": path, **extra, **own}


def prepare(home: AirflowHome, extra: Mapping[str, str] | None = None) -> None:
    """Make the home ready; what is there already is left alone, so a second call costs nothing.

    Args:
        home: the home.
        extra: what Airflow finds in its environment besides ours.

    Raises:
        WirewatchError: Airflow could not bring its metadata database up to date, or read the DAGs.
    """
    write_secrets(home)
    write_policies(home)
    if not is_prepared(home):
        for words in (("db", "migrate"), ("pools", "set", *_POOL), ("dags", "reserialize")):
            _airflow(home, words, extra or {})
        _stamp(home).touch()


def is_prepared(home: AirflowHome) -> bool:
    """Whether set-up of this release of Airflow ended well here."""
    return _stamp(home).exists()


def _stamp(home: AirflowHome) -> Path:
    return home.folder / f"prepared-{version('apache-airflow-core')}"


def write_policies(home: AirflowHome) -> None:
    """Write the module in which Airflow finds our policies; one that is there stays, for it may hold others too."""
    file = home.folder / "config" / "airflow_local_settings.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(_POLICIES, encoding="utf-8")


def write_secrets(home: AirflowHome) -> None:
    """Make the secrets that airflow.cfg reads by command; those that exist stay as they are."""
    home.secrets.mkdir(parents=True, exist_ok=True)
    home.secrets.chmod(0o700)
    for name, make in _SECRETS.items():
        _write_once(home.secrets / name, make)


_SECRETS: dict[str, Callable[[], str]] = {
    "jwt_secret": lambda: secrets.token_urlsafe(64),  # one for all processes, at least 64 bytes
    "api_secret_key": lambda: secrets.token_urlsafe(48),
    "fernet_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "passwords.json": lambda: json.dumps({_USER: secrets.token_urlsafe(16)}),
}


def _write_once(path: Path, make: Callable[[], str]) -> None:
    """Write a secret that only its owner may read; never over one that exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(make())


def _airflow(home: AirflowHome, words: Sequence[str], extra: Mapping[str, str]) -> None:
    """Run one command of Airflow to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *words],
        env=home.environment(extra),
        capture_output=True,
        text=True,
        timeout=_COMMAND_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise WirewatchError(f"airflow {' '.join(words)}", f"ended with {done.returncode}", hint=done.stderr[-800:])


if __name__ == "__main__":
    _checkout = Path(__file__).resolve().parent.parent
    prepare(AirflowHome(checkout=_checkout, folder=_checkout / "var" / "airflow"))
