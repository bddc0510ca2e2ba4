"""The shipped model: what it is, and whether its files are the pinned ones."""

from __future__ import annotations

from typing import Annotated

import typer

from models.errors import TaggerError
from wirewatch.commands.opening import FormatOption, settings_of
from wirewatch.show import Format, complain, say, show

CHECK_FAILED = 4
_group = typer.Typer(no_args_is_help=True, help="The models behind the taggers.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="models", rich_help_panel="Care")


@_group.command("list")
def list_models(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Which model answers for each tagger: name, version and digest of its weights."""
    from wirewatch.steps import load_taggers

    stamps = load_taggers(settings_of(context)).stamps()
    show(
        [
            {"tagger": name, "model": stamp.name, "version": stamp.version, "weights_sha256": stamp.weights_sha256}
            for name, stamp in stamps
        ],
        shape,
    )


@_group.command("verify")
def verify(
    context: typer.Context,
    *,
    digests_only: Annotated[bool, typer.Option("--digests-only", help="do not load the model")] = False,
) -> None:
    """Compare every file of the model with its pinned digest, then let it read two sentences."""
    from nlp.weights import SHIPPED, check
    from wirewatch.smoke import smoke

    settings = settings_of(context)
    try:
        stamp = check(settings.tag.folder or SHIPPED).stamp
        say(f"{stamp.name} {stamp.version}: every file is the pinned one ({stamp.weights_sha256})")
        if not digests_only:
            say(smoke(settings))
    except TaggerError as error:
        complain(f"wirewatch: {error}")
        raise typer.Exit(CHECK_FAILED) from None
