"""How far an exchange is borne out: a rule with its reasons, never a bare score; one source never confirms."""

from __future__ import annotations

from typing import Final

from alerting.sides import heard_through, leaning, parties, party_names
from alerting.wording import counted, listed, named, quoted
from models.records import ExchangeState, Phase, Trust

_ENOUGH: Final = 2  # independent origins, outlets, sides
_CONFLICT: Final = 200  # characters of one
_OPEN: Final = {
    Phase.RUMOURED: "only rumoured: a rumour cannot be confirmed",
    Phase.DENIED: "denied: what is denied cannot be confirmed",
}


def judge(state: ExchangeState) -> tuple[Trust, tuple[str, ...]]:
    """The tier and the reasons for it, in short sentences with their values.

    corroborated: at least two independent origins, seen at two outlets or more. confirmed: corroborated, and every
    party of two or more speaks for itself (`heard_through`), not all of them through one and the same outlet; never
    what is rumoured or denied. unconfirmed: the rest.
    """
    reasons = (_origins(state), _sides(state), _OPEN.get(state.phase, ""), _conflicts(state), _loaded(state))
    return _tier(state), tuple(reason for reason in reasons if reason)


def _tier(state: ExchangeState) -> Trust:
    if state.independent_origins < _ENOUGH or len(set(state.outlets)) < _ENOUGH:
        return Trust.UNCONFIRMED
    confirmed = _sides_agree(state) and state.phase not in _OPEN
    return Trust.CONFIRMED if confirmed else Trust.CORROBORATED


def _sides_agree(state: ExchangeState) -> bool:
    sides, heard = parties(state), heard_through(state)
    through = frozenset[str]().union(*heard.values())
    return len(sides) >= _ENOUGH and set(sides) == set(heard) and len(through) >= _ENOUGH


def is_partisan(state: ExchangeState) -> bool:
    """Whether all that speaks for it so far is one source that stands with a party."""
    return state.independent_origins < _ENOUGH and leaning(state) is not None


def _origins(state: ExchangeState) -> str:
    origins = listed(state.origins, state.loaded_words) or "no name"
    if state.independent_origins < _ENOUGH:
        return f"one source ({origins}){_aligned(state)}"
    said = f"{counted(state.independent_origins, 'independent origin')} ({origins}){_aligned(state)}"
    if len(set(state.outlets)) < _ENOUGH:
        return f"{said}, but all seen at one outlet ({listed(state.outlets, state.loaded_words)})"
    return said


def _aligned(state: ExchangeState) -> str:
    side = leaning(state)
    return f", aligned with {party_names(state).get(side, side)}" if side else ""


def _sides(state: ExchangeState) -> str:
    names, heard = party_names(state), heard_through(state)
    said = [_heard(code, name, heard.get(code, frozenset()), state) for code, name in names.items()]
    if len(names) == len(heard) > 1 == len(frozenset[str]().union(*heard.values())):
        said.append("all through one outlet")
    return ", ".join(said) or "no party is named"


def _heard(code: str, name: str, through: frozenset[str], state: ExchangeState) -> str:
    if through:
        return f"{name} heard through {listed(sorted(through), state.loaded_words, most=3)}"
    return f"{name} only as others quote or carry it" if code in state.sides_heard else f"nothing from {name} yet"


def _conflicts(state: ExchangeState) -> str:
    shown = "; ".join(named(one, state.loaded_words, _CONFLICT) for one in state.conflicts[:2])
    return f"figures differ: {shown}" if shown else ""


def _loaded(state: ExchangeState) -> str:
    words = ", ".join(filter(None, map(quoted, state.loaded_words[:5])))
    return f"loaded wording ({words})" if words else ""
