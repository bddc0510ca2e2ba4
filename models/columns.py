"""Column types and shorthands that keep the table definitions readable; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    types,
)

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = MetaData(naming_convention=NAMING)
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


# What no limit of ours holds below 2³¹: SQLite's integers are wide by themselves
WIDE = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(types.TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, sortable ISO 8601 text with `Z` on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Text of fixed width on SQLite, which has no time type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times: a time without a zone is a guess.

        Raises:
            ValueError: the datetime has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone")
        moment = value.astimezone(UTC)
        return moment.strftime(_FORMAT) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.strptime(str(value), _FORMAT).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


def key() -> Column[int]:
    """A row id: never leaves the database."""
    return Column("id", Integer, primary_key=True, comment="row id; never leaves the database")


def ref(name: str, target: str, comment: str, *, nullable: bool = False) -> Column[int]:
    """A foreign key to another table's row id, indexed."""
    return Column(name, ForeignKey(f"{target}.id"), nullable=nullable, index=True, comment=comment)


def one_of(column: str, values: type[StrEnum] | Iterable[str], *, nullable: bool = False) -> CheckConstraint:
    """The column holds one of a fixed list of words."""
    words = ", ".join(f"'{value}'" for value in values)
    condition = f"{column} IN ({words})"
    return CheckConstraint(f"{column} IS NULL OR {condition}" if nullable else condition, name=f"{column}_known")


def share(column: str) -> CheckConstraint:
    """The column is a score from 0 to 1."""
    return CheckConstraint(f"{column} >= 0 AND {column} <= 1", name=f"{column}_is_a_share")


def span() -> tuple[Column[int], Column[int], Column[str]]:
    """Where words stand in the story version's text."""
    return (
        Column("span_start", Integer, nullable=False, comment="first character, code points into story_version.text"),
        Column("span_end", Integer, nullable=False, comment="one past the last character"),
        Column("words", String, nullable=False, comment="the words themselves, verbatim"),
    )


def span_is_one() -> CheckConstraint:
    """A span has a length."""
    return CheckConstraint("span_start >= 0 AND span_end > span_start", name="span_is_one")


def counted(column: str, *, least: int = 0) -> CheckConstraint:
    """The column is a number of things, or a place in an order: never below `least`."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_is_counted")


def in_our_time(column: str, *, clock: str = "T00:00:00.000000Z") -> CheckConstraint:
    """The moment lies from 1990 (before, no page can be) to 2199 UTC; what is no time at all is refused with it.

    Args:
        column: its name.
        clock: "" for the column of a day.
    """
    condition = f"{column} >= '1990-01-01{clock}' AND {column} < '2200-01-01{clock}'"
    return CheckConstraint(condition, name=f"{column}_in_our_time")


def is_digest(column: str) -> CheckConstraint:
    """The column is a SHA-256 in hex."""
    return CheckConstraint(f"length({column}) = 64", name=f"{column}_is_one")


def figures_in_order() -> CheckConstraint:
    """No figure is negative, and low ≤ best ≤ high where they are given."""
    pairs = (("low", "best"), ("best", "high"), ("low", "high"))
    signs = [f"({name} IS NULL OR {name} >= 0)" for name in ("low", "best", "high")]
    order = [f"({a} IS NULL OR {b} IS NULL OR {a} <= {b})" for a, b in pairs]
    return CheckConstraint(" AND ".join([*signs, *order]), name="figures_in_order")


def queue_index(table: str) -> Index:
    """What waits in a stage, the least tried first, then by age: claims read no row that is done."""
    return Index(f"ix_{table}_queue", "stage", "attempts", "id")


def lease_is_whole() -> CheckConstraint:
    """Who holds a row holds it until some time."""
    return CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease_is_whole")


def lease() -> tuple[Column[Any], ...]:
    """Who works on the row, until when, how often it was tried; the database's clock counts."""
    return (
        Column("lease_owner", String, comment="worker that holds the row, NULL when nobody does"),
        Column("lease_until", UtcDateTime, comment="when the lease lapses, by the database's clock"),
        Column(
            "attempts", Integer, nullable=False, server_default="0", comment="times the row was claimed in its stage"
        ),
        Column("next_try_at", UtcDateTime, comment="not before, after a failure"),
        Column("last_error", String, comment="why the last try failed, in one line"),
    )
