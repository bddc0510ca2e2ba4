"""The message: enough by itself at three in the morning; every value from a ledger cell, a missing one said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from alerting.news import Change
from alerting.sides import heard_through, is_own_voice, own_voices, party_names
from alerting.trust import judge
from alerting.wording import counted, cut, listed, named, one_line, quoted
from models.records import (
    AlertReason,
    CaptiveStatus,
    Evidence,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Phase,
    Precision,
    Severity,
    Voice,
)

_TITLE: Final = 140  # characters
_SHORT: Final = 160  # characters of one SMS, in its seven-bit alphabet
_SHORT_LINK: Final = 110  # characters of a link that leave an SMS room for its news
_LINE: Final = 700  # characters of one line
_MOST_LEGS: Final = 4
_MOST_VOICES: Final = 4  # of one side
_MOST_EVIDENCE: Final = 5
_SWAP: Final = 2  # legs
_WORDS: Final = {
    AlertReason.FIRST_REPORT: "exchange reported",
    AlertReason.NEW_ORIGIN: "new independent origin",
    AlertReason.FIGURE_CHANGED: "figure changed",
    AlertReason.PHASE_CHANGED: "phase changed",
    AlertReason.CONTRADICTION: "figures differ",
    AlertReason.CORRECTION: "correction",
}
_BRIEFLY: Final = {
    MediationStatus.NAMED: "mediated",
    MediationStatus.EXPLICITLY_NONE: "bilateral",
    MediationStatus.UNSTATED: "mediation unstated",
    MediationStatus.CONTESTED: "mediation contested",
}
_FIGURES: Final = frozenset({AlertReason.FIGURE_CHANGED, AlertReason.CONTRADICTION})
# What people may be called without taking a side; every other word of the authors stands in quotes.
_PLAIN: Final = {
    CaptiveStatus.MILITARY: "service members",
    CaptiveStatus.CIVILIAN: "civilians",
    CaptiveStatus.BODIES: "bodies of the dead",
    CaptiveStatus.WOUNDED_SICK: "wounded or sick people",
    CaptiveStatus.ELDERLY: "elderly people",
    CaptiveStatus.CHILDREN: "children",
    CaptiveStatus.MIXED: "people of several groups",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened in a thread: all of a message that is not the exchange itself."""

    key: str
    changes: tuple[Change, ...]  # the weightiest first, at least one
    severity: Severity
    rule_id: str
    page: str  # address of the exchange's page
    decided_at: datetime

    @property
    def is_first(self) -> bool:
        """Whether it opens the thread."""
        return self.changes[0].reason is AlertReason.FIRST_REPORT

    @property
    def link(self) -> str:
        """The page's address as it may stand in any text: no spaces, no letters outside ASCII."""
        return quote(self.page, safe=":/?#[]@!$&'()*+,;=%~-._")


def title_of(state: ExchangeState, event: Event) -> str:
    """One line for a subject: no line breaks, no control or direction characters."""
    sides = [
        f"{named(leg.releasing_name, state.loaded_words)} {'?' if leg.best is None else leg.best}"
        for leg in state.legs[:_SWAP]
    ]
    more = [counted(len(state.legs) - _SWAP, "more leg")] if len(state.legs) > _SWAP else []
    told = " ⇄ ".join([*sides, *more]) or "parties not named"
    return cut(one_line(f"[{event.severity.value}] {_what(state, event)}: {told}"), _TITLE)


def _what(state: ExchangeState, event: Event) -> str:
    reason = event.changes[0].reason
    if reason is AlertReason.PHASE_CHANGED:
        return f"↻ Now {_phase(state.phase)}"
    return f"Exchange {_phase(state.phase)}" if event.is_first else f"↻ {_WORDS[reason].capitalize()}"


def body_of(state: ExchangeState, event: Event) -> str:
    """The message as text."""
    trust, why = judge(state)
    lines = [
        _head(state, event),
        legs_line(state),
        "",
        f"Status     {_status(state)}",
        f"How        {_how(state)}",
        f"First seen {_first_seen(state)}",
        f"Counts     {_counts(state)}",
        f"Voices     {_voices(state)}",
        f"Trust      {trust.value}: {'; '.join(why)}",
        f"Check next {', '.join(_check_next(state))}",
        "",
        *(f"Evidence   {line}" for line in _evidence(state)),
        f"Open  {event.link}      Ack  {event.link}/ack      Wrong?  {event.link}/review",
        f"key {event.key}",
    ]
    return "\n".join(cut(line, _LINE) for line in lines)


