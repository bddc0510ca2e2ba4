"""Sources: which there are, how they fare, and the test that one must pass before it is collected."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from models.errors import ConfigError
from wirewatch.commands.opening import FormatOption, desk_of
from wirewatch.show import Format, say, show

_group = typer.Typer(no_args_is_help=True, help="What is watched.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="source")


@_group.command("list")
def list_sources(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Every source of watch/sources.toml."""
    with desk_of(context) as desk:
        show([asdict(source) for source in desk.sources], shape)


@_group.command("health")
def health(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """When each source last worked, and why it last did not."""
    from models import sources

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        show([asdict(one) for one in sources.health(connection)], shape)


@_group.command("test")
def test(context: typer.Context, name: Annotated[str, typer.Argument(help="id of the source")]) -> None:
    """Fetch a source's feed and one page, show what they give, and let it be collected when they pass."""
    from cleaning.worker import clean_safely
    from models import sources
    from models.records import Story
    from spiders.probe import probe

    with desk_of(context) as desk:
        found = next((source for source in desk.sources if source.id == name), None)
        if found is None:
            raise ConfigError(f"source {name}", "is not in watch/sources.toml", hint="see `wirewatch source list`")
        settings = desk.settings
        shown = probe(found, allow=settings.allow, user_agent=settings.user_agent, limits=settings.crawl)
        pages = [shown.page] if shown.page else []
        answers = list(clean_safely(pages, deadline_s=settings.page_s, memory_mib=settings.page_mib))
        say(f"{shown.feed.kind}: {len(shown.feed.items)} items, {shown.feed.unusable} without an address")
        passed = bool(answers) and isinstance(answers[0], Story)
        for answer in answers:
            say(f"{answer.title} — {len(answer.text)} characters" if isinstance(answer, Story) else str(answer))
        if not passed:
            say(f"{name} did not pass")
            raise typer.Exit(4)
        sources.mark_verified(desk.warehouse, name)
        say(f"{name} passed: it will be collected")
