"""Care: database, quarantine, archive, doctor, version."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from wirewatch.commands.opening import FormatOption, desk_of, settings_of
from wirewatch.settings import VERSION
from wirewatch.show import Format, say, show, show_text

CHECK_FAILED: Final = 4
_db = typer.Typer(no_args_is_help=True, help="The warehouse: its schema, and copies of it.")
_quarantine = typer.Typer(no_args_is_help=True, help="Items put aside after too many tries.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_db, name="db", rich_help_panel="Care")
    app.add_typer(_quarantine, name="quarantine", rich_help_panel="Care")
    for command in (verify, doctor, metrics, version):
        app.command(rich_help_panel="Care")(command)


@_db.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Make the warehouse, or bring it to the newest schema."""
    from models.migrate import upgrade as bring_up

    settings = settings_of(context)
    settings.var.mkdir(parents=True, exist_ok=True)
    say(f"schema {bring_up(settings.warehouse)}")


@_db.command("current")
def current(context: typer.Context) -> None:
    """The schema the warehouse stands at."""
    from models import migrate
    from models.warehouse import connect

    print(migrate.current(connect(settings_of(context).warehouse)) or "empty")


@_db.command("backup")
def backup(
    context: typer.Context, target: Annotated[Path, typer.Argument(help="a new file, or a folder to put it in")]
) -> None:
    """Copy a SQLite warehouse, whole and checked, while others work in it; captures are files of their own."""
    from wirewatch.backup import back_up

    settings = settings_of(context)
    print(back_up(settings.warehouse, target))
    say(f"the captures are not in it: copy {settings.archive} too")


@_quarantine.command("list")
def list_quarantine(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """What is put aside, and why."""
    from models import queue

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        show([asdict(item) for item in queue.put_aside(connection)], shape)


@_quarantine.command("replay")
def replay(context: typer.Context, number: Annotated[int, typer.Argument(help="id in `quarantine list`")]) -> None:
    """Let an item back into the stage it did not pass."""
    from models import queue

    with desk_of(context) as desk:
        queue.replay(desk.warehouse, number)
    say(f"{number} waits for its step again")


def verify(context: typer.Context) -> None:
    """Re-read every capture from the archive and compare its digest; names every one that is damaged."""
    from models import captures
    from models.errors import FetchError
    from spiders import archive

    whole = damaged = 0
    with desk_of(context) as desk:
        for place in captures.places(desk.warehouse):
            try:
                archive.read(desk.settings.archive, place)
                whole += 1
            except FetchError as error:
                damaged += 1
                show_text(str(error))
    say(f"{whole} captures are whole, {damaged} damaged")
    if damaged:
        raise typer.Exit(CHECK_FAILED)


def doctor(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Check everything a run needs; each line says what is wrong and what mends it."""
    from wirewatch.commands.opening import asked_of
    from wirewatch.doctor import examine

    checks = examine(asked_of(context).config)
    show([asdict(check) for check in checks], shape)
    if any(check.state == "bad" for check in checks):
        raise typer.Exit(CHECK_FAILED)


def metrics(context: typer.Context) -> None:
    """Print the figures of the warehouse in Prometheus' text format; docs/metrics.md explains them."""
    from models.warehouse import Warehouse
    from wirewatch.metrics import exposition

    settings = settings_of(context)
    warehouse = Warehouse.open(settings.warehouse, read_only=True)
    try:
        print(exposition(warehouse, settings).decode(), end="")
    finally:
        warehouse.close()


def version() -> None:
    """The version of this program."""
    print(f"wirewatch {VERSION}")
