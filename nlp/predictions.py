"""Findings in the shape that the gold scorer reads: one row's `pred`, every field of the annotation guide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.records import Actor, Claim, Findings, Flow, MediationStatus, Stance, StanceLabel
from nlp.candidates import full_name

ToInput = Callable[[int, int], tuple[int, int] | None]


def prediction(found: Findings, to_input: ToInput) -> dict[str, Any]:
    """One prediction row.

    Args:
        found: the findings of one story.
        to_input: maps a span of the story's text to the input's text; None when it cannot be mapped.
    """
    report = found.report
    return {
        "is_exchange_story": report.is_exchange,
        "alert_worthy": report.alert_worthy,
        "modality": report.phase.value,
        "sides": [_side(flow) for flow in report.flows],
        "mediators": _mediators(report.mediation, report.mediators),
        "date_of_exchange": report.exchange_on.isoformat() if report.exchange_on else None,
        "place": report.place,
        "claims": [row for claim in found.claims if (row := _claim(claim, to_input))],
        "stance": [row for stance in found.stances if (row := _stance(stance, to_input))],
    }


def _side(flow: Flow) -> dict[str, Any]:
    return {
        "releasing_party": flow.releasing.name if flow.releasing else None,
        "receiving_party": flow.receiving.name if flow.receiving else None,
        "count": flow.count,
        "status": flow.status.value,
    }


def _mediators(status: MediationStatus, named: tuple[Actor, ...]) -> str | list[str]:
    return "none" if status is MediationStatus.EXPLICITLY_NONE else [full_name(actor) for actor in named]


def _claim(claim: Claim, to_input: ToInput) -> dict[str, Any] | None:
    span = to_input(claim.start, claim.end)
    if span is None:
        return None
    return {
        "start": span[0],
        "end": span[1],
        "claimer": claim.claimer,
        "claim_type": claim.type.value,
        "value": claim.value,
    }


def _stance(stance: Stance, to_input: ToInput) -> dict[str, Any] | None:
    span = to_input(stance.start, stance.end)
    if span is None or stance.label is StanceLabel.NEUTRAL:
        return None
    return {
        "target": stance.target,
        "label": stance.label.value,
        "holder": stance.holder,
        "start": span[0],
        "end": span[1],
    }
