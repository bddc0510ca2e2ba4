"""EXPORT: the documented views as JSON lines, with a manifest of digests that is written last.

A folder with a manifest is whole. An export of the same rows is the same bytes, so digests tell what changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from models.errors import ConfigError
from models.extract import EXPORTED, Extract, extract
from models.migrate import head
from models.warehouse import Warehouse
from wirewatch.show import plain_value

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One view, as a file of one JSON object per line."""

    file: str
    view: str
    rows: int
    bytes: int
    sha256: str  # of the file, lower-case hex


def export(warehouse: Warehouse, folder: Path, *, day: date | None, at: datetime) -> tuple[ExportedFile, ...]:
    """Write every documented view as it is at one moment.

    Args:
        warehouse: what to export.
        folder: where to; made when absent. An export that stands there is replaced, file by file.
        day: only rows of this UTC day, where a view's rows are of a day; None = everything.
        at: the time that the manifest tells.

    Raises:
        ConfigError: the folder is none, cannot be written, or holds something that is no export.
    """
    try:
        _clear(folder)
        with warehouse.read() as connection:
            files = tuple(_write(folder, view, extract(connection, view, day=day)) for view in EXPORTED)
        about = {"made_at": at, "schema": head(), "day": day, "files": [asdict(file) for file in files]}
        _replace(folder / MANIFEST, iter([json.dumps(plain_value(about), ensure_ascii=False, indent=1).encode()]))
    except OSError as error:
        raise ConfigError(str(folder), f"cannot be written: {error.strerror}", hint="name another folder") from error
    return files


def _clear(folder: Path) -> None:
    """Take the manifest of an earlier export away first: until the new one stands, the folder is not whole."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = {MANIFEST, *(f"{view}.jsonl" for view in EXPORTED)}
    strange = sorted(path.name for path in folder.iterdir() if path.name.removesuffix(".unfinished") not in ours)
    if strange:
        raise ConfigError(str(folder), f"holds {strange[0]}, which is no export", hint="name an empty or new folder")
    (folder / MANIFEST).unlink(missing_ok=True)


def _write(folder: Path, view: str, rows: Extract) -> ExportedFile:
    file = folder / f"{view}.jsonl"
    count, size, digest = _replace(file, _lines(rows))
    return ExportedFile(file=file.name, view=view, rows=count, bytes=size, sha256=digest)


def _lines(found: Extract) -> Iterator[bytes]:
    for row in found.rows:
        fields = {name: plain_value(value) for name, value in zip(found.columns, row, strict=True)}
        yield json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _replace(path: Path, pieces: Iterator[bytes]) -> tuple[int, int, str]:
    """Write a file that is there whole or as it was; gives pieces, bytes and digest."""
    digest, count, size = hashlib.sha256(), 0, 0
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            count, size = count + 1, size + len(piece)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return count, size, digest.hexdigest()
