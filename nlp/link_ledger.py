"""What an exchange's reports add up to: its legs, the claims behind each cell, and the phases it went through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from models.records import (
    CellClaim,
    Claim,
    ClaimType,
    CountRole,
    Flow,
    LegKey,
    LinkedReport,
    Phase,
    PhaseStep,
    ReportPhase,
)
from nlp.link_profile import party_key

_SLOTS = {
    ClaimType.STATUS: "status",
    ClaimType.TIMING: "date",
    ClaimType.MEDIATION: "mediator",
    ClaimType.BLAME: "blame",
    ClaimType.OTHER: "other",
}
_RANK = {
    Phase.CALLED_FOR: 0,
    Phase.RUMOURED: 1,
    Phase.PLANNED: 2,
    Phase.ANNOUNCED: 3,
    Phase.AGREED: 4,
    Phase.UNDER_WAY: 5,
    Phase.COMPLETED: 6,
}
_TALK = {Phase.CALLED_FOR, Phase.RUMOURED}
_SILENT = {ReportPhase.HISTORICAL, ReportPhase.NONE}

# From each phase, the phases that a later report may not name of the same exchange. Everything else is legal: news may
# begin anywhere, skip steps, and run into `stalled` or `denied` from every phase.
ILLEGAL: Mapping[Phase, frozenset[Phase]] = {
    Phase.ANNOUNCED: frozenset(_TALK),
    Phase.AGREED: frozenset(_TALK),
    Phase.UNDER_WAY: frozenset({*_TALK, Phase.ANNOUNCED, Phase.AGREED}),
    Phase.COMPLETED: frozenset({*_TALK, Phase.PLANNED, Phase.ANNOUNCED, Phase.AGREED}),
}


def names_of(reports: Sequence[LinkedReport]) -> dict[str, str]:
    """Party key → the code most of the reports use for it (the first in the alphabet among equals)."""
    codes = Counter(code for report in reports for code in _codes(report))
    names: dict[str, str] = {}
    for code, _ in sorted(codes.items(), key=lambda item: (-item[1], item[0])):
        names.setdefault(party_key(code), code)
    return names


def legs_of(reports: Sequence[LinkedReport]) -> tuple[LegKey, ...]:
    """The directed legs that the reports' flows name, a half-known one folded into the only whole one it fits."""
    names = names_of(reports)
    named = {_leg(names, *_ends(flow)) for report in reports for flow in report.report.flows}
    named |= {
        _leg(names, claim.releasing, claim.receiving)
        for report in reports
        for claim in report.claims
        if _is_released(claim) and claim.releasing and claim.receiving
    }
    whole = {leg for leg in named if leg.releasing and leg.receiving}
    half = {leg for leg in named - whole if (leg.releasing or leg.receiving) and not _fits(leg, whole)}
    return tuple(sorted(whole | half, key=lambda leg: (leg.releasing or "", leg.receiving or "")))


def cells_of(reports: Sequence[LinkedReport], legs: Sequence[LegKey]) -> tuple[CellClaim, ...]:
    """One cell per claim; only a count of released people is a `count`, those held or killed are `other`."""
    names = names_of(reports)
    return tuple(
        CellClaim(
            story_key=report.story_key,
            claim_index=index,
            leg=_leg_of_claim(claim, legs, names),
            slot=_slot(claim),
        )
        for report in sorted(reports, key=lambda report: report.story_key)
        for index, claim in enumerate(report.claims)
    )


def steps_of(reports: Sequence[LinkedReport]) -> tuple[PhaseStep, ...]:
    """The phases in the order they were reported, repeats left out, illegal jumps flagged."""
    steps: list[PhaseStep] = []
    for when, key, phase in sorted(_reported(reports)):
        if steps and steps[-1].phase == phase:
            continue
        illegal = bool(steps) and phase in ILLEGAL.get(steps[-1].phase, frozenset())
        steps.append(PhaseStep(phase=phase, story_key=key, reported_at=when, illegal=illegal))
    return tuple(steps)


def phase_of(steps: Iterable[PhaseStep]) -> Phase | None:
    """Where an exchange stands: the most advanced phase reported so far, with three turns; None without a step.

    1. `stalled` and `denied` replace anything but `completed`.
    2. `planned` and every later phase replace `stalled` or `denied`: the deal is alive again. Mere calls and rumours do
       not.
    3. Otherwise only a more advanced phase replaces the one before, so a rumour after completion changes nothing.
    """
    current: Phase | None = None
    for step in steps:
        if current is None or _replaces(step.phase, current):
            current = step.phase
    return current


def _replaces(new: Phase, old: Phase) -> bool:
    if new not in _RANK:
        return old is not Phase.COMPLETED
    if old not in _RANK:
        return new not in _TALK
    return _RANK[new] > _RANK[old]


def _reported(reports: Iterable[LinkedReport]) -> Iterator[tuple[datetime, str, Phase]]:
    for report in reports:
        if report.report.phase not in _SILENT:
            when = report.published_at or report.first_seen_at
            yield when, report.story_key, Phase(report.report.phase.value)


def _codes(report: LinkedReport) -> Iterator[str]:
    for flow in report.report.flows:
        yield from (code for code in _ends(flow) if code)
    for claim in report.claims:
        if _is_released(claim):
            yield from (code for code in (claim.releasing, claim.receiving) if code)


def _ends(flow: Flow) -> tuple[str | None, str | None]:
    releasing = flow.releasing.code if flow.releasing else None
    receiving = flow.receiving.code if flow.receiving else None
    return releasing or None, receiving or None


def _leg(names: Mapping[str, str], releasing: str | None, receiving: str | None) -> LegKey:
    return LegKey(
        releasing=names.get(party_key(releasing), releasing) if releasing else None,
        receiving=names.get(party_key(receiving), receiving) if receiving else None,
    )


def _fits(half: LegKey, legs: Iterable[LegKey]) -> list[LegKey]:
    """The legs that agree with what a half-known leg says."""
    return [leg for leg in legs if half.releasing in (None, leg.releasing) and half.receiving in (None, leg.receiving)]


def _is_released(claim: Claim) -> bool:
    return claim.type is ClaimType.COUNT and claim.role is CountRole.RELEASED


def _slot(claim: Claim) -> str:
    if claim.type is ClaimType.COUNT:
        return "count" if _is_released(claim) else "other"
    return _SLOTS[claim.type]


def _leg_of_claim(claim: Claim, legs: Sequence[LegKey], names: Mapping[str, str]) -> LegKey | None:
    """The leg a claim is about, when it says so or when there is only one."""
    if _slot(claim) not in {"count", "status"}:
        return None
    said = _leg(names, claim.releasing, claim.receiving)
    if said in legs:
        return said
    fitting = _fits(said, legs)
    return fitting[0] if len(fitting) == 1 else None
