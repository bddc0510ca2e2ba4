"""When the desk is told: the first report, and every change that is news; a mere copy never is.

One alert per change of an exchange: several things that changed at once are one event under the weightiest reason, and
its key is a digest of the facts themselves, so that the same facts give the same key whenever they are judged.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final

from alerting.message import body_of, payload_of, title_of
from alerting.trust import judge
from models.records import Alert, AlertReason, ExchangeState, Phase, Rule, Told

_DIGEST: Final = 12  # hex digits: 48 bits tell the events of one thread apart
_MATTERS: Final = (
    AlertReason.FIRST_REPORT,
    AlertReason.CONTRADICTION,
    AlertReason.PHASE_CHANGED,
    AlertReason.FIGURE_CHANGED,
    AlertReason.CORRECTION,
    AlertReason.NEW_ORIGIN,
)


def decide(
    state: ExchangeState, told: Told, rule: Rule, *, now: datetime, base_url: str
) -> tuple[tuple[Alert, Told], ...]:
    """The alerts that a rule asks for, each with what the thread has told after it; none when there is no news.

    Args:
        state: the exchange now.
        told: what the thread has told under this rule.
        rule: the rule.
        now: reference time; what was last published longer ago than the rule's `max_age_h` is kept, not delivered.
        base_url: where the pages are.
    """
    reasons = news(state, told) if matches(rule, state) else ()
    if not reasons:
        return ()
    key = f"exchange:{state.slug}:{reasons[0].value}:{_digest(state, reasons)}"
    if key in told.event_keys:
        return ()
    trust, why = judge(state)
    stale = _is_stale(state, rule, now)
    first = reasons[0] is AlertReason.FIRST_REPORT
    after = remembered(state, told, key)
    alert = Alert(
        thread_key=f"exchange:{state.slug}",
        event_key=key,
        rule_id=rule.id,
        reason=reasons[0],
        severity=rule.severity,
        trust=trust,
        trust_reasons=why,
        title=title_of(state, rule.severity, reasons),
        body=body_of(state, told, rule.severity, reasons, key=key, base_url=base_url, first=first),
        payload=payload_of(state, rule, reasons, key=key, base_url=base_url, decided_at=now),
        decided_at=now,
        suppressed="stale" if stale else None,
        channels=rule.to,
    )
    return ((alert, after),)


def matches(rule: Rule, state: ExchangeState) -> bool:
    """Whether a rule speaks of this exchange: parties, phase, enough origins, and one report that is news."""
    parties = {code for leg in state.legs for code in (leg.releasing, leg.receiving) if code}
    return (
        (not rule.parties or bool(parties & set(rule.parties)))
        and (not rule.phases or state.phase in rule.phases)
        and state.independent_origins >= rule.min_independent
        and state.alert_worthy_stories > 0
    )


def news(state: ExchangeState, told: Told) -> tuple[AlertReason, ...]:
    """What is new since the thread last told, the weightiest first."""
    if not told.event_keys:
        return (AlertReason.FIRST_REPORT,)
    before = dict(told.figures)
    figures = figures_of(state)
    found = {
        AlertReason.PHASE_CHANGED: state.phase is not told.phase,
        AlertReason.FIGURE_CHANGED: any(before.get(leg) != count for leg, count in figures if count is not None),
        AlertReason.CONTRADICTION: bool(set(state.conflicts) - set(told.conflicts)),
        AlertReason.CORRECTION: state.corrected and not told.corrected,
        AlertReason.NEW_ORIGIN: state.independent_origins > told.independent_origins,
    }
    return tuple(reason for reason in _MATTERS if found.get(reason))


def figures_of(state: ExchangeState) -> tuple[tuple[str, int | None], ...]:
    """The best figure of each leg, by leg."""
    return tuple(sorted((f"{leg.releasing}->{leg.receiving}", leg.best) for leg in state.legs))


def remembered(state: ExchangeState, told: Told, key: str) -> Told:
    """What the thread has told once this event is in it."""
    return Told(
        event_keys=told.event_keys | {key},
        phase=Phase(state.phase),
        figures=figures_of(state),
        independent_origins=max(state.independent_origins, told.independent_origins),
        conflicts=state.conflicts,
        corrected=state.corrected or told.corrected,
    )


def _digest(state: ExchangeState, reasons: tuple[AlertReason, ...]) -> str:
    facts = [
        [reason.value for reason in reasons],
        state.phase.value,
        figures_of(state),
        state.independent_origins,
        sorted(state.conflicts),
        state.corrected,
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:_DIGEST]


def _is_stale(state: ExchangeState, rule: Rule, now: datetime) -> bool:
    """Judged by the latest publication; an exchange of unknown time is fresh: late is worse than twice."""
    latest = state.latest_published_at
    return latest is not None and now - latest > timedelta(hours=rule.max_age_h)
