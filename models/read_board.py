"""The board: every exchange in one line, with its legs and counts, as `v_exchange` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, String, bindparam, select, text, union

from models.columns import UtcDateTime
from models.records import Phase
from models.tables import exchange, exchange_member, flow

_EVER: Final = datetime(1990, 1, 1, tzinfo=UTC)  # no page is older
# An exchange stands where what was last published of it puts it; one without any publication time, where it was seen.
_ROWS: Final = (
    text("""
    SELECT * FROM v_exchange
    WHERE (:party = '' OR ',' || parties || ',' LIKE '%,' || :party || ',%')
      AND (:phase = '' OR phase = :phase)
      AND COALESCE(latest_published_at, first_seen_at) >= :since""")
    .bindparams(
        bindparam("party", type_=String), bindparam("phase", type_=String), bindparam("since", type_=UtcDateTime)
    )
    .columns(first_published_at=UtcDateTime, latest_published_at=UtcDateTime, first_seen_at=UtcDateTime)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLeg:
    """One direction, with the figures its claims give."""

    releasing: str | None  # party code; None when nobody names it
    receiving: str | None
    low: int | None
    best: int | None
    high: int | None
    different: int  # how many different figures are told


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One exchange on the board."""

    slug: str
    parties: tuple[str, ...]  # codes, sorted
    phase: Phase
    legs: tuple[BoardLeg, ...]
    stories: int
    outlets: int
    independent_origins: int
    first_published_at: datetime | None
    latest_published_at: datetime | None
    first_seen_at: datetime


def board(
    connection: Connection, *, party: str = "", phase: Phase | None = None, since: datetime | None = None
) -> tuple[BoardRow, ...]:
    """Every exchange, the latest reported first.

    Args:
        connection: a transaction.
        party: only those that this party takes part in, by code; letters, digits and hyphens.
        phase: only those that stand at this phase.
        since: only those of which something was published then or later.
    """
    asked = {"party": party, "phase": phase.value if phase else "", "since": max(since or _EVER, _EVER)}
    by_leg = sorted(connection.execute(_ROWS, asked).all(), key=_by_leg)
    rows = [_row(list(legs)) for _, legs in groupby(by_leg, key=lambda row: row.exchange)]
    return tuple(sorted(rows, key=lambda row: row.latest_published_at or row.first_seen_at, reverse=True))


def parties_on_board(connection: Connection) -> Mapping[str, str]:
    """Every party of an exchange that stands, code → neutral name as the stories' findings give it; sorted by code."""
    listed = connection.execute(select(exchange.c.parties).where(exchange.c.redirect_to.is_(None)).distinct()).scalars()
    named = party_names(connection)
    return {code: named.get(code, code) for code in sorted({code for one in listed for code in one.split(",") if code})}


def party_names(connection: Connection) -> Mapping[str, str]:
    """The neutral name of every party that releases or receives somebody in a linked story, by code."""
    linked = select(exchange_member.c.version_id)
    directions = ((flow.c.releasing, flow.c.releasing_name), (flow.c.receiving, flow.c.receiving_name))
    asked = [
        select(code.label("code"), name.label("name")).where(flow.c.version_id.in_(linked), code.is_not(None))
        for code, name in directions
    ]
    return {row.code: row.name or row.code for row in connection.execute(union(*asked))}


def _by_leg(row: Row[Any]) -> tuple[str, str, str]:
    """Sorted here: each engine has its own order of words and of NULL."""
    return row.exchange, row.releasing or "", row.receiving or ""


def _row(legs: list[Row[Any]]) -> BoardRow:
    first = legs[0]
    return BoardRow(
        slug=first.exchange,
        parties=tuple(code for code in first.parties.split(",") if code),
        phase=Phase(first.phase),
        legs=tuple(_legs(legs)),
        stories=first.stories,
        outlets=first.outlets,
        independent_origins=first.independent_origins,
        first_published_at=first.first_published_at,
        latest_published_at=first.latest_published_at,
        first_seen_at=first.first_seen_at,
    )


def _legs(rows: Iterable[Row[Any]]) -> Iterable[BoardLeg]:
    """The legs with a party; an exchange without any has one row of nothing in the view."""
    for row in rows:
        if row.releasing or row.receiving:
            yield BoardLeg(
                releasing=row.releasing,
                receiving=row.receiving,
                low=row.count_low,
                best=row.count_best,
                high=row.count_high,
                different=row.different_counts,
            )
