"""The actors a text names: those the gazetteer knows, and those only the model sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from models.records import Actor, Mention
from nlp.actors import Gazetteer, find_actors, find_loaded
from nlp.encoder import Floats, Reading
from nlp.heads import OUTSIDE
from nlp.parties import slug
from nlp.spans import marked, overlap

_SEEN_BY_MODEL: Final = ("party", "speaker")
_SURE: Final = {"party": 0.5, "speaker": 0.4}  # a name nobody listed must be seen so clearly
_LEAST_SEEN: Final = 0.2  # of a name that its place in the sentence makes a party
_LEAST_STEM: Final = 6  # characters of a code, its "x-" included
_DEMONYM: Final = re.compile(r"[aeiou]?(?:n|ns|an|ans|ian|ians|i|is|s|ese|er|ers)?")
_PEOPLE: Final = re.compile(r"(?<=[a-z]an|[a-z]er|[a-z][iz]i)s$")
_SHORTEST: Final = 4  # characters; shorter is "of" or "the", not a speaker
_JOINTS: Final = re.compile(r"^\W*(?:[’']s\b)?|\b(?:of|in|from|for|the)\b|[’'](?=\s|$)")
_LONGEST: Final = 60  # characters; longer is a clause, not a name


def candidates(reading: Reading, gazetteer: Gazetteer, head: str = "") -> tuple[Mention, ...]:
    """Every mention of an actor, in the order of the text, which begins with the masthead `head`."""
    known = _borne_out(reading, find_actors(reading.text, gazetteer))
    loaded = {(m.start, m.end) for m in find_loaded(reading.text, gazetteer)}
    found = [_flagged(mention, loaded) for mention in known]
    for channel in _SEEN_BY_MODEL:
        for span in marked(reading, channel, at_least=_SURE[channel]):
            found = _with(found, reading.text, (span.start, span.end), channel)
    return _one_name(_without_titles(sorted(found, key=lambda m: m.start), head))


def _without_titles(mentions: Sequence[Mention], head: str) -> list[Mention]:
    """The mentions without the names of papers: where the masthead names a state, nothing else in it is a party."""
    if not head.endswith(")"):
        return list(mentions)
    elsewhere = {mention.actor.code for mention in mentions if mention.start >= len(head)}
    return [
        m for m in mentions if m.start >= len(head) or not m.actor.code.startswith("x-") or m.actor.code in elsewhere
    ]


def _borne_out(reading: Reading, known: Sequence[Mention]) -> list[Mention]:
    """The mentions without names that only stand where a party stands, and that the model takes for none anywhere."""
    seen = {mention.actor.code for mention in known if _party_share(reading, mention) > _LEAST_SEEN}
    return [mention for mention in known if not mention.actor.code.startswith("x-") or mention.actor.code in seen]


def _party_share(reading: Reading, mention: Mention) -> float:
    at = reading.tokens(mention.start, mention.end)
    return float(1 - reading.channel("party")[at[0] : at[1], OUTSIDE].min()) if at else 0.0


def _with(found: list[Mention], text: str, place: tuple[int, int], channel: str) -> list[Mention]:
    """The mentions, and one that the model sees; a speaker may be a party with more words ("Kestovan officials")."""
    words = text[place[0] : place[1]]
    named = _is_name(words) if channel == "party" else len(words) >= _SHORTEST
    if not named or len(words) > _LONGEST:
        return found
    there = [mention for mention in found if overlap((mention.start, mention.end), place)]
    if not there:
        return [*found, _unlisted(text, place, channel)]
    if channel == "speaker" and len(there) == 1 and (wider := _widened(text, there[0], place)):
        return [wider if mention is there[0] else mention for mention in found]
    return found


def _widened(text: str, party: Mention, place: tuple[int, int]) -> Mention | None:
    """A party's mention with the words around it that say who of it speaks; None when there are none."""
    if party.actor.role or not (place[0] <= party.start and party.end <= place[1]):
        return None
    around = f"{text[place[0] : party.start]} {text[party.end : place[1]]}"
    role = " ".join(_JOINTS.sub(" ", around).split())
    if len(role) < _SHORTEST:
        return None
    actor = replace(party.actor, role=role)
    return replace(party, start=place[0], end=place[1], words=text[place[0] : place[1]], actor=actor)


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


def shares_of(
    mentions: Sequence[Mention], shares: Floats, *, may: Callable[[Mention], bool] = lambda _: True
) -> tuple[tuple[Actor | None, float], ...]:
    """The actors of one span's candidates and None for the stand-in, with their shares, the likeliest first.

    Args:
        mentions: the candidates.
        shares: probability of each, the stand-in last.
        may: whether a candidate can be meant at all.
    """
    summed: dict[tuple[str, str], tuple[Actor | None, float]] = {}
    for mention, share in zip(mentions, shares[:-1], strict=True):
        if may(mention):
            key = (mention.actor.code, mention.actor.role)
            actor, before = summed.get(key, (mention.actor, 0.0))
            summed[key] = (actor, before + float(share))
    found = [(None, float(shares[-1])), *summed.values()]
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def by_speaker(
    mentions: Sequence[Mention], shares: Floats, *, may: Callable[[Mention], bool] = lambda _: True
) -> tuple[Actor | None, float]:
    """The likeliest actor of one span's candidates, None for the stand-in, with its share; see `shares_of`."""
    return shares_of(mentions, shares, may=may)[0]
