"""Peel the furniture off a text: what stands before, after and between the paragraphs of the report.

Takes lines (of a wire text, or blocks of a page) and gives the paragraphs of the body with what the peeled lines told:
credits, bylines, dateline, times, notices. It never peels everything: if nothing would be left, the lines stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cleaning import attribution, bylines
from cleaning.attribution import Credit
from cleaning.dateline import Opening, find_opening
from cleaning.days import Moment, read_moment
from cleaning.furniture import closing_start, is_closing_matter, is_furniture, split_leading
from cleaning.offsets import Spotted
from cleaning.phrases import any_of, pattern

_HEAD_LINES = 8  # lines before the report that are looked at
_TAIL_LINES = 12  # lines behind it
_DATE_LINE = 70  # characters of a line that is only a date
_TITLE = 160  # characters of a headline
_DATE_LABEL = re.compile(any_of("date.label") + r"(?!\w)[^\d\w]*")
_UPDATED = pattern("date.updated")
_DATE_WORDS = re.compile(r"[\W\d_]*(?:[^\W\d_]{1,12}[\W\d_]+){0,7}(?:[^\W\d_]{1,12})?[\W\d_]*")
_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CORRECTION = re.compile(r"[\s(\[*]*" + any_of("notice.correction"))
_RETRACTION = re.compile(r"[\s(\[*]*" + any_of("notice.retraction"))


@dataclass(slots=True)
class Peeled:
    """The paragraphs of the body and what the lines around it told."""

    body: list[Spotted] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    opening: Opening | None = None
    opening_at: tuple[int, int] | None = None  # in the input
    moments: list[tuple[str, Moment]] = field(default_factory=list)  # (rule, time)
    modified: Moment | None = None
    title: str = ""
    flags: list[str] = field(default_factory=list)


def peel(lines: Sequence[Spotted], *, title: str) -> Peeled:
    """Peel a text that is given line by line; `title` is what is known as its headline ("" = not known)."""
    found = Peeled(title=title)
    rest = _without_furniture(_peel_tail(_peel_head([line for line in lines if line.text.strip()], found), found))
    if rest:
        first = int(len(rest) > 1 and bool(_NOTE.fullmatch(rest[0].text)))  # an editor's note may stand before it
        rest[first] = _peel_opening(rest[first], found)
        rest[-1] = rest[-1].cut(0, closing_start(rest[-1].text))
    found.body = [line for line in rest if line.text]
    if not found.body:
        found.body = [line.cut(0) for line in lines if _may_be_all(line.text)][:1]
    _flag_notices(lines, found)
    return found


def _may_be_all(text: str) -> bool:
    """Whether a line may stand for the body when nothing else is left: a headline flash, not a credit or furniture."""
    told = attribution.header(text)
    return bool(text.strip()) and not is_closing_matter(text) and not (told and not text[told.length :].strip())


def _peel_head(lines: list[Spotted], found: Peeled) -> list[Spotted]:
    """Leave out the lines before the report, one by one, until a line is none of them."""
    announced = False  # a header or label has been seen, so that a bare name is a byline
    while len(lines) > 1 and len(found.bylines) < _HEAD_LINES:
        line = lines[0].text.strip()
        if told := attribution.header(line):
            found.credits.append(told)
            announced = True
            rest = lines[0].cut(told.length + len(lines[0].text) - len(lines[0].text.lstrip()))
            lines = [rest, *lines[1:]] if rest.text else lines[1:]
        elif _is_title(line, found.title):
            found.title, lines = line, lines[1:]
        elif _is_head_line(line, found, announced=announced):
            lines = lines[1:]
        elif not found.title and not announced and _is_headline(lines):
            found.title, lines = line, lines[1:]
        else:
            break
    return lines


def _is_title(line: str, title: str) -> bool:
    """Whether a line is the headline again, or the headline without the name of the site around it."""
    return line.casefold() in title.casefold() and 2 * len(line) >= len(title)


def _is_head_line(line: str, found: Peeled, *, announced: bool) -> bool:
    """Whether a line before the report is a date, a credit, a byline or furniture; what it tells is kept."""
    return (
        _take_date(line, found)
        or _take_credit(line, found)
        or _take_byline(line, found, announced=announced)
        or is_furniture(line)
    )


def _take_date(line: str, found: Peeled) -> bool:
    label = _DATE_LABEL.match(line)
    if len(line) > _DATE_LINE or not (label or _DATE_WORDS.fullmatch(line)):
        return False
    moment = read_moment(line)
    if moment is None or (not label and not line.replace(moment.verbatim, "").strip(" ,.|–—-").count(" ") < 3):  # noqa: PLR2004 weekday and place at most
        return False
    if _UPDATED.match(line):
        found.modified = moment
    else:
        found.moments.append(("line", moment))
    return True


def _take_credit(line: str, found: Peeled) -> bool:
    told = attribution.credit_line(line)
    if told:
        found.credits.append(told)
        if told.weight == attribution.SHARED:
            found.flags.append("shared-reporting")
    return told is not None


def _take_byline(line: str, found: Peeled, *, announced: bool) -> bool:
    """A labelled byline, or a bare name where the line's own furniture or a header announces one."""
    bare = split_leading(line)
    names = bylines.labelled(bare)
    if not names and (announced or bare != line) and bylines.are_people(bare):
        names = bylines.people(bare)
    for name in names:
        if attribution.is_organisation(name):
            found.credits.append(Credit(origin=attribution.tidy(name), weight=attribution.BYLINE))
        elif not attribution.names_nobody(name):
            found.bylines.append(name)
    return bool(names)


