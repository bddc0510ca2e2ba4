"""The actors a text names: those the gazetteer knows, and those only the model sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from models.records import Actor, Mention
from nlp.actors import Gazetteer, find_actors, find_loaded
from nlp.encoder import Floats, Reading
from nlp.parties import slug
from nlp.spans import marked, overlap

_SEEN_BY_MODEL: Final = ("party", "speaker")
_SURE: Final = 0.6  # a name nobody listed must be seen clearly
_LEAST_STEM: Final = 6  # characters of a code, its "x-" included
_DEMONYM: Final = re.compile(r"[aeiou]?(?:n|ns|an|ans|ian|ians|i|is|s|ese|er|ers)?")
_PEOPLE: Final = re.compile(r"(?<=[a-z]an|[a-z]er|[a-z][iz]i)s$")
_SHORTEST: Final = 4  # characters; shorter is "of" or "the", not a speaker
_LONGEST: Final = 60  # characters; longer is a clause, not a name


def candidates(reading: Reading, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Every mention of an actor, in the order of the text."""
    known = find_actors(reading.text, gazetteer)
    loaded = {(m.start, m.end) for m in find_loaded(reading.text, gazetteer)}
    taken = [(m.start, m.end) for m in known]
    seen: list[Mention] = []
    for channel in _SEEN_BY_MODEL:
        for span in marked(reading, channel, at_least=_SURE):
            place = (span.start, span.end)
            words = reading.text[span.start : span.end]
            named = _is_name(words) if channel == "party" else len(words) >= _SHORTEST
            if named and span.end - span.start <= _LONGEST and not any(overlap(place, other) for other in taken):
                taken.append(place)
                seen.append(_unlisted(reading.text, place, channel))
    flagged = (_flagged(m, loaded) for m in known)
    return _one_name(sorted([*flagged, *seen], key=lambda m: m.start))


def _one_name(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Unlisted names of one party ("Kestova", "Kestovan", "Kestovans") under the shortest of them, in the singular."""
    unlisted = sorted({m.actor for m in mentions if m.actor.code.startswith("x-")}, key=lambda a: (len(a.name), a.code))
    first: dict[str, Actor] = {}
    for actor in unlisted:
        akin = (first[other.code] for other in unlisted if other.code in first and _akin(other, actor))
        first[actor.code] = next(akin, None) or _singular(actor)
    return tuple(
        replace(m, actor=replace(first[m.actor.code], role=m.actor.role)) if m.actor.code in first else m
        for m in mentions
    )


def _singular(actor: Actor) -> Actor:
    """A party that the text names by its people alone ("the Kestovans") under the name of one of them."""
    one = _PEOPLE.sub("", actor.name)
    return actor if one == actor.name else replace(actor, code=f"x-{slug(one)}", name=one)


def _akin(shorter: Actor, longer: Actor) -> bool:
    """Whether the longer name is the shorter one with the ending of a demonym."""
    stem = shorter.code.rstrip("aeiou") if len(shorter.code) > _LEAST_STEM else shorter.code
    return longer.code.startswith(stem) and bool(_DEMONYM.fullmatch(longer.code[len(stem) :]))


def _is_name(words: str) -> bool:
    """Whether the words are written like a name: a capital first, where the script has capitals."""
    return words[:1].isalpha() and not words[:1].islower()


def _flagged(mention: Mention, loaded: set[tuple[int, int]]) -> Mention:
    if not any(overlap((mention.start, mention.end), place) for place in loaded):
        return mention
    return Mention(start=mention.start, end=mention.end, actor=mention.actor, words=mention.words, loaded=True)


def _unlisted(text: str, place: tuple[int, int], channel: str) -> Mention:
    words = text[place[0] : place[1]]
    name = " ".join(words.split())
    if channel == "party":
        return Mention(start=place[0], end=place[1], actor=Actor(code=f"x-{slug(name)}", name=name), words=words)
    return Mention(start=place[0], end=place[1], actor=Actor(code="", name="", role=name), words=words)


def full_name(actor: Actor) -> str:
    """The canonical name: party, then office."""
    return " ".join(part for part in (actor.name, actor.role) if part)


def by_party(mentions: Sequence[Mention], shares: Floats) -> dict[str, tuple[Actor, float]]:
    """Party code → (party, summed share) over one span's candidates; offices count for their party.

    Args:
        mentions: the candidates.
        shares: probability of each, the stand-in last.
    """
    summed: dict[str, tuple[Actor, float]] = {}
    for mention, share in zip(mentions, shares[:-1], strict=True):
        code = mention.actor.code
        if code:
            _, before = summed.get(code, (mention.actor, 0.0))
            summed[code] = (Actor(code=code, name=mention.actor.name), before + float(share))
    return summed


def by_speaker(
    mentions: Sequence[Mention], shares: Floats, *, may: Callable[[Mention], bool] = lambda _: True
) -> tuple[Actor | None, float]:
    """The likeliest actor of one span's candidates, None for the stand-in, with its share.

    Args:
        mentions: the candidates.
        shares: probability of each, the stand-in last.
        may: whether a candidate can be meant at all.
    """
    summed: dict[tuple[str, str], tuple[Actor, float]] = {}
    for mention, share in zip(mentions, shares[:-1], strict=True):
        if not may(mention):
            continue
        key = (mention.actor.code, mention.actor.role)
        _, before = summed.get(key, (mention.actor, 0.0))
        summed[key] = (mention.actor, before + float(share))
    best = max(summed.values(), key=lambda pair: pair[1], default=(None, 0.0))
    stand_in = float(shares[-1])
    return (best[0], best[1]) if best[1] > stand_in else (None, stand_in)
