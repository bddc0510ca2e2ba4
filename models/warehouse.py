"""The open warehouse: connections, transactions, the database's clock, and the refusal of an old schema."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from models.errors import WarehouseError
from models.migrate import current, head
from models.secrecy import keep_password_secret, without_password

BUSY_MS = 30_000  # a writer waits this long for another; longer means something is stuck
_REFUSED = re.compile("[\x00\ud800-\udfff]")  # NUL, which PostgreSQL has no text for; half characters, which none has
_SQLITE_NOW = text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
_POSTGRES_NOW = text("SELECT clock_timestamp()")
# Transactions are begun by us: IMMEDIATE for writers, so that none finds half-way that it must wait for another.
_BEGIN_READ = {
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",),
}
_BEGIN_WRITE = {"sqlite": ("PRAGMA query_only = OFF", "BEGIN IMMEDIATE"), "postgresql": ()}
# One link at a time per warehouse: it recomputes whole blocks and must see them whole. A lock on a table that only
# linking writes, for an advisory lock is anybody's to take, an analyst's too.
_LINK_LOCK = text("LOCK TABLE exchange_member IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse at the newest schema. Reads and writes are short transactions; work is done outside them."""

    url: str
    engine: Engine
    read_only: bool = False

    @classmethod
    def open(cls, url: str, *, read_only: bool = False) -> Self:
        """Connect, and refuse a schema that is not the newest.

        Args:
            url: address of the warehouse.
            read_only: refuse every write through this handle.

        Raises:
            WarehouseError: it cannot be reached, or must be upgraded first.
        """
        found = schema(url)
        if found != head():
            raise WarehouseError(
                shown(url), f"schema {found or 'absent'}, needed {head()}", hint="run `wirewatch db upgrade`"
            )
        return cls(url, connect(url), read_only)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one moment of the warehouse however many questions it asks."""
        with named_errors(self.url), self.engine.connect() as connection:
            for statement in _BEGIN_READ[self.engine.dialect.name]:
                connection.exec_driver_sql(statement)
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction that commits at the end, or leaves nothing behind.

        Args:
            alone: wait until no other transaction that asked for this is open (SQLite writers always are alone).

        Raises:
            WarehouseError: the handle was opened to read only, or the database refused.
        """
        if self.read_only:
            raise WarehouseError(shown(self.url), "was opened to read only")
        with named_errors(self.url), self.engine.connect() as connection:
            for statement in _BEGIN_WRITE[self.engine.dialect.name]:
                connection.exec_driver_sql(statement)
            if alone and self.engine.dialect.name != "sqlite":
                connection.execute(_LINK_LOCK)
            yield connection
            connection.commit()


def schema(url: str) -> str | None:
    """The version a warehouse stands at; None when it is empty or absent (asking makes no file).

    Raises:
        WarehouseError: it cannot be reached.
    """
    engine = connect(url)
    try:
        file = engine.url.database
        if engine.dialect.name == "sqlite" and not (file and Path(file).is_file()):
            return None
        return current(engine)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise WarehouseError(shown(url), _first_line(error), hint="is the address right, is it running?") from error
    finally:
        engine.dispose()


def connect(url: str) -> Engine:
    """An engine with the settings every connection needs (foreign keys, WAL, patience).

    Raises:
        WarehouseError: the address is none.
    """
    made = _address(url)
    if made.get_backend_name() == "sqlite":
        engine = create_engine(made, connect_args={"timeout": BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(made, pool_pre_ping=True)
    event.listen(engine, "before_cursor_execute", _storable, retval=True)
    return engine


def _storable(
    _connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,
    _context: object,
    many: bool,  # noqa: FBT001 - SQLAlchemy gives it by position
) -> tuple[str, Any]:
    """The same values, each character that one of the engines refuses put as �, so that both store the same."""
    return statement, [_clean(row) for row in parameters] if many else _clean(parameters)


def _clean(row: Any) -> Any:
    if isinstance(row, dict):
        return {name: _put(value) for name, value in row.items()}
    return tuple(_put(value) for value in row)


def _put(value: Any) -> Any:
    return _REFUSED.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def _address(url: str) -> URL:
    """The address in its parts; what is wrong with it is said without repeating it."""
    keep_password_secret(url)
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        raise WarehouseError("warehouse", "its address is none", hint="postgresql+psycopg://USER@HOST/NAME") from None
    if "@" in (made.host or ""):
        raise WarehouseError("warehouse", "its password holds an @", hint="write %40 for it in the address")
    return made


def now(connection: Connection) -> datetime:
    """The database's clock, UTC: leases of several machines are measured with one clock."""
    if connection.dialect.name == "sqlite":
        said = str(connection.execute(_SQLITE_NOW).scalar_one())
        return datetime.fromisoformat(said).replace(tzinfo=UTC)
    moment: datetime = connection.execute(_POSTGRES_NOW).scalar_one()
    return moment.astimezone(UTC)


def shown(url: str) -> str:
    """The address without its password, for messages."""
    return without_password(url)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.close()


@contextmanager
def named_errors(url: str) -> Iterator[None]:
    """Tell what the database refused as ours.

    Raises:
        WarehouseError: the database refused, was locked, or is none.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise WarehouseError(shown(url), _first_line(error), hint="it is tried again on the next run") from error


def _first_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)).split(" [SQL:")[0][:300]
