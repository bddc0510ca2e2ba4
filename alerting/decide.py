"""When the desk is told: the first report, and every change that is news; a mere copy never is.

One alert per change of an exchange: several things that changed at once are one event under the weightiest reason, with
all of them listed, and its key is a digest of the new facts themselves, so that the same facts give the same key
whenever they are judged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from alerting.message import Event, body_of, title_of
from alerting.news import changes, event_key, told_after
from alerting.payload import payload_of
from alerting.sides import parties
from alerting.trust import is_partisan, judge
from models.records import Alert, ExchangeState, Precision, Rule, Severity, Told

_DAY: Final = timedelta(days=1)
_BOTH: Final = "+"  # between the parties of a rule that must all take part


def decide(
    state: ExchangeState, told: Told, rule: Rule, *, now: datetime, base_url: str
) -> tuple[tuple[Alert, Told], ...]:
    """The alert that a rule asks for, with what the thread has told after it; none when there is no news.

    Args:
        state: the exchange now.
        told: what the thread has told under this rule.
        rule: the rule.
        now: reference time; what was last published longer ago than the rule's `max_age_h` is kept as `suppressed`,
            without a channel.
        base_url: where the pages are.
    """
    found = changes(state, told) if speaks_of(rule, state, told) else ()
    if not found:
        return ()
    event = Event(
        key=event_key(state, told, found),
        changes=found,
        severity=severity_of(rule, state),
        rule_id=rule.id,
        page=f"{base_url.rstrip('/')}/exchanges/{state.slug}",
        decided_at=now,
    )
    alert = _alert(state, event, rule)
    return ((alert, told_after(told, state, (alert,))),)


def speaks_of(rule: Rule, state: ExchangeState, told: Told) -> bool:
    """Whether a rule speaks of an exchange.

    It opens a thread on its parties, phases, enough origins and a report that is news. On an open thread only the
    parties count: whoever was told of a swap must hear that it is denied, whatever phases the rule waits for.
    """
    return _takes_part(rule, state) and bool(told.event_keys or _opens(rule, state))


def severity_of(rule: Rule, state: ExchangeState) -> Severity:
    """The rule's severity; no more than `notice` while all rests on one source that stands with a party."""
    capped = rule.severity is Severity.URGENT and is_partisan(state)
    return Severity.NOTICE if capped else rule.severity


def _takes_part(rule: Rule, state: ExchangeState) -> bool:
    """Any entry of the rule's parties; of an entry "A+B" both."""
    here = set(parties(state))
    return not rule.parties or any(here.issuperset(entry.split(_BOTH)) for entry in rule.parties)


def _opens(rule: Rule, state: ExchangeState) -> bool:
    return (
        (not rule.phases or state.phase in rule.phases)
        and state.independent_origins >= rule.min_independent
        and state.alert_worthy_stories > 0
    )


def _alert(state: ExchangeState, event: Event, rule: Rule) -> Alert:
    trust, why = judge(state)
    stale = _is_stale(state, rule, event.decided_at)
    return Alert(
        thread_key=f"exchange:{state.slug}",
        event_key=event.key,
        rule_id=rule.id,
        reason=event.changes[0].reason,
        severity=event.severity,
        trust=trust,
        trust_reasons=why,
        title=title_of(state, event),
        body=body_of(state, event),
        payload=payload_of(state, event),
        decided_at=event.decided_at,
        suppressed="stale" if stale else None,
        channels=() if stale else rule.to,
    )


def _is_stale(state: ExchangeState, rule: Rule, now: datetime) -> bool:
    """Judged by the latest publication; an exchange of unknown time is fresh: late is worse than twice.

    Where only days are known, the day counts from its end.
    """
    latest = state.latest_published_at
    grace = _DAY if state.latest_published_precision is Precision.DAY else timedelta()
    return latest is not None and now - latest > timedelta(hours=rule.max_age_h) + grace
