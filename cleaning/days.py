"""Days and times as people and machines write them, in the languages of the wires.

Nothing is guessed: a day without a year stays without one, a time without a zone stays without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.records import Precision

# the first letters of each month's name, any case ending: en, ru, uk, az, tr, hy, ka
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "январ", "янв", "січ", "yanvar", "ocak", "հունվար", "իանվար", "იანვარ"),
    ("feb", "феврал", "фев", "лют", "fevral", "şubat", "փետրվար", "თებერვ"),
    ("mar", "март", "мар", "берез", "mart", "մարտ", "მარტ"),
    ("apr", "апрел", "апр", "квіт", "aprel", "nisan", "ապրիլ", "აპრილ"),
    ("may", "мая", "май", "трав", "mayıs", "մայիս", "მაის"),
    ("jun", "июн", "черв", "iyun", "haziran", "հունիս", "ივნის"),
    ("jul", "июл", "лип", "iyul", "temmuz", "հուլիս", "ივლის"),
    ("aug", "август", "авг", "серп", "avqust", "ağustos", "օգոստոս", "აგვისტ"),
    ("sep", "сентябр", "сен", "верес", "sentyabr", "eylül", "սեպտեմբեր", "სექტემბ"),
    ("oct", "октябр", "окт", "жовт", "oktyabr", "ekim", "հոկտեմբեր", "ოქტომბ"),
    ("nov", "ноябр", "ноя", "листопад", "noyabr", "kasım", "նոյեմբեր", "ნოემბ"),
    ("dec", "декабр", "дек", "груд", "dekabr", "aralık", "դեկտեմբեր", "დეკემბ"),
)
_STEMS = {stem: number for number, stems in enumerate(_MONTHS, start=1) for stem in stems}
_ENDING = r"[^\W\d_]{0,6}"
MONTH = "(?:" + "|".join(sorted(map(re.escape, _STEMS), key=len, reverse=True)) + ")" + _ENDING
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_TAIL = r"(?:\s*-?(?:ci|cı|cu|cü|ին|-ին|de|da|də))?"
# a day in words, with or without its year; in a dateline, a header, a line of its own
DAY_WORDS = (
    rf"(?:(?P<m1>{MONTH})\.?\s+(?P<d1>\d{{1,2}}){_ORDINAL}{_TAIL}(?!\d|:\d)(?:,?\s+(?P<y1>(?:19|20)\d\d))?"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}\.?\s+(?:de\s+)?(?P<m2>{MONTH})\.?(?:,?\s+(?P<y2>(?:19|20)\d\d))?"
    rf"|(?P<y3>(?:19|20)\d\d)\s*(?:թ\.|թվականի)?,?\s+(?P<m3>{MONTH})\s+(?P<d3>\d{{1,2}}){_TAIL})"
)
_WORDS = re.compile(rf"(?<![^\W_]){DAY_WORDS}(?![^\W\d_])", re.IGNORECASE)
_ZONE = (
    r"\s*(?P<zone>Z\b|[+-]\d\d:?\d\d|[+-]\d\d\b|(?:UTC|GMT)(?:\s*[+-]\d{1,2}(?::?\d\d)?)?"
    r"|\(?(?:MSK|МСК|AZT|TRT|CEST|CET|EEST|EET|BST|EDT|EST)\b)?"
)
_ISO = re.compile(
    rf"(?<!\d){_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?" + _ZONE + ")?"
)
_DOTTED = re.compile(rf"(?<![\d.])(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./]{_YEAR}(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d.]\d)"
    r"\s*(?P<half>[ap]\.?m\b\.?)?" + _ZONE,
    re.IGNORECASE,
)
_NAMED_ZONES = {  # hours; only names that mean one zone on the wires we read
    "Z": 0, "UTC": 0, "GMT": 0, "MSK": 3, "МСК": 3, "AZT": 4, "TRT": 3, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "BST": 1, "EST": -5, "EDT": -4,
}  # fmt: skip
_NOON = 12
_MAX_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as written: the clock on the wall, its distance from UTC where it is given, and how fine it is."""

    wall: datetime  # without zone
    offset: timedelta | None
    precision: Precision
    verbatim: str

    @property
    def at(self) -> datetime:
        """The moment in UTC; without a zone the wall clock is taken as it stands (the rule's name says so)."""
        aware = self.wall.replace(tzinfo=UTC)
        try:
            return aware - (self.offset or timedelta())
        except OverflowError:
            return aware


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDay:
    """A day in words: its year is None when it was not written."""

    day: int
    month: int
    year: int | None
    start: int
    end: int

    def nearest(self, to: date) -> date | None:
        """The day in the year that brings it nearest to `to`; None when there is no such day (30 February)."""
        years = [self.year] if self.year else [to.year - 1, to.year, to.year + 1]
        days = [made for year in years if (made := _date(year, self.month, self.day))]
        return min(days, key=lambda day: abs(day - to)) if days else None


