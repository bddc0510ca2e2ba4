"""The schema's versions: where a warehouse stands, and the way up."""

from __future__ import annotations

from importlib import resources
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def config(**attributes: Any) -> Config:
    """Alembic's configuration, made here: no ini file to keep in step."""
    made = Config()
    made.set_main_option("script_location", str(resources.files("models") / "migrations"))
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
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str) -> str:
    """Bring a warehouse (made when absent) to the newest version; gives that version."""
    from models.warehouse import connect

    engine = connect(url)
    try:
        with engine.begin() as connection:
            command.upgrade(config(connection=connection), "head")
        return head()
    finally:
        engine.dispose()
