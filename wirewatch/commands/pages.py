"""The pages, served on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from wirewatch.commands.opening import settings_of


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Whole")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="an address of this machine that no other one reaches")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 8080,
) -> None:
    """Show exchanges, stories, sources and alerts as pages, until Ctrl-C."""
    from wirewatch.pages.serve import serve as serve_pages

    serve_pages(settings_of(context), host=host, port=port)
