"""What cleaning makes of files, as plain fields: for looking at one page without a warehouse."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cleaning.worker import clean_safely
from models.errors import ConfigError
from models.records import Page, Story

_MIB = 512


def cleaned_files(target: Path, *, url: str, page_s: float) -> Iterator[dict[str, Any]]:
    """One row per file: the story's fields, or the discard's.

    Args:
        target: a page, or a folder of pages.
        url: the address of the page; a file's own address when empty or for a folder.
        page_s: seconds one page may take.

    Raises:
        ConfigError: there is no such file.
    """
    if not target.exists():
        raise ConfigError(str(target), "does not exist", hint="check the path")
    paths = sorted(p for p in target.rglob("*") if p.is_file()) if target.is_dir() else [target]
    pages = [_page(path, url if url and not target.is_dir() else path.resolve().as_uri()) for path in paths]
    for path, answer in zip(paths, clean_safely(pages, deadline_s=page_s, memory_mib=_MIB), strict=True):
        kind = "story" if isinstance(answer, Story) else "discard"
        yield {"file": path.name, "result": kind, **_plain(asdict(answer))}


def _page(path: Path, url: str) -> Page:
    return Page(
        url=url,
        final_url=url,
        source_id="file",
        fetched_at=datetime.now(UTC),
        status=200,
        content_type=mimetypes.guess_type(path.name)[0] or "",
        body=path.read_bytes(),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name != "signature"}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value
