"""A whole copy of a PostgreSQL warehouse, by the server's own tool, in its own format; read through once it is made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from models.errors import WarehouseError
from models.warehouse import shown

_INSTALLED: Final = Path("/usr/lib/postgresql")  # where Debian keeps each version's tools


def dump(url: str, file: Path) -> None:
    """Write a copy as of one moment; `pg_restore` reads it.

    Args:
        url: the warehouse.
        file: the file to make; what is there is written over.

    Raises:
        WarehouseError: the tool is absent, the server cannot be reached or refuses, or the copy is not whole.
    """
    address, secret = _libpq(url)
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10", **secret}
    _run(url, "pg_dump", "--format=custom", "--no-password", f"--file={file}", address, environment=environment)
    _run(url, "pg_restore", "--file=/dev/null", str(file), environment=environment)  # every row is unpacked again


def _libpq(url: str) -> tuple[str, dict[str, str]]:
    """The address as the tool takes it, and apart from it the password, which has no place in a list of processes."""
    made = make_url(url)
    query = {name: str(value) for name, value in made.query.items()}
    secret = made.password or query.pop("password", "")
    parts = {"host": made.host, "port": made.port, "user": made.username, "dbname": made.database, **query}
    said = " ".join(f"{name}={_quoted(str(value))}" for name, value in parts.items() if value)
    return f"--dbname={said}", {"PGPASSWORD": str(secret)} if secret else {}


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _run(url: str, tool: str, *words: str, environment: dict[str, str]) -> None:
    command = [_tool(url, tool), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise WarehouseError(shown(url), f"{tool}: {said}", hint="is it running, may we read it, is the tool as new?")


def _tool(url: str, name: str) -> str:
    """Where the newest of the tools lies: an older one refuses a newer server."""
    versions = sorted(_INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise WarehouseError(shown(url), f"{name} is not installed", hint="apt-get install postgresql-client")
    return found
