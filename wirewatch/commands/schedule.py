"""What a schedule calls besides the steps, retag, upkeep, export, a word to the operator; and all at once, up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from wirewatch.commands.opening import DayOption, asked_of, day_of, desk_of, settings_of
from wirewatch.show import report_line, say

CHECK_FAILED: Final = 4
_TIMES: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Whole")(up)
    for command in (retag, upkeep, export):
        app.command(rich_help_panel="Care")(command)
    app.command("tell-operator", rich_help_panel="Care")(tell_operator)


def retag(
    context: typer.Context,
    day: DayOption = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_TIMES, help="only stories published at this UTC time or later")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="count them, change nothing")] = False,
    unless_today: Annotated[
        bool, typer.Option("--unless-today", help="nothing when --day is not over: its stories are freshly tagged")
    ] = False,
) -> None:
    """Let stories be tagged again: those of a day, those since a time, or all; the next tag and link steps do it."""
    from wirewatch.retag import retag as send_back
    from wirewatch.retag import would_retag

    moment = since.replace(tzinfo=UTC) if since else None
    with desk_of(context) as desk:
        if dry_run:
            print(would_retag(desk, day=day_of(day), since=moment))
        else:
            say(report_line(send_back(desk, day=day_of(day), since=moment, unless_today=unless_today)))


def upkeep(context: typer.Context) -> None:
    """Remove what the settings let go, put the warehouse in order, and re-read a sample of the captures."""
    from wirewatch.upkeep import keep_up

    with desk_of(context) as desk:
        report = keep_up(desk, at=desk.reference_time())
    say(report_line(report))
    if report.failed:
        raise typer.Exit(CHECK_FAILED)


def export(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="where to; `var`/exports/latest when left out, or a folder for the day")
    ] = None,
    day: DayOption = None,
) -> None:
    """Write the documented views as JSON lines, with a manifest of digests."""
    from wirewatch.export import export as write

    with desk_of(context) as desk:
        at = desk.reference_time()
        target = folder or desk.settings.var / "exports" / f"{day_of(day) or 'latest'}"
        files = write(desk.warehouse, target, day=day_of(day), at=at)
    for file in files:
        say(f"{file.file:24}{file.rows} rows, sha256 {file.sha256[:12]}")
    print(target)


def tell_operator(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="one line")],
    text: Annotated[str, typer.Option(help="more of it")] = "",
    reason: Annotated[str, typer.Option(help="a word for programs, e.g. run_failed")] = "notice",
    subject: Annotated[str, typer.Option(help="what it is about, e.g. the id of a DAG")] = "wirewatch",
    key: Annotated[str, typer.Option(help="of the occasion: told once under the same key; title and time else")] = "",
) -> None:
    """Tell the operator's channel, as scheduled runs do when they fail or are late; needs no warehouse."""
    from wirewatch.notice import Notice, tell

    settings = settings_of(context)
    now = datetime.now(UTC)
    notice = Notice(key=key or f"{title}:{now:%Y%m%dT%H%M%S}", reason=reason, subject=subject, title=title, text=text)
    receipt = tell(settings.operator, notice, told=settings.operator_told, now=now, pages=settings.pages)
    say(f"{settings.operator.name}: {receipt.response}")


def up(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="of the pages, on 127.0.0.1")] = 8080,
    airflow_port: Annotated[int, typer.Option(help="of Airflow's own pages, on 127.0.0.1")] = 8081,
) -> None:
    """Run everything on this machine until Ctrl-C: scheduler, Airflow's pages, and the pages of the desk."""
    from wirewatch.up import Ports
    from wirewatch.up import up as run_up

    settings = settings_of(context)
    run_up(settings, Ports(pages=port, airflow=airflow_port), config=asked_of(context).config)
