"""The sides of an exchange: who they are, who stands with which, and through whom each speaks for itself."""

from __future__ import annotations

from collections.abc import Mapping

from alerting.wording import named
from models.records import ExchangeState, Voice


def is_own_voice(voice: Voice) -> bool:
    """Whether an outlet says it without a speaker."""
    return voice.claimer == "own voice"


def parties(state: ExchangeState) -> tuple[str, ...]:
    """Codes of the parties, sorted."""
    of_legs = {code for leg in state.legs for code in (leg.releasing, leg.receiving) if code}
    return tuple(sorted(of_legs.union(state.sides_heard, state.sides_missing)))


def party_names(state: ExchangeState) -> Mapping[str, str]:
    """Printable names by code; the code itself for a party without a leg."""
    names = {code: code for code in parties(state)}
    for leg in state.legs:
        for code, name in ((leg.releasing, leg.releasing_name), (leg.receiving, leg.receiving_name)):
            if code:
                names[code] = named(name, state.loaded_words)
    return names


def own_voices(state: ExchangeState) -> Mapping[str, str | None]:
    """Outlets that speak in their own voice, with the party each stands with: outlet → party code or None.

    Those that wrote; those that only carry count when no writer was captured.
    """
    own = {o: voice.side for voice in state.voices if is_own_voice(voice) for o in voice.outlets}
    return {outlet: side for outlet, side in own.items() if outlet in state.origins} or own


def leaning(state: ExchangeState) -> str | None:
    """The one party that all who speak in their own voice stand with; None when there is no such one."""
    sides = set(own_voices(state).values())
    return sides.pop() if len(sides) == 1 else None


def heard_through(state: ExchangeState) -> Mapping[str, frozenset[str]]:
    """Outlets through which each party speaks for itself: party code → outlets, parties that do not left out.

    A party speaks through an outlet aligned with it, or through its speaker where no other party's outlet quotes him:
    what one side says the other said is its own word. An outlet that only carries texts of others lends no voice, or a
    copy would wash a quotation clean.
    """
    stands = {outlet: side for outlet, side in own_voices(state).items() if side}
    heard: dict[str, frozenset[str]] = {}
    for voice in state.voices:
        through = {o for o in voice.outlets if o in state.origins and stands.get(o, voice.side) == voice.side}
        if voice.side in parties(state) and through:
            heard[str(voice.side)] = heard.get(str(voice.side), frozenset()) | through
    return heard
