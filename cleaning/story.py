"""Put a `Story` together from a peeled text, the times found and what else is known of the page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cleaning.attribution import Credit, means, settle
from cleaning.canonical import canonical_url
from cleaning.days import read_moment
from cleaning.fingerprint import signature
from cleaning.language import detect
from cleaning.moments import Candidate, Choice, choose, instant
from cleaning.normal import shown
from cleaning.offsets import PARAGRAPH_BREAK, joined, segments
from cleaning.peel import Peeled
from models.records import Dateline, Instant, Precision, Story

SHORT = 200  # characters; a text below is kept, flagged "short"
_UNSURE = 0.6  # language scores below it are flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of a text besides the text: where it came from and what its page said in its metadata."""

    url: str
    source_id: str
    source: str  # the decoded input that offsets refer to
    canonical: str = ""  # as the page declares it, "" when it does not
    fetched_at: datetime | None = None
    language: str | None = None  # declared
    times: Sequence[Candidate] = ()
    modified: Instant | None = None
    credits: Sequence[Credit] = ()
    bylines: Sequence[str] = ()
    carrier: str | None = None  # the name under which the page's site publishes
    flags: Sequence[str] = ()


def tell(peeled: Peeled, around: Surroundings) -> Story:
    """The story of a peeled text; its body must not be empty."""
    body = joined(peeled.body, PARAGRAPH_BREAK)
    language, score = detect(f"{peeled.title}\n{body.text}", declared=around.language)
    choice = _published(peeled, around)
    origin, carrier = _origin_and_carrier(peeled, around)
    return Story(
        url=around.url,
        canonical_url=canonical_url(around.canonical or around.url),
        source_id=around.source_id,
        title=shown(peeled.title),
        text=body.text,
        language=language,
        language_score=score,
        published=choice.published,
        modified=_modified(peeled, around, choice),
        candidates=choice.candidates,
        bylines=tuple(dict.fromkeys(shown(name) for name in (*peeled.bylines, *around.bylines))),
        dateline=_dateline(peeled, choice),
        origin=shown(origin or "") or None,
        carrier=shown(carrier or "") or None,
        flags=_flags(peeled, around, choice, body.text, score),
        segments=segments(body, around.source),
        text_sha256=hashlib.sha256(body.text.encode()).hexdigest(),
        signature=signature(body.text),
    )


def _published(peeled: Peeled, around: Surroundings) -> Choice:
    """Choose among the page's times, those of the lines, the dateline and the address."""
    found = [*around.times, *(Candidate(rule=rule, moment=moment) for rule, moment in peeled.moments)]
    found += [Candidate(rule="wire-header", moment=credit.when) for credit in peeled.credits if credit.when]
    in_address = read_moment(_path(around.url))
    if in_address and in_address.precision == Precision.DAY:
        found.append(Candidate(rule="url", moment=in_address))
    day = peeled.opening.day if peeled.opening else None
    known = choose(found, fetched_at=around.fetched_at)
    near = known.published.at.date() if known.published else around.fetched_at and around.fetched_at.date()
    written = (
        day.nearest(near) if day and near else _full_day(day.year, day.month, day.day) if day and day.year else None
    )
    moment = read_moment(written.isoformat()) if written else None
    if moment is None:
        return known
    return choose([*found, Candidate(rule="dateline", moment=moment)], fetched_at=around.fetched_at)


def _full_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _path(url: str) -> str:
    """The part of an address that may hold a day: no host, no query."""
    return url.split("://", 1)[-1].partition("/")[2].split("?")[0]


def _dateline(peeled: Peeled, choice: Choice) -> Dateline | None:
    if peeled.opening is None or peeled.opening_at is None:
        return None
    day = next((one.at.date() for one in choice.candidates if one.rule == "dateline"), None)
    start, end = peeled.opening_at
    return Dateline(place=peeled.opening.place, day=day, agency=peeled.opening.agency, start=start, end=end)


def _modified(peeled: Peeled, around: Surroundings, choice: Choice) -> Instant | None:
    """The time of the last change, when it is given and not before publication."""
    found = around.modified
    if found is None and peeled.modified:
        found = instant(Candidate(rule="line", moment=peeled.modified), [])
    if found and choice.published and found.at < choice.published.at and choice.published.precision != Precision.DAY:
        return None
    return found


def _origin_and_carrier(peeled: Peeled, around: Surroundings) -> tuple[str | None, str | None]:
    """Who wrote it and who passed it on; a site that credits nobody else is itself the origin (None, None)."""
    origin, carrier = settle([*peeled.credits, *around.credits])
    if origin and around.carrier and not carrier:
        return (None, None) if means(origin, around.carrier) else (origin, around.carrier)
    return origin, carrier


def _flags(peeled: Peeled, around: Surroundings, choice: Choice, text: str, score: float) -> tuple[str, ...]:
    flags = [*around.flags, *peeled.flags, *choice.flags]
    if len(text) < SHORT:
        flags.append("short")
    if score < _UNSURE:
        flags.append("unsure-language")
    if choice.published is None:
        flags.append("no-date")
    return tuple(dict.fromkeys(flags))