def short_of(state: ExchangeState, event: Event) -> str:
    """At most 160 characters of ASCII for an SMS; the link last and whole, or left out when it alone is too long."""
    trust, _ = judge(state)
    legs = " / ".join(f"{leg.releasing or '?'} {'?' if leg.best is None else leg.best}" for leg in state.legs)
    parts = [
        f"{'EXCHANGE' if event.is_first else 'UPDATE'} {legs or 'parties not named'}",
        _phase(state.phase),
        f"{state.independent_origins} indep. source{'' if state.independent_origins == 1 else 's'}",
        trust.value,
        _BRIEFLY[state.mediation],
    ]
    link = f" {event.link}" if len(event.link) <= _SHORT_LINK else ""
    room = _SHORT - len(link) - 1
    while len(parts) > 1 and len(", ".join(parts)) > room:
        parts.pop()
    return one_line(", ".join(parts)).encode("ascii", "replace").decode()[:room] + "." + link


def legs_line(state: ExchangeState) -> str:
    """Who releases how many, both directions in one line; to whom, where it is not plainly the other."""
    if not state.legs:
        return "parties not named"
    plain = _is_swap(state.legs)
    told = [_leg(leg, state.loaded_words, to="" if plain else "to") for leg in state.legs[:_MOST_LEGS]]
    more = [counted(len(state.legs) - _MOST_LEGS, "more leg")] if len(state.legs) > _MOST_LEGS else []
    return " ⇄ ".join([*told, *more])


def _is_swap(legs: Sequence[LegFigure]) -> bool:
    pairs = [(leg.releasing, leg.receiving) for leg in legs]
    return len(pairs) == _SWAP and pairs[0] == pairs[1][::-1] and all(pairs[0]) and pairs[0] != pairs[1]


def _leg(leg: LegFigure, loaded: Sequence[str], *, to: str) -> str:
    said = f"{named(leg.releasing_name, loaded)} releases {_people(leg)}"
    return f"{said} {to} {named(leg.receiving_name, loaded)}" if to else said


def _people(leg: LegFigure) -> str:
    """How many of whom: plain words plainly, a word that judges only as what they are called."""
    plain = {code.value: words for code, words in _PLAIN.items()}
    whom = " / ".join(plain[status] for status in leg.statuses if status in plain)
    called = " and ".join(quoted(status.replace("_", " ")) for status in leg.statuses if status not in plain)
    number = f"{_best(leg)} of" if leg.best is None and whom else _best(leg)
    return " ".join(filter(None, (number, whom))) + (f" called {called}" if called else "")


def _head(state: ExchangeState, event: Event) -> str:
    sign, words = ("🔔" if event.is_first else "↻"), " + ".join(_WORDS[c.reason] for c in event.changes).upper()
    if event.is_first:
        return f"{sign} {words} · {event.severity.value} · new"
    trust, _ = judge(state)
    told = [*(change.words for change in event.changes)]
    if _FIGURES.isdisjoint(change.reason for change in event.changes):
        told.append("counts unchanged")
    told.append(f"{counted(len(state.outlets), 'outlet')}, {_origins(state)}")
    return " · ".join([f"{sign} {words}", event.severity.value, *told, f"trust {trust.value}"])


def _status(state: ExchangeState) -> str:
    words = quoted(state.phase_words) or "no wording captured"
    place = f"place {quoted(state.place)}" if state.place else "place not given"
    return f"{_phase(state.phase)}; {words}; handover {state.exchange_on or 'day not given'}; {place}"


def _phase(phase: Phase) -> str:
    return phase.value.replace("_", " ")


def _how(state: ExchangeState) -> str:
    names = listed(state.mediators, state.loaded_words) or "no mediator named"
    return {
        MediationStatus.NAMED: f"mediated; {names}",
        MediationStatus.EXPLICITLY_NONE: "explicitly without mediators",
        MediationStatus.UNSTATED: "mediators not stated",
        MediationStatus.CONTESTED: f"contested; {names}, while another voice says there was none",
    }[state.mediation]


