"""Sources: which there are, how they fare, and the test that one must pass before it is collected."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from models.errors import ConfigError, WarehouseError
from models.records import Page, Source, Story
from wirewatch.commands.opening import FormatOption, desk_of, settings_of
from wirewatch.config import read_sources, source_of
from wirewatch.mistakes import meant
from wirewatch.settings import Settings
from wirewatch.show import Format, say, show

CHECK_FAILED = 4
_group = typer.Typer(no_args_is_help=True, help="What is watched.")


class Kind(StrEnum):
    """What an address gives."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    SITEMAP = "sitemap"


class Role(StrEnum):
    """What an outlet is."""

    OUTLET = "outlet"
    AGENCY = "agency"
    OFFICIAL = "official"
    HUMANITARIAN = "humanitarian"
    SYNDICATOR = "syndicator"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_group, name="source", rich_help_panel="In")


@_group.command("list")
def list_sources(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """Every source of watch/sources.toml, and its state: ok, silent, waiting, failing, disabled, new, unverified."""
    settings = settings_of(context)
    states = _states(settings)
    listed = read_sources(settings.watch / "sources.toml")
    show([{**asdict(source), "state": states.get(source.id, "")} for source in listed], shape)


def _states(settings: Settings) -> dict[str, str]:
    """State by source; nothing without a warehouse, which a list of the file does not need."""
    from models import sources
    from models.warehouse import Warehouse

    try:
        warehouse = Warehouse.open(settings.warehouse, read_only=True)
    except WarehouseError as error:
        say(f"states are not known: {error}")
        return {}
    try:
        with warehouse.read() as connection:
            return {one.id: one.state for one in sources.health(connection, silent_days=settings.poll.silent_days)}
    finally:
        warehouse.close()


@_group.command("health")
def health(context: typer.Context, shape: FormatOption = Format.TABLE) -> None:
    """How each source fares: when it last worked, why it last did not, when it is polled next, whether it is silent."""
    from models import sources

    with desk_of(context) as desk, desk.warehouse.read() as connection:
        found = sources.health(connection, silent_days=desk.settings.poll.silent_days)
    show([asdict(one) for one in found], shape)


@_group.command("add")
def add(  # noqa: PLR0913, PLR0917 - one argument per key of [[source]]
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="your own, unique")],
    url: Annotated[str, typer.Argument(help="the address that is polled")],
    outlet: Annotated[str, typer.Option(help="the name a reader would know")],
    language: Annotated[str, typer.Option(help="BCP 47, e.g. en")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2 of its seat; ZZ for an international body")],
    kind: Annotated[Kind, typer.Option(help="what the address gives")] = Kind.RSS,
    role: Annotated[Role, typer.Option(help="what the outlet is")] = Role.OUTLET,
    owner: Annotated[str, typer.Option(help="owner group; the outlet itself when left out")] = "",
    side: Annotated[str, typer.Option(help="code of the party it is aligned with (watch/actors.toml)")] = "",
) -> None:
    """Write a source into watch/sources.toml; it is collected once `wirewatch source test ID` has passed."""
    from wirewatch.adding import add_source

    keys = {"id": name, "outlet": outlet, "kind": kind.value, "url": url, "language": language, "country": country}
    about = {"owner": owner or outlet, "role": role.value, **({"side": side} if side else {})}
    settings = settings_of(context)
    channels = [channel.name for channel in settings.channels]
    add_source(source_of({**keys, **about}, place="source add"), settings.watch, channels=channels)
    say(f"{name} is in {settings.watch / 'sources.toml'}; next: `wirewatch source test {name}`")


@_group.command("test")
def test(context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="id of the source")]) -> None:
    """Fetch a source's feed and one page, show what they give, and let it be collected when they pass."""
    from models import sources
    from spiders.probe import probe

    with desk_of(context) as desk:
        found = _named(desk.sources, name)
        settings = desk.settings
        shown = probe(found, allow=settings.allow, user_agent=settings.user_agent, limits=settings.crawl)
        say(f"{shown.kind}: {shown.items} items, {shown.left_out} without an address or, in a sitemap, a date")
        if not _passes(shown.page, page_s=settings.page_s, page_mib=settings.page_mib):
            say(f"{name} did not pass")
            raise typer.Exit(CHECK_FAILED)
        sources.mark_verified(desk.warehouse, name)
        say(f"{name} passed: it will be collected")


def _named(known: tuple[Source, ...], name: str) -> Source:
    for source in known:
        if source.id == name:
            return source
    near = meant(name, [source.id for source in known])
    raise ConfigError(f"source {name}", "is not in watch/sources.toml", hint=near or "see `wirewatch source list`")


def _passes(page: Page | None, *, page_s: float, page_mib: int) -> bool:
    """Whether cleaning makes a story of the page; says what it made."""
    from cleaning.worker import clean_safely

    if page is None:
        say("no page behind the feed could be fetched")
        return False
    (answer,) = clean_safely([page], deadline_s=page_s, memory_mib=page_mib)
    is_story = isinstance(answer, Story)
    say(f"{answer.title} — {len(answer.text)} characters" if isinstance(answer, Story) else str(answer))
    return is_story
