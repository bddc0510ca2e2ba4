"""An analyst's question to a PostgreSQL server: on a login that can only read, read only all the same, and rolled back.

The question runs behind a cursor, which takes one query that returns rows and nothing else; whatever a function in it
should leave behind goes with the transaction. The clock that stops it runs here, where the question cannot reach it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models.errors import WarehouseError
from models.grants import excess

_HINT: Final = "one SELECT over v_story, v_exchange, v_claim_ledger"
_GREATEST_ROW: Final = 16 * 2**20  # characters as text, so that no function makes gigabytes
_PATIENCE_S: Final = 1.0  # between two calls to stop
# Text in quotes of every kind, and comments, are passed over; a name behind one colon is a parameter.
_PIECES: Final = re.compile(
    r"""(?P<kept>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)"""
    r"""|--[^\n]*|/\*.*?\*/|::)|:(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)


def ask_server(
    url: str, query: str, parameters: Mapping[str, str], *, most: int, timeout_s: float
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Names and rows of the answer, the values as SQLite would give them.

    Args:
        url: the warehouse, as an analyst logs in to it.
        query: one SELECT.
        parameters: values of `:name` in it.
        most: greatest number of rows.
        timeout_s: seconds after which it is stopped.

    Raises:
        WarehouseError: the login could do more than read views, or the query is refused or took too long.
    """
    engine = create_engine(url, poolclass=NullPool)
    late = threading.Event()
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            _refuse_more_than_reading(connection)
            with _stopped_after(connection, timeout_s, late):
                return _fetch(connection, _fenced(query), parameters, most)
    except (psycopg.Error, DBAPIError) as error:
        said = str(getattr(error, "orig", error)).splitlines()
        why = f"took longer than {timeout_s:g} s" if late.is_set() else (said or ["refused"])[0]
        raise WarehouseError("sql", why, hint=_HINT) from error
    finally:
        engine.dispose()


def _refuse_more_than_reading(connection: Connection) -> None:
    user = str(connection.exec_driver_sql("SELECT session_user").scalar_one())
    found = excess(connection, user)
    if found:
        shown = "; ".join(found[:3]) + ("; …" if len(found) > 3 else "")  # noqa: PLR2004 - a few tell enough
        raise WarehouseError(
            f"login {user}",
            f"can do more than read views ({shown}), so it is asked nothing",
            hint="`wirewatch db grant ROLE`, then name that login in warehouse.analyst",
        )


def _fenced(query: str) -> str:
    """The query as a table of its own: a second statement is none, and a row too big is refused before it is sent."""
    bare = query.strip().rstrip(";")
    return (
        f"SELECT answer.* FROM (SELECT * FROM (\n{bare}\n) AS asked OFFSET 0) AS answer"  # noqa: S608 - theirs to write
        f" WHERE octet_length(answer::text) <= {_GREATEST_ROW}"
        " OR ('a row of ' || octet_length(answer::text) || ' bytes is too big')::integer IS NULL"
    )


def _fetch(
    connection: Connection, query: str, parameters: Mapping[str, str], most: int
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    driver: Any = connection.connection.driver_connection
    with driver.cursor(name="answer") as cursor:
        cursor.execute(_with_placeholders(query), dict(parameters))
        rows = cursor.fetchmany(most)
        names = tuple(column.name for column in cursor.description or ())
    driver.rollback()
    return names, [tuple(map(_plain, row)) for row in rows]


def _with_placeholders(query: str) -> str:
    """`:name` as the driver writes it; its percent signs doubled."""

    def put(piece: re.Match[str]) -> str:
        return f"%({piece['name']})s" if piece["name"] else str(piece["kept"])

    return _PIECES.sub(put, query.replace("%", "%%"))


@contextmanager
def _stopped_after(connection: Connection, timeout_s: float, late: threading.Event) -> Iterator[None]:
    """Tell the server again and again to stop, from when the time is up until the question is answered."""
    driver: Any = connection.connection.driver_connection
    done = threading.Event()

    def watch() -> None:
        wait_s = timeout_s
        while not done.wait(wait_s):
            late.set()
            driver.cancel_safe(timeout=_PATIENCE_S)
            wait_s = _PATIENCE_S

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _plain(value: Any) -> Any:
    """A value in the form that SQLite has for it."""
    match value:
        case bool():
            value = int(value)
        case datetime():
            value = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date() | time():
            value = value.isoformat()
        case Decimal():
            value = int(value) if value.as_tuple().exponent == 0 else float(value)
        case dict() | list():
            value = json.dumps(value, ensure_ascii=False)
        case None | int() | float() | str() | bytes():
            pass
        case _:
            value = str(value)
    return value
