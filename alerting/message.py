"""The message: enough by itself at three in the morning; every value from a ledger cell, a missing one said so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from alerting.trust import judge
from models.records import (
    AlertReason,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Precision,
    Rule,
    Severity,
    Told,
    Voice,
)

SCHEMA: Final = "wirewatch.alert.v1"
_TITLE: Final = 140  # characters
_SHORT: Final = 160  # characters of one SMS
_NEUTRAL_BODIES: Final = ("ICRC", "an agency without a side")
_WORDS: Final = {
    AlertReason.FIRST_REPORT: "EXCHANGE REPORTED",
    AlertReason.NEW_ORIGIN: "NEW INDEPENDENT ORIGIN",
    AlertReason.FIGURE_CHANGED: "FIGURE CHANGED",
    AlertReason.PHASE_CHANGED: "PHASE CHANGED",
    AlertReason.CONTRADICTION: "FIGURES DIFFER",
    AlertReason.CORRECTION: "CORRECTION",
}
_MEDIATION: Final = {
    MediationStatus.NAMED: "mediated by {}",
    MediationStatus.EXPLICITLY_NONE: "explicitly without mediators",
    MediationStatus.UNSTATED: "mediators not stated",
    MediationStatus.CONTESTED: "contested: {} named, while another voice says there was none",
}


def title_of(state: ExchangeState, severity: Severity, reasons: Sequence[AlertReason]) -> str:
    """One line for a subject: no line breaks, no control or direction characters."""
    return one_line(f"[{severity.value}] {_WORDS[reasons[0]].capitalize()}: {legs_line(state)}")[:_TITLE]


def body_of(
    state: ExchangeState,
    told: Told,
    severity: Severity,
    reasons: Sequence[AlertReason],
    *,
    key: str,
    base_url: str,
    first: bool,
) -> str:
    """The message as text."""
    trust, why = judge(state)
    head = f"{'🔔' if first else '↻'} {' + '.join(_WORDS[r] for r in reasons)} · {severity.value} · "
    page = f"{base_url}/exchanges/{state.slug}"
    lines = [
        head + ("new" if first else _since(state, told)),
        legs_line(state),
        "",
        f"Status     {state.phase.value}; {_quoted(state.phase_words) or 'no wording'}",
        f"How        {_mediated(state)}",
        f"When       handover {state.exchange_on or 'day not given'}; {_placed(state)}",
        f"First seen {_first_seen(state)}",
        f"Counts     {_counts(state)}",
        f"Voices     {_voices(state)}",
        f"Trust      {trust.value}: {'; '.join(why)}",
        f"Check next {', '.join(_check_next(state))}",
        "",
        *(f"Evidence   {line}" for line in _evidence(state)),
        f"Open  {page}      Ack  {page}/ack      Wrong?  {page}/review",
        f"key {key}",
    ]
    return "\n".join(lines)


def payload_of(
    state: ExchangeState,
    rule: Rule,
    reasons: Sequence[AlertReason],
    *,
    key: str,
    base_url: str,
    decided_at: datetime,
) -> str:
    """The same fields as JSON."""
    trust, why = judge(state)
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "key": key,
        "thread": f"exchange:{state.slug}",
        "exchange": state.slug,
        "rule": rule.id,
        "reasons": [reason.value for reason in reasons],
        "severity": rule.severity.value,
        "phase": state.phase.value,
        "phase_words": state.phase_words,
        "legs": [_leg_fields(leg) for leg in state.legs],
        "mediation": {"status": state.mediation.value, "named": list(state.mediators)},
        "exchange_on": state.exchange_on.isoformat() if state.exchange_on else None,
        "place": state.place,
        "first_published_at": _z(state.first_published_at),
        "first_published_precision": state.first_published_precision.value,
        "stories": state.stories,
        "outlets": list(state.outlets),
        "independent_origins": state.independent_origins,
        "origins": list(state.origins),
        "carriers": list(state.carriers),
        "conflicts": list(state.conflicts),
        "voices": [_voice_fields(voice) for voice in state.voices],
        "sides_missing": list(state.sides_missing),
        "trust": {"tier": trust.value, "reasons": list(why)},
        "evidence": [
            {
                "story": e.story_id,
                "outlet": e.outlet,
                "words": e.words,
                "start": e.start,
                "end": e.end,
                "model": e.model,
                "score": round(e.score, 3),
            }
            for e in state.evidence
        ],
        "decided_at": _z(decided_at),
        "url": f"{base_url}/exchanges/{state.slug}",
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def short_of(state: ExchangeState, *, base_url: str) -> str:
    """At most 160 characters."""
    trust, _ = judge(state)
    legs = " / ".join(f"{leg.releasing or '?'} {_number(leg)}" for leg in state.legs)
    origins = f"{state.independent_origins} indep. origin{'s' if state.independent_origins != 1 else ''}"
    said = f"EXCHANGE {legs}, {state.phase.value}, {origins}, {trust.value}. {base_url}/exchanges/{state.slug}"
    return one_line(said)[:_SHORT]


def legs_line(state: ExchangeState) -> str:
    """Who releases how many to whom, both directions in one line."""
    if not state.legs:
        return "parties not named"
    return " ⇄ ".join(
        f"{leg.releasing_name} releases {_number(leg)}{_status(leg)} to {leg.receiving_name}" for leg in state.legs
    )


def one_line(text: str) -> str:
    """Text without line breaks, control characters, or characters that turn the direction of reading."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _number(leg: LegFigure) -> str:
    if leg.best is None:
        return "a number not given"
    spread = leg.low != leg.best or leg.high != leg.best
    return f"{leg.best} ({leg.low}–{leg.high})" if spread else str(leg.best)


