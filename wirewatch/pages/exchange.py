"""`/exchanges/<slug>`: one exchange: what differs, who says how many, its phases, its stories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from alerting.trust import judge
from models.ledger_state import state
from models.read_board import party_names
from models.read_exchange import MemberStory, Step, current_slug, member_stories, steps, told_claims
from models.records import ExchangeState, Trust
from models.warehouse import Warehouse
from wirewatch.pages.answer import Shown
from wirewatch.pages.sides import Cell, Difference, Side, cells_told, differences, sides_told, unsaid

_SLUG: Final = re.compile(r"[a-z0-9-]{1,200}")


class MovedError(Exception):
    """The exchange was merged into another one, whose slug this tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """What the page of an exchange shows."""

    exchange: ExchangeState
    parties: tuple[str, ...]  # codes
    names: Mapping[str, str]  # code → name
    trust: Trust
    trust_reasons: tuple[str, ...]
    differences: tuple[Difference, ...]
    sides: tuple[Side, ...]
    unsaid: tuple[Cell, ...]  # cells that no party speaks of
    cells: tuple[Cell, ...]  # every cell but the counts, with what is told
    steps: tuple[Step, ...]
    stories: tuple[MemberStory, ...]


def exchange(warehouse: Warehouse, request: Request) -> Shown:
    """The page of one exchange.

    Raises:
        HTTPException: there is none under this slug (404).
        MovedError: it goes by another slug now.
    """
    slug = request.path_params["slug"]
    with warehouse.read() as connection:
        found = current_slug(connection, slug) if _SLUG.fullmatch(slug) else None
        if found is None:
            raise HTTPException(404, "There is no exchange under this address.")
        if found != slug:
            raise MovedError(found)
        now = state(connection, slug)
        claims, names = told_claims(connection, slug), party_names(connection)
        history, stories = steps(connection, slug), member_stories(connection, slug)
    trust, reasons = judge(now)
    parties = tuple(sorted({*now.sides_heard, *now.sides_missing}))
    legs = tuple((leg.releasing, leg.receiving) for leg in now.legs)
    view = ExchangeView(
        exchange=now,
        parties=parties,
        names=names,
        trust=trust,
        trust_reasons=reasons,
        differences=differences(claims),
        sides=sides_told(claims, parties, legs),
        unsaid=unsaid(claims, parties, legs),
        cells=cells_told(claims),
        steps=history,
        stories=stories,
    )
    title = " – ".join(names.get(code, code) for code in parties) or "Parties not named"
    return Shown(template="exchange.html", title=f"{title}, {now.phase.value.replace('_', ' ')}", view=view)
