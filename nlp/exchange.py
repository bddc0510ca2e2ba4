"""The exchange tagger: from what the heads say to a report of one exchange with its directed flows.

Only numbers that the model marks as captives given up become the count of a flow, and never one whose own words say
that it is a part, a remainder, a total, or people held, killed or demanded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from models.records import (
    Actor,
    CaptiveStatus,
    CountRole,
    ExchangeReport,
    Flow,
    MediationStatus,
    Quantity,
    ReportPhase,
)
from nlp.candidates import by_party
from nlp.captives import named_status
from nlp.encoder import Floats, Reading
from nlp.heads import KINDS, RELEASED, STATUSES
from nlp.read_story import ReadStory
from nlp.spans import marked

_NEVER_A_FLOW: Final = frozenset(
    {
        CountRole.PART,
        CountRole.TOTAL,
        CountRole.HELD,
        CountRole.REMAINING,
        CountRole.DEMANDED,
        CountRole.KILLED,
        CountRole.EXCLUDED,
    }
)
Parties = Mapping[str, tuple[Actor, float]]
_RATHER: Final = 0.5  # rather yes than no
_UNSAID: Final = 0.25  # a direction whose parties are less likely than this is not named
_LONGEST_PLACE: Final = 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """People counted as the captives of a flow, and how likely each party gives or takes them."""

    number: Quantity
    score: float
    status: CaptiveStatus
    giving: Parties
    taking: Parties


def counted(read: ReadStory) -> tuple[Counted, ...]:
    """The numbers of the text that count the captives of a flow, with their parties and status."""
    flowing = KINDS.index(RELEASED)
    rows = ((q, read.quantity_row(i)) for i, q in enumerate(read.quantities) if q.role not in _NEVER_A_FLOW)
    return tuple(
        Counted(
            number=number,
            score=float(read.related.kinds[row, flowing]),
            status=_status(number.words, read.related.statuses[row]),
            giving=by_party(read.mentions, read.related.relations["releasing"][row]),
            taking=by_party(read.mentions, read.related.relations["receiving"][row]),
        )
        for number, row in rows
        if read.related.kinds[row, flowing] > _RATHER
    )


def _status(words: str, guessed: Floats) -> CaptiveStatus:
    return named_status(words) or STATUSES[int(np.argmax(guessed))]


def report(read: ReadStory, found: Sequence[Counted]) -> ExchangeReport:
    """What the text says about one exchange."""
    reading = read.reading
    yes = reading.yes_no["is_exchange"] > _RATHER
    phase, phase_score = _phase(reading, is_exchange=yes)
    mediation, mediators = _mediation(read) if yes else (MediationStatus.UNSTATED, ())
    return ExchangeReport(
        is_exchange=yes,
        is_exchange_score=reading.yes_no["is_exchange"],
        alert_worthy=yes and reading.yes_no["alert_worthy"] > _RATHER,
        alert_score=reading.yes_no["alert_worthy"],
        phase=phase,
        phase_score=phase_score,
        flows=flows(read, found) if yes else (),
        mediation=mediation,
        mediators=mediators,
        place=_place(reading) if yes else None,
    )


def _phase(reading: Reading, *, is_exchange: bool) -> tuple[ReportPhase, float]:
    """The likeliest phase; `none` belongs to the stories that report no exchange, and to no other."""
    shares = {p: s for p, s in reading.phases.items() if (p is ReportPhase.NONE) != is_exchange}
    phase = max(shares, key=lambda p: shares[p])
    return phase, shares[phase] / max(sum(shares.values()), 1e-9)


# ---------------------------------------------------------------- flows


def flows(read: ReadStory, found: Sequence[Counted]) -> tuple[Flow, ...]:
    """Directed flows: one per direction and kind of captive that the text counts; the reverse one of an exchange."""
    directed = [_flow(one) for one in found]
    kept = _distinct([flow for flow in directed if flow]) or _uncounted(read)
    if read.reading.yes_no["two_way"] > _RATHER:
        kept += [Flow(releasing=f.receiving, receiving=f.releasing, count=None) for f in _one_way(kept)]
    return tuple(kept)


def _uncounted(read: ReadStory) -> list[Flow]:
    """The flow of a text that counts nobody: the parties that the document as a whole names."""
    giving = by_party(read.mentions, read.related.relations["releasing"][0])
    taking = by_party(read.mentions, read.related.relations["receiving"][0])
    releasing, receiving, score = _direction(giving, taking)
    if releasing is None and receiving is None:
        return []
    return [Flow(releasing=releasing, receiving=receiving, count=None, score=score)]


def _flow(one: Counted) -> Flow | None:
    releasing, receiving, score = _direction(one.giving, one.taking)
    if releasing is None and receiving is None:
        return None
    number = one.number
    return Flow(
        releasing=releasing,
        receiving=receiving,
        count=number.best,
        count_kind=number.kind,
        status=one.status,
        words=number.words,
        start=number.start,
        end=number.end,
        score=min(1.0, one.score * score),
    )


def _direction(giving: Parties, taking: Parties) -> tuple[Actor | None, Actor | None, float]:
    """The likeliest pair of two different parties; a side that is hardly named stays open."""
    nobody: tuple[str, tuple[Actor | None, float]] = ("", (None, _UNSAID))
    pairs = [
        (releasing, receiving, out * back)
        for one, (releasing, out) in [*giving.items(), nobody]
        for other, (receiving, back) in [*taking.items(), nobody]
        if one != other or not one
    ]
    releasing, receiving, score = max(pairs, key=lambda pair: pair[2])
    return releasing, receiving, float(score) ** 0.5


def _distinct(given: Iterable[Flow]) -> list[Flow]:
    """One flow per direction and kind of captive: the surest, a number before none."""
    kept: dict[tuple[str | None, str | None, bool], Flow] = {}
    for flow in given:
        key = (*_sides(flow), flow.status is CaptiveStatus.BODIES)
        before = kept.get(key)
        if before is None or _rank(flow) > _rank(before):
            vaguer = before is not None and flow.status is CaptiveStatus.UNKNOWN
            kept[key] = replace(flow, status=before.status) if before and vaguer else flow
    return list(kept.values())


def _rank(flow: Flow) -> tuple[bool, float]:
    return (flow.count is not None, flow.score)


def _sides(flow: Flow) -> tuple[str | None, str | None]:
    return (flow.releasing.code if flow.releasing else None, flow.receiving.code if flow.receiving else None)


def _one_way(given: Sequence[Flow]) -> list[Flow]:
    """Flows of living captives between two named parties that have no counterpart."""
    there = {_sides(flow) for flow in given}
    lonely: dict[tuple[str | None, str | None], Flow] = {}
    for flow in given:
        releasing, receiving = _sides(flow)
        if releasing and receiving and (receiving, releasing) not in there:
            lonely.setdefault((releasing, receiving), flow)
    return list(lonely.values())


# ---------------------------------------------------------------- mediators and place


def _mediation(read: ReadStory) -> tuple[MediationStatus, tuple[Actor, ...]]:
    said = max(read.reading.mediation, key=lambda status: read.reading.mediation[status])
    if said is MediationStatus.EXPLICITLY_NONE:
        return said, ()
    named: dict[str, Actor] = {}
    for mention, score in zip(read.mentions, read.related.mediators, strict=True):
        actor = mention.actor
        if score > _RATHER:
            party = Actor(code=actor.code, name=actor.name) if actor.code else actor
            named.setdefault(actor.code or actor.role, party)
    return (MediationStatus.NAMED if named else MediationStatus.UNSTATED), tuple(named.values())


def _place(reading: Reading) -> str | None:
    spans = [s for s in marked(reading, "place") if s.end - s.start <= _LONGEST_PLACE]
    best = max(spans, key=lambda s: s.score, default=None)
    return reading.text[best.start : best.end] if best else None
