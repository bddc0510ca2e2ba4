"""The codebook: every table, column and view with its meaning, as Markdown, as a diagram and as comments of a server.

Written once, where the columns are declared; everything here is made from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Integer, Table, types

from models.columns import UtcDateTime
from models.search import COMMENT as SEARCH_COMMENT
from models.tables import METADATA
from models.view_words import WORDS
from models.views import VIEWS

_NAMED: Final = re.compile(r"(?:(?:(\w+)\.(\w+)|.*\S)\s+)?AS\s+(\w+)", re.DOTALL)  # nothing is left of brackets
_STANDS_FOR: Final = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)\s+(\w+)")
_KINDS: Final[tuple[tuple[type[types.TypeEngine[Any]], str], ...]] = (
    (Boolean, "yes/no"),
    (Integer, "integer"),
    (Float, "number"),
    (Date, "day"),
    (UtcDateTime, "time"),
    (JSON, "JSON"),
)
_READ_AS: Final[Mapping[str, types.TypeEngine[Any]]] = {"time": UtcDateTime(), "day": Date(), "yes/no": Boolean()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewColumn:
    """One column of a view."""

    name: str
    kind: str  # integer | number | text | yes/no | day | time | JSON
    about: str


def view_columns(view: str) -> tuple[ViewColumn, ...]:
    """The columns of a documented view, in order.

    Raises:
        LookupError: a derived column is not described in `models.view_words`.
    """
    top = _without_brackets(VIEWS[view])
    stands_for = {alias: table for table, alias in _STANDS_FOR.findall(top)}
    selected = top.split("SELECT", 1)[1].split("FROM", 1)[0]
    return tuple(_view_column(view, _NAMED.fullmatch(item.strip()), stands_for) for item in selected.split(","))


def read_types(view: str) -> dict[str, types.TypeEngine[Any]]:
    """The types that a view's columns must be read as to be the same on both engines: SQLite knows no times."""
    return {one.name: _READ_AS[one.kind] for one in view_columns(view) if one.kind in _READ_AS}


def comment_on_everything(connection: Connection) -> None:
    """Make a PostgreSQL server tell what every table, column and view means."""
    for place, words in comments():
        quoted = words.replace("'", "''").replace("%", "%%")  # a percent sign is special to the driver
        connection.exec_driver_sql(f"COMMENT ON {place} IS '{quoted}'")


def comments() -> Iterator[tuple[str, str]]:
    """What each comment stands on, in the words of COMMENT ON, and the comment."""
    for table in METADATA.sorted_tables:
        yield f'TABLE "{table.name}"', table.comment or ""
        yield from ((f'COLUMN "{table.name}"."{column.name}"', column.comment or "") for column in table.columns)
    yield "TABLE story_search", SEARCH_COMMENT
    for view in VIEWS:
        yield f'VIEW "{view}"', WORDS[view].about
        yield from ((f'COLUMN "{view}"."{column.name}"', column.about) for column in view_columns(view))


def _without_brackets(query: str) -> str:
    """A query with everything between brackets taken out, and the brackets with it."""
    while "(" in query:
        query = re.sub(r"\([^()]*\)", " ", query)
    return query


def _view_column(view: str, item: re.Match[str] | None, stands_for: Mapping[str, str]) -> ViewColumn:
    if item is None:
        raise LookupError(f"{view}: a column without AS")
    alias, of, name = item.groups()
    told = WORDS[view].derived.get(name)
    if told is not None:
        return ViewColumn(name=name, kind=told[0], about=told[1])
    source = stands_for.get(alias or "")
    if source in VIEWS:
        (taken,) = [one for one in view_columns(source) if one.name == of]
        return ViewColumn(name=name, kind=taken.kind, about=taken.about)
    if source is None or source not in METADATA.tables:
        raise LookupError(f"{view}.{name} is derived: say in models/view_words.py what it means")
    column = METADATA.tables[source].columns[of]
    return ViewColumn(name=name, kind=_kind(column), about=column.comment or "")


def _kind(column: Column[Any]) -> str:
    kind = column.type
    return next((word for known, word in _KINDS if isinstance(kind, known)), "text")


# ---------------------------------------------------------------- Markdown


def views_markdown() -> str:
    """Every view with its columns."""
    return "\n".join(_view_section(view) for view in VIEWS)


def tables_markdown() -> str:
    """Every table with its columns, in the order in which the flow fills them."""
    return "\n".join(_table_section(table) for table in METADATA.sorted_tables)


def diagram_markdown() -> str:
    """The tables and their references as a Mermaid diagram; keys only."""
    tables = METADATA.sorted_tables
    lines = [line for table in tables for line in (*_references(table), *_entity(table))]
    return "\n".join(["```mermaid", "erDiagram", *lines, "```", ""])


def _view_section(view: str) -> str:
    rows = "\n".join(f"| `{one.name}` | {one.kind} | {_cell(one.about)} |" for one in view_columns(view))
    return f"### `{view}`\n\n{WORDS[view].about}.\n\n| column | type | meaning |\n|---|---|---|\n{rows}\n"


def _table_section(table: Table) -> str:
    rows = "\n".join(
        f"| `{one.name}` | {_kind(one)} | {'yes' if one.nullable else ''} | {_role(one)} | {_cell(one.comment or '')} |"
        for one in table.columns
    )
    head = "| column | type | NULL | key | meaning |\n|---|---|---|---|---|"
    return f"### `{table.name}`\n\n{table.comment}.\n\n{head}\n{rows}\n"


def _role(column: Column[Any]) -> str:
    own = ["primary"] if column.primary_key else []
    return ", ".join([*own, *(f"→ `{key.column.table.name}`" for key in column.foreign_keys)])


def _references(table: Table) -> Iterator[str]:
    """One line for each reference: many of this table to one, or none, of the other."""
    for column in table.columns:
        for key in column.foreign_keys:
            one = "|o" if column.nullable else "||"
            many = "o|" if column.primary_key else "o{"
            yield f"    {key.column.table.name} {one}--{many} {table.name} : {column.name}"


def _entity(table: Table) -> Iterator[str]:
    yield f"    {table.name} {{"
    for column in table.columns:
        marks = [*(["PK"] if column.primary_key else []), *(["FK"] if column.foreign_keys else [])]
        if column.unique:
            marks.append("UK")
        if marks:
            yield f"        {_kind(column)} {column.name} {', '.join(marks)}"
    yield "    }"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;")
