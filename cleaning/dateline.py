"""The opening of an agency story: place, day and agency before the first word of the report.

Known forms, in any alphabet: `CITY, May 3 (Agency) - `, `May 3 (Agency) - `, `CITY, May 3. /Agency/. `,
`CITY, 3 мая. `, `City. 3 May. AGENCY - `, `CITY (Agency) — `, `CITY, Region — `, `CITY/CITY: `, `(Agency) - `.
A place in mixed case with nothing but a dash or colon behind it counts only when it is a seat of government or of news.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleaning.days import DAY_WORDS, WrittenDay, written_day
from cleaning.phrases import pattern

_WORD = r"[^\W\d_][^\W\d_'’.\-]*(?:['’.\-][^\W\d_]+)*\.?"
_PLACE = re.compile(
    rf"(?P<place>{_WORD}(?:[ ]{_WORD}){{0,3}}"
    rf"(?:\s?/\s?{_WORD}(?:[ ]{_WORD}){{0,2}})?(?:,[ ]{_WORD}(?:[ ]{_WORD}){{0,2}})?)"
)
_DAY = re.compile(rf"\s*[,.]?\s*(?:{DAY_WORDS})(?:\s*(?:թ|г|il)\.)?", re.IGNORECASE)
_AGENCY = re.compile(
    r"\s*[,.։]?\s*(?:\(\s*(?P<round>[^()\n]{2,50}?)\s*\)|/\s*(?P<slash>[^/\n]{2,40}?)\s*/"
    r"|(?P<caps>[^\W\d_](?:[^\W\d_]|[.\- ]){1,24}?(?=\s*[:.։,]\s|\s+[-–—])))"
)
_DASH = re.compile(r"\s*[.։:]?\s*[-–—]{1,2}\s+|\s+[-–—]{1,2}\s*")
_COLON = re.compile(r"\s*:\s+")
_STOP = re.compile(r"\s*(?:[.։:](?=\s|$)|[-–—]{1,2}(?=\s)|(?<=/))\s*")
_NOTE = pattern("dateline.note")
_LABEL = pattern("dateline.label")
_OPENER = pattern("dateline.opener")
_SEAT = pattern("dateline.seat")
_PARTICLES = {"de", "la", "al", "el", "of", "sur", "an", "am"}
_SHORTEST_CAPS = 3
_NAME_WORDS = 5  # of an agency
_LONGEST = 120  # characters of a whole dateline


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A dateline as found: offsets are in the searched text, the day still without a year where none was written."""

    place: str | None
    day: WrittenDay | None
    agency: str | None
    end: int  # where the report begins


def find_opening(text: str) -> Opening | None:
    """The dateline that `text` begins with, or None."""
    head = text[:_LONGEST]
    for attempt in (_with_place, _day_first, _agency_first):
        found = attempt(head)
        if found and _begins_report(text[found.end :]):
            return found
    return None


def is_agency_name(words: str) -> bool:
    """Whether words in brackets can be the name of an agency: short, capitalised, no editor's note."""
    tokens = words.split()
    short = 0 < len(tokens) <= _NAME_WORDS
    return short and words[0].isupper() and not _NOTE.search(words) and not words.endswith(".")


def _with_place(head: str) -> Opening | None:
    """Place first; the longest place that makes a whole dateline wins, so that a region after a comma belongs to it."""
    match = _PLACE.match(head)
    if not match:
        return None
    cuts = [match.end("place")]
    cuts += [place for place in range(match.end("place") - 1, 1, -1) if head[place] in ",. "]
    return next((found for cut in cuts if (found := _after_place(head, cut))), None)


def _after_place(head: str, cut: int) -> Opening | None:
    place = head[:cut].rstrip(" ,.")
    if not _is_place(place):
        return None
    day, at = _day(head, cut)
    agency, behind = _agency(head, at, needs_brackets=day is None)
    if day or agency:
        end = (
            (agency and (_DASH.match(head, behind) or _STOP.match(head, behind)))
            or _DASH.match(head, at)
            or (day and _STOP.match(head, at))
        )
        if not end:
            return None
        kept = agency if end.start() >= behind else None
        return Opening(place=place, day=day, agency=kept, end=end.end())
    dash = _DASH.match(head, cut) or _COLON.match(head, cut)
    return Opening(place=place, day=None, agency=None, end=dash.end()) if dash and _stands_alone(place) else None


def _day_first(head: str) -> Opening | None:
    day, at = _day(head, 0)
    agency, behind = _agency(head, at, needs_brackets=True)
    end = _DASH.match(head, behind) if day and agency else None
    return Opening(place=None, day=day, agency=agency, end=end.end()) if end else None


def _agency_first(head: str) -> Opening | None:
    agency, behind = _agency(head, 0, needs_brackets=True)
    end = agency and (_DASH.match(head, behind) or (head.startswith("/") and _STOP.match(head, behind)))
    return Opening(place=None, day=None, agency=agency, end=end.end()) if end else None


def _day(head: str, at: int) -> tuple[WrittenDay | None, int]:
    match = _DAY.match(head, at)
    day = written_day(match) if match else None
    if not match or not day:
        return None, at
    return day, match.end() - match.group().endswith(".")  # a full stop may be what ends the dateline


def _agency(head: str, at: int, *, needs_brackets: bool) -> tuple[str | None, int]:
    match = _AGENCY.match(head, at)
    if not match or (needs_brackets and match["caps"]):
        return None, at
    name = match["round"] or match["slash"] or match["caps"]
    is_name = is_agency_name(name) and (not match["caps"] or name.isupper())
    return (name, match.end()) if is_name else (None, at)


def _is_place(place: str) -> bool:
    tokens = re.split(r"[\s/,]+", place)
    return (
        all(token[:1].isupper() or token in _PARTICLES for token in tokens if token)
        and not _OPENER.fullmatch(tokens[0])
        and not any(_LABEL.fullmatch(token) for token in tokens)
    )


def _stands_alone(place: str) -> bool:
    """Whether a place may be a dateline without day and agency: in capitals (not its region), or a known seat."""
    first = place.partition(",")[0]
    if first.isupper():
        return sum(char.isalpha() for char in first) >= _SHORTEST_CAPS
    return all(_SEAT.fullmatch(token) for token in re.split(r"[\s/]+", first))


def _begins_report(rest: str) -> bool:
    """Whether what follows can open a report: a capital, a digit or a quotation mark."""
    return bool(re.match(r"[\"'“«„‘(\[]*(?:[^\W_a-z]|\d)", rest)) and not rest[:1].islower()
