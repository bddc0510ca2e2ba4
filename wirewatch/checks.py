"""CHECKS: one look at one thing, and what it comes to: ok, something a run goes on without, or a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from models.errors import ConfigError, WirewatchError
from models.secrecy import redacted

_UNNAMED: Final = "run it by itself with -vv, and report what it says"
_MEND_FILE: Final = "mend the file; `wirewatch config check` looks again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: str  # ok | warn (a run goes on without it) | bad
    detail: str
    mend_with: str = ""


class LesserError(WirewatchError):
    """Something a run goes on without."""


def look(name: str, at: Callable[[], str]) -> Check:
    """What a look gives: its words when it finds no fault. Whatever it trips over is a fault too, and ends no other."""
    try:
        return Check(name=name, state="ok", detail=redacted(at()))
    except LesserError as error:
        return _fault(name, "warn", error)
    except WirewatchError as error:
        return fault(name, error)
    except Exception as error:  # noqa: BLE001 - a doctor who faints at a sight helps nobody
        return fault(name, WirewatchError("unexpected", f"{type(error).__name__}: {error}", hint=_UNNAMED))


def fault(name: str, error: WirewatchError) -> Check:
    """A fault with which no run goes well."""
    return _fault(name, "bad", error)


def _fault(name: str, state: str, error: WirewatchError) -> Check:
    said = redacted(f"{error.subject}: {error.problem}")
    mend = _MEND_FILE if isinstance(error, ConfigError) else _UNNAMED
    return Check(name=name, state=state, detail=said, mend_with=error.hint or mend)
