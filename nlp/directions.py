"""Who gives the counted captives to whom: all numbers of a text are judged together, against the deal's two sides.

A deal has two sides nearly always. So the text as a whole says who they are, and each number then only which way it
goes; a third party beside a number has to be much more likely to be believed. Numbers that add up to another are its
parts when they go the same way, and it is their two-way total when they do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType
from typing import Final

from models.records import Actor, CaptiveStatus, Quantity

Parties = Mapping[str, tuple[Actor, float]]  # code → the party, and how likely it is the one

_THIRD: Final = 0.1  # a way that is not between the two sides weighs so much
_NOBODY: Final = 0.02  # a side that the words beside a number leave open, where both sides are known
_ALONE: Final = 0.05  # a side that is open because the text names one party only
_APART: Final = 3.0  # how much likelier two parts of a number are to be those of the two sides than of one
_LEAST: Final = 0.02  # of a share: nothing is impossible
_TURNED: Final = 1.5  # log odds that a number's way may cost for both ways of an exchange to be counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """People counted as captives given up, and how likely each party gives or gets them."""

    quantity: Quantity
    chance: float  # that it counts a flow, 0–1
    status: CaptiveStatus
    giving: Parties
    taking: Parties
    each: bool = False  # its words say that both sides give as many


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A direction, and how likely it is, not normalised; None = nobody is named."""

    releasing: Actor | None
    receiving: Actor | None
    score: float

    @property
    def codes(self) -> tuple[str, str]:
        """Codes of both, "" for nobody."""
        return (self.releasing.code if self.releasing else "", self.receiving.code if self.receiving else "")


def two_sides(
    giving: Parties, taking: Parties, numbers: Sequence[Number], doubts: Mapping[str, float] = MappingProxyType({})
) -> tuple[str, ...]:
    """Codes of the two sides of the deal, or of the one that is named, by the text as a whole and its numbers.

    Args:
        giving: who gives, by the text as a whole.
        taking: who gets.
        numbers: the counted captives.
        doubts: what else a party may be, 0-1: a mediator, or only the state of the outlet.
    """
    weight: dict[str, float] = {}
    for parties, share in [
        (giving, 1.0),
        (taking, 1.0),
        *((p, n.chance / 2) for n in numbers for p in (n.giving, n.taking)),
    ]:
        for code, (_, likely) in parties.items():
            weight[code] = weight.get(code, 0.0) + share * likely * (1 - doubts.get(code, 0.0))
    ranked = sorted(weight, key=lambda code: (-weight[code], code))
    return tuple(code for code in ranked[:2] if weight[code] > _LEAST)


def directed(numbers: Sequence[Number], sides: tuple[str, ...], *, both_ways: bool) -> tuple[tuple[Number, Way], ...]:
    """Each number that counts one flow, with its direction."""
    going = [(number, _ranked(number, sides)) for number in numbers]
    kept = [going[i] for i in _single_flows(going, both_ways=both_ways)]
    chosen = _agreed([(number, ways[0]) for number, ways in kept])
    return tuple(_turned(kept, chosen) if both_ways else chosen)


def _agreed(chosen: Sequence[tuple[Number, Way]]) -> list[tuple[Number, Way]]:
    """One figure, told twice, goes one way where another figure goes the other."""
    agreed = []
    for number, way in chosen:
        same = [other for one, other in chosen if _size(one) == _size(number)]
        others = {other.codes for one, other in chosen if _size(one) != _size(number)}
        free = [other for other in same if other.codes not in others]
        agreed.append((number, max(free, key=lambda other: other.score) if free and way.codes in others else way))
    return agreed


def likeliest(giving: Parties, taking: Parties, sides: tuple[str, ...]) -> Way:
    """The likeliest direction."""
    return max(_ways(giving, taking, sides), key=lambda way: way.score)


def _ranked(number: Number, sides: tuple[str, ...]) -> list[Way]:
    return sorted(_ways(number.giving, number.taking, sides), key=lambda way: -way.score)


def _ways(giving: Parties, taking: Parties, sides: tuple[str, ...]) -> Iterator[Way]:
    actors = {code: actor for parties in (taking, giving) for code, (actor, _) in parties.items()}
    nobody = _NOBODY if len(sides) > 1 else _ALONE
    for one in (*actors, ""):
        for other in (*actors, ""):
            if one != other or not one:
                out = _share(giving, one) if one else nobody
                back = _share(taking, other) if other else nobody
                known = {one, other} - {""} <= set(sides)
                yield Way(
                    releasing=actors.get(one),
                    receiving=actors.get(other),
                    score=out * back * (1.0 if known else _THIRD),
                )


def _share(parties: Parties, code: str) -> float:
    return max(_LEAST, parties[code][1]) if code in parties else _LEAST


def _single_flows(going: Sequence[tuple[Number, list[Way]]], *, both_ways: bool) -> list[int]:
    """Places of the numbers that are neither parts of another nor the total of both ways."""
    dropped: set[int] = set()
    sizes = [_size(number) for number, _ in going]
    for whole, size in enumerate(sizes):
        others = [i for i, other in enumerate(sizes) if other and other < size and i not in dropped]
        if any(going[i][0].each and size == 2 * sizes[i] for i in others):  # "90 each" makes 180 of both
            dropped.add(whole)
        elif pair := next((p for p in combinations(others, 2) if size == sizes[p[0]] + sizes[p[1]]), None):
            one, other = (going[i][1] for i in pair)
            dropped |= {whole} if both_ways and _part_ways(one, other) else set(pair)
    return [i for i in range(len(going)) if i not in dropped]


def _part_ways(one: Sequence[Way], other: Sequence[Way]) -> bool:
    """Whether two numbers rather go opposite ways, where an exchange is told; parts of one number go the same way."""
    together = max((a.score * b.score for a in one for b in other if a.codes == b.codes), default=0.0)
    apart = max((a.score * b.score for a in one for b in other if a.codes == b.codes[::-1]), default=0.0)
    return apart * _APART > together


def _size(number: Number) -> int:
    return number.quantity.best or 0


def _turned(kept: Sequence[tuple[Number, list[Way]]], chosen: list[tuple[Number, Way]]) -> list[tuple[Number, Way]]:
    """The numbers of an exchange, the most doubtful one turned round when all of them went the same way."""
    codes = {way.codes for _, way in chosen}
    sizes = {_size(number) for number, _ in chosen}
    if len(codes) != 1 or len(sizes) != 2 or "" in next(iter(codes)):  # noqa: PLR2004 - one number for each way
        return chosen
    back = next(iter(codes))[::-1]
    costs = [
        (math.log(way.score) - math.log(other.score), i, other)
        for i, ((_, ways), (_, way)) in enumerate(zip(kept, chosen, strict=True))
        for other in ways
        if other.codes == back
    ]
    if not costs or min(costs, key=lambda cost: cost[0])[0] > _TURNED:
        return chosen
    _, doubtful, other = min(costs, key=lambda cost: cost[:2])
    size = _size(chosen[doubtful][0])
    return [(number, replace(other) if _size(number) == size else way) for number, way in chosen]
