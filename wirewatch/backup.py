"""BACKUP: a whole copy of a warehouse as of one moment, made while others work in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from models.errors import ConfigError, WarehouseError
from models.server_dump import dump

_SQLITE: Final = "sqlite:///"
_PAGES_AT_ONCE: Final = 1024  # copied between two chances for writers


def back_up(url: str, target: Path) -> Path:
    """Copy a warehouse into a new file; gives the file once it is whole and has passed its engine's own check.

    Args:
        url: the warehouse.
        target: the file to make, or a folder in which the copy takes the name of the warehouse.

    Raises:
        ConfigError: the target exists.
        WarehouseError: the warehouse cannot be read, the copy is not whole, or PostgreSQL's own tool is absent.
    """
    source = Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
    if source and not source.is_file():
        raise WarehouseError(str(source), "is not there", hint="make it: `wirewatch db upgrade`")
    name = source.name if source else "warehouse.dump"
    file = target / name if target.is_dir() else target
    if file.exists():
        raise ConfigError(str(file), "exists already", hint="a backup never overwrites; name another file")
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        if source:
            _copy(source, unfinished)
        else:
            dump(url, unfinished)
        unfinished.replace(file)
    except (sqlite3.Error, OSError) as error:
        raise WarehouseError(
            str(file), f"could not be made: {error}", hint="is there room, may it be written?"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return file


def _copy(source: Path, file: Path) -> None:
    """A copy that is one file by itself: no log beside it is needed to read it."""
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(file)) as made:
        held.backup(made, pages=_PAGES_AT_ONCE)
        made.execute("PRAGMA journal_mode = DELETE")
        said = made.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise sqlite3.DatabaseError(said)