def _status(leg: LegFigure) -> str:
    return f" ({'/'.join(leg.statuses)})" if leg.statuses else ""


def _quoted(words: str) -> str:
    return f"“{one_line(words)}”" if words else ""


def _placed(state: ExchangeState) -> str:
    return f"place {_quoted(state.place)}" if state.place else "place not given"


def _since(state: ExchangeState, told: Told) -> str:
    was = f"{told.phase.value} → {state.phase.value}" if told.phase and told.phase is not state.phase else "update"
    return f"{was} · {len(state.outlets)} outlets, {state.independent_origins} independent origins"


def _mediated(state: ExchangeState) -> str:
    return _MEDIATION[state.mediation].format(", ".join(state.mediators))


def _first_seen(state: ExchangeState) -> str:
    if state.first_published_at is None:
        when = "publication time not given"
    elif state.first_published_precision is Precision.DAY:
        when = f"published {state.first_published_at:%Y-%m-%d} (day only)"
    else:
        when = f"published {_z(state.first_published_at)}"
    carried = f"; carried by {', '.join(state.carriers)}" if state.carriers else ""
    return (
        f"{when} · {', '.join(state.origins)}{carried} "
        f"({state.independent_origins} independent origins, {state.stories} stories, {len(state.outlets)} outlets)"
    )


def _counts(state: ExchangeState) -> str:
    if state.conflicts:
        return "DIFFER: " + "; ".join(state.conflicts)
    told = " / ".join(_number(leg) for leg in state.legs)
    return f"{told} – no differing number yet" if told else "no number given"


def _voices(state: ExchangeState) -> str:
    if not state.voices:
        return "nobody is quoted"
    said = "; ".join(
        f"{voice.claimer}{f' [{voice.side}]' if voice.side else ''} in {', '.join(voice.outlets)}"
        for voice in state.voices[:6]
    )
    missing = f"; nothing from {', '.join(state.sides_missing)} yet" if state.sides_missing else ""
    return said + missing


def _check_next(state: ExchangeState) -> list[str]:
    return [*(f"a source of {side}" for side in state.sides_missing), *_NEUTRAL_BODIES]


def _evidence(state: ExchangeState) -> list[str]:
    if not state.evidence:
        return ["no claim carries a number"]
    return [
        f"“{one_line(e.words)}” ({e.outlet}, story {e.story_id}, characters {e.start}–{e.end}, {e.model}, "
        f"{e.score:.2f})"
        for e in state.evidence
    ]


def _leg_fields(leg: LegFigure) -> dict[str, Any]:
    return {
        "releasing": leg.releasing,
        "releasing_name": leg.releasing_name,
        "receiving": leg.receiving,
        "receiving_name": leg.receiving_name,
        "low": leg.low,
        "best": leg.best,
        "high": leg.high,
        "statuses": list(leg.statuses),
        "words": leg.words,
    }


def _voice_fields(voice: Voice) -> dict[str, Any]:
    return {
        "claimer": voice.claimer,
        "side": voice.side,
        "outlets": list(voice.outlets),
        "independent_origins": voice.independent_origins,
    }


def _z(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
