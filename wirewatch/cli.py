"""The `wirewatch` command: one word per step and per question; every engine is imported only where it is used.

Exit codes: 0 ok · 1 work failed · 2 usage or configuration · 3 partial · 4 a check failed · 5 locked · 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from models.errors import ConfigError, WarehouseError, WirewatchError
from models.secrecy import redacted
from wirewatch.commands import (
    alerts,
    care,
    configuration,
    corpus,
    exchanges,
    pages,
    questions,
    reviewing,
    schedule,
    sources,
    steps,
    weights,
)
from wirewatch.commands.opening import Asked
from wirewatch.settings import VERSION
from wirewatch.show import LogForm, be_quiet, complain, speak_through, without_colour

WORK_FAILED, USAGE, LOCKED, INTERRUPTED = 1, 2, 5, 130
_SQLITE_BUSY, _SQLITE_LOCKED = 5, 6  # primary result codes; the low byte of an extended one
_POSTGRES_LOCKED: Final = frozenset({"55P03", "40P01"})  # lock_not_available, deadlock_detected
_FOR_ALL: Final = frozenset({"--quiet", "-q", "--verbose", "-v", "-vv", "--no-color"})
_WITH_VALUE: Final = frozenset({"--config", "--log-format"})


class _Program(TyperGroup):
    """The whole program: its options may stand before or behind the command; its help names commands by use."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with the options of the whole program brought to the front."""
        return super().parse_args(ctx, _fronted(args))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands under what they are for."""
        sections: dict[str, list[tuple[str, str]]] = {}
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))  # as click itself reckons it
        for name in names:
            command: Any = self.get_command(ctx, name)
            sections.setdefault(command.rich_help_panel, []).append((name, command.get_short_help_str(room)))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def _fronted(args: Sequence[str]) -> list[str]:
    """`exchange list --quiet` as `--quiet exchange list`; what stands behind `--` stays where it is."""
    end = args.index("--") if "--" in args else len(args)
    front: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        value = next(words, None) if word in _WITH_VALUE else None
        if value is not None:
            front += [word, value]
        elif word in _FOR_ALL or ("=" in word and word.partition("=")[0] in _WITH_VALUE):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest, *args[end:]]


app = typer.Typer(
    name="wirewatch",
    cls=_Program,
    help="Who says what about an exchange of captives, from how many independent origins; and the alert.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _part in (
    steps,
    pages,
    alerts,
    corpus,
    sources,
    exchanges,
    reviewing,
    questions,
    configuration,
    weights,
    care,
    schedule,
):
    _part.add_to(app)


def _say_version(asked: bool) -> None:  # noqa: FBT001 - click gives the flag by position
    if asked:
        print(f"wirewatch {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="wirewatch.toml to read instead of the one at the root")] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no words on stderr but errors")] = False,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="say more; -vv: everything")] = 0,
    log_format: Annotated[
        LogForm, typer.Option(envvar="WIREWATCH_LOG", help="words for people, or JSON lines, on stderr")
    ] = LogForm.WORDS,
    no_color: Annotated[bool, typer.Option("--no-color", help="no colours; NO_COLOR=1 does the same")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="the version, and nothing else")
    ] = False,
) -> None:
    del version
    context.obj = Asked(config=config, quiet=quiet, verbose=verbose)
    be_quiet(quiet=quiet)
    if no_color:
        without_colour()
    _begin_log(log_format, verbose=verbose, quiet=quiet)


def _begin_log(form: LogForm, *, verbose: int, quiet: bool) -> None:
    """Log from here on; where stderr is for machines, what commands say there takes the same shape."""
    from wirewatch import logs

    logs.set_up(form=form, verbose=verbose, quiet=quiet)
    speak_through(logs.said if form is LogForm.JSON else None)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command; an error becomes one clear line and an exit code.

    Args:
        args: the words behind `wirewatch`; those of the process when left out.
    """
    words = list(sys.argv[1:] if args is None else args)
    try:
        app(words, prog_name="wirewatch", standalone_mode=True)
    except WirewatchError as error:
        _tell(error, with_trace=_wants_everything(words))
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a fault of ours: told with its place, but never with a secret
        _tell(error, with_trace=True)
        sys.exit(WORK_FAILED)
    finally:
        _end_log()


def _tell(error: Exception, *, with_trace: bool) -> None:
    """One error, in the log and to whoever reads stderr."""
    from wirewatch import logs

    logs.failed(error, with_trace=with_trace)
    if not logs.is_json():
        said = str(error) if isinstance(error, WirewatchError) else f"{type(error).__name__}: {error}"
        complain(f"wirewatch: {redacted(said)}")
        if with_trace:
            complain(redacted("".join(traceback.format_exception(error))))


def _end_log() -> None:
    from wirewatch import logs

    speak_through(None)
    logs.close()


def exit_code(error: WirewatchError) -> int:
    """The exit code that tells of an error."""
    if isinstance(error, ConfigError):
        return USAGE
    return LOCKED if isinstance(error, WarehouseError) and _is_locked(error) else WORK_FAILED


def _is_locked(error: BaseException | None) -> bool:
    """Whether the database said that somebody else holds what was asked for."""
    while error is not None:
        said = getattr(error, "orig", error)
        if (getattr(said, "sqlite_errorcode", 0) or 0) & 0xFF in (_SQLITE_BUSY, _SQLITE_LOCKED):
            return True
        if getattr(said, "sqlstate", None) in _POSTGRES_LOCKED:
            return True
        error = error.__cause__
    return False


def _wants_everything(words: Sequence[str]) -> bool:
    return "-vv" in words or words.count("-v") + words.count("--verbose") > 1


if __name__ == "__main__":
    main()
