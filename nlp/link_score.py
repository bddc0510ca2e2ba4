"""How much two reports speak for one exchange, as log odds.

The features are counted from two profiles; the weights were fitted by logistic regression on pairs of the training
stories (`benchmarks/link.py --fit` repeats it). Four are set by hand, because those stories hardly show what they
guard against: `other_counterpart` (two deals of one party on one day), `party_unknown`, `completed_apart` (two finished
swaps with the same figures) and `bodies_differ` (remains and living captives go under deals of their own). Reports
whose parties exclude each other never meet.
"""

from __future__ import annotations

from models.records import ReportPhase
from nlp.link_profile import Profile

NEVER = -1000.0  # log odds of a pair that must not meet

WEIGHTS = {
    "bias": -2.55,
    "other_counterpart": -5.0,
    "one_of_many_shared": -0.70,
    "party_unknown": -1.0,
    "handover_same": 1.57,
    "handover_near": -0.91,
    "handover_apart": -2.59,
    "completed_apart": -2.0,
    "handover_unknown": -0.63,
    "published_1": 4.82,
    "published_3": 4.14,
    "published_10": 3.94,
    "published_30": 1.74,
    "published_60": 0.87,
    "handover_outside": -1.77,
    "count_same": 1.47,
    "count_same_large": 2.47,
    "count_other": -0.26,
    "count_other_apart": -0.06,
    "bodies_differ": -3.5,
    "names_shared": 1.27,
    "names_ratio": 1.80,
    "numbers_shared": 1.46,
    "place_same": 0.84,
    "opens_again": -1.10,
}

_EARLY = {ReportPhase.CALLED_FOR, ReportPhase.RUMOURED, ReportPhase.PLANNED, ReportPhase.ANNOUNCED, ReportPhase.AGREED}
_DONE = {ReportPhase.COMPLETED, ReportPhase.UNDER_WAY}
_LARGE = 8  # a count that two deals seldom share by chance
_NEAR = 4  # days
_PAIR = 2  # parties of an ordinary exchange
_LONGEST = 240  # days between reports of one exchange that no handover day ties together


def log_odds(one: Profile, other: Profile) -> float:
    """The weighted sum of the features, `NEVER` for a pair that must not meet; the order of the two does not matter."""
    if not may_meet(one, other):
        return NEVER
    return sum(weight * value for weight, value in zip(WEIGHTS.values(), features(one, other), strict=True))


def may_meet(one: Profile, other: Profile) -> bool:
    """Whether parties and time allow one exchange: no two pairs of different parties, not more than eight months."""
    known = bool(one.parties) and bool(other.parties)
    if known and not one.parties & other.parties:
        return False
    gap = abs((one.published - other.published).days)
    same_day = one.handover is not None and one.handover == other.handover
    return gap <= _LONGEST or same_day


def features(one: Profile, other: Profile) -> tuple[float, ...]:
    """The features in the order of `WEIGHTS`: 0 or 1, or shares from 0 to 1."""
    first, second = sorted((one, other), key=lambda profile: (profile.published, profile.keys))
    shared = len(first.parties & second.parties)
    fewest, most = sorted((len(first.parties), len(second.parties)))
    whole = fewest >= _PAIR
    return (
        1.0,
        float(whole and shared == 1 and most == _PAIR),
        float(whole and shared == 1 and most > _PAIR),
        float(not whole),
        *_days(first, second),
        *_counts(first, second),
        float(first.bodies != second.bodies),
        *_texts(first, second),
        float(first.phase in _DONE and second.phase in _EARLY),
    )


def _days(first: Profile, second: Profile) -> tuple[float, ...]:
    gap = (second.published - first.published).days
    both = first.handover is not None and second.handover is not None
    apart = abs((first.handover - second.handover).days) if first.handover and second.handover else 0
    bands = (gap <= 1, 1 < gap <= 3, 3 < gap <= 10, 10 < gap <= 30, 30 < gap <= 60)  # noqa: PLR2004  as their names say
    return (
        float(both and apart <= 1),
        float(both and 1 < apart <= _NEAR),
        float(both and apart > _NEAR),
        float(both and apart > _NEAR and first.phase == second.phase == ReportPhase.COMPLETED),
        float(not both),
        *map(float, bands),
        float(_outside(first, second) or _outside(second, first)),
    )


def _outside(dated: Profile, undated: Profile) -> bool:
    """A report that came out days after the handover that another one dates, and is itself of an early phase."""
    if dated.handover is None or undated.handover is not None:
        return False
    return undated.phase in _EARLY and (undated.published - dated.handover).days > 1


def _counts(first: Profile, second: Profile) -> tuple[float, ...]:
    legs = [leg for leg in first.legs if leg in second.legs and first.legs[leg] and second.legs[leg]]
    same = [first.legs[leg] or 0 for leg in legs if first.legs[leg] == second.legs[leg]]
    differ = len(legs) > len(same)
    far = abs((second.published - first.published).days) > _NEAR
    return (
        float(bool(same)),
        float(any(count >= _LARGE for count in same)),
        float(differ and not same),
        float(differ and not same and far),
    )


def _texts(first: Profile, second: Profile) -> tuple[float, ...]:
    names = len(first.names & second.names)
    fewest = max(1, min(len(first.names), len(second.names)))
    numbers = len(first.numbers & second.numbers)
    return (
        min(names, 8) / 8,
        names / fewest,
        min(numbers, 4) / 4,
        float(bool(first.place & second.place)),
    )
