"""Alerts: the step itself, and what was told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.commands.steps import end_of
from wirewatch.show import Format, complain, progress, say, say_report, show, show_text

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
def log(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="every try of this delivery; left out, all deliveries")] = "",
    shape: FormatOption = Format.TABLE,
    *,
    attempts: Annotated[bool, typer.Option("--attempts", help="every try of every delivery")] = False,
) -> None:
    """Every delivery: where it went, how often it was tried, what came back; or every try, and how long it took."""
    from models import outbox

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        rows = outbox.attempts(connection, key) if key or attempts else outbox.deliveries(connection)
        show([asdict(row) for row in rows], shape)


@_group.command("resend")
def resend(context: typer.Context, key: Annotated[str, typer.Argument(help="key in `alert log`")]) -> None:
    """Put a dead delivery back into the outbox; the next alert step sends it under the same key."""
    from models import outbox

    with desk_of(context) as desk:
        outbox.resend(desk.warehouse, key)


@_group.command("feed")
def feed(context: typer.Context) -> None:
    """The alerts as an Atom feed, one entry for each thread."""
    from alerting.atom import atom_feed
    from models.threads import threads

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        made = atom_feed(threads(connection), pages=desk.settings.pages, now=desk.reference_time())
    print(made.decode(), end="")


@_group.command("test")
def test(context: typer.Context, channel: Annotated[str, typer.Argument(help="its name in wirewatch.toml")]) -> None:
    """Send a test message, marked as one, through a channel; quiet hours do not hold it, and nothing of it is kept."""
    from wirewatch.deliveries import send_test

    with desk_of(context) as desk:
        receipt = send_test(desk, channel)
    say(f"{channel} took it: {receipt.response}")


@_group.command("digest")
def digest(
    context: typer.Context,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="the day, UTC, or a week's last; yesterday if left out"),
    ] = None,
    *,
    weekly: Annotated[bool, typer.Option("--weekly", help="the seven days up to that day")] = False,
    heartbeat: Annotated[
        bool | None, typer.Option(help="tell that there is nothing new; as the settings say if left out")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show it, and keep and tell nothing")] = False,
    html: Annotated[bool, typer.Option("--html", help="show it as HTML")] = False,
) -> None:
    """Tell what a day or a week brought; a second run tells nobody twice."""
    from alerting.digest import Period
    from wirewatch.digest import digest as tell

    period = Period.WEEK if weekly else Period.DAY
    with desk_of(context) as desk:
        beats = desk.settings.heartbeat if heartbeat is None else heartbeat
        told = tell(desk, period, day.date() if day else None, heartbeat=beats, dry_run=dry_run)
    show_text(told.digest.html if html else told.digest.body)
    if told.report:
        say_report(told.report)
        raise typer.Exit(end_of([told.report]))
