"""Care: configuration, database, quarantine, archive, doctor, version."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, desk_of, settings_of
from wirewatch.settings import VERSION
from wirewatch.show import Format, say, show

CHECK_FAILED = 4
_config = typer.Typer(no_args_is_help=True, help="Configuration.")
_db = typer.Typer(no_args_is_help=True, help="The warehouse's schema.")
_quarantine = typer.Typer(no_args_is_help=True, help="Items put aside after too many tries.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_config, name="config")
    app.add_typer(_db, name="db")
    app.add_typer(_quarantine, name="quarantine")
    app.command()(verify)
    app.command()(doctor)
    app.command()(version)


@_config.command("check")
def check_config(context: typer.Context) -> None:
    """Check every file that people edit; says file, line, key and what was probably meant."""
    from nlp.actors import read_entries
    from wirewatch.config import read_rules, read_sources

    settings = settings_of(context)
    watched = read_sources(settings.watch / "sources.toml")
    rules = read_rules(settings.watch / "rules.toml", channels=[channel.name for channel in settings.channels])
    actors = read_entries(settings.watch / "actors.toml")
    channels = len(settings.channels)
    say(f"{len(watched)} sources, {len(rules)} rules, {len(actors)} actors, {channels} channels: all right")


@_config.command("show")
def show_config(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """The settings in force; secrets stay references."""
    fields = asdict(settings_of(context))
    show([{"setting": name, "value": str(value)} for name, value in fields.items()], shape)


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
                print(error)
    say(f"{whole} captures are whole, {damaged} damaged")
    if damaged:
        raise typer.Exit(CHECK_FAILED)


def doctor(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Check everything a run needs; each line says what is wrong and what mends it."""
    from wirewatch.doctor import examine

    checks = examine(settings_of(context))
    show([asdict(check) for check in checks], shape)
    if any(check.state == "bad" for check in checks):
        raise typer.Exit(CHECK_FAILED)


def version() -> None:
    """The version of this program."""
    print(f"wirewatch {VERSION}")
