"""The same message for programs: JSON under a named schema, words verbatim (docs/alerts.md has the schema)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from alerting.kind import ALERT_SCHEMA
from alerting.message import Event, short_of
from alerting.trust import judge
from models.records import Evidence, ExchangeState


def payload_of(state: ExchangeState, event: Event) -> str:
    """The message's fields as JSON, keys sorted."""
    fields = {**_of_event(state, event), **_of_exchange(state), **_of_sources(state)}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _of_event(state: ExchangeState, event: Event) -> dict[str, Any]:
    trust, why = judge(state)
    return {
        "schema": ALERT_SCHEMA,
        "key": event.key,
        "thread": f"exchange:{state.slug}",
        "exchange": state.slug,
        "rule": event.rule_id,
        "reasons": [change.reason.value for change in event.changes],
        "changes": [change.words for change in event.changes],
        "severity": event.severity.value,
        "trust": {"tier": trust.value, "reasons": list(why)},
        "short": short_of(state, event),
        "decided_at": _z(event.decided_at),
        "url": event.link,
    }


def _of_exchange(state: ExchangeState) -> dict[str, Any]:
    return {
        "phase": state.phase.value,
        "phase_words": state.phase_words,
        "legs": [asdict(leg) for leg in state.legs],
        "mediation": {"status": state.mediation.value, "named": list(state.mediators)},
        "exchange_on": state.exchange_on.isoformat() if state.exchange_on else None,
        "place": state.place,
        "conflicts": list(state.conflicts),
        "corrected": state.corrected,
        "first_published_at": _z(state.first_published_at),
        "first_published_precision": state.first_published_precision.value,
    }


def _of_sources(state: ExchangeState) -> dict[str, Any]:
    return {
        "stories": state.stories,
        "outlets": list(state.outlets),
        "independent_origins": state.independent_origins,
        "origins": list(state.origins),
        "carriers": list(state.carriers),
        "voices": [asdict(voice) for voice in state.voices],
        "sides_heard": list(state.sides_heard),
        "sides_missing": list(state.sides_missing),
        "loaded_words": list(state.loaded_words),
        "evidence": [_words(one) for one in state.evidence],
    }


def _words(one: Evidence) -> dict[str, Any]:
    return {
        "story": one.story_id,
        "outlet": one.outlet,
        "words": one.words,
        "start": one.start,
        "end": one.end,
        "model": one.model,
        "score": round(one.score, 3),
    }


def _z(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