def month_number(word: str) -> int | None:
    """The month (1–12) that a word names in any of the languages, or None."""
    lower = word.lower().replace("i̇", "i")
    return next(
        (number for stem, number in sorted(_STEMS.items(), key=lambda i: -len(i[0])) if lower.startswith(stem)), None
    )


def day_in_words(text: str) -> WrittenDay | None:
    """The first day in words that the text holds, or None."""
    return next((day for match in _WORDS.finditer(text) if (day := written_day(match))), None)


def written_day(match: re.Match[str]) -> WrittenDay | None:
    """The day that a match of `DAY_WORDS` holds, or None when it is no day of any year."""
    named = match.groupdict()
    month = month_number(next(named[name] for name in ("m1", "m2", "m3") if named[name]))
    day = int(next(named[name] for name in ("d1", "d2", "d3") if named[name]))
    year = next((int(named[name]) for name in ("y1", "y2", "y3") if named[name]), None)
    if month is None or _date(year or 2024, month, day) is None:
        return None
    return WrittenDay(day=day, month=month, year=year, start=match.start(), end=match.end())


def is_zone(name: str) -> bool:
    """Whether a word is the name of a time zone."""
    return name.strip().upper() in _NAMED_ZONES


def read_moment(text: str) -> Moment | None:
    """The first full day (with year) in a short text, with the time that stands beside it; None when there is none."""
    text = text[:200]
    iso = _ISO.search(text)
    if iso:
        return _from_iso(iso, text)
    for pattern in (_DOTTED, _COMPACT):
        if match := pattern.search(text):
            day = _date(int(match["year"]), int(match["month"]), int(match["day"]))
            return _with_time(day, text, match.span()) if day else None
    written = day_in_words(text)
    if written is None or written.year is None:
        return None
    return _with_time(_date(written.year, written.month, written.day), text, (written.start, written.end))


def _from_iso(match: re.Match[str], text: str) -> Moment | None:
    day = _date(int(match["year"]), int(match["month"]), int(match["day"]))
    if day is None or match["hour"] is None:
        return _with_time(day, text, match.span())
    try:
        clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None
    precision = Precision.SECOND if match["second"] else Precision.MINUTE
    verbatim = match.group().strip()
    return Moment(
        wall=datetime.combine(day, clock), offset=_offset(match["zone"]), precision=precision, verbatim=verbatim
    )


def _with_time(day: date | None, text: str, span: tuple[int, int]) -> Moment | None:
    """The day with the time of day found in the rest of the text, or as a day alone."""
    if day is None:
        return None
    rest = text[: span[0]] + " " * (span[1] - span[0]) + text[span[1] :]
    found = _TIME.search(rest)
    if not found:
        verbatim = text[slice(*span)].strip()
        return Moment(wall=datetime.combine(day, time()), offset=None, precision=Precision.DAY, verbatim=verbatim)
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"][0] in "pP" else 0)
    clock = time(hour, int(found["minute"]), int(found["second"] or 0))
    verbatim = text[min(span[0], found.start()) : max(span[1], found.end())].strip()
    precision = Precision.SECOND if found["second"] else Precision.MINUTE
    return Moment(
        wall=datetime.combine(day, clock), offset=_offset(found["zone"]), precision=precision, verbatim=verbatim
    )


def _offset(zone: str | None) -> timedelta | None:
    """Distance of a zone from UTC; None when it is missing or further than any zone lies."""
    if not zone:
        return None
    name = zone.strip("( ").upper()
    if name in _NAMED_ZONES:
        return timedelta(hours=_NAMED_ZONES[name])
    match = re.search(r"([+-])(\d{1,2}):?(\d\d)?", name)
    if not match:
        return None
    found = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return None if found > _MAX_OFFSET else found * (-1 if match[1] == "-" else 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
