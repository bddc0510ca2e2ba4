"""The shape of a log line: which facts it may carry, in which order, and nothing in it that a reader would obey."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from structlog.types import EventDict

from models.secrecy import redacted
from wirewatch.show import plain_value

# what a line may be about; lines from other folders say it in `extra`, and whatever else stands there is left out
ABOUT: Final = (
    "step", "run", "source", "capture", "story", "exchange", "alert", "delivery", "channel", "url", "reason", "detail",
    "error", "stage", "attempts", "phase", "was",
)  # fmt: skip
_FIRST: Final = ("at", "level", "event", *ABOUT)
_LAST: Final = ("logger", "pid", "exception")
_LONGEST: Final = 2000  # characters of one value; an address or a cause never needs more
_LONGEST_TRACE: Final = 20_000
# control characters, line and paragraph separators, marks that turn the reading direction, halves of characters
_OBEYED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Every text of a line without secrets, escaped, and not endless; a traceback keeps its line feeds."""
    return {name: _trace(value) if name == "exception" else _value(value) for name, value in line.items()}


def in_order(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """What a reader looks for first stands first; a fact without value is left out."""
    others = [name for name in line if name not in _FIRST and name not in _LAST]
    return {name: line[name] for name in (*_FIRST, *others, *_LAST) if line.get(name) not in (None, "", [])}


def escaped(text: str) -> str:
    """A text in one line, in which every character that a terminal or a log reader would obey is written out."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _value(value: Any) -> Any:
    plain = plain_value(value)
    if isinstance(plain, Mapping):
        return {escaped(str(name)): _value(inner) for name, inner in plain.items()}
    if isinstance(plain, list):
        return [_value(inner) for inner in plain]
    return plain if isinstance(plain, (bool, int, float)) or plain is None else _text(str(plain), _LONGEST)


def _trace(value: Any) -> str:
    return "\n".join(_text(one, _LONGEST_TRACE) for one in str(value).splitlines())[-_LONGEST_TRACE:]


def _text(text: str, longest: int) -> str:
    shown = escaped(redacted(text))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
