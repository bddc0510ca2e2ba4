"""Review: the stories whose report is in doubt, a person's word on them, and that word for the next training."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from models.errors import ConfigError
from models.records import Reviewed
from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.show import Format, say, show

_group = typer.Typer(no_args_is_help=True, help="Stories whose report is in doubt, and what people say of them.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="review", rich_help_panel="Look")


@_group.command("list")
def list_doubtful(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="stories at most")] = 50,
    shape: FormatOption = Format.TABLE,
) -> None:
    """Doubtful reports that nobody has judged, the most doubtful first."""
    from models import reviews

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        rows = [asdict(one) for one in reviews.waiting(connection, limit=limit)]
    show(rows, shape)


@_group.command("say")
def say_of(
    context: typer.Context,
    story: Annotated[str, typer.Argument(help="its id, as `review list` and v_story name it")],
    by: Annotated[str, typer.Option(help="who says so")],
    exchange: Annotated[str | None, typer.Option(help="it reports an exchange: yes or no")] = None,
    alert: Annotated[str | None, typer.Option(help="it reports a new state of one: yes or no")] = None,
    phase: Annotated[str | None, typer.Option(help="the phase it reports")] = None,
    note: Annotated[str, typer.Option(help="why")] = "",
) -> None:
    """Say what a story's report should be; the finding stands until it is tagged by a model that learned from this."""
    from models import reviews

    given = {Reviewed.EXCHANGE: exchange, Reviewed.ALERT: alert, Reviewed.PHASE: phase}
    meant = {about: word for about, word in given.items() if word is not None}
    if not meant:
        raise ConfigError("review", "nothing is said", hint="--exchange, --alert or --phase")
    with desk_of(context) as desk, desk.warehouse.write() as connection:
        kept = reviews.say(connection, story, meant, by=by, note=note)
    for one in kept:
        say(
            f"{one.about.value}: {one.meant}"
            + (" as the tagger says" if one.said == one.meant else f", not {one.said}")
        )


@_group.command("score")
def score(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """How often the tagger was right in the eyes of those who judged."""
    from models import reviews

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        counts = reviews.agreement(connection)
    rows = [{"about": about.value, "right": right, "judged": of} for about, (right, of) in sorted(counts.items())]
    show(rows, shape, columns=("about", "right", "judged"))


@_group.command("export")
def export(context: typer.Context) -> None:
    """Print every judged text with the latest word on it, as JSON lines that the training reads (`--reviews`)."""
    from models import reviews

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        for one in reviews.judged(connection):
            print(json.dumps(asdict(one), ensure_ascii=False))
