"""How far an exchange is borne out: a rule with its reasons, never a bare score; one source never confirms."""

from __future__ import annotations

from models.records import ExchangeState, Trust, Voice

_ENOUGH = 2  # independent origins


def judge(state: ExchangeState) -> tuple[Trust, tuple[str, ...]]:
    """The tier and the reasons for it, in short sentences with their values.

    confirmed: at least two independent origins, and either both parties are heard or a party speaks that is not the
    side of the outlet that carries it. corroborated: at least two independent origins. unconfirmed: the rest.
    """
    reasons = [_origins(state), _sides(state), *_warnings(state)]
    if state.independent_origins < _ENOUGH:
        return Trust.UNCONFIRMED, tuple(reasons)
    both = len(state.sides_heard) > 1 and not state.sides_missing
    return (Trust.CONFIRMED if both else Trust.CORROBORATED), tuple(reasons)


def _origins(state: ExchangeState) -> str:
    if state.independent_origins == 1:
        return f"one source: {', '.join(state.origins)}"
    return f"{state.independent_origins} independent origins: {', '.join(state.origins)}"


def _sides(state: ExchangeState) -> str:
    if state.sides_missing and state.sides_heard:
        return f"only {', '.join(state.sides_heard)} is heard; nothing yet from {', '.join(state.sides_missing)}"
    if state.sides_missing:
        return f"neither side is heard ({', '.join(state.sides_missing)})"
    return f"heard: {', '.join(state.sides_heard)}" if state.sides_heard else "no party is named"


def _warnings(state: ExchangeState) -> list[str]:
    said = []
    aligned = sorted({voice.side for voice in state.voices if _own(voice) and voice.side})
    if aligned and state.independent_origins == 1:
        said.append(f"aligned with {', '.join(aligned)}")
    if state.conflicts:
        said.append(f"figures differ: {'; '.join(state.conflicts)}")
    if state.loaded_words:
        said.append("loaded wording: " + ", ".join(f"“{words}”" for words in state.loaded_words[:5]))
    return said


def _own(voice: Voice) -> bool:
    return voice.claimer == "own voice"
