"""A PostgreSQL server of one's own, from the binaries that are installed, on a socket in a folder and on no port.

For tests and measurements: it trusts whoever reaches its socket.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import WirewatchError

_VERSIONS = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateServer:
    """A server in a folder; it runs from `start` on until `stop` or `kill`."""

    folder: Path
    settings: tuple[str, ...]
    user: pwd.struct_passwd

    def url(self, database: str) -> str:
        """Where a database of the server is, for SQLAlchemy."""
        return f"postgresql+psycopg://warehouse@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers; after a `kill` it first mends itself."""
        told = " ".join(f"-c {one}" for one in (*self.settings, "listen_addresses=''"))
        where = f"-c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", self._data, "-l", str(self.folder / "log"), "-w", "-o", f"{told} {where}", "start")

    def stop(self) -> None:
        """End it; what is not yet written is written when it starts again."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """End its main process as a power cut would; its children see that and end as well."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def create(self) -> None:
        """Make the empty cluster."""
        self._run("initdb", "-D", self._data, "-U", "warehouse", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [command(name), *words],
            check=False,
            cwd=self.folder,
            user=self.user.pw_uid,
            group=self.user.pw_gid,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Baku"},
        )
        if done.returncode:
            raise WirewatchError(f"{name} in {self.folder}", f"ended with {done.returncode}", hint="see the log there")


def is_installed() -> bool:
    """Whether the server's binaries are here."""
    return bool(shutil.which("pg_ctl") or list(_VERSIONS.glob("*/bin/pg_ctl")))


def command(name: str) -> str:
    """Where a command of the server lies: in the versions' folders first, for the path may hold wrappers."""
    found = sorted(_VERSIONS.glob(f"*/bin/{name}"))
    return str(found[-1]) if found else str(shutil.which(name))


@contextmanager
def private_server(folder: Path, *settings: str) -> Iterator[PrivateServer]:
    """A running server for the length of a `with` block.

    Args:
        folder: an empty folder, removed in the end; its path must be short, as a socket's may not be long.
        settings: "name=value" of `postgresql.conf`.

    Raises:
        WirewatchError: a command of PostgreSQL failed.
    """
    user = pwd.getpwuid(os.geteuid())
    if user.pw_uid == 0:  # the server refuses to run as root
        names = {one.pw_name for one in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
    server = PrivateServer(folder=folder, settings=settings, user=user)
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
