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
from nlp.clauses import sentences
from nlp.directions import Number, Parties, directed, likeliest, two_sides
from nlp.encoder import Floats, Reading
from nlp.heads import KINDS, RELEASED, STATUSES
from nlp.inflection import fold
from nlp.mediation import mediating, rules_mediators_out
from nlp.number_cues import counts_each_side, goes_back
from nlp.read_story import ReadStory
from nlp.spans import marked, overlap

# What the words beside a number say of it, against how sure the model must be that it counts a flow: a part or a
# remainder is never one; other roles must be outvoted clearly ("a total of 248 servicemen came back" is one).
_NEVER_A_FLOW: Final = frozenset({CountRole.PART, CountRole.REMAINING, CountRole.EXCLUDED})
_NEEDED: Final = {
    CountRole.RELEASED: 0.3,
    CountRole.OTHER: 0.5,
    CountRole.TOTAL: 0.7,
    CountRole.HELD: 0.7,
    CountRole.DEMANDED: 0.7,
    CountRole.KILLED: 0.7,
}
# Chances; chosen on the dev stories (benchmarks/train/thresholds.py).
_SURE: Final = 0.5
_ALERT_WORTHY: Final = 0.5
_OPEN: Final = frozenset({CountRole.RELEASED, CountRole.OTHER})
_AS_MEDIATOR: Final = 0.9  # how much a mediator is doubted to be a side
_FROM_AFAR: Final = 0.7  # and a state that only the masthead names, where the text names two parties
_IN_RETURN: Final = 0.03
_DOUBT: Final = (1 / 11, 0.6)  # chances between which a person should look
_FLOWING: Final = KINDS.index(RELEASED)
_RATHER: Final = 0.5  # rather yes than no
_SEEN: Final = 0.5  # of a token of a name that no list knows
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
    numbers = _numbers(read)
    both_ways = read.reading.yes_no["two_way"] > _RATHER
    return tuple(
        Counted(
            number=number.quantity,
            score=min(1.0, number.chance * way.score**0.5),
            status=number.status,
            releasing=way.releasing,
            receiving=way.receiving,
        )
        for number, way in directed(numbers, sides_of(read, numbers), both_ways=both_ways)
    )


def sides_of(read: ReadStory, numbers: Sequence[Number]) -> tuple[str, ...]:
    """Codes of the two sides of the deal that the text tells of."""
    return two_sides(_document(read, "releasing"), _document(read, "receiving"), numbers, _doubts(read))


def _doubts(read: ReadStory) -> dict[str, float]:
    """How likely a party is a mediator instead, or nothing but the state of the outlet."""
    doubts: dict[str, float] = {}
    for mention, score in zip(read.mentions, read.related.mediators, strict=True):
        doubts[mention.actor.code] = max(doubts.get(mention.actor.code, 0.0), float(score) * _AS_MEDIATOR)
    told = {mention.actor.code for mention in read.mentions if mention.start >= read.head}
    if len(told & parties_of(read)) > 1:
        doubts |= {code: max(doubts[code], _FROM_AFAR) for code in doubts.keys() - told}
    return doubts


def both_sides(read: ReadStory) -> tuple[Actor, ...]:
    """The two sides of the deal, by the text as a whole; nobody where it names fewer."""
    actors = {
        code: actor for relation in ("releasing", "receiving") for code, (actor, _) in _document(read, relation).items()
    }
    codes = sides_of(read, ())
    return tuple(actors[code] for code in codes) if len(codes) > 1 else ()


def _numbers(read: ReadStory) -> tuple[Number, ...]:
    """The numbers that the model marks as captives given up, and whose own words do not say otherwise."""
    rows = ((q, read.quantity_row(i)) for i, q in enumerate(read.quantities) if q.role not in _NEVER_A_FLOW)
    returns = _sentences_of_return(read.reading.text)
    return tuple(
        _number(read, quantity, row)
        for quantity, row in rows
        if read.related.kinds[row, _FLOWING] > _needed(quantity, returns)
    )


def _needed(quantity: Quantity, returns: Sequence[tuple[int, int]]) -> float:
    """How sure the model must be that a number counts a flow."""
    told_of_return = any(start <= quantity.start < end for start, end in returns)
    return _IN_RETURN if told_of_return and quantity.role in _OPEN else _NEEDED[quantity.role]


def _sentences_of_return(text: str) -> list[tuple[int, int]]:
    """The sentences that tell of what is given for something else."""
    return [(start, end) for start, end in sentences(text) if goes_back(fold(text[start:end]))]


def _number(read: ReadStory, quantity: Quantity, row: int) -> Number:
    named = parties_of(read)
    giving = _only(named, by_party(read.mentions, read.related.relations["releasing"][row]))
    taking = _only(named, by_party(read.mentions, read.related.relations["receiving"][row]))
    home = _home(read, quantity) & named
    return Number(
        quantity=quantity,
        chance=float(read.related.kinds[row, _FLOWING]),
        status=_status(quantity.words, read.related.statuses[row]),
        giving=_outside(giving, home),
        taking=_going_home(taking, home),
        each=counts_each_side(read.reading.text, quantity.start, quantity.end),
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
    """Codes of the actors that can be a party: listed states and armed groups, and names that the model sees as one."""
    seen = [(span.start, span.end) for span in marked(read.reading, "party", at_least=_SEEN)]
    return frozenset(
        mention.actor.code
        for mention in read.mentions
        if mention.actor.code in read.parties
        or (mention.actor.code.startswith("x-") and any(overlap((mention.start, mention.end), span) for span in seen))
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
        doubtful=_is_doubtful(reading.yes_no),
    )


def _is_exchange(yes_no: Mapping[str, float]) -> bool:
    return yes_no["is_exchange"] > _SURE


def _is_doubtful(yes_no: Mapping[str, float]) -> bool:
    """Whether the decision on the alert, or on the exchange itself, could as well be the other one.

    A missed alert is as bad as ten false ones, so doubt begins where one in eleven such stories is worth an alert.
    """
    return any(_DOUBT[0] < yes_no[name] < _DOUBT[1] for name in ("is_exchange", "alert_worthy"))


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
    giving, taking = _document(read, "releasing"), _document(read, "receiving")
    way = likeliest(giving, taking, sides_of(read, ()))
    if way.releasing is None and way.receiving is None:
        return []
    return [Flow(releasing=way.releasing, receiving=way.receiving, count=None, score=min(1.0, way.score**0.5))]


def _document(read: ReadStory, relation: str) -> Parties:
    """Who releases, or receives, by the document as a whole."""
    return _only(parties_of(read), by_party(read.mentions, read.related.relations[relation][0]))


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
