"""The moment that the bundled wire stands at: fixed, read from a file that may change, or the end of everything."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from models.errors import ConfigError

Clock = Callable[[], datetime | None]  # None = everything has been published


def clock_of(until: datetime | Path | None) -> Clock:
    """What tells the moment: always the same one, or what the file holds whenever it is asked.

    Raises:
        ConfigError: the file holds no moment now. The clock raises it when that is so later.
    """
    if not isinstance(until, Path):
        return lambda: until
    _read(until)
    return lambda: _read(until)


def set_moment(path: Path, moment: datetime) -> None:
    """Write a moment where a wire reads it; a reader sees the old one or the new one and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(moment.astimezone(UTC).isoformat() + "\n", encoding="utf-8")
    beside.replace(path)


def _read(path: Path) -> datetime:
    try:
        moment = datetime.fromisoformat(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), f"holds no moment: {error}", hint="write one as 2023-12-11T18:00:00Z") from error
    if moment.tzinfo is None:
        raise ConfigError(str(path), "its moment has no zone", hint="write one as 2023-12-11T18:00:00Z")
    return moment.astimezone(UTC)
