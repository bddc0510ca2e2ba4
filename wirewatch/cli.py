"""The `wirewatch` command: one word per step and per question; every engine is imported only where it is used.

Exit codes: 0 ok · 1 work failed · 2 usage or configuration · 3 partial · 4 a check failed · 5 locked · 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from models.errors import ConfigError, WirewatchError
from wirewatch.commands import alerts, care, corpus, exchanges, questions, sources, steps
from wirewatch.show import say

app = typer.Typer(
    name="wirewatch",
    help="Who says what about an exchange of captives, from how many independent origins; and the alert.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _part in (steps, corpus, alerts, exchanges, questions, sources, care):
    _part.add_to(app)


@app.callback()
def _root(
    context: typer.Context,
    config: Annotated[str, typer.Option(help="wirewatch.toml to read instead of the one at the root")] = "",
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no words on stderr but errors")] = False,
    trace: Annotated[bool, typer.Option("--traceback", help="show where an error was raised")] = False,
) -> None:
    context.obj = {"config": config, "quiet": quiet}
    if trace:
        sys.excepthook = sys.__excepthook__
        context.obj["raise"] = True


def main() -> None:
    """Run the command; an error becomes one clear line and an exit code."""
    try:
        app(standalone_mode=True)
    except WirewatchError as error:
        say(f"wirewatch: {error}")
        if "--traceback" in sys.argv:
            raise
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
