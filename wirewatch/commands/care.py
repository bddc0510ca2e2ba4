"""Care: database, quarantine, archive, doctor, version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.errors import ConfigError
from wirewatch.commands.opening import FormatOption, desk_of, settings_of
from wirewatch.settings import VERSION, secret_of, warehouse_url
from wirewatch.show import Format, say, show, show_text

if TYPE_CHECKING:
    from models.warehouse import Warehouse
    from wirewatch.checks import Check
    from wirewatch.settings import Settings

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
    """The schema the warehouse stands at; "empty" when it has none."""
    from models.warehouse import schema

    print(schema(settings_of(context).warehouse) or "empty")


@_db.command("backup")
def backup(
    context: typer.Context, target: Annotated[Path, typer.Argument(help="a new file, or a folder to put it in")]
) -> None:
    """Copy a warehouse, whole and checked, while others work in it; captures are files of their own.

    A SQLite warehouse is copied into a SQLite file; a PostgreSQL one into a dump that `pg_restore` reads.
    """
    from wirewatch.backup import back_up

    settings = settings_of(context)
    print(back_up(settings.warehouse, target))
    say(f"the captures are not in it: copy {settings.archive} too")


@_db.command("move")
def move(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="an empty warehouse: URL, env:NAME or file:PATH")],
    shape: FormatOption = Format.TABLE,
) -> None:
    """Copy the whole warehouse into an empty one, of the other engine too, and compare every table; all or nothing."""
    from models.move import move as move_all
    from models.warehouse import Warehouse

    settings = settings_of(context)
    target = warehouse_url(to, settings)
    source = Warehouse.open(settings.warehouse)
    try:
        show([asdict(one) for one in move_all(source, target)], shape)
    finally:
        source.close()
    say("the old warehouse stays as it was; name the new one in warehouse.url or WIREWATCH_WAREHOUSE")


@_db.command("grant")
def grant(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help="the analysts' role: small letters, digits and _")],
    password: Annotated[str, typer.Option(help="env:NAME or file:PATH; left out: as it was")] = "",
    seconds: Annotated[int, typer.Option(min=1, help="a statement may run")] = 60,
    connections: Annotated[int, typer.Option(min=1, help="at once")] = 5,
) -> None:
    """Make or update a PostgreSQL role that reads the documented views and can do nothing else."""
    from models.grants import AnalystLimits
    from models.grants import grant as grant_role

    secret = secret_of(password, "--password") if password else None
    limits = AnalystLimits(statement_s=seconds, connections=connections)
    with _server_of(context) as warehouse, warehouse.write() as connection:
        left = grant_role(connection, role, limits, password=secret)
    say(f"{role} reads the documented views; `wirewatch db curb`, run often, ends what runs longer than {seconds} s")
    for one in left:
        say(f"not taken away: {one}")


@_db.command("curb")
def curb(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """End the analysts' sessions that run longer than they were granted, whatever they set themselves."""
    from models.grants import curb as curb_all

    with _server_of(context) as warehouse, warehouse.write() as connection:
        ended = curb_all(connection)
    show([asdict(one) for one in ended], shape, columns=("role", "pid", "ran_s", "why"))


@contextmanager
def _server_of(context: typer.Context) -> Iterator[Warehouse]:
    """The open warehouse, which must be a PostgreSQL one.

    Raises:
        ConfigError: it is a file.
    """
    from models.warehouse import Warehouse

    url = settings_of(context).warehouse
    if url.startswith("sqlite:"):
        raise ConfigError("warehouse", "is a SQLite file and has no roles", hint="`wirewatch sql` only reads it")
    warehouse = Warehouse.open(url)
    try:
        yield warehouse
    finally:
        warehouse.close()


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


def doctor(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="checks, by name; left out: every check")] = None,
    shape: FormatOption = Format.TABLE,
    *,
    tell: Annotated[
        bool,
        typer.Option("--tell", help="tell the operator's channel of each fault, once a UTC day; that is no failure"),
    ] = False,
) -> None:
    """Check everything a run needs; each line says what is wrong and what mends it."""
    from wirewatch.commands.opening import asked_of
    from wirewatch.doctor import examine

    checks = examine(asked_of(context).config, only=names or ())
    show([asdict(check) for check in checks], shape)
    faults = [check for check in checks if check.state == "bad"]
    if tell:
        _tell(settings_of(context), faults)
    elif faults:
        raise typer.Exit(CHECK_FAILED)


def _tell(settings: Settings, faults: Sequence[Check]) -> None:
    from wirewatch.notice import of_fault
    from wirewatch.notice import tell as tell_operator

    now = datetime.now(UTC)
    for fault in faults:
        notice = of_fault(fault, now=now)
        receipt = tell_operator(settings.operator, notice, told=settings.operator_told, now=now, pages=settings.pages)
        say(f"{settings.operator.name}: {notice.title}: {receipt.response}")


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
