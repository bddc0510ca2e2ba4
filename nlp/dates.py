"""Days that a text names, turned into dates, and which of them is the day of the handover.

`find_days` gives every day cue with the rule that resolved it; `resolve` picks the one that belongs to the handover, or
None when the text does not say. The day of a statement and the day of publication are no cue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nlp.apart import apart
from nlp.day_words import (
    dates_a_statement,
    days_ago,
    hands_over,
    looks_ahead,
    month_pattern,
    months,
    relative_days,
    says,
    weekdays,
)
from nlp.inflection import fold
from nlp.numerals import numbers_in

_WEEK = 7
_REACH = 500  # code points to either side in which a sentence is looked for
_SAYING = 40  # code points beside a day in which a word of saying dates a statement
_BESIDE = 10  # code points between a weekday and its date
_AFAR = 300  # days from publication beyond which a day with a year is history, not news
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_DOTTED = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<![\d.,:])(?:[01]?\d|2[0-3])[:.][0-5]\d(?![\d%])(?!\s*(?:million|billion|km|kg|%|per))")
_DATELINE = re.compile(r"^[^\n.!?]{0,45}$")
_DATELINE_END = re.compile(r"[^\n]{0,6}(?:\([^)\n]{1,40}\)\s*)?(?:[-–—:]\s|\.\s)")
_NEXT = re.compile(
    r"\b(?:by|until|till|к|до|next|coming|следующ\w+|будущ\w+|ближайш\w+|gələn|gələcək|önümüzdeki|gelecek|հաջորդ|առաջիկա)\s+$"
)
_LAST = re.compile(r"\b(?:last|past|прошл\w+|минувш\w+|ötən|keçən|geçen|geçtiğimiz|անցած|անցյալ)\s+$")
_CLAUSE_END = re.compile(r"[.!?;։…](?=\s|$|[»”\"])|\n|,\s|:\s| — | – ")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCue:
    """Words that name a day: text[start:end] == words; `rule` says how `day` came about.

    Rules: "date", "date-without-year", "weekday-past", "weekday-ahead", "today", "yesterday", "tomorrow", "days-ago",
    "clock" (a bare hour: the day of publication).
    """

    start: int
    end: int
    words: str
    day: date
    rule: str


def find_days(text: str, language: str, published: datetime | None) -> tuple[DayCue, ...]:
    """Every day the text names, in order, none overlapping another.

    Args:
        text: any text.
        language: BCP 47.
        published: when the text came out, in the zone its readers live in; None leaves only full dates.
    """
    folded = fold(text)
    cues = list(_full_dates(text, folded, language))
    if published is not None:
        day = published.date()
        cues.extend(_month_days(text, folded, language, day))
        cues.extend(_dated(_weekdays(text, folded, language, day), cues))
        cues.extend(_relative(text, folded, language, day))
        cues.extend(_ago(text, folded, language, day))
        cues.extend(_clocks(text, day))
    return apart(cues)


def resolve(text: str, published: datetime | None, language: str, *, title: str = "") -> tuple[date | None, str]:
    """The (expected) day of the handover that a text speaks of, and the rule; (None, "") when it names none.

    Text goes before title. The rules are those of `DayCue`; "-alone" behind one says that no word of release stands
    near and that the text names no other day: doubtful for a deal that is stalled, denied or only called for. A cue
    counts when its clause, or else its sentence, has a word of release or exchange in it and does not merely date a
    statement.
    """
    for part in (text, title):
        scored = [(_score(part, cue), -cue.start, cue) for cue in find_days(part, language, published)]
        good = [entry for entry in scored if entry[0] > 0]
        if good:
            best = max(good, key=lambda entry: entry[:2])[2]
            return best.day, best.rule
    return _only_day(text, language, published)


def _only_day(text: str, language: str, published: datetime | None) -> tuple[date | None, str]:
    """The one day a text names, where it names one alone and does not date a statement by it."""
    cues = [cue for cue in find_days(text, language, published) if cue.rule not in {"clock", "date"}]
    free = [cue for cue in cues if not _is_of_the_report(text, cue)]
    if len({cue.day for cue in free}) == 1:
        return free[0].day, f"{free[0].rule}-alone"
    return None, ""


def _score(text: str, cue: DayCue) -> int:
    clause, sentence = _around(text, cue)
    if _is_of_the_report(text, cue):
        return 0
    words = {"clock": 0, "date-without-year": 3, "date": 2}.get(cue.rule, 2)
    if hands_over(clause):
        return words + (1 if says(clause) else 3)
    if hands_over(sentence) and not says(clause):
        return words + 1
    return 0


def _is_of_the_report(text: str, cue: DayCue) -> bool:
    """Whether the day dates a statement or the report itself, not an event."""
    before = fold(text[max(0, cue.start - _SAYING) : cue.start])
    told = dates_a_statement(before, fold(text[cue.end : cue.end + _SAYING]))
    return told or _is_dateline(text, cue)


def _is_dateline(text: str, cue: DayCue) -> bool:
    """A day at the head of a report: "KHARTOUM, Sept 11 (Agency) - …"."""
    before = text[: min(cue.start, _SAYING * 2)]
    place = re.sub(r"\W", "", before)
    head = cue.start < _SAYING * 2 and _DATELINE.match(before) is not None and place[:3].isupper()
    return head and _DATELINE_END.match(text, cue.end) is not None


def _around(text: str, cue: DayCue) -> tuple[str, str]:
    """The folded clause and sentence a cue stands in."""
    offset = max(0, cue.start - _REACH)
    folded = fold(text[offset : cue.end + _REACH])
    at, behind = cue.start - offset, cue.end - offset
    ends = [found.span() for found in _CLAUSE_END.finditer(folded)]
    hard = [(start, end) for start, end in ends if folded[start] in ".!?;։…\n"]
    return _between(folded, ends, at, behind), _between(folded, hard, at, behind)


def _between(folded: str, ends: list[tuple[int, int]], at: int, behind: int) -> str:
    start = max((end for _, end in ends if end <= at), default=0)
    stop = min((begin for begin, _ in ends if begin >= behind), default=len(folded))
    return folded[start:stop]


def _full_dates(text: str, folded: str, language: str) -> Iterator[DayCue]:
    for pattern in (_ISO, _DOTTED):
        for found in pattern.finditer(text):
            day = _day(int(found["year"]), int(found["month"]), int(found["day"]))
            yield from _cue(text, found.span(), day, "date")
    for found in _with_month(language).finditer(folded):
        year = _year(found)
        if year:
            day = _day(year, _month_number(found, language), _day_number(found))
            yield from _cue(text, found.span(), day, "date")


def _month_days(text: str, folded: str, language: str, published: date) -> Iterator[DayCue]:
    for found in _with_month(language).finditer(folded):
        if _year(found):
            continue
        years = (published.year - 1, published.year, published.year + 1)
        days = [_day(year, _month_number(found, language), _day_number(found)) for year in years]
        near = min((day for day in days if day), key=lambda day: abs(day - published), default=None)
        yield from _cue(text, found.span(), near, "date-without-year")


def _with_month(language: str) -> re.Pattern[str]:
    month = month_pattern(language)
    year = r"(?:(?:,|\sof)?\s(?P<year>(?:19|20)\d\d)(?!\d))?"
    year2 = r"(?:,?\s(?P<year2>(?:19|20)\d\d)(?!\d))?"
    number = r"\d{1,2}(?:st|nd|rd|th)?"
    led = r"(?P<year3>(?:19|20)\d\d)(?:-c[iıuü])?\s(?:il\w{0,3}|yılı\w{0,3}|թվական\w{0,3}|թ\.)\s"
    return re.compile(
        rf"(?<![\w.,])(?:{led})?(?:(?P<day>{number})(?:\s+of)?\s+(?P<month>{month})\b{year}"
        rf"|\b(?P<month2>{month})\s+(?P<day2>{number})(?![\d:.]\d|\d){year2})"
    )


def _year(found: re.Match[str]) -> int | None:
    year = found["year"] or found["year2"] or found["year3"]
    return int(year) if year else None


def _month_number(found: re.Match[str], language: str) -> int:
    word = found["month"] or found["month2"]
    return next(number for number, month in enumerate(months(language), start=1) if month.fullmatch(word))


def _day_number(found: re.Match[str]) -> int:
    return int(re.sub(r"\D", "", found["day"] or found["day2"]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekdays(text: str, folded: str, language: str, published: date) -> Iterator[DayCue]:
    for number, pattern in weekdays(language):
        for found in pattern.finditer(folded):
            ahead = _is_ahead(text, folded, found.span())
            yield from _cue(text, found.span(), _weekday(published, number, ahead=ahead), _weekday_rule(ahead))


def _dated(named: Iterator[DayCue], dates: list[DayCue]) -> list[DayCue]:
    """The date decides which Friday is meant: "Friday, October 24"."""
    cues = list(named)
    for index, cue in enumerate(cues):
        beside = (date_cue for date_cue in dates if 0 <= date_cue.start - cue.end <= _BESIDE)
        same = [date_cue for date_cue in beside if date_cue.day.weekday() == cue.day.weekday()]
        if same:
            cues[index] = replace(cue, day=same[0].day, rule=same[0].rule)
    return cues


def _is_ahead(text: str, folded: str, span: tuple[int, int]) -> bool:
    before = folded[max(0, span[0] - 20) : span[0]]
    if _NEXT.search(before) or _LAST.search(before):
        return _NEXT.search(before) is not None
    probe = DayCue(start=span[0], end=span[1], words="", day=date.min, rule="")
    clause, sentence = _around(text, probe)
    return looks_ahead(clause) or (not hands_over(clause) and looks_ahead(sentence) and not says(clause))


def _weekday(published: date, number: int, *, ahead: bool) -> date | None:
    """The nearest such day: ahead never the day of publication itself, past also that day."""
    if ahead:
        return _shift(published, (number - published.weekday() - 1) % _WEEK + 1)
    return _shift(published, -((published.weekday() - number) % _WEEK))


def _weekday_rule(ahead: bool) -> str:  # noqa: FBT001  the one thing it says
    return "weekday-ahead" if ahead else "weekday-past"


def _relative(text: str, folded: str, language: str, published: date) -> Iterator[DayCue]:
    rules = {0: "today", 1: "tomorrow", -1: "yesterday"}
    for offset, pattern in relative_days(language):
        for found in pattern.finditer(folded):
            day = _shift(published, offset)
            yield from _cue(text, found.span(), day, rules.get(offset, "days-ago" if offset < 0 else "tomorrow"))


def _ago(text: str, folded: str, language: str, published: date) -> Iterator[DayCue]:
    for number in numbers_in(text, language):
        found = days_ago(language).match(folded, number.end)
        if found and number.value <= _AFAR:
            yield from _cue(text, (number.start, found.end()), _shift(published, -number.value), "days-ago")


def _shift(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _clocks(text: str, published: date) -> Iterator[DayCue]:
    for found in _CLOCK.finditer(text):
        yield from _cue(text, found.span(), published, "clock")


def _cue(text: str, span: tuple[int, int], day: date | None, rule: str) -> Iterator[DayCue]:
    if day is not None:
        yield DayCue(start=span[0], end=span[1], words=text[span[0] : span[1]], day=day, rule=rule)
