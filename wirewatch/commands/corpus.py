"""What lets any corpus in, and what judges the taggers on one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from wirewatch.commands.opening import desk_of, settings_of
from wirewatch.commands.steps import end_of
from wirewatch.show import Format, progress, say_report, show

_group = typer.Typer(no_args_is_help=True, help="Judge a part of the pipeline on labelled data.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="In")(ingest)
    app.add_typer(_group, name="eval", rich_help_panel="Care")


def ingest(context: typer.Context, targets: Annotated[list[str], typer.Argument(help="FILE, DIR or URL")]) -> None:
    """Take in files, folders, WARC archives, JSONL of stories or addresses, and carry them through every step."""
    from wirewatch.ingest import ingest as take_in

    with desk_of(context) as desk, progress("ingest") as tick:
        reports = take_in(desk, targets, tick=tick)
    for report in reports:
        say_report(report)
    raise typer.Exit(end_of(reports))


@_group.command()
def exchange(
    context: typer.Context,
    gold: Annotated[Path, typer.Option(help="JSONL of labelled stories")],
    predictions: Annotated[Path | None, typer.Option(help="where to leave the prediction rows")] = None,
    shape: Annotated[Format, typer.Option("--format", help="table or json")] = Format.TABLE,
) -> None:
    """Clean, tag and link labelled stories and score the outcome; no warehouse is touched."""
    from wirewatch.evaluate import evaluate
    from wirewatch.steps import load_taggers

    settings = settings_of(context)
    with progress("eval") as tick:
        figures = evaluate(
            gold,
            load_taggers(settings),
            scorer=settings.root / "benchmarks" / "gold" / "score.py",
            predictions=predictions,
            tick=tick,
        )
    if shape is Format.JSON:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    flat = {k: v.get("f1") if isinstance(v, dict) and "f1" in v else v for k, v in figures.items() if k != "strata"}
    show([{"metric": name, "value": value} for name, value in flat.items()], shape)
