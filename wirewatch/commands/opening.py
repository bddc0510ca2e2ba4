"""What nearly every command begins with: the settings, and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.settings import Settings, load_settings
from wirewatch.show import Format

if TYPE_CHECKING:
    from wirewatch.desk import Desk

FormatOption = Annotated[Format, typer.Option("--format", help="table, json, jsonl or csv")]


def settings_of(context: typer.Context) -> Settings:
    """The settings, under the file that `--config` names."""
    named = context.obj["config"]
    return load_settings(config=Path(named) if named else None)


@contextmanager
def desk_of(context: typer.Context) -> Iterator[Desk]:
    """An open desk; the engines behind it are imported here."""
    from wirewatch.desk import open_desk

    with open_desk(settings_of(context)) as desk:
        yield desk
