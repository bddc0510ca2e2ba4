"""The steps: collect, clean, tag, link (`alert` has a group of its own), and all of them in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.records import Report
from wirewatch.commands.opening import DayOption, asked_of, day_of, desk_of, settings_of
from wirewatch.show import Format, progress, say_report

if TYPE_CHECKING:
    from models.queue import Shard

FAILED: Final = 1
PARTIAL: Final = 3


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (collect, clean, tag, link):
        app.command(rich_help_panel="Steps")(command)
    for command in (run, demo):
        app.command(rich_help_panel="Whole")(command)


def end_of(reports: Sequence[Report], *, partial_ok: bool = False) -> int:
    """The exit code of a run: 1 when the desk could not be told, 3 when a part of the work could not be done."""
    if any(report.failed for report in reports if report.step == "alert"):
        return FAILED
    return PARTIAL if any(report.partial for report in reports) and not partial_ok else 0


def collect(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="only these sources")] = None,
    shard: Annotated[str, typer.Option(metavar="I/N", help="only part I of N of the sources, from 0/N")] = "",
    day: DayOption = None,
    *,
    flash: Annotated[bool, typer.Option("--flash", help="only the sources that are marked flash")] = False,
    partial_ok: Annotated[bool, typer.Option("--partial-ok", help="exit 0 when at least one source worked")] = False,
) -> None:
    """Poll the verified sources and capture the pages behind them; of a day that is over, what sitemaps list."""
    from wirewatch import steps
    from wirewatch.picking import Pick

    which = Pick(only=tuple(source or ()), shard=_shard(shard), flash=flash)
    with desk_of(context) as desk:
        report = steps.collect(desk, which=which, day=day_of(day))
    say_report(report)
    raise typer.Exit(end_of([report], partial_ok=partial_ok))


def _shard(given: str) -> Shard | None:
    """Part and number of parts.

    Raises:
        typer.BadParameter: it is none.
    """
    from models.queue import Shard

    if not given:
        return None
    part, _, of = given.partition("/")
    try:
        return Shard(part=int(part), of=int(of))
    except ValueError as error:
        raise typer.BadParameter(f"{given!r}: I/N with 0 <= I < N, for example 0/4", param_hint="--shard") from error


def clean(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option(help="clean this page, or every page of this folder, and print it")
    ] = None,
    url: Annotated[str, typer.Option(help="the address the page came from")] = "",
    shape: Annotated[Format, typer.Option("--format", help="json or jsonl")] = Format.JSON,
) -> None:
    """Turn captures into stories; with --file, show what one page gives, without a warehouse."""
    if file:
        _clean_files(file, url, shape, settings_of(context).page_s)
        return
    from wirewatch import steps

    with desk_of(context) as desk, progress("clean") as tick:
        report = steps.clean(desk, tick=tick)
    say_report(report)


def _clean_files(target: Path, url: str, shape: Format, page_s: float) -> None:
    from wirewatch.cleaned import cleaned_files

    if shape in (Format.TABLE, Format.CSV):
        raise typer.BadParameter("json or jsonl: a story is no row", param_hint="--format")
    for row in cleaned_files(target, url=url, page_s=page_s):
        print(json.dumps(row, ensure_ascii=False, indent=1 if shape is Format.JSON else None))


def tag(context: typer.Context) -> None:
    """Find claims, stances and exchange reports in the stories that wait."""
    from wirewatch import steps

    with desk_of(context) as desk, progress("tag") as tick:
        report = steps.tag(desk, tick=tick)
    say_report(report)


def link(context: typer.Context) -> None:
    """Bring the exchange ledger in step with the tagged stories."""
    from wirewatch import steps

    with desk_of(context) as desk:
        report = steps.link(desk)
    say_report(report)


def run(context: typer.Context) -> None:
    """All five steps once, in order."""
    from wirewatch import steps

    reports: list[Report] = []
    with desk_of(context) as desk, progress("run") as tick:
        in_order: tuple[Callable[[], Report], ...] = (
            lambda: steps.collect(desk),
            lambda: steps.clean(desk, tick=tick),
            lambda: steps.tag(desk, tick=tick),
            lambda: steps.link(desk),
            lambda: steps.alert(desk, tick=tick),
        )
        for step in in_order:
            reports.append(step())
            say_report(reports[-1])
    raise typer.Exit(end_of(reports))


def demo(
    context: typer.Context,
    var: Annotated[Path | None, typer.Option(help="folder for what it writes; var/demo when left out")] = None,
    port: Annotated[
        int, typer.Option(help="first of the ports for the sites; the receiver takes the one before")
    ] = 18700,
    warehouse: Annotated[str, typer.Option(help="URL of an empty PostgreSQL database instead of a SQLite file")] = "",
) -> None:
    """Carry the bundled wire through every step under Airflow, on this machine alone."""
    if asked_of(context).config:
        raise typer.BadParameter("the demo writes a file of its own", param_hint="--config")
    from wirewatch.demo import demo as run_demo

    raise typer.Exit(run_demo(var=var, warehouse=warehouse, first_port=port, receiver_port=port - 1))
