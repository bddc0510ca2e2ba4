"""SQL for analysts: reads and nothing else, within a time and a number of rows."""

from __future__ import annotations

import sqlite3
import time
import urllib.parse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.engine import make_url

from models.errors import WarehouseError
from models.warehouse import shown

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_FORBIDDEN_FUNCTIONS: Final = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_GREATEST_VALUE: Final = 16 * 2**20  # bytes of one text or blob, so that no function makes gigabytes
_STEPS_BETWEEN_LOOKS: Final = 10_000  # virtual machine steps; about a millisecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of a question."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool  # there were more rows than asked for


def ask(url: str, query: str, *, parameters: Mapping[str, str], limit: int = 1000, timeout_s: float = 30.0) -> Answer:
    """Answer one SELECT on a connection that can do nothing else.

    Args:
        url: the warehouse; a PostgreSQL one as an analyst logs in to it.
        query: one statement; named parameters as `:name`.
        parameters: their values.
        limit: greatest number of rows.
        timeout_s: seconds after which the query is stopped.

    Raises:
        WarehouseError: the statement writes, is not SQL, or took too long; or the login could do more than read.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        from models.sql_server import ask_server  # the server's driver is an extra

        columns, rows = ask_server(url, query, parameters, most=limit + 1, timeout_s=timeout_s)
        return Answer(columns=columns, rows=tuple(rows[:limit]), cut=len(rows) > limit)
    if not address.database:
        raise WarehouseError(shown(url), "is no file", hint="sqlite:///FILE")
    with closing(_open(address.database)) as connection:
        try:
            return _answer(connection, query, parameters, limit, timeout_s)
        except (sqlite3.Error, sqlite3.Warning) as error:  # a second statement is a Warning to Python 3.11
            why = f"took longer than {timeout_s:g} s" if str(error) == "interrupted" else str(error)
            raise WarehouseError("sql", why, hint="one SELECT over v_story, v_exchange, v_claim_ledger") from error


def _open(file: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"file:{urllib.parse.quote(file)}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise WarehouseError(file, str(error), hint="run `wirewatch db upgrade`") from error


def _answer(
    connection: sqlite3.Connection, query: str, parameters: Mapping[str, str], limit: int, timeout_s: float
) -> Answer:
    connection.set_authorizer(_authorise)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _GREATEST_VALUE)
    ends = time.monotonic() + timeout_s
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS_BETWEEN_LOOKS)
    cursor = connection.execute(query, dict(parameters))
    rows = cursor.fetchmany(limit + 1)
    columns = tuple(column[0] for column in cursor.description or ())
    return Answer(columns=columns, rows=tuple(rows[:limit]), cut=len(rows) > limit)


def _authorise(action: int, first: str | None, second: str | None, *_: object) -> int:
    function = (second or first or "").lower()
    if action not in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and function in _FORBIDDEN_FUNCTIONS):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
