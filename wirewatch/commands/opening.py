"""What nearly every command begins with: what was asked of the whole program, the settings, and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.settings import Settings, load_settings
from wirewatch.show import Format

if TYPE_CHECKING:
    from wirewatch.desk import Desk

FormatOption = Annotated[Format, typer.Option("--format", help="table, json, jsonl or csv")]
DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the UTC day, as YYYY-MM-DD")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options that every command takes."""

    config: Path | None = None
    quiet: bool = False
    verbose: int = 0  # 1 = what the engines say, 2 = everything, and where an error was raised


def asked_of(context: typer.Context) -> Asked:
    """The options of the whole program."""
    asked = context.find_object(Asked)
    return asked or Asked()


def settings_of(context: typer.Context) -> Settings:
    """The settings, under the file that `--config` names; from here on the log is kept in a file too."""
    from wirewatch import logs

    settings = load_settings(config=asked_of(context).config)
    logs.keep_in(settings.logs, days=settings.log_days)
    return settings


def day_of(given: datetime | None) -> date | None:
    """The day that was named."""
    return given.date() if given else None


@contextmanager
def desk_of(context: typer.Context) -> Iterator[Desk]:
    """An open desk; the engines behind it are imported here."""
    from wirewatch.desk import open_desk

    with open_desk(settings_of(context)) as desk:
        yield desk
