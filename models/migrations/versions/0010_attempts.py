"""Every try to send is kept; a delivery may carry a digest."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Views are made anew after every upgrade; a change of them needs a new version all the same, which names their digest.
VIEWS_SHA256: Final = "311e56ecb98bb5d55b63a63398d70807934798510c2c9df98978c5214ae27292"
_KEY_COMMENT: Final = "idempotency key: <key of the event or digest>:<channel>"
_ALERT_COMMENT: Final = "the alert it carries; NULL when it carries a digest"


def _in_our_time(column: str) -> str:
    return f"{column} >= '1990-01-01T00:00:00.000000Z' AND {column} < '2200-01-01T00:00:00.000000Z'"


def upgrade() -> None:
    """Make the tables, and let a delivery carry either."""
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("key", sa.String(), nullable=False, comment="digest:<day or week>:<last day>: composed once"),
        sa.Column("since_at", UtcDateTime(), nullable=False, comment="start of the time it tells of"),
        sa.Column("until_at", UtcDateTime(), nullable=False, comment="end of it, itself left out"),
        sa.Column("title", sa.String(), nullable=False, comment="one line"),
        sa.Column("body", sa.String(), nullable=False, comment="the digest as text"),
        sa.Column("html", sa.String(), nullable=False, comment="the same as HTML"),
        sa.Column("payload", sa.JSON(), nullable=False, comment="the same fields for machines"),
        sa.Column(
            "composed_at", UtcDateTime(), nullable=False, comment="when the row was made, by the database's clock"
        ),
        sa.CheckConstraint(_in_our_time("since_at"), name=op.f("ck_digest_since_at_in_our_time")),
        sa.CheckConstraint("since_at < until_at", name=op.f("ck_digest_time_has_a_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("key", name=op.f("uq_digest_key")),
        comment="what a day or a week brought, told at once",
    )
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(
            sa.Column(
                "digest_id", sa.Integer(), nullable=True, comment="the digest it carries; NULL when it carries an alert"
            )
        )
        batch.alter_column("alert_id", existing_type=sa.Integer(), nullable=True, comment=_ALERT_COMMENT)
        batch.alter_column("key", existing_type=sa.String(), existing_nullable=False, comment=_KEY_COMMENT)
        batch.create_foreign_key(op.f("fk_delivery_digest_id"), "digest", ["digest_id"], ["id"])
        batch.create_index(op.f("ix_delivery_digest_id"), ["digest_id"])
        batch.create_check_constraint(
            op.f("ck_delivery_carries_one_thing"), "(alert_id IS NULL) <> (digest_id IS NULL)"
        )
    _table_comment("delivery", "the outbox: one alert or digest on its way to one channel")
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("delivery_id", sa.Integer(), nullable=False, comment="what was sent"),
        sa.Column("sender", sa.String(), nullable=False, comment="the worker that held the delivery"),
        sa.Column(
            "started_at", UtcDateTime(), nullable=False, comment="when it was taken to be sent, by the database's clock"
        ),
        sa.Column(
            "payload_sha256", sa.String(), nullable=False, comment="of title, body and payload, as they were sent"
        ),
        sa.Column(
            "ended_at",
            UtcDateTime(),
            nullable=True,
            comment="when the channel's word was noted; NULL while it is on its way, or when the sender died",
        ),
        sa.Column(
            "answer",
            sa.String(),
            nullable=True,
            comment="what the channel answered, in one line; NULL when it took nothing",
        ),
        sa.Column(
            "error",
            sa.String(),
            nullable=True,
            comment="why the channel did not take it, in one line; NULL when it did",
        ),
        sa.CheckConstraint(_in_our_time("started_at"), name=op.f("ck_attempt_started_at_in_our_time")),
        sa.CheckConstraint("length(payload_sha256) = 64", name=op.f("ck_attempt_payload_sha256_is_one")),
        sa.CheckConstraint("answer IS NULL OR error IS NULL", name=op.f("ck_attempt_ended_one_way")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (answer IS NULL AND error IS NULL)", name=op.f("ck_attempt_end_goes_with_a_word")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        comment="every try to send a delivery",
    )
    op.create_index(op.f("ix_attempt_delivery_id"), "attempt", ["delivery_id"])


def _table_comment(table: str, words: str) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_table_comment(table, words)


def downgrade() -> None:
    """Take them away, and with them the deliveries that carry a digest: an older release knows none."""
    op.drop_table("attempt")
    op.execute("DELETE FROM delivery WHERE alert_id IS NULL")
    with op.batch_alter_table("delivery") as batch:
        batch.drop_constraint(op.f("ck_delivery_carries_one_thing"), type_="check")
        batch.drop_index(op.f("ix_delivery_digest_id"))
        batch.drop_constraint(op.f("fk_delivery_digest_id"), type_="foreignkey")
        batch.drop_column("digest_id")
        batch.alter_column("alert_id", existing_type=sa.Integer(), nullable=False, comment="what is told")
    op.drop_table("digest")
