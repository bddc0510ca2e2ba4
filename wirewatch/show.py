"""How results are shown: tables for people, JSON, JSONL and CSV for programs; data on stdout, words on stderr."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Final

from models.records import Report

Rows = Sequence[Mapping[str, Any]]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """Shapes of output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def show(rows: Rows, shape: Format) -> None:
    """Print rows in the asked shape."""
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    if shape is Format.JSON:
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    elif shape is Format.JSONL:
        for row in plain:
            print(json.dumps(row, ensure_ascii=False))
    elif shape is Format.CSV:
        _csv(plain)
    else:
        _table(plain)


def say(words: str) -> None:
    """Words for a person, on stderr."""
    print(words, file=sys.stderr)


def report_line(report: Report) -> str:
    """A step's report in one line."""
    counts = f"{report.read} read = {report.written} written + {report.discarded} discarded + {report.failed} failed"
    notes = f"  ({'; '.join(report.notes)})" if report.notes else ""
    return f"{report.step:8}{counts}{notes}"


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """A counter of work done, drawn only where somebody watches; gives the function to call with each amount."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.advance(task, done)


def _nothing(done: int) -> None:
    """Nobody watches."""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, (tuple, frozenset)) else value


def _csv(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _defused(value) for name, value in row.items()})


def _defused(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    """On a terminal a drawn table; elsewhere one line per row, without wrapping or escapes."""
    if not rows:
        return
    if not sys.stdout.isatty():
        print("\t".join(rows[0]))
        for row in rows:
            print("\t".join(_cell(value) for value in row.values()))
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(*rows[0], box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(_cell(value).replace("[", r"\[") for value in row.values()))
    Console(no_color=bool(os.environ.get("NO_COLOR"))).print(drawn)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(shown.split())
