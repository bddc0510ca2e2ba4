"""Where things are and how much is allowed: one frozen record, read once at the start.

Precedence: flag, then environment (`WIREWATCH_*`), then `wirewatch.toml`, then the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from models.errors import ConfigError
from models.records import ChannelConfig, CrawlLimits
from wirewatch.config import MainFile, read_main

VERSION: Final = "0.1.0"
_PRODUCT: Final = f"Wirewatch/{VERSION}"
PAGES: Final = "http://127.0.0.1:8080"

# field → environment variable; the table in docs/cli.md is made from this
VARIABLES: Final[Mapping[str, str]] = {
    "config": "WIREWATCH_CONFIG",
    "watch": "WIREWATCH_WATCH",
    "var": "WIREWATCH_VAR",
    "warehouse": "WIREWATCH_WAREHOUSE",
    "allow": "WIREWATCH_ALLOW",
    "now": "WIREWATCH_NOW",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run needs to know of its surroundings."""

    root: Path  # where the project stands
    var: Path  # everything a run writes
    watch: Path  # folder of sources.toml, actors.toml, rules.toml
    warehouse: str  # URL
    user_agent: str
    allow: tuple[tuple[str, int], ...] = ()  # (host, port) beyond the address policy
    now: datetime | None = None  # reference time that overrides every other
    pages: str = PAGES
    channels: tuple[ChannelConfig, ...] = ()
    crawl: CrawlLimits = field(default_factory=CrawlLimits)
    lease_s: int = 300
    attempts: int = 3  # of an item, before quarantine
    batch: int = 16  # items claimed at once
    page_s: float = 10.0  # cleaning one page
    page_mib: int = 512  # memory of the process that cleans

    @property
    def archive(self) -> Path:
        """Folder of the WARC files."""
        return self.var / "captures"


def load_settings(
    *, root: Path | None = None, config: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of this process.

    Raises:
        ConfigError: a file or variable holds something that cannot be.
    """
    given = os.environ if environment is None else environment
    home = (root or Path(__file__).resolve().parent.parent).resolve()
    named = config or _path(given, "config", home)
    file = read_main(named or home / "wirewatch.toml", must_exist=named is not None)
    var = _path(given, "var", home) or home / file.var
    return Settings(
        root=home,
        var=var,
        watch=_path(given, "watch", home) or home / file.watch,
        warehouse=given.get(VARIABLES["warehouse"]) or file.warehouse.url or f"sqlite:///{var / 'warehouse.db'}",
        user_agent=_user_agent(file),
        allow=_allow(given.get(VARIABLES["allow"], "")),
        now=_now(given.get(VARIABLES["now"], "")),
        pages=file.pages.url.rstrip("/"),
        channels=tuple(_channel(name, table, var) for name, table in sorted(file.channel_tables().items())),
        crawl=CrawlLimits(**file.crawl.model_dump()),
        **file.limits.model_dump(),
    )


def _path(given: Mapping[str, str], name: str, home: Path) -> Path | None:
    value = given.get(VARIABLES[name])
    return (home / value).resolve() if value else None


def _user_agent(file: MainFile) -> str:
    return f"{_PRODUCT} (+{file.contact})" if file.contact else _PRODUCT


def _allow(value: str) -> tuple[tuple[str, int], ...]:
    pairs = []
    for part in filter(None, (p.strip() for p in value.split(","))):
        host, _, port = part.rpartition(":")
        if not host or not port.isdigit():
            raise ConfigError(VARIABLES["allow"], f"{part!r} is no host:port", hint="for example 127.0.0.1:8123")
        pairs.append((host, int(port)))
    return tuple(pairs)


def _now(value: str) -> datetime | None:
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(VARIABLES["now"], f"{value!r} is no time", hint="for example 2023-12-13T18:00:00Z") from error
    if at.tzinfo is None:
        raise ConfigError(VARIABLES["now"], f"{value!r} has no zone", hint="end it with Z")
    return at.astimezone(UTC)


def _channel(name: str, table: Mapping[str, str], var: Path) -> ChannelConfig:
    """A channel; a file channel's path is relative to the var folder."""
    path = str(var / table["path"]) if table.get("path") else ""
    return ChannelConfig(
        name=name, kind=table["kind"], path=path, url=table.get("url", ""), secret=table.get("secret", "")
    )
