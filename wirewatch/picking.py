"""PICK: which sources one collect step polls: by name, by part, flash ones alone, or those that list past days."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from models.errors import ConfigError
from models.queue import Shard
from models.records import Source

_LISTS_DAYS = "sitemap"  # the kind of source that lists a day that is over, with dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What was asked for; every condition narrows the others."""

    only: tuple[str, ...] = ()  # ids; none = any
    shard: Shard | None = None
    flash: bool = False  # only sources that are polled often


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The sources to poll, or why there is none."""

    sources: tuple[Source, ...]
    why_none: str = ""


def pick(declared: tuple[Source, ...], allowed: AbstractSet[str], which: Pick, *, past: date | None) -> Picked:
    """The sources that may be polled and are asked for, in the order of the file.

    Args:
        declared: all sources.
        allowed: ids of those that may be collected.
        which: what is asked for.
        past: the day to collect when it is over: live feeds know nothing of it; None = now.

    Raises:
        ConfigError: an id is unknown or may not be collected yet.
    """
    for name in which.only:
        if name not in allowed:
            raise ConfigError(f"source {name}", "is unknown or not verified", hint=f"`wirewatch source test {name}`")
    left = tuple(source for source in declared if source.id in allowed)
    why = "" if left else "no source is verified"
    for wanted, reason in _conditions(which, past):
        before, left = left, tuple(source for source in left if wanted(source))
        why = reason if before and not left else why
    return Picked(sources=left, why_none=why)


def shard_of(source_id: str, of: int) -> int:
    """The part, 0 ≤ part < `of`, that a source is in: the same on every machine and whatever the other sources are."""
    return int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:8], "big") % of


def _conditions(which: Pick, past: date | None) -> list[tuple[Callable[[Source], bool], str]]:
    """Each with what is said when it leaves no source."""
    conditions: list[tuple[Callable[[Source], bool], str]] = []
    if which.only:
        conditions.append((lambda source: source.id in which.only, "no such source"))
    if past:
        conditions.append((lambda source: source.kind == _LISTS_DAYS, f"{past} is over and no source lists past days"))
    if which.flash:
        conditions.append((lambda source: source.flash, "no source is marked flash"))
    if shard := which.shard:
        reason = f"no source is in part {shard.part} of {shard.of}"
        conditions.append((lambda source: shard_of(source.id, shard.of) == shard.part, reason))
    return conditions
