"""The digest: what a day or a week brought, in one message; that nothing came is one line, and told too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from alerting.digest_page import as_html
from alerting.kind import DIGEST_SCHEMA
from alerting.wording import counted, cut, one_line
from models.records import AlertReason, Digest, DigestFacts, Severity, SilentSource, ToldEvent

_LINE: Final = 300  # characters of one line
_MOST: Final = 25  # lines of one part
_NOTHING: Final = "nothing new"


class Period(StrEnum):
    """The time that a digest tells of: days of UTC."""

    DAY = "day"
    WEEK = "week"

    def span(self, last: date) -> tuple[datetime, datetime]:
        """Start and end, half-open, of the day, or of the week that ends with it."""
        until = datetime.combine(last, time(), UTC) + timedelta(days=1)
        return until - timedelta(days=1 if self is Period.DAY else 7), until


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a part."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The lines under one head; the rest of a long list is counted."""

    head: str
    noun: str  # of one line, for the title
    lines: tuple[Line, ...]

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines that are shown."""
        more = len(self.lines) - _MOST
        return (*self.lines[:_MOST], Line(words=f"and {more} more")) if more > 0 else self.lines


# what is new, in the order of its weight; the noun counts it in the title
_PARTS: Final[Mapping[AlertReason, tuple[str, str]]] = {
    AlertReason.FIRST_REPORT: ("New exchanges", "new exchange"),
    AlertReason.PHASE_CHANGED: ("Phases that changed", "phase"),
    AlertReason.FIGURE_CHANGED: ("Figures that changed", "figure"),
    AlertReason.CONTRADICTION: ("New contradictions", "contradiction"),
    AlertReason.CORRECTION: ("Corrections", "correction"),
    AlertReason.NEW_ORIGIN: ("More independent origins", "new origin"),
}


def digest_key(period: Period, last: date) -> str:
    """The key of a digest, the same whenever it is asked for."""
    return f"digest:{period.value}:{last.isoformat()}"


def compose(facts: DigestFacts, period: Period, last: date, *, pages: str, now: datetime) -> Digest:
    """The digest as text, as HTML and for programs.

    Args:
        facts: what the time of the period held.
        period: a day or a week.
        last: its last day.
        pages: where the pages are.
        now: reference time of composing it.
    """
    parts = [*_news(facts.events)]
    title = cut(f"[digest] {_when(period, last)}: {_summary(parts)}", _LINE)
    notes = [*_notes(facts)]
    url = f"{pages.rstrip('/')}/exchanges"
    return Digest(
        key=digest_key(period, last),
        title=title,
        body=_text(period, last, parts, notes, url),
        html=as_html(title=title, nothing="" if parts else _NOTHING, parts=[*parts, *notes], url=url),
        payload=_payload(facts, period, last, parts=parts, title=title, url=url, now=now),
        is_news=bool(parts),
    )


def _when(period: Period, last: date) -> str:
    return last.isoformat() if period is Period.DAY else f"week to {last.isoformat()}"


def _summary(parts: Sequence[Part]) -> str:
    return ", ".join(counted(len(part.lines), part.noun) for part in parts) or _NOTHING


def _news(events: Sequence[ToldEvent]) -> Iterable[Part]:
    """A part for each kind of news that there is; one event may have a line in several."""
    for reason, (head, noun) in _PARTS.items():
        lines = tuple(_line(event, words) for event in events for words in _words(event, reason))
        if lines:
            yield Part(head=head, noun=noun, lines=lines)


def _words(event: ToldEvent, reason: AlertReason) -> Iterable[str]:
    """What an event tells under one reason; a first report is told by its title."""
    for found, change in zip(event.reasons, event.changes, strict=True):
        if found is reason:
            yield event.title if reason is AlertReason.FIRST_REPORT else change


def _line(event: ToldEvent, words: str) -> Line:
    told = f"{event.decided_at:%m-%d %H:%MZ} {event.exchange}: {one_line(words)} · {event.trust.value}"
    return Line(words=cut(told, _LINE), url=event.url)


def _notes(facts: DigestFacts) -> Iterable[Part]:
    """What is no news of an exchange but should be seen."""
    if facts.suppressed:
        told = f"{counted(facts.suppressed, 'change')} of long ago went into the ledger and were not told"
        yield Part(head="Kept", noun="", lines=(Line(words=told),))
    if facts.silent:
        yield Part(head="Silent sources", noun="", lines=tuple(map(_silent, facts.silent)))


def _silent(source: SilentSource) -> Line:
    heard = f"last heard {source.last_heard_at:%Y-%m-%d %H:%MZ}" if source.last_heard_at else "never heard"
    failed = f"; its last poll failed: {one_line(source.last_error)}" if source.last_error else ""
    return Line(words=cut(f"{source.source_id}: {heard}{failed}", _LINE))


def _text(period: Period, last: date, parts: Sequence[Part], notes: Sequence[Part], url: str) -> str:
    lines = [f"DIGEST · {_when(period, last)} (UTC)"]
    if not parts:
        lines.append(_NOTHING)
    for part in (*parts, *notes):
        lines += ["", f"{part.head} ({len(part.lines)})", *(f"  {line.words}" for line in part.shown)]
    lines += ["", f"Open  {url}", f"key {digest_key(period, last)}"]
    return "\n".join(lines)


def _payload(
    facts: DigestFacts,
    period: Period,
    last: date,
    *,
    parts: Sequence[Part],
    title: str,
    url: str,
    now: datetime,
) -> str:
    fields = {
        "schema": DIGEST_SCHEMA,
        "key": digest_key(period, last),
        "period": period.value,
        "since": _z(facts.since),
        "until": _z(facts.until),
        "is_news": bool(parts),
        "severity": Severity.INFO.value,
        "decided_at": _z(now),
        "url": url,
        "short": title.encode("ascii", "replace").decode()[:160],
        "events": [_event(event) for event in facts.events],
        "suppressed": facts.suppressed,
        "silent": [
            {"source": one.source_id, "last_heard_at": _z(one.last_heard_at), "last_error": one.last_error}
            for one in facts.silent
        ],
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _event(event: ToldEvent) -> Mapping[str, object]:
    return {
        "exchange": event.exchange,
        "reasons": [reason.value for reason in event.reasons],
        "changes": list(event.changes),
        "title": event.title,
        "trust": event.trust.value,
        "url": event.url,
        "decided_at": _z(event.decided_at),
    }


def _z(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
