"""The steps: collect, clean, tag, link (`alert` has a group of its own), and all of them in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from models.records import Report
from wirewatch.commands.opening import desk_of, settings_of
from wirewatch.show import Format, progress, report_line, say

PARTIAL = 3


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (collect, clean, tag, link, run, demo):
        app.command()(command)


def tell(context: typer.Context, report: Report, *, partial_ok: bool = True) -> None:
    """Say what a step did; exit 3 when some sources failed and that is not allowed."""
    if not context.obj["quiet"]:
        say(report_line(report))
    if report.partial and not partial_ok:
        raise typer.Exit(PARTIAL)


def collect(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="only these sources")] = None,
    *,
    partial_ok: Annotated[bool, typer.Option("--partial-ok", help="exit 0 when at least one source worked")] = False,
) -> None:
    """Poll the verified sources and capture the pages behind them."""
    from wirewatch import steps

    with desk_of(context) as desk:
        report = steps.collect(desk, only=tuple(source or ()))
    tell(context, report, partial_ok=partial_ok)


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
    tell(context, report)


def _clean_files(target: Path, url: str, shape: Format, page_s: float) -> None:
    from wirewatch.cleaned import cleaned_files

    for row in cleaned_files(target, url=url, page_s=page_s):
        print(json.dumps(row, ensure_ascii=False, indent=1 if shape is Format.JSON else None))


def tag(context: typer.Context) -> None:
    """Find claims, stances and exchange reports in the stories that wait."""
    from wirewatch import steps

    with desk_of(context) as desk, progress("tag") as tick:
        report = steps.tag(desk, tick=tick)
    tell(context, report)


def link(context: typer.Context) -> None:
    """Bring the exchange ledger in step with the tagged stories."""
    from wirewatch import steps

    with desk_of(context) as desk:
        report = steps.link(desk)
    tell(context, report)


def run(context: typer.Context) -> None:
    """All five steps once, in order."""
    from wirewatch import steps

    with desk_of(context) as desk, progress("run") as tick:
        collected = steps.collect(desk)
        for report in (collected, steps.clean(desk, tick=tick), steps.tag(desk, tick=tick), steps.link(desk)):
            tell(context, report)
        tell(context, steps.alert(desk, tick=tick))
    if collected.partial:
        raise typer.Exit(PARTIAL)


def demo(
    var: Annotated[Path | None, typer.Option(help="folder for what it writes; var/demo when left out")] = None,
    port: Annotated[
        int, typer.Option(help="first of the ports for the sites; the receiver takes the one before")
    ] = 18700,
) -> None:
    """Carry the bundled wire through every step under Airflow, on this machine alone."""
    from wirewatch.demo import demo as run_demo

    raise typer.Exit(run_demo(var=var, first_port=port, receiver_port=port - 1))
