"""The documented views as rows for an export: the same values on both engines, in an order that is always the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, Connection, text

from models.tables import METADATA
from models.views import VIEWS

_INTERNAL: Final = frozenset({"v_origin"})  # speaks of row ids, which never leave the database
EXPORTED: Final = tuple(name for name in VIEWS if name not in _INTERNAL)
_FLAGS: Final = frozenset(
    column.name for table in METADATA.tables.values() for column in table.c if isinstance(column.type, Boolean)
)
_AT_ONCE: Final = 1000  # rows fetched at a time
# the columns that tell of which day a row is, the first that a view has: (from, to)
_DAYS: Final = (("published_at", "published_at"), ("first_published_at", "latest_published_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The rows of a view; read them before the connection is given back."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def extract(connection: Connection, view: str, *, day: date | None = None) -> Extract:
    """The rows of a view, or those of a UTC day; a view whose rows are of no day is given whole.

    A story without a time of publication is of the day on which it was first seen.

    Raises:
        LookupError: there is no such documented view.
    """
    if view not in EXPORTED:
        raise LookupError(f"{view} is none of {', '.join(EXPORTED)}")
    columns = tuple(connection.execute(text(f"SELECT * FROM {view} WHERE 1 = 0")).keys())  # noqa: S608 - a view of ours
    where, bounds = _of_day(columns, day, on_sqlite=connection.dialect.name == "sqlite")
    order = ", ".join(str(place) for place in range(1, len(columns) + 1))
    query = text(f"SELECT * FROM {view}{where} ORDER BY {order}")  # noqa: S608 - a view of ours, by place
    found = connection.execution_options(yield_per=_AT_ONCE).execute(query, bounds)
    return Extract(columns=columns, rows=(_plain(columns, row) for row in found))


def _of_day(columns: Sequence[str], day: date | None, *, on_sqlite: bool) -> tuple[str, dict[str, Any]]:
    pair = next((pair for pair in _DAYS if set(pair) <= set(columns)), None)
    if day is None or pair is None:
        return "", {}
    first, last = (f"COALESCE({name}, first_seen_at)" if "first_seen_at" in columns else name for name in pair)
    since = datetime.combine(day, time.min, UTC)
    bounds = {"since": since, "until": since + timedelta(days=1)}
    told = {name: f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" if on_sqlite else at for name, at in bounds.items()}
    return f" WHERE {first} < :until AND {last} >= :since", told


def _plain(columns: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    """SQLite keeps times as text and truth as numbers: here they are what they mean."""
    return tuple(_meant(name, value) for name, value in zip(columns, row, strict=True))


def _meant(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _FLAGS:
        return bool(value)
    if name.endswith("_at"):
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return at.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    return value