def _first_seen(state: ExchangeState) -> str:
    carried = f", carried by {listed(state.carriers, state.loaded_words, most=3)}" if state.carriers else ""
    stories = counted(state.stories, "story", "stories")
    return (
        f"{_published(state)} · {listed(state.origins, state.loaded_words) or 'origin not known'}{carried} "
        f"({_origins(state)}, {stories}, {counted(len(state.outlets), 'outlet')})"
    )


def _published(state: ExchangeState) -> str:
    at = state.first_published_at
    if at is None or state.first_published_precision is Precision.UNKNOWN:
        return "publication time not given"
    if state.first_published_precision is Precision.DAY:
        return f"published {at:%Y-%m-%d} (day only)"
    minute = state.first_published_precision is Precision.MINUTE
    return f"published {at:%Y-%m-%dT%H:%MZ}" if minute else f"published {at:%Y-%m-%dT%H:%M:%SZ}"


def _origins(state: ExchangeState) -> str:
    return counted(state.independent_origins, "independent origin")


def _counts(state: ExchangeState) -> str:
    """What differs goes first, then the best of each leg with its span."""
    told = " / ".join(_spread(leg) for leg in state.legs[:_MOST_LEGS]) or "no number given"
    if not state.conflicts:
        return f"{told} – no differing number yet"
    differing = "; ".join(named(one, state.loaded_words, 200) for one in state.conflicts[:3])
    return f"DIFFER {differing} – best {told}"


def _best(leg: LegFigure) -> str:
    return "an unstated number" if leg.best is None else str(leg.best)


def _spread(leg: LegFigure) -> str:
    span = {leg.low, leg.best, leg.high} - {None}
    return f"{_best(leg)} ({leg.low}–{leg.high})" if len(span) > 1 else _best(leg)


def _voices(state: ExchangeState) -> str:
    """By side: the parties first, a silent one said to be silent, then those without a side."""
    names = party_names(state)
    said = [(voice.side, _voice(voice, state)) for voice in state.voices]
    sides = [f"{names[code]}: {_first([v for side, v in said if side == code], 'nobody yet')}" for code in names]
    return " · ".join([*sides, f"no side: {_first([v for side, v in said if side not in names], 'nobody')}"])


def _first(voices: Sequence[str], nobody: str) -> str:
    heard = [voice for voice in voices if voice]
    more = [f"{len(heard) - _MOST_VOICES} more"] if len(heard) > _MOST_VOICES else []
    return "; ".join([*heard[:_MOST_VOICES], *more]) or nobody


def _voice(voice: Voice, state: ExchangeState) -> str:
    """Who says it in which outlets; "" for the own voice of one that only carries it."""
    own = is_own_voice(voice)
    shown = [o for o in voice.outlets if not own or o in own_voices(state)]
    outlets = listed(shown, state.loaded_words, most=3)
    said = f"own voice of {outlets}" if own else f"{named(voice.claimer, state.loaded_words)} in {outlets}"
    return f"{said} ({counted(voice.independent_origins, 'origin')})" if shown else ""


def _check_next(state: ExchangeState) -> list[str]:
    """Parties that are silent, else those that others speak for; then the bodies and wires without a side."""
    names, heard = party_names(state), heard_through(state)
    silent = [name for code, name in names.items() if code in state.sides_missing]
    bodies = {*(voice.claimer for voice in state.voices), *state.mediators}
    return [
        *(f"a source of {name}" for name in silent or [name for code, name in names.items() if code not in heard]),
        "ICRC (quoted already)" if "ICRC" in bodies else "ICRC",
        "another wire without a side" if None in own_voices(state).values() else "a wire without a side",
    ]


def _evidence(state: ExchangeState) -> list[str]:
    return [_shown(one, state.loaded_words) for one in state.evidence[:_MOST_EVIDENCE]] or ["no claim carries a number"]


def _shown(one: Evidence, loaded: Sequence[str]) -> str:
    place = f"{named(one.outlet, loaded)}, story {one.story_id}, characters {one.start}–{one.end}"
    return f"{quoted(one.words)} ({place}, {one.model}, {one.score:.2f})"
