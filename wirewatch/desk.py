"""What every step works with: the settings, the open warehouse and the watch files."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from models import sources
from models.queue import Worker, release
from models.records import Rule, Source
from models.warehouse import Warehouse, now
from wirewatch.config import read_rules, read_sources
from wirewatch.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Settings, warehouse and watch files of one process."""

    settings: Settings
    warehouse: Warehouse
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    worker: Worker

    def reference_time(self) -> datetime:
        """What fresh and stale are judged against: `WIREWATCH_NOW`, else the database's clock."""
        if self.settings.now:
            return self.settings.now
        with self.warehouse.read() as connection:
            return now(connection)


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """A desk for the time of one command; leases that are still held at the end are given back.

    Raises:
        ConfigError: a watch file is wrong.
        WarehouseError: the warehouse cannot be reached or must be upgraded.
    """
    watched = read_sources(settings.watch / "sources.toml")
    rules = read_rules(settings.watch / "rules.toml", channels=[channel.name for channel in settings.channels])
    warehouse = Warehouse.open(settings.warehouse)
    worker = Worker(
        name=f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}",
        lease_s=settings.lease_s,
        max_attempts=settings.attempts,
    )
    try:
        sources.sync(warehouse, watched)
        yield Desk(settings=settings, warehouse=warehouse, sources=watched, rules=rules, worker=worker)
    finally:
        release(warehouse, worker)
        warehouse.close()
