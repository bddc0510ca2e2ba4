"""Who says what, by side: the claims of an exchange grouped under those who vouch for them, silences included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from models.read_exchange import ToldClaim

Leg = tuple[str | None, str | None]  # releasing, receiving
_WHOLE: Final[Leg] = (None, None)
_CELLS: Final = ("status", "date", "place", "mediator", "blame", "other")  # besides the counts
_MUST_BE_SAID: Final = ("date", "place", "mediator")  # what a desk asks both sides for, besides the counts
_NEVER: Final = datetime.max.replace(tzinfo=UTC)  # what has no time comes after all that has
_OWN: Final = "author"  # the claimer when an outlet speaks in its own voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """An outlet that carries a claim."""

    outlet: str
    side: str | None  # it is aligned with


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice that says one thing, wherever it is carried."""

    value: str  # the figure, or the proposition
    is_figure: bool
    side: str | None  # of the voice
    claimer: str  # "" = the outlets' own voice
    tellers: tuple[Teller, ...]
    independent_origins: int
    told_first_at: datetime | None
    story_id: str  # the first that tells it
    start: int  # where its words begin there, code points
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTold:
    """What one side says of one leg."""

    releasing: str | None
    receiving: str | None
    voices: tuple[Voice, ...]  # none = the side gives no number


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Everything one side says of the counts."""

    code: str | None  # None = voices without a side
    is_party: bool
    legs: tuple[LegTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of several figures told for one leg."""

    value: int
    independent_origins: int
    sides: tuple[str | None, ...]  # whose voices tell it
    first: Voice  # that told it
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A leg for which different figures are told."""

    releasing: str | None
    receiving: str | None
    figures: tuple[Figure, ...]  # the most borne out first


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of the exchange with the voices that fill it."""

    slot: str
    releasing: str | None
    receiving: str | None
    voices: tuple[Voice, ...]


def differences(claims: Sequence[ToldClaim]) -> tuple[Difference, ...]:
    """The legs for which claims give different plain numbers."""
    found = []
    for leg in _legs_in(claims):
        counts = [c for c in claims if c.slot == "count" and _leg(c) == leg and c.best is not None]
        values = sorted({c.best for c in counts if c.best is not None})
        if leg != _WHOLE and len(values) > 1:
            figures = [_figure(value, [c for c in counts if c.best == value]) for value in values]
            figures.sort(key=lambda figure: (-figure.independent_origins, figure.value))
            found.append(Difference(releasing=leg[0], receiving=leg[1], figures=tuple(figures)))
    return tuple(found)


def sides_told(claims: Sequence[ToldClaim], parties: Sequence[str], legs: Sequence[Leg]) -> tuple[Side, ...]:
    """What each side says of the counts: the parties first, silent or not, then the others that speak, then no side.

    Args:
        claims: all of the exchange.
        parties: codes of those that take part.
        legs: the legs that a party is expected to speak of.
    """
    counts = [claim for claim in claims if claim.slot == "count"]
    others = sorted({c.side for c in counts if c.side and c.side not in parties})
    codes: list[str | None] = [*parties, *others, *([None] if any(c.side is None for c in counts) else [])]
    return tuple(_side(code, [c for c in counts if c.side == code], legs, is_party=code in parties) for code in codes)


def unsaid(claims: Sequence[ToldClaim], parties: Sequence[str], legs: Sequence[Leg]) -> tuple[Cell, ...]:
    """The cells of which no party speaks, each with the other voices that do."""
    asked: list[tuple[str, Leg]] = [*(("count", leg) for leg in legs), *((slot, _WHOLE) for slot in _MUST_BE_SAID)]
    cells = []
    for slot, leg in asked:
        told = [c for c in claims if c.slot == slot and (slot != "count" or _leg(c) == leg)]
        if not any(c.side in parties for c in told):
            cells.append(Cell(slot=slot, releasing=leg[0], receiving=leg[1], voices=_voices(told)))
    return tuple(cells)


def cells_told(claims: Sequence[ToldClaim]) -> tuple[Cell, ...]:
    """Every cell but the counts of the legs, in the order of the list of slots; those of which nobody speaks too."""
    told = {slot: [c for c in claims if c.slot == slot] for slot in _CELLS}
    return tuple(Cell(slot=slot, releasing=None, receiving=None, voices=_voices(told[slot])) for slot in _CELLS)


def _side(code: str | None, counts: Sequence[ToldClaim], legs: Sequence[Leg], *, is_party: bool) -> Side:
    spoken_of = [leg for leg in _legs_in(counts) if leg not in legs]
    shown = [*(legs if is_party else [leg for leg in legs if leg in _legs_in(counts)]), *spoken_of]
    told = (
        LegTold(releasing=leg[0], receiving=leg[1], voices=_voices([c for c in counts if _leg(c) == leg]))
        for leg in shown
    )
    return Side(code=code, is_party=is_party, legs=tuple(told))


def _figure(value: int, claims: Sequence[ToldClaim]) -> Figure:
    sides, voices = {claim.side for claim in claims}, _voices(claims)
    return Figure(
        value=value,
        independent_origins=len({claim.house for claim in claims}),
        sides=(*sorted(side for side in sides if side), *([None] if None in sides else [])),
        first=min(voices, key=lambda voice: (voice.told_first_at or _NEVER, voice.story_id)),
        voices=voices,
    )


def _voices(claims: Iterable[ToldClaim]) -> tuple[Voice, ...]:
    """Claims of one voice and value as one, the best borne out first."""
    grouped: dict[tuple[str, str, str | None], list[ToldClaim]] = {}
    for claim in claims:
        grouped.setdefault((_value(claim), claim.claimer, claim.side), []).append(claim)
    voices = [_voice(group) for group in grouped.values()]
    return tuple(sorted(voices, key=lambda voice: (-voice.independent_origins, voice.value, voice.claimer)))


def _voice(claims: Sequence[ToldClaim]) -> Voice:
    first = min(claims, key=lambda claim: (claim.published_at or _NEVER, claim.story_id, claim.start))
    tellers: Mapping[str, Teller] = {c.outlet: Teller(outlet=c.outlet, side=c.outlet_side) for c in claims}
    return Voice(
        value=_value(first),
        is_figure=first.slot == "count" and first.best is not None,
        side=first.side,
        claimer="" if first.claimer == _OWN else first.claimer,
        tellers=tuple(tellers.values()),
        independent_origins=len({claim.house for claim in claims}),
        told_first_at=first.published_at,
        story_id=first.story_id,
        start=first.start,
        words=first.words,
    )


def _value(claim: ToldClaim) -> str:
    return str(claim.best) if claim.slot == "count" and claim.best is not None else claim.value


def _leg(claim: ToldClaim) -> Leg:
    return claim.releasing, claim.receiving


def _legs_in(claims: Iterable[ToldClaim]) -> list[Leg]:
    return list(dict.fromkeys(_leg(claim) for claim in claims if claim.slot == "count"))
