"""What is new in an exchange since its thread last told, and the key of that news."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alerting.sides import party_names
from alerting.wording import named
from models.records import Alert, AlertReason, ExchangeState, Told

_DIGEST: Final = 12  # hex digits: 48 bits tell the events of one thread apart
_SHOWN: Final = 200  # characters of the numbers that differ
_NUMBER: Final = re.compile(r"(?:^|: | / )(\d+) \(")  # "32 (who says so)"
_KEPT: Final = re.compile(r"\d+(?:/\d+)*")  # "30/32": the form that a thread remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is new."""

    reason: AlertReason
    facts: tuple[str, ...]  # neutral, sorted: what the event key is a digest of
    words: str  # for the message


def changes(state: ExchangeState, told: Told) -> tuple[Change, ...]:
    """What is new, the weightiest first; none when there is no news, and a mere copy never is.

    The order: first report, phase, contradiction, figure, correction, new origin.
    """
    if not told.event_keys:
        facts = (f"phase {state.phase.value}", *(f"{leg} {count}" for leg, count in figures(state)))
        return (Change(reason=AlertReason.FIRST_REPORT, facts=facts, words="new"),)
    found = (_phase(state, told), _conflict(state, told), _figure(state, told), _correction(state, told))
    return tuple(change for change in (*found, _origin(state, told)) if change)


def event_key(state: ExchangeState, told: Told, found: Sequence[Change]) -> str:
    """`exchange:<slug>:<reason>:<digest of the new facts>`; the same facts give the same key, whenever judged.

    When a thread comes back to facts that it has told before (stalled, resumed, stalled again), the time of counting
    goes into the digest, for that is news again.
    """
    facts = sorted((change.reason.value, *change.facts) for change in found)
    rounds = range(len(told.event_keys) + 1)
    keys = (f"exchange:{state.slug}:{found[0].reason.value}:{_digest([n, *facts])}" for n in rounds)
    return next(key for key in keys if key not in told.event_keys)


def told_after(told: Told, state: ExchangeState, alerts: Sequence[Alert]) -> Told:
    """What the thread has told once these alerts, decided on this state, are in it; suppressed ones count."""
    if not alerts:
        return told
    return Told(
        event_keys=told.event_keys | {alert.event_key for alert in alerts},
        phase=state.phase,
        figures=figures(state),
        independent_origins=max(state.independent_origins, told.independent_origins),
        conflicts=tuple(line for _, line in _lines(_disputed(state.conflicts))),
        corrected=state.corrected or told.corrected,
    )


def figures(state: ExchangeState) -> tuple[tuple[str, int | None], ...]:
    """The best figure of each leg, by leg."""
    return tuple(sorted((f"{leg.releasing}->{leg.receiving}", leg.best) for leg in state.legs))


def _digest(facts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:_DIGEST]


def _phase(state: ExchangeState, told: Told) -> Change | None:
    if state.phase is told.phase:
        return None
    was = told.phase.value if told.phase else "unknown"
    words = f"phase {was} → {state.phase.value}".replace("_", " ")
    return Change(reason=AlertReason.PHASE_CHANGED, facts=(state.phase.value,), words=words)


def _figure(state: ExchangeState, told: Told) -> Change | None:
    """A figure that came, differs or went; a leg without a number is none."""
    before, after = dict(told.figures), dict(figures(state))
    moved = [leg for leg in sorted(before | after) if before.get(leg) != after.get(leg)]
    if not moved:
        return None
    return Change(
        reason=AlertReason.FIGURE_CHANGED,
        facts=tuple(f"{leg} {after.get(leg)}" for leg in moved),
        words=", ".join(
            f"{_leg(leg, state)} {_or_none(before.get(leg))} → {_or_none(after.get(leg))}" for leg in moved
        ),
    )


def _leg(leg: str, state: ExchangeState) -> str:
    names: Mapping[str, str] = {"None": "?", **party_names(state)}
    return "→".join(names.get(code) or named(code, state.loaded_words) for code in leg.split("->"))


def _or_none(count: int | None) -> str:
    return "no number" if count is None else str(count)


def _conflict(state: ExchangeState, told: Told) -> Change | None:
    """A number that contradicts and was not told yet; who else repeats it is no news."""
    before, after = _disputed(told.conflicts), _disputed(state.conflicts)
    fresh = {leg for leg, numbers in after.items() if leg not in before or numbers - before[leg]}
    if not fresh:
        return None
    facts = tuple(line for leg, line in _lines(after) if leg in fresh)
    return Change(
        reason=AlertReason.CONTRADICTION, facts=facts, words=named("; ".join(facts), state.loaded_words, _SHOWN)
    )


def _disputed(conflicts: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """The numbers by leg, without who says which; a conflict without numbers stands for itself."""
    found: dict[str, frozenset[str]] = {}
    for conflict in conflicts:
        leg, numbers = _read(conflict)
        found[leg] = found.get(leg, frozenset()) | numbers
    return found


def _read(conflict: str) -> tuple[str, frozenset[str]]:
    leg, _, last = conflict.rpartition(": ")
    if _KEPT.fullmatch(last):
        return leg, frozenset(last.split("/"))
    numbers = frozenset(_NUMBER.findall(conflict))
    return (conflict.partition(": ")[0] if numbers else conflict), numbers


def _lines(disputed: Mapping[str, frozenset[str]]) -> list[tuple[str, str]]:
    """Each leg with the form that a thread remembers: "A → B: 30/32"."""
    return [
        (leg, f"{leg}: {'/'.join(sorted(numbers, key=lambda n: (len(n), n)))}" if numbers else leg)
        for leg, numbers in sorted(disputed.items())
    ]


def _correction(state: ExchangeState, told: Told) -> Change | None:
    if not state.corrected or told.corrected:
        return None
    return Change(reason=AlertReason.CORRECTION, facts=("corrected",), words="a correction was published")


def _origin(state: ExchangeState, told: Told) -> Change | None:
    if state.independent_origins <= told.independent_origins:
        return None
    words = f"independent origins {told.independent_origins} → {state.independent_origins}"
    return Change(reason=AlertReason.NEW_ORIGIN, facts=(str(state.independent_origins),), words=words)
