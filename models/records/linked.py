"""What linking makes: exchanges with their legs, cells and phases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.records.tagged import Claim, ExchangeReport
from models.records.vocabulary import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedReport:
    """A story's report with what linking needs to know of the story."""

    story_key: str  # stable key of the story version
    report: ExchangeReport
    published_at: datetime | None
    first_seen_at: datetime
    outlet: str
    outlet_side: str | None
    origin_key: str  # one value per independent origin: the syndication cluster's key
    language: str
    title: str
    text: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegKey:
    """One direction of an exchange; a party nobody named is None."""

    releasing: str | None
    receiving: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellClaim:
    """One claim that backs one cell (a slot of a leg, or of the whole exchange when `leg` is None)."""

    story_key: str
    claim_index: int  # position in the story's claims
    leg: LegKey | None
    slot: str  # count | status | place | date | mediator | blame | other


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStep:
    """A phase an exchange is reported to have reached, with the story that says so."""

    phase: Phase
    story_key: str
    reported_at: datetime
    illegal: bool = False  # the jump from the phase before is not a legal one


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Reports that tell one event, with its legs and the claims behind each cell."""

    key: str  # digest of the members: same members, same key
    parties: tuple[str, ...]  # party codes, sorted
    opened_on: date  # day of the first report
    phase: Phase
    phases: tuple[PhaseStep, ...]
    legs: tuple[LegKey, ...]
    cells: tuple[CellClaim, ...]
    members: tuple[str, ...]  # story keys, sorted
