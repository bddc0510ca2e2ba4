"""The schema's versions: where a warehouse stands, and the way up."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from models import grants
from models.codebook import comment_on_everything
from models.errors import WarehouseError
from models.views import VIEWS

_ALONE: Final = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"),
    "postgresql": ("SELECT pg_advisory_xact_lock(7723002)",),
}


def config(**attributes: Any) -> Config:
    """Alembic's configuration, made here: no ini file to keep in step."""
    made = Config()
    folder = str(resources.files("models") / "migrations").replace("%", "%%")  # a percent sign is special to it
    made.set_main_option("script_location", folder)
    made.attributes.update(attributes)
    return made


def head() -> str:
    """The newest version that this code knows."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if newest is None:
        raise LookupError("models/migrations holds no version")
    return newest


def current(engine: Engine) -> str | None:
    """The version a warehouse stands at; None for an empty one."""
    with engine.connect() as connection:
        return _stands_at(connection)


def _stands_at(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str) -> str:
    """Bring a warehouse (made when absent) to the newest version; gives that version.

    The whole way up is one transaction: a process killed on it leaves the warehouse where it stood. Two that start at
    once take turns.

    Raises:
        WarehouseError: it cannot be reached, or rows would refer to nothing; nothing is kept.
    """
    _move(url, lambda made: command.upgrade(made, "head"))
    return head()


def downgrade(url: str, version: str) -> None:
    """Bring a warehouse back to an older version ("base" = empty), as one transaction.

    Raises:
        WarehouseError: it cannot be reached, or rows would refer to nothing; nothing is kept.
    """
    _move(url, lambda made: command.downgrade(made, version))


def _move(url: str, way: Callable[[Config], None]) -> None:
    from models.warehouse import connect, named_errors

    engine = connect(url)
    try:
        with named_errors(url), engine.connect() as connection:
            for statement in _ALONE[engine.dialect.name]:
                connection.exec_driver_sql(statement)
            readers = grants.readers(connection)
            _drop_views(connection)
            _go(way, connection)
            _refuse_orphans(connection)
            if _stands_at(connection) == head():
                _make_views(connection)
                grants.let_read_again(connection, readers)
            connection.commit()
    finally:
        engine.dispose()


def _go(way: Callable[[Config], None], connection: Connection) -> None:
    try:
        way(config(connection=connection))
    except CommandError as error:
        raise WarehouseError("warehouse", str(error), hint="a later release made it: use that one") from error


def _drop_views(connection: Connection) -> None:
    """Tables cannot change under views that read them."""
    for name in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def _make_views(connection: Connection) -> None:
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
    if connection.dialect.name == "postgresql":  # SQLite keeps no comments
        comment_on_everything(connection)


def _refuse_orphans(connection: Connection) -> None:
    """SQLite rebuilds tables with foreign keys off: look at the end that every reference still holds."""
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise WarehouseError("db upgrade", f"{len(orphans)} rows refer to nothing", hint="restore the last backup")
