"""How results are shown: tables for people, JSON, JSONL and CSV for programs; data on stdout, words on stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Final

from models.records import Report

Rows = Sequence[Mapping[str, Any]]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# what a page on the web may hold and a terminal would obey: escapes, and marks that turn the reading direction
_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)
_speaker: ContextVar[Callable[[str, str], None] | None] = ContextVar("speaker", default=None)


class LogForm(StrEnum):
    """How the lines of the log look on stderr."""

    WORDS = "words"
    JSON = "json"


class Format(StrEnum):
    """Shapes of output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def show(rows: Rows, shape: Format, *, columns: Sequence[str] = ()) -> None:
    """Print rows in the asked shape.

    Args:
        rows: the rows; all with the same keys.
        shape: the asked shape.
        columns: their keys, for the head of a CSV or table that has no row.
    """
    plain = [{name: plain_value(value) for name, value in row.items()} for row in rows]
    names = list(plain[0]) if plain else list(columns)
    if shape is Format.JSON:
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    elif shape is Format.JSONL:
        for row in plain:
            print(json.dumps(row, ensure_ascii=False))
    elif shape is Format.CSV:
        _csv(plain, names)
    else:
        _table(plain, names)


def show_text(text: str) -> None:
    """Print a text that was put together for people, without what a terminal would obey."""
    print(printable(text))


def say(words: str) -> None:
    """Words for a person, on stderr; none when the command is to be quiet."""
    if speaker := _speaker.get():
        speaker("info", words)
    elif not _is_quiet.get():
        print(printable(words), file=sys.stderr)


def complain(words: str) -> None:
    """An error, on stderr, quiet or not."""
    if speaker := _speaker.get():
        speaker("error", words)
    else:
        print(printable(words), file=sys.stderr)


def say_report(report: Report) -> None:
    """A step's report, on stderr; where lines are for machines the run's own line says it."""
    if not _speaker.get():
        say(report_line(report))


def speak_through(speaker: Callable[[str, str], None] | None) -> None:
    """Give every word for stderr to `speaker`, with its level, from now on; None ends that."""
    _speaker.set(speaker)


def be_quiet(*, quiet: bool) -> None:
    """Say nothing on stderr from now on but errors, or speak again."""
    _is_quiet.set(quiet)


def without_colour() -> None:
    """No colours, here and in the processes that are started from here."""
    os.environ["NO_COLOR"] = "1"


def report_line(report: Report) -> str:
    """A step's report in one line."""
    counts = f"{report.read} read = {report.written} written + {report.discarded} discarded + {report.failed} failed"
    notes = f"  ({'; '.join(report.notes)})" if report.notes else ""
    return f"{report.step:8}{counts}{notes}"


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """A counter of work done, drawn only where somebody watches; gives the function to call with each amount."""
    if _is_quiet.get() or _speaker.get() or not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.advance(task, done)


def printable(text: str) -> str:
    """A text in which every character that a terminal would obey, but tab and line feed, is shown as �."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def plain_value(value: Any) -> Any:
    """A value as JSON knows it: times in ISO 8601 with Z, codes as words."""
    if isinstance(value, (tuple, list, set, frozenset)):
        ordered = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain_value(inner) for inner in ordered]
    if isinstance(value, Mapping):
        return {name: plain_value(inner) for name, inner in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            value = (value.astimezone(UTC) if value.tzinfo else value).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            value = value.isoformat()
        case Enum():
            value = value.value
        case Path():
            value = str(value)
    return value


def _nothing(done: int) -> None:
    """Nobody watches."""


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    if not names:
        return
    print(_csv_line(names))
    for row in rows:
        print(_csv_line([row[name] for name in names]))


def _csv_line(cells: Sequence[Any]) -> str:
    """One line; quoted as for CR LF, because only then a lone CR in a cell is quoted too."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow([_defused(cell) for cell in cells])
    return line.getvalue().removesuffix("\r\n")


def _defused(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula; numbers stay numbers."""
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    return f"'{shown}" if isinstance(shown, str) and shown.lstrip(" ").startswith(_FORMULA) else shown


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """On a terminal a drawn table; elsewhere one line per row, without wrapping or escapes."""
    if not names:
        return
    if not sys.stdout.isatty():
        print("\t".join(names))
        for row in rows:
            print("\t".join(_cell(row[name]) for name in names))
        return
    _draw([[_cell(row[name]) for name in names] for row in rows], names)


def _draw(rows: Sequence[Sequence[str]], names: Sequence[str]) -> None:
    """A table as wide as it must be; where the terminal is narrower, one field per line, a blank line between rows."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=bool(os.environ.get("NO_COLOR")), highlight=False)
    widths = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_header=sum(widths) + len(widths) <= console.width)
    if drawn.show_header:
        for name in names:
            drawn.add_column(name)
        for row in rows:
            drawn.add_row(*map(Text, row))
    else:
        for row in rows:
            for name, value in zip(names, row, strict=True):
                drawn.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
            drawn.add_row("", "")
    console.print(drawn)


def _cell(value: Any) -> str:
    """A value in one line."""
    if value is None:
        return ""
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return printable(" ".join(shown.split()))
