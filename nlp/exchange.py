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
from nlp.mediation import mediating, rules_mediators_out
from nlp.number_cues import counts_each_side
from nlp.read_story import ReadStory
from nlp.spans import marked, overlap

# What the words beside a number say of it, against how sure the model must be that it counts a flow: a part or a
# remainder is never one; other roles must be outvoted clearly ("a total of 248 servicemen came back" is one).
_NEVER_A_FLOW: Final = frozenset({CountRole.PART, CountRole.REMAINING, CountRole.EXCLUDED})
_NEEDED: Final = {
    CountRole.RELEASED: 0.1,
    CountRole.OTHER: 0.5,
    CountRole.TOTAL: 0.7,
    CountRole.HELD: 0.7,
    CountRole.DEMANDED: 0.7,
    CountRole.KILLED: 0.7,
}
Parties = Mapping[str, tuple[Actor, float]]
# Chosen on the dev stories (benchmarks/train/thresholds.py): sure, or rather yes and news at that. What is no news and
# not sure is a swap of pupils, or a look back.
_SURE: Final = 0.8
_ALERT_WORTHY: Final = 0.5
_FLOWING: Final = KINDS.index(RELEASED)
_RATHER: Final = 0.5  # rather yes than no
_ABSENT: Final[tuple[None, float]] = (None, 0.0)
_FLOOR: Final = 0.05  # a party the document hardly names may still stand beside a number
_SEEN: Final = 0.5  # of a token of a name that no list knows
_UNSAID: Final = 0.05  # a direction whose parties are less likely than this is not named
_LONGEST_PLACE: Final = 80  # characters
_SURE_PLACE: Final = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """People counted as the captives of a flow, and who gives them to whom."""

    number: Quantity
    score: float
    status: CaptiveStatus
    releasing: Actor | None  # None = not named
    receiving: Actor | None


def counted(read: ReadStory) -> tuple[Counted, ...]:
    """The numbers of the text that count the captives of a flow, with their parties and status."""
    named, weights = parties_of(read), _weights(read)
    rows = ((q, read.quantity_row(i)) for i, q in enumerate(read.quantities) if q.role not in _NEVER_A_FLOW)
    return tuple(
        _counted(read, number, row, named, weights)
        for number, row in rows
        if read.related.kinds[row, _FLOWING] > _NEEDED[number.role]
    )


def _counted(
    read: ReadStory, number: Quantity, row: int, named: frozenset[str], weights: Mapping[str, float]
) -> Counted:
    giving = _only(named, by_party(read.mentions, read.related.relations["releasing"][row]))
    taking = _only(named, by_party(read.mentions, read.related.relations["receiving"][row]))
    home = _home(read, number) & named
    releasing, receiving, score = _direction(_outside(giving, home), _going_home(taking, home), weights)
    return Counted(
        number=number,
        score=min(1.0, float(read.related.kinds[row, _FLOWING]) * score),
        status=_status(number.words, read.related.statuses[row]),
        releasing=releasing,
        receiving=receiving,
    )


def _home(read: ReadStory, number: Quantity) -> frozenset[str]:
    """Parties that the counted words name ("two Armenian soldiers"): captives are theirs, so they go home to them."""
    inside = (m.actor.code for m in read.mentions if overlap((m.start, m.end), (number.start, number.end)))
    return frozenset(code for code in inside if code)


def _going_home(taking: Parties, home: frozenset[str]) -> Parties:
    return {code: (actor, 1.0 if code in home else share) for code, (actor, share) in taking.items()}


def _outside(giving: Parties, home: frozenset[str]) -> Parties:
    """Nobody releases its own people; unless only their own party is named at all."""
    others = {code: pair for code, pair in giving.items() if code not in home}
    return others or giving


def parties_of(read: ReadStory) -> frozenset[str]:
    """Codes of the actors that can be a party: listed states and armed groups.

    Where the text names fewer than two of them, also the names no list knows that the model sees as a party; otherwise
    places and outlets near the news would become parties to it.
    """
    listed = frozenset(mention.actor.code for mention in read.mentions) & read.parties
    if len(listed) > 1:
        return listed
    seen = [(span.start, span.end) for span in marked(read.reading, "party", at_least=_SEEN)]
    return listed | frozenset(
        mention.actor.code
        for mention in read.mentions
        if mention.actor.code.startswith("x-") and any(overlap((mention.start, mention.end), span) for span in seen)
    )


def _only(named: frozenset[str], parties: Parties) -> Parties:
    return {code: pair for code, pair in parties.items() if code in named}


def _status(words: str, guessed: Floats) -> CaptiveStatus:
    return named_status(words) or STATUSES[int(np.argmax(guessed))]


def report(read: ReadStory, found: Sequence[Counted]) -> ExchangeReport:
    """What the text says about one exchange."""
    reading = read.reading
    yes = _is_exchange(reading.yes_no)
    phase, phase_score = _phase(reading, is_exchange=yes)
    told = flows(read, found) if yes else ()
    mediation, mediators = _mediation(read, told) if yes else (MediationStatus.UNSTATED, ())
    return ExchangeReport(
        is_exchange=yes,
        is_exchange_score=reading.yes_no["is_exchange"],
        alert_worthy=yes and reading.yes_no["alert_worthy"] > _ALERT_WORTHY,
        alert_score=reading.yes_no["alert_worthy"],
        phase=phase,
        phase_score=phase_score,
        flows=told,
        mediation=mediation,
        mediators=mediators,
        place=_place(reading) if yes else None,
    )


