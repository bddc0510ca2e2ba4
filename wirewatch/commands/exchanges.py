"""The exchange ledger, looked at."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigError
from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.mistakes import meant
from wirewatch.show import Format, plain_value, say, show, show_text

if TYPE_CHECKING:
    from wirewatch.tracing import Opened

_group = typer.Typer(no_args_is_help=True, help="The exchange ledger.")
Slug = Annotated[str, typer.Argument(help="an exchange, as `exchange list` names it")]


class Slot(StrEnum):
    """What a cell of an exchange tells."""

    COUNT = "count"
    STATUS = "status"
    PLACE = "place"
    DATE = "date"
    MEDIATOR = "mediator"
    BLAME = "blame"
    OTHER = "other"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="exchange", rich_help_panel="Look")
    app.command(rich_help_panel="Look")(trace)


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
        show_text(exchange_text(now, rows, trust=trust, reasons=why))
    elif shape is Format.JSON:
        fields = {**asdict(now), "trust": trust.value, "trust_reasons": why, "ledger": rows}
        print(json.dumps(plain_value(fields), ensure_ascii=False, indent=1))
    else:
        show(rows, shape)


@_group.command("history")
def history(context: typer.Context, slug: Slug, shape: FormatOption = Format.TABLE) -> None:
    """The phases an exchange is reported to have gone through."""
    from models.read_ledger import phase_rows

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        show(phase_rows(connection, slug), shape)


@_group.command("conflicts")
def conflicts(context: typer.Context, slug: Slug, shape: FormatOption = Format.TABLE) -> None:
    """Figures of one leg that differ, with who tells which."""
    from models.ledger_state import state

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        found = state(connection, slug).conflicts
    show([{"conflict": line} for line in found], shape)
    if not found:
        say("no figures differ")


def trace(
    context: typer.Context,
    slug: Slug,
    slot: Annotated[Slot | None, typer.Option(help="only this slot")] = None,
    leg: Annotated[str, typer.Option(help="only this leg, e.g. AZ->AM")] = "",
    shape: FormatOption = Format.TABLE,
) -> None:
    """Follow an exchange's cells to claim, characters, story version and captured bytes."""
    from wirewatch.tracing import follow

    with desk_of(context) as desk:
        rows = [_row(one) for one in follow(desk, slug, slot=slot.value if slot else None)]
    legs = list(dict.fromkeys(str(row["leg"]) for row in rows if row["leg"]))
    if leg and leg not in legs:
        raise ConfigError(f"leg {leg}", f"is no leg of {slug}", hint=meant(leg, legs))
    show([row for row in rows if not leg or row["leg"] == leg], shape)


def _row(one: Opened) -> dict[str, object]:
    trail = one.trail
    return {
        "leg": f"{trail.releasing or '?'}->{trail.receiving or '?'}" if trail.releasing or trail.receiving else "",
        "slot": trail.slot,
        "value": trail.value,
        "claimer": trail.claimer,
        "words": trail.words,
        "story": trail.story_id,
        "version": trail.version,
        "characters": f"{trail.span_start}-{trail.span_end}",
        "input": f"{one.input_start}-{one.input_end}" if one.input_words else "not mapped",
        "input_words": one.input_words,
        "outlet": trail.outlet,
        "url": trail.url,
        "warc": trail.place.file,
        "offset": trail.place.offset,
        "length": trail.place.length,
        "sha256": trail.place.sha256,
        "model": trail.model,
        "weights_sha256": trail.weights_sha256,
        "score": round(trail.score, 4),
    }