def _is_headline(lines: Sequence[Spotted]) -> bool:
    """Whether the first line is a headline: short, without a full stop, before a longer line."""
    line, following = lines[0].text.strip(), lines[1].text.strip()
    return (
        len(line) <= _TITLE
        and len(following) > len(line)
        and line[-1:] not in '.!:;,…։»")'
        and line.count(" ") >= 2  # noqa: PLR2004 a headline has three words
        and find_opening(line) is None
        and not re.match(r"[\W_]*\d", line)
    )


def _peel_tail(lines: list[Spotted], found: Peeled) -> list[Spotted]:
    """Leave out the lines behind the report, last first, until a line is none of them."""
    for _ in range(_TAIL_LINES):
        if len(lines) < 2:  # noqa: PLR2004 the last line left is the report
            break
        line = lines[-1].text.strip()
        if not (is_closing_matter(line) or _take_credit(line, found) or _take_byline(line, found, announced=False)):
            break
        lines = lines[:-1]
    return lines


def _without_furniture(lines: list[Spotted]) -> list[Spotted]:
    """Leave out furniture between paragraphs, and a last line that is nothing but a legal notice."""
    kept = [line for line in lines if not is_furniture(line.text)]
    return [] if len(kept) == 1 and is_closing_matter(kept[0].text) else kept


def _peel_opening(line: Spotted, found: Peeled) -> Spotted:
    """Cut header and dateline off the first paragraph and keep what they tell."""
    told = attribution.header(line.text)
    if told and line.text[told.length :].strip():
        found.credits.append(told)
        line = line.cut(told.length)
    opening = find_opening(line.text)
    if opening is None:
        return line
    found.opening = opening
    found.opening_at = (line.start, line.spots[opening.end - 1] + 1)
    if opening.agency:
        found.credits.append(Credit(origin=attribution.tidy(opening.agency), weight=attribution.OPENING))
    return line.cut(opening.end)


def _flag_notices(lines: Sequence[Spotted], found: Peeled) -> None:
    """Flag corrections and retractions by the title and by the first and last lines."""
    edges = [found.title, *(line.text for line in lines[:_HEAD_LINES]), *(line.text for line in lines[-_HEAD_LINES:])]
    if any(_CORRECTION.match(text) for text in edges):
        found.flags.append("correction")
    if any(_RETRACTION.match(text) for text in edges):
        found.flags.append("retraction")
