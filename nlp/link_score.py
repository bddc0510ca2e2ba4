"""How much two reports speak for one exchange, as log odds.

The features are counted from two profiles; the weights were fitted by logistic regression on pairs of the training
stories, as they are and with their events crowded into one calendar (`benchmarks/link.py --fit` repeats it). Two are
set by hand, because those stories hardly show what they guard against: `other_counterpart` (two deals of one party on
one day) and `party_unknown`. Reports whose parties exclude each other never meet.
"""

from __future__ import annotations

from datetime import date

from models.records import ReportPhase
from nlp.link_profile import Profile

NEVER = -1000.0  # log odds of a pair that must not meet

WEIGHTS = {
    "bias": -2.34,
    "other_counterpart": -8.0,
    "one_of_many_shared": -0.13,
    "party_unknown": -1.0,
    "day_same": 3.22,
    "day_near": -0.90,
    "day_week": -0.97,
    "day_apart": -1.51,
    "day_unknown": -2.18,
    "days_both_told_apart": -4.05,
    "completed_apart": -1.21,
    "after_the_day": -1.43,
    "published_1": 5.35,
    "published_3": 4.93,
    "published_10": 4.47,
    "published_30": 1.67,
    "published_60": 0.14,
    "count_same": 1.26,
    "count_same_large": 4.54,
    "count_other": -1.85,
    "count_other_completed": -0.07,
    "bodies_differ": -3.71,
    "names_shared": 1.71,
    "names_ratio": 1.07,
    "numbers_shared": 4.06,
    "place_same": 0.38,
    "opens_again": -1.92,
}

_EARLY = {ReportPhase.CALLED_FOR, ReportPhase.RUMOURED, ReportPhase.PLANNED, ReportPhase.ANNOUNCED, ReportPhase.AGREED}
_DONE = {ReportPhase.COMPLETED, ReportPhase.UNDER_WAY}
_LARGE = 8  # a count that two deals seldom share by chance
_NEAR = 4  # days
_DAY_BANDS = (1, 4, 10)  # days between the handovers of two reports
_PUBLISHED_BANDS = (1, 3, 10, 30, 60)  # days between two reports
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
    one, other = _event_day(first), _event_day(second)
    apart = abs((one - other).days) if one and other else None
    told = first.handover is not None and second.handover is not None
    far = apart is not None and apart > _NEAR
    gap = (second.published - first.published).days
    return (
        *_bands(apart, _DAY_BANDS),
        float(apart is not None and apart > _DAY_BANDS[-1]),
        float(apart is None),
        float(told and apart is not None and apart > 1),
        float(far and first.phase == second.phase == ReportPhase.COMPLETED),
        float(_after(first, second) or _after(second, first)),
        *_bands(gap, _PUBLISHED_BANDS),
    )


def _event_day(profile: Profile) -> date | None:
    """The day of the handover as told; for one that is reported as done or begun, else the day of the report."""
    if profile.handover is not None or profile.phase not in _DONE:
        return profile.handover
    return profile.published


def _bands(days: int | None, ends: tuple[int, ...]) -> tuple[float, ...]:
    """Which of the bands 0 to the first end, then up to the next … a number of days falls in."""
    place = next((place for place, end in enumerate(ends) if days is not None and days <= end), None)
    return tuple(float(place == other) for other in range(len(ends)))


def _after(done: Profile, early: Profile) -> bool:
    """A report of an early phase that came out days after the handover another one tells of, and dates none itself."""
    day = _event_day(done)
    if day is None or early.handover is not None or early.phase not in _EARLY:
        return False
    return (early.published - day).days > 1


def _counts(first: Profile, second: Profile) -> tuple[float, ...]:
    legs = [leg for leg in first.legs if leg in second.legs and first.legs[leg] and second.legs[leg]]
    same = [first.legs[leg] or 0 for leg in legs if first.legs[leg] == second.legs[leg]]
    differ = len(legs) > len(same) and not same
    return (
        float(bool(same)),
        float(any(count >= _LARGE for count in same)),
        float(differ),
        float(differ and first.phase == second.phase == ReportPhase.COMPLETED),
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
