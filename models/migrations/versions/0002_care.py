"""Runs, discards, quarantine, models, full text."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CREATE: Final = {
    "sqlite": ("CREATE VIRTUAL TABLE story_search USING fts5(title, text, tokenize = 'unicode61')",),
    "postgresql": (
        "CREATE TABLE story_search (rowid integer PRIMARY KEY, title text NOT NULL, text text NOT NULL)",
        "CREATE INDEX ix_story_search ON story_search USING gin (to_tsvector('simple', title || ' ' || text))",
    ),
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("name", sa.String(), nullable=False, comment="name of the model"),
        sa.Column("version", sa.String(), nullable=False, comment="version of the model"),
        sa.Column("weights_sha256", sa.String(length=64), nullable=False, comment="digest of its weights"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("name", "version", "weights_sha256", name=op.f("uq_model_name_version_weights_sha256")),
        comment="a model that made findings",
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column(
            "queue", sa.String(), nullable=False, comment="the table the item stands in: capture or story_version"
        ),
        sa.Column("item_id", sa.Integer(), nullable=False, comment="row id of the item in that table"),
        sa.Column("stage", sa.String(), nullable=False, comment="the stage it did not pass"),
        sa.Column("cause", sa.String(), nullable=False, comment="the last error, in one line"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="times it was tried"),
        sa.Column("created_at", UtcDateTime(), nullable=False, comment="when it was put aside"),
        sa.Column("released_at", UtcDateTime(), nullable=True, comment="when it was let back; NULL while it is aside"),
        sa.CheckConstraint("queue IN ('capture', 'story_version')", name=op.f("ck_quarantine_queue_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        comment="items put aside after too many tries",
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("step", sa.String(), nullable=False, comment="collect, clean, tag, link, alert or ingest"),
        sa.Column("started_at", UtcDateTime(), nullable=False, comment="by the database's clock"),
        sa.Column("finished_at", UtcDateTime(), nullable=True, comment="NULL while it runs, or when it was killed"),
        sa.Column(
            "reference_at",
            UtcDateTime(),
            nullable=True,
            comment="the time that fresh and stale were judged against; NULL where none was",
        ),
        sa.Column("read", sa.Integer(), nullable=True, comment="items it took"),
        sa.Column("written", sa.Integer(), nullable=True, comment="items that went on"),
        sa.Column("discarded", sa.Integer(), nullable=True, comment="items that left with a reason"),
        sa.Column("failed", sa.Integer(), nullable=True, comment="items that will be tried again or were quarantined"),
        sa.Column("notes", sa.JSON(), nullable=False, comment="what an operator should know"),
        sa.Column("error", sa.String(), nullable=True, comment="why the run ended early; NULL when it did not"),
        sa.CheckConstraint(
            "step IN ('collect', 'clean', 'tag', 'link', 'alert', 'ingest')", name=op.f("ck_run_step_known")
        ),
        sa.CheckConstraint("read IS NULL OR read = written + discarded + failed", name=op.f("ck_run_adds_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        comment="one run of one step",
    )
    op.create_table(
        "discard",
        sa.Column("capture_id", sa.Integer(), nullable=False, comment="the capture that left the flow"),
        sa.Column("url", sa.String(), nullable=False, comment="its address"),
        sa.Column("reason", sa.String(), nullable=False, comment="why"),
        sa.Column("detail", sa.String(), nullable=False, comment="more of the why; may be empty"),
        sa.CheckConstraint(
            "reason IN ('not_html_or_text', 'http_status', 'empty', 'no_body', 'not_an_article', 'soft_404', 'consent_wall', 'paywall_stub', 'login_page', 'too_large', 'too_deep', 'unreadable', 'same_content')",
            name=op.f("ck_discard_reason_known"),
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_discard_capture_id")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_discard")),
        comment="a capture that did not become a story, with the reason",
    )
    # ### end Alembic commands ###
    for statement in CREATE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Leave nothing of them behind."""
    op.execute("DROP TABLE story_search")
    for table in ("discard", "run", "quarantine", "model"):
        op.drop_table(table)
