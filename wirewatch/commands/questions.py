"""Questions to the warehouse: stories, full text, SQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, desk_of, settings_of
from wirewatch.show import Format, complain, say, show, show_text

_story = typer.Typer(no_args_is_help=True, help="Stories.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_story, name="story", rich_help_panel="Look")
    app.command(rich_help_panel="Look")(search)
    app.command(rich_help_panel="Look")(sql)


@_story.command("show")
def show_story(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="story id")],
    shape: FormatOption = Format.TABLE,
    *,
    dates: Annotated[
        bool, typer.Option("--dates", help="every publication time found, and the rule that chose")
    ] = False,
) -> None:
    """One story version with its provenance."""
    from models import stories
    from models.read_ledger import story_row

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        row = story_row(connection, key)
        version = stories.by_key(connection, key)
    if row is None or version is None:
        complain(f"wirewatch: no story {key}; see `wirewatch search`")
        raise typer.Exit(1)
    if dates:
        show([asdict(instant) for instant in version.story.candidates], shape)
    elif shape is Format.TABLE:
        for name, value in row.items():
            if name != "text":
                show_text(f"{name:20}{value if value is not None else ''}")
        show_text(f"\n{row['text']}")
    else:
        show([row], shape)


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='words, "a phrase", prefix*, OR, NOT, (brackets)')],
    limit: Annotated[int, typer.Option(help="greatest number of stories")] = 20,
    shape: FormatOption = Format.TABLE,
) -> None:
    """Full-text search over all stories, the newest first; json and jsonl tell where each match stands in the text."""
    from models.search import search as find

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        rows = [asdict(hit) for hit in find(connection, query, limit=limit)]
    if shape in (Format.TABLE, Format.CSV):
        rows = [{name: value for name, value in row.items() if name != "marks"} for row in rows]
    show(rows, shape)


def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="one SELECT over the v_ views")],
    parameter: Annotated[list[str] | None, typer.Option("-p", help="name=value for :name in the query")] = None,
    limit: Annotated[int, typer.Option(help="greatest number of rows")] = 1000,
    shape: FormatOption = Format.TABLE,
) -> None:
    """Ask the warehouse in SQL; reads and nothing else."""
    from models.sql import ask

    given = dict(_named(pair) for pair in parameter or ())
    answer = ask(settings_of(context).analyst, query, parameters=given, limit=limit)
    show([dict(zip(answer.columns, row, strict=True)) for row in answer.rows], shape, columns=answer.columns)
    if answer.cut:
        say(f"more than {limit} rows; the rest is not shown")


def _named(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise typer.BadParameter(f"{pair!r} is no name=value", param_hint="-p")
    return name, value
