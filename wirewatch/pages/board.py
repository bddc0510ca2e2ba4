"""`/exchanges`: every exchange in one line, filtered by what stands in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.read_board import BoardRow, board, parties_on_board
from models.records import Phase
from models.warehouse import Warehouse
from wirewatch.pages.answer import Shown

_PARTY: Final = re.compile(r"[A-Za-z0-9-]{1,80}")
_MOST: Final = 200  # exchanges on one page; the latest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the board shows."""

    party: str  # the filters as they were understood; "" = any
    phase: str
    since: str
    found: int  # exchanges that pass the filters
    exchanges: tuple[BoardRow, ...]  # the latest of them
    names: Mapping[str, str]  # code → name of every party on the board


def exchanges(warehouse: Warehouse, request: Request) -> Shown:
    """The board.

    Raises:
        HTTPException: a filter says what cannot be (400).
    """
    party, phase, since = (request.query_params.get(name, "").strip() for name in ("party", "phase", "since"))
    if party and not _PARTY.fullmatch(party):
        raise HTTPException(400, "A party is a code such as AZ: letters, digits and hyphens.")
    asked_phase, asked_since = _phase(phase), _since(since)
    with warehouse.read() as connection:
        found = board(connection, party=party, phase=asked_phase, since=asked_since)
        names = parties_on_board(connection)
    view = Board(
        party=party,
        phase=phase,
        since=since,
        found=len(found),
        exchanges=found[:_MOST],
        names=names,
    )
    return Shown(template="exchanges.html", title="Exchanges", view=view)


def _phase(word: str) -> Phase | None:
    try:
        return Phase(word) if word else None
    except ValueError:
        raise HTTPException(400, f"A phase is one of {', '.join(Phase)}.") from None


def _since(word: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(word) if word else None
        return at and (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise HTTPException(400, "Since is a day such as 2023-12-07, or a time such as 2023-12-07T16:00Z.") from None
