"""What of a report tells one exchange from another: parties, days, figures, names and numbers of its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.records import CaptiveStatus, LinkedReport, ReportPhase
from nlp.inflection import fold, words_of
from nlp.numerals import numbers_in
from nlp.parties import slug

_NAME = 5  # letters of a name that have to agree across languages and cases
_SMALL = 3  # numbers below it stand in every text
_YEARS = range(1900, 2101)
_SAME_SOUND = str.maketrans({"c": "k", "q": "k", "w": "v", "z": "s", "x": "h"})
_DEMONYM = re.compile(r"(?:[aeiou]+n|er)?s?$")
_DROPPED = re.compile(r"[aeiouyhj]|(?<=(.))\1")

Leg = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One independent origin as linking sees it: its earliest report, and the keys of all reports that copy it.

    `parties` and `legs` hold party keys (see `party_key`), not codes.
    """

    keys: tuple[str, ...]
    parties: frozenset[str]
    legs: dict[Leg, int | None]
    bodies: bool
    phase: ReportPhase
    published: date
    handover: date | None
    names: frozenset[str]
    numbers: frozenset[int]
    place: frozenset[str]


def profiles_of(reports: Iterable[LinkedReport]) -> tuple[Profile, ...]:
    """One profile per origin, ordered by story key; the order of the reports does not matter."""
    origins: dict[str, list[LinkedReport]] = {}
    for report in sorted(reports, key=lambda report: report.story_key):
        origins.setdefault(report.origin_key, []).append(report)
    return tuple(sorted((_profile(copies) for copies in origins.values()), key=lambda profile: profile.keys))


def party_key(code: str) -> str:
    """The code itself, or for an unlisted party the consonants of its first word: forms in any language meet in it.

    A demonym's ending goes first, so that a report of "the Kestovans" meets one of "Kestova".
    """
    if not code.startswith("x-"):
        return code
    word = code.removeprefix("x-").split("-")[0]
    stem = _DEMONYM.sub("", word) if len(word) > _NAME else word
    bones = _DROPPED.sub("", stem.translate(_SAME_SOUND))
    return f"x-{bones or word}"


def reported_on(report: LinkedReport) -> date:
    """The day of publication, or of the first sighting when that is unknown (UTC)."""
    return (report.published_at or report.first_seen_at).date()


def _profile(copies: Sequence[LinkedReport]) -> Profile:
    first = min(copies, key=lambda report: (report.published_at or report.first_seen_at, report.story_key))
    text = f"{first.title}\n{first.text}"
    legs = _legs(first)
    parties = frozenset(party for leg in legs for party in leg if party)
    return Profile(
        keys=tuple(report.story_key for report in copies),
        parties=parties,
        legs=legs,
        bodies=_is_of_bodies(first),
        phase=first.report.phase,
        published=reported_on(first),
        handover=first.report.exchange_on,
        names=_names(text),
        numbers=_numbers(text, first.language),
        place=frozenset(part[:_NAME] for part in slug(first.report.place or "").split("-") if len(part) >= _NAME),
    )


def _legs(report: LinkedReport) -> dict[Leg, int | None]:
    legs: dict[Leg, int | None] = {}
    for flow in report.report.flows:
        leg = (
            party_key(flow.releasing.code) if flow.releasing and flow.releasing.code else None,
            party_key(flow.receiving.code) if flow.receiving and flow.receiving.code else None,
        )
        legs[leg] = legs.get(leg) or flow.count
    return legs


def _is_of_bodies(report: LinkedReport) -> bool:
    statuses = {flow.status for flow in report.report.flows}
    return statuses == {CaptiveStatus.BODIES}


def _names(text: str) -> frozenset[str]:
    """The first letters, in Latin, of the words that are written with a capital."""
    words = (word.text for word in words_of(text) if word.text[:1].isupper() and word.text[:1].isalpha())
    spelled = (slug(fold(word)) for word in words)
    return frozenset(name[:_NAME] for name in spelled if len(name) >= _NAME)


def _numbers(text: str, language: str) -> frozenset[int]:
    values = {number.value for number in numbers_in(text, language)}
    return frozenset(value for value in values if value >= _SMALL and value not in _YEARS)
