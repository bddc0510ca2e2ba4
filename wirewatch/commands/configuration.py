"""What people edit: the configuration in force, its check, and the rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from wirewatch.commands.opening import FormatOption, settings_of
from wirewatch.config import read_rules, read_watch
from wirewatch.settings import show_settings
from wirewatch.show import Format, say, show

_config = typer.Typer(no_args_is_help=True, help="Configuration.")
_rule = typer.Typer(no_args_is_help=True, help="When to tell whom.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_config, name="config", rich_help_panel="Care")
    app.add_typer(_rule, name="rule", rich_help_panel="Care")


@_config.command("check")
def check_config(context: typer.Context) -> None:
    """Check every file that people edit; says file, line, key and what was probably meant."""
    settings = settings_of(context)
    watch = read_watch(settings.watch, channels=[channel.name for channel in settings.channels])
    counts = f"{len(watch.sources)} sources, {len(watch.rules)} rules, {len(watch.actors)} actors"
    say(f"{counts}, {len(settings.channels)} channels: all right")


@_config.command("show")
def show_config(
    context: typer.Context,
    shape: FormatOption = Format.TABLE,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="where each value comes from")] = False,
) -> None:
    """The settings in force; secrets stay references."""
    rows = [asdict(one) for one in show_settings(settings_of(context))]
    show(rows if origin else [{name: row[name] for name in ("setting", "value")} for row in rows], shape)


@_rule.command("list")
def list_rules(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Every rule of watch/rules.toml; an empty list of parties or phases means any."""
    settings = settings_of(context)
    rules = read_rules(settings.watch / "rules.toml", channels=[channel.name for channel in settings.channels])
    show([asdict(rule) for rule in rules], shape)