def _is_exchange(yes_no: Mapping[str, float]) -> bool:
    score = yes_no["is_exchange"]
    return score > _SURE or (score > _RATHER and yes_no["alert_worthy"] > _ALERT_WORTHY)


def _phase(reading: Reading, *, is_exchange: bool) -> tuple[ReportPhase, float]:
    """The likeliest phase; `none` belongs to the stories that report no exchange, and to no other."""
    shares = {p: s for p, s in reading.phases.items() if (p is ReportPhase.NONE) != is_exchange}
    phase = max(shares, key=lambda p: shares[p])
    return phase, shares[phase] / max(sum(shares.values()), 1e-9)


# ---------------------------------------------------------------- flows


def flows(read: ReadStory, found: Sequence[Counted]) -> tuple[Flow, ...]:
    """Directed flows: one per direction and kind of captive that the text counts; the reverse one of an exchange."""
    directed = [flow for one in found if (flow := _flow(one))]
    kept = _distinct([way for flow in directed for way in _each_way(read, flow)]) or _uncounted(read)
    if read.reading.yes_no["two_way"] > _RATHER:
        kept += [Flow(releasing=f.receiving, receiving=f.releasing, count=None) for f in _one_way(kept)]
    return tuple(kept)


def _uncounted(read: ReadStory) -> list[Flow]:
    """The flow of a text that counts nobody: the parties that the document as a whole names."""
    releasing, receiving, score = _direction(_document(read, "releasing"), _document(read, "receiving"), {})
    if releasing is None and receiving is None:
        return []
    return [Flow(releasing=releasing, receiving=receiving, count=None, score=score)]


def _document(read: ReadStory, relation: str) -> Parties:
    """Who releases, or receives, by the document as a whole."""
    return _only(parties_of(read), by_party(read.mentions, read.related.relations[relation][0]))


def _weights(read: ReadStory) -> dict[str, float]:
    """How much each party is a party to the deal as a whole, 0–1: a bystander near a number does not become one."""
    giving, taking = _document(read, "releasing"), _document(read, "receiving")
    return {code: min(1.0, giving.get(code, _ABSENT)[1] + taking.get(code, _ABSENT)[1]) for code in {*giving, *taking}}


def _flow(one: Counted) -> Flow | None:
    if one.releasing is None and one.receiving is None:
        return None
    number = one.number
    return Flow(
        releasing=one.releasing,
        receiving=one.receiving,
        count=number.best,
        count_kind=number.kind,
        status=one.status,
        words=number.words,
        start=number.start,
        end=number.end,
        score=one.score,
    )


def _each_way(read: ReadStory, flow: Flow) -> list[Flow]:
    """The flow, and its twin the other way when the words say that each side gives as many."""
    if flow.end is None or flow.start is None or not (flow.releasing and flow.receiving):
        return [flow]
    if not counts_each_side(read.reading.text, flow.start, flow.end):
        return [flow]
    return [flow, replace(flow, releasing=flow.receiving, receiving=flow.releasing)]


def _direction(
    giving: Parties, taking: Parties, weights: Mapping[str, float]
) -> tuple[Actor | None, Actor | None, float]:
    """The likeliest pair of two different parties; a side that is hardly named stays open."""
    nobody: tuple[str, tuple[Actor | None, float]] = ("", (None, _UNSAID))
    pairs = [
        (releasing, receiving, out * back * _joint(weights, one, other))
        for one, (releasing, out) in [*giving.items(), nobody]
        for other, (receiving, back) in [*taking.items(), nobody]
        if one != other or not one
    ]
    releasing, receiving, score = max(pairs, key=lambda pair: pair[2])
    return releasing, receiving, float(score) ** 0.5


def _joint(weights: Mapping[str, float], one: str, other: str) -> float:
    """Both parties' weight in the deal; 1 when nothing is known of it, as little as a bystander's for nobody."""
    if not weights:
        return 1.0
    return (weights.get(one, _UNSAID) + _FLOOR) * (weights.get(other, _UNSAID) + _FLOOR)


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


def _mediation(read: ReadStory, told: Sequence[Flow]) -> tuple[MediationStatus, tuple[Actor, ...]]:
    """What the text says of mediators; a party to the exchange is none, whatever words stand beside its name."""
    parties = {code for flow in told for code in _sides(flow) if code}
    named: dict[str, Actor] = {}
    ruled_out = rules_mediators_out(read.reading.text)
    for mention in mediating(read.reading.text, read.mentions, read.related.mediators):
        actor = mention.actor
        if actor.code not in parties and (actor.code or not ruled_out):
            party = Actor(code=actor.code, name=actor.name) if actor.code else actor
            named.setdefault(actor.code or actor.role, party)
    said = max(read.reading.mediation, key=lambda status: read.reading.mediation[status])
    if said is MediationStatus.EXPLICITLY_NONE or (not named and ruled_out):
        return MediationStatus.EXPLICITLY_NONE, ()
    return (MediationStatus.NAMED if named else MediationStatus.UNSTATED), tuple(named.values())


def _place(reading: Reading) -> str | None:
    spans = [s for s in marked(reading, "place", at_least=_SURE_PLACE) if s.end - s.start <= _LONGEST_PLACE]
    best = max(spans, key=lambda s: s.score, default=None)
    return reading.text[best.start : best.end] if best else None
