"""Alerts: the step itself, and what was told."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.commands.steps import end_of
from wirewatch.show import Format, complain, progress, say_report, show, show_text

_group = typer.Typer(help="Decide on alerts and deliver them; look at what was told.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="alert", rich_help_panel="Steps")


@_group.callback(invoke_without_command=True)
def alert(context: typer.Context) -> None:
    """Without a further word: run the alert step."""
    if context.invoked_subcommand:
        return
    from wirewatch import steps

    with desk_of(context) as desk, progress("alert") as tick:
        report = steps.alert(desk, tick=tick)
    say_report(report)
    raise typer.Exit(end_of([report]))


@_group.command("list")
def list_alerts(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Every alert, the latest first."""
    from models import outbox

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        rows = [asdict(row) for row in outbox.alerts(connection)]
    show([{name: value for name, value in row.items() if name != "body"} for row in rows], shape)


@_group.command("show")
def show_alert(context: typer.Context, number: Annotated[int, typer.Argument(help="id in `alert list`")]) -> None:
    """The message of one alert, as it was told."""
    from models import outbox

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        found = next((row for row in outbox.alerts(connection) if row.id == number), None)
    if found is None:
        complain(f"wirewatch: no alert {number}; see `wirewatch alert list`")
        raise typer.Exit(1)
    show_text(found.body)


@_group.command("log")
def log(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Every delivery: where it went, how often it was tried, what came back."""
    from models import outbox

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        show([asdict(row) for row in outbox.deliveries(connection)], shape)


@_group.command("resend")
def resend(context: typer.Context, key: Annotated[str, typer.Argument(help="key in `alert log`")]) -> None:
    """Put a dead delivery back into the outbox; the next alert step sends it under the same key."""
    from models import outbox

    with desk_of(context) as desk:
        outbox.resend(desk.warehouse, key)
