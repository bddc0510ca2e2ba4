"""The id that an insert was given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult


def new_id(made: CursorResult[Any]) -> int:
    """Row id of the row just inserted.

    Raises:
        LookupError: the statement inserted no single row.
    """
    if not made.inserted_primary_key:
        raise LookupError("nothing was inserted")
    return int(made.inserted_primary_key[0])
