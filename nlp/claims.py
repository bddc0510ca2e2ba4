"""The claims tagger: which clause claims what, and who vouches for it in this text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.records import Claim, ClaimType, CountRole, Quantity
from nlp.candidates import by_speaker, full_name
from nlp.claim_spans import proposition
from nlp.claim_values import Values
from nlp.clauses import Span
from nlp.encoder import Floats
from nlp.exchange import Counted
from nlp.reach import Reach
from nlp.read_story import ReadStory
from nlp.spans import overlap

AUTHOR: Final = "author"
_NEEDED: Final = dict.fromkeys(ClaimType, 0.5)  # chosen on the dev stories, for each type


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every claim of one story stands on."""

    read: ReadStory
    counts: Sequence[Counted]
    reach: Reach
    values: Values


def claims(read: ReadStory, counts: Sequence[Counted]) -> tuple[Claim, ...]:
    """Every claim that a clause carries, in the order of the text; offsets count title + body."""
    ground = _Ground(read=read, counts=counts, reach=Reach(read.reading.text), values=Values.of(read))
    told = (
        claim
        for number, span in enumerate(read.clauses)
        for kind, score in _kinds(read.related.kinds[read.clause_row(number)], _flow_score(span, counts))
        for claim in _claims_of(ground, number, kind, score)
    )
    return tuple(sorted(told, key=lambda claim: (claim.start, -claim.end)))


def _flow_score(span: Span, counts: Sequence[Counted]) -> float:
    """The surest count of a flow that stands in a clause; 0 when none does."""
    return max((c.score for c in counts if overlap((c.number.start, c.number.end), span)), default=0.0)


def _kinds(scores: Floats, flow_score: float) -> list[tuple[ClaimType, float]]:
    """What a clause claims; one with the count of a flow always claims that count: a leg stands on claims alone."""
    found = {kind: float(scores[i]) for i, kind in enumerate(ClaimType) if scores[i] > _NEEDED[kind]}
    if flow_score:
        found[ClaimType.COUNT] = max(flow_score, found.get(ClaimType.COUNT, 0.0))
    return list(found.items())


def _claims_of(ground: _Ground, number: int, kind: ClaimType, score: float) -> list[Claim]:
    read, clause = ground.read, ground.read.clauses[number]
    start, end = proposition(read.reading.text, clause)
    speaker, share = by_speaker(
        read.mentions,
        read.related.relations["claimer"][read.clause_row(number)],
        may=lambda mention: ground.reach.covers(clause, (mention.start, mention.end)),
    )
    plain = Claim(
        start=start,
        end=end,
        words=read.reading.text[start:end],
        type=kind,
        claimer=full_name(speaker) if speaker else AUTHOR,
        claimer_code=(speaker.code or None) if speaker else None,
        value=ground.values.of_clause(kind, (start, end)),
        score=min(1.0, score * share),
    )
    return _counted_claims(plain, ground, clause) if kind is ClaimType.COUNT else [plain]


def _counted_claims(plain: Claim, ground: _Ground, clause: Span) -> list[Claim]:
    """One claim per number in the clause: a flow's when the number is one, else a number of another role."""
    inside = [q for q in ground.read.quantities if overlap((q.start, q.end), clause)]
    made = [_number_claim(_about(plain, ground, clause, number), number, ground.counts) for number in inside]
    return made or [plain]


def _about(plain: Claim, ground: _Ground, clause: Span, number: Quantity) -> Claim:
    """The claim with the part of its clause that tells of a number."""
    text = ground.read.reading.text
    start, end = proposition(text, clause, about=(number.start, number.end))
    return replace(plain, start=start, end=end, words=text[start:end])


def _number_claim(plain: Claim, number: Quantity, counts: Sequence[Counted]) -> Claim:
    of_flow = next((c for c in counts if c.number is number), None)
    giving = of_flow.releasing if of_flow else None
    taking = of_flow.receiving if of_flow else None
    told = number.best if number.best is not None else number.words
    names = f"{giving.name if giving else '?'}->{taking.name if taking else '?'}"
    value = f"{names}={told}" if of_flow else f"{number.role.value}={told}"
    return Claim(
        start=plain.start,
        end=plain.end,
        words=plain.words,
        type=plain.type,
        claimer=plain.claimer,
        claimer_code=plain.claimer_code,
        value=value,
        role=CountRole.RELEASED if of_flow else number.role,
        releasing=giving.code if giving else None,
        receiving=taking.code if taking else None,
        low=number.low,
        best=number.best,
        high=number.high,
        score=plain.score,
    )
