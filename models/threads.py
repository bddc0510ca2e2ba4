"""The threads of alerts, one for each exchange, as a feed shows them."""

from __future__ import annotations

from sqlalchemy import Connection, Subquery, func, select

from models.records import Severity, ThreadNews
from models.tables import alert

_MOST = 100


def threads(connection: Connection, *, most: int = _MOST) -> tuple[ThreadNews, ...]:
    """The threads that told last, the latest first; an event that was suppressed is in none of them."""
    shown = _shown()
    latest = select(alert, shown.c.opened_at).join(shown, shown.c.id == alert.c.id)
    rows = connection.execute(latest.order_by(alert.c.decided_at.desc(), alert.c.id.desc()).limit(most))
    return tuple(
        ThreadNews(
            thread_key=row.thread_key,
            title=row.title,
            body=row.body,
            severity=Severity(row.severity),
            parties=_parties(row.payload["legs"], row.payload["sides_heard"], row.payload["sides_missing"]),
            url=row.payload["url"],
            opened_at=row.opened_at,
            updated_at=row.decided_at,
        )
        for row in rows
    )


def _shown() -> Subquery:
    """The alert that each thread is shown by, and when the thread opened.

    Where several rules told the latest event, the first of its rows is shown: the loudest is recorded first.
    """
    told = alert.c.suppressed.is_(None)
    spans = (
        select(func.max(alert.c.id).label("latest"), func.min(alert.c.decided_at).label("opened_at"))
        .where(told)
        .group_by(alert.c.thread_key)
        .subquery()
    )
    of_latest = select(alert.c.thread_key, alert.c.event_key, spans.c.opened_at)
    event = of_latest.join(spans, spans.c.latest == alert.c.id).subquery()
    same = (alert.c.thread_key == event.c.thread_key) & (alert.c.event_key == event.c.event_key)
    first = select(func.min(alert.c.id).label("id"), event.c.opened_at).join(event, same)
    return first.where(told).group_by(alert.c.thread_key, event.c.opened_at).subquery()


def _parties(legs: list[dict[str, str | None]], heard: list[str], missing: list[str]) -> tuple[str, ...]:
    of_legs = {code for leg in legs for code in (leg["releasing"], leg["receiving"]) if code}
    return tuple(sorted(of_legs.union(heard, missing)))
