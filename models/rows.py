"""Small facts about statements: the id an insert was given, and lists too long for one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult

T = TypeVar("T")
_AT_ONCE = 5000  # values in one statement; SQLite takes 32,766, PostgreSQL 65,535


def new_id(made: CursorResult[Any]) -> int:
    """Row id of the row just inserted.

    Raises:
        LookupError: the statement inserted no single row.
    """
    if not made.inserted_primary_key:
        raise LookupError("nothing was inserted")
    return int(made.inserted_primary_key[0])


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in runs that fit into one statement each."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
