"""LOGS: set up once per process; one shape whether the line is ours or a library's.

    words for a person, or one JSON object per line, on stderr; always JSON in <var>/logs/wirewatch-<day>.jsonl

Folders below this one log with the standard library and say what a line is about in `extra`; this package takes its
loggers from `get_logger`. What every line of a run shares (step, run) is bound once, with `about`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog
from structlog.types import EventDict, Processor

from models.errors import WirewatchError
from wirewatch.day_files import DayFiles
from wirewatch.log_shape import ABOUT, harmless, in_order
from wirewatch.show import LogForm

OURS: Final = frozenset({"spiders", "cleaning", "nlp", "models", "alerting", "wirewatch"})
# At their chattiest these write whole addresses, and a channel's address may be a secret: warnings and no more.
_DISCREET: Final = frozenset({"httpx", "httpcore", "urllib3", "requests", "apprise", "h11", "h2", "hpack"})
# What a command's own words tell on stderr: on a console for people it would stand there twice.
_TOLD: Final = frozenset({"run ended", "run failed", "poll failed", "delivery failed", "command failed"})
_LEVELS: Final = (logging.WARNING, logging.INFO, logging.DEBUG)


_SAID: Final = "wirewatch.said"


@dataclass(slots=True)
class _Logging:
    """What is set up in this process."""

    form: LogForm = LogForm.WORDS
    verbose: int = 0
    quiet: bool = False
    handlers: list[logging.Handler] = field(default_factory=list)
    shared: dict[str, str | int] = field(default_factory=dict)
    told: tuple[BaseException, bool] | None = None  # the latest error that a line tells, and whether with its traceback


_now = _Logging()


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines take keywords."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def about(**facts: str | int) -> Iterator[None]:
    """Let every line of a `with` block say these facts."""
    with structlog.contextvars.bound_contextvars(**facts):
        yield


def set_up(*, form: LogForm, verbose: int = 0, quiet: bool = False) -> None:
    """Begin to log on stderr; what was set up before ends.

    Args:
        form: how lines look there.
        verbose: 0 = warnings (with JSON: what our steps do too), 1 = what everybody does, 2 = everything.
        quiet: errors and nothing else.
    """
    close()
    _now.form, _now.verbose, _now.quiet = form, verbose, quiet
    heard = _LEVELS[min(verbose, 2)]
    ours = min(heard, logging.INFO) if form is LogForm.JSON else heard
    console = _Console(form)
    console.addFilter(
        _Wanted(ours=logging.ERROR if quiet else ours, theirs=logging.ERROR if quiet else heard, form=form)
    )
    logging.captureWarnings(capture=True)
    _begin(console, level=min(ours, heard, logging.INFO))


def keep_in(folder: Path, *, days: int) -> None:
    """From now on write every line into day files of `folder` too, and keep so many days there."""
    if any(isinstance(handler, _Kept) for handler in _now.handlers):
        return
    kept = _Kept(DayFiles(folder, stem="wirewatch", keep=days))
    kept.addFilter(_Wanted(ours=logging.INFO, theirs=logging.WARNING, form=LogForm.JSON, hears_commands=False))
    _begin(kept, level=logging.INFO)


def is_json() -> bool:
    """Whether stderr takes JSON lines and nothing else."""
    return _now.form is LogForm.JSON


def chosen() -> tuple[str, int, bool]:
    """Form, verbosity and quietness, for a child process that is to log likewise."""
    return _now.form.value, _now.verbose, _now.quiet


def share(**facts: str | int | None) -> None:
    """Let every line of this process say these facts, whatever thread it comes from."""
    _now.shared.update({name: value for name, value in facts.items() if value is not None})


def said(level: str, words: str) -> None:
    """What a command says to its user, as a line on stderr; it is no part of the kept log."""
    get_logger(_SAID).log(logging.getLevelNamesMapping()[level.upper()], words)


def failed(error: BaseException, *, with_trace: bool, event: str = "command failed", **facts: object) -> None:
    """An error that ends something, once: who lets it pass on and tells it again adds nothing but a traceback."""
    if _now.told and _now.told[0] is error and (_now.told[1] or not with_trace):
        return
    _now.told = (error, with_trace)
    words = str(error) if isinstance(error, WirewatchError) else f"{type(error).__name__}: {error}"
    get_logger(__name__).error(event, error=words, exc_info=error if with_trace else None, **facts)


def close() -> None:
    """End logging and give back what it held."""
    while _now.handlers:
        handler = _now.handlers.pop()
        logging.getLogger().removeHandler(handler)
        handler.close()
    _now.form, _now.verbose, _now.quiet = LogForm.WORDS, 0, False
    _now.shared.clear()
    _now.told = None
    logging.captureWarnings(capture=False)
    logging.getLogger().setLevel(logging.WARNING)


def _begin(handler: logging.Handler, *, level: int) -> None:
    root = logging.getLogger()
    handler.setLevel(logging.NOTSET)
    root.setLevel(min(level, root.level))
    root.addHandler(handler)
    _now.handlers.append(handler)


class _Wanted(logging.Filter):
    """Which lines a handler takes: levels differ for ours and theirs, and no level makes a discreet library talk."""

    def __init__(self, *, ours: int, theirs: int, form: LogForm, hears_commands: bool = True) -> None:
        super().__init__()
        self._ours, self._theirs, self._form, self._hears_commands = ours, theirs, form, hears_commands

    def filter(self, record: logging.LogRecord) -> bool:
        name = record.name.partition(".")[0]
        if record.name == _SAID and not self._hears_commands:
            return False
        if name in OURS:
            event = record.msg.get("event") if isinstance(record.msg, Mapping) else record.msg
            return record.levelno >= self._ours and not (self._form is LogForm.WORDS and event in _TOLD)
        return record.levelno >= (max(self._theirs, logging.WARNING) if name in _DISCREET else self._theirs)


class _Console(logging.Handler):
    """Writes to whatever is stderr at that moment, as a progress bar or a test may have changed it."""

    def __init__(self, form: LogForm) -> None:
        super().__init__()
        self.setFormatter(_formatter(_as_json if form is LogForm.JSON else _as_words))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except OSError:  # nobody reads it any more; the work goes on
            return


class _Kept(logging.Handler):
    """Writes to the day files; when it cannot, it says so once and the work goes on."""

    def __init__(self, files: DayFiles) -> None:
        super().__init__()
        self._files = files
        self._has_complained = False
        self.setFormatter(_formatter(_as_json))

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record).encode("utf-8", errors="backslashreplace")
        try:
            self._files.append(line, datetime.fromtimestamp(record.created, UTC))
        except OSError as error:
            if not self._has_complained:
                self._has_complained = True
                told = {"level": "error", "event": "the log cannot be written", "error": str(error.strerror)}
                words = f"wirewatch: {told['event']}: {told['error']}"
                sys.stderr.write(f"{json.dumps(told) if is_json() else words}\n")

    def close(self) -> None:
        self._files.close()
        super().close()


def _formatter(render: Processor) -> logging.Formatter:
    theirs: list[Processor] = [*_SHARED, structlog.stdlib.ExtraAdder(allow=ABOUT)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=theirs,
        # a traceback as plain text: richer ones show local variables, and secrets are among them
        processors=[_stamped, structlog.processors.format_exc_info, _bare, harmless, in_order, render],
    )


def _stamped(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """The moment at which the line was made, whoever writes it down."""
    record: logging.LogRecord = line["_record"]
    at = datetime.fromtimestamp(record.created, UTC)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**_now.shared, **line, "at": stamp, "pid": record.process}


def _bare(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Without what structlog carries along for its formatter."""
    return {name: value for name, value in line.items() if name not in {"_record", "_from_structlog"}}


def _as_json(_logger: Any, _method: str, line: EventDict) -> str:
    return json.dumps(dict(line), ensure_ascii=False, default=str)


def _as_words(logger: Any, method: str, line: EventDict) -> str:
    shown = {name: value for name, value in line.items() if name not in {"pid", "logger"}}
    words: str = _painter()(logger, method, shown)
    return words


def _painter() -> structlog.dev.ConsoleRenderer:
    colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=plain, sort_keys=False, timestamp_key="at", pad_event_to=20
    )


_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
)
# As soon as this module is there, so that no line of ours ever reaches structlog's own default: stdout.
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
