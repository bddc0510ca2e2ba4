"""The exchange ledger, looked at."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.show import Format, say, show

_group = typer.Typer(no_args_is_help=True, help="The exchange ledger.")
Slug = Annotated[str, typer.Argument(help="an exchange, as `exchange list` names it")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="exchange")
    app.command()(trace)


@_group.command("list")
def list_exchanges(
    context: typer.Context,
    shape: FormatOption = Format.TABLE,
    *,
    fail_empty: Annotated[bool, typer.Option("--fail-empty", help="exit 1 when there is none")] = False,
) -> None:
    """Every exchange, one row per leg."""
    from models.read_ledger import exchange_rows

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        rows = exchange_rows(connection)
    show(rows, shape)
    if not rows and fail_empty:
        raise typer.Exit(1)


@_group.command("show")
def show_exchange(context: typer.Context, slug: Slug, shape: FormatOption = Format.TABLE) -> None:
    """One exchange: legs, claims by side and independent origins, what neither side says."""
    from alerting.trust import judge
    from models.ledger_state import state
    from models.read_ledger import ledger_rows
    from wirewatch.exchange_page import exchange_text

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        now, rows = state(connection, slug), ledger_rows(connection, slug)
    trust, why = judge(now)
    if shape is Format.TABLE:
        print(exchange_text(now, rows, trust=trust, reasons=why))
    elif shape is Format.JSON:
        fields = {**asdict(now), "trust": trust.value, "trust_reasons": why, "ledger": rows}
        print(json.dumps(fields, ensure_ascii=False, indent=1, default=str))
    else:
        show(rows, shape)


@_group.command("history")
def history(context: typer.Context, slug: Slug, shape: FormatOption = Format.TABLE) -> None:
    """The phases an exchange is reported to have gone through."""
    from models.read_ledger import phase_rows

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        show(phase_rows(connection, slug), shape)


@_group.command("conflicts")
def conflicts(context: typer.Context, slug: Slug) -> None:
    """Figures of one leg that differ, with who tells which."""
    from models.ledger_state import state

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        found = state(connection, slug).conflicts
    for line in found:
        print(line)
    if not found:
        say("no figures differ")


def trace(
    context: typer.Context,
    slug: Slug,
    slot: Annotated[str, typer.Option(help="only this slot: count, status, place, date, mediator, blame, other")] = "",
    leg: Annotated[str, typer.Option(help="only this leg, e.g. AZ->AM")] = "",
    shape: FormatOption = Format.TABLE,
) -> None:
    """Follow an exchange's cells to claim, characters, story version and captured bytes."""
    from wirewatch.tracing import follow

    with desk_of(context) as desk:
        found = follow(desk, slug, slot=slot or None)
    rows = [
        {
            "leg": f"{one.trail.releasing}->{one.trail.receiving}" if one.trail.releasing else "",
            "slot": one.trail.slot,
            "value": one.trail.value,
            "claimer": one.trail.claimer,
            "words": one.trail.words,
            "story": one.trail.story_id,
            "version": one.trail.version,
            "characters": f"{one.trail.span_start}-{one.trail.span_end}",
            "input": f"{one.input_start}-{one.input_end}" if one.input_words else "not mapped",
            "input_words": one.input_words,
            "outlet": one.trail.outlet,
            "url": one.trail.url,
            "warc": one.trail.place.file,
            "offset": one.trail.place.offset,
            "length": one.trail.place.length,
            "sha256": one.trail.place.sha256,
            "model": one.trail.model,
            "weights_sha256": one.trail.weights_sha256,
            "score": round(one.trail.score, 4),
        }
        for one in found
    ]
    show([row for row in rows if not leg or row["leg"] == leg], shape)
