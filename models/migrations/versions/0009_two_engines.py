"""Full text by one way of folding on both engines; numbers that PostgreSQL would refuse and SQLite takes."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from models.folding import folded

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Views are made anew after every upgrade; a change of them needs a new version all the same, which names their digest.
VIEWS_SHA256: Final = "311e56ecb98bb5d55b63a63398d70807934798510c2c9df98978c5214ae27292"

SEARCH: Final = {
    "sqlite": ("CREATE VIRTUAL TABLE story_search USING fts5(title, text, tokenize = 'ascii')",),
    "postgresql": (
        (
            "CREATE TABLE story_search (rowid integer PRIMARY KEY, title text NOT NULL, text text NOT NULL,"
            " words tsvector NOT NULL GENERATED ALWAYS AS"
            " (array_to_tsvector(array_remove(string_to_array(title || ' ' || text, ' '), ''))) STORED)"
        ),
        "CREATE INDEX ix_story_search ON story_search USING gin (words)",
    ),
}
SEARCH_BEFORE: Final = {
    "sqlite": ("CREATE VIRTUAL TABLE story_search USING fts5(title, text, tokenize = 'unicode61')",),
    "postgresql": (
        "CREATE TABLE story_search (rowid integer PRIMARY KEY, title text NOT NULL, text text NOT NULL)",
        "CREATE INDEX ix_story_search ON story_search USING gin (to_tsvector('simple', title || ' ' || text))",
    ),
}
WIDE: Final = {
    "capture": ("warc_offset", "warc_length"),
    "flow": ("count",),
    "claim": ("low", "best", "high"),
    "quantity": ("low", "best", "high"),
}
_AT_ONCE: Final = 500


def upgrade() -> None:
    """Index every version anew; widen the columns."""
    _search(SEARCH, folds=True)
    _resize(sa.BigInteger())


def downgrade() -> None:
    """The search table as it was; a number beyond the old width stops the way down."""
    _resize(sa.Integer())
    _search(SEARCH_BEFORE, folds=False)


def _search(made: dict[str, tuple[str, ...]], *, folds: bool) -> None:
    connection = op.get_bind()
    op.execute("DROP TABLE story_search")
    for statement in made[connection.dialect.name]:
        op.execute(statement)
    read = sa.text("SELECT id, title, text FROM story_version WHERE id > :after ORDER BY id LIMIT :limit")
    write = sa.text("INSERT INTO story_search (rowid, title, text) VALUES (:id, :title, :text)")
    after = 0
    while rows := connection.execute(read, {"after": after, "limit": _AT_ONCE}).all():
        after = rows[-1].id
        shown = [(row.id, *(folded(part) if folds else part for part in (row.title, row.text))) for row in rows]
        connection.execute(write, [{"id": i, "title": title, "text": body} for i, title, body in shown])


def _resize(kind: sa.types.TypeEngine[int]) -> None:
    """SQLite's integers are wide already."""
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in WIDE.items():
            for column in columns:
                op.alter_column(table, column, type_=kind)
