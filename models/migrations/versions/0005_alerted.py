"""Rules, alerts, deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rule",
        sa.Column("id", sa.String(), nullable=False, comment="the id in watch/rules.toml"),
        sa.Column("definition", sa.JSON(), nullable=False, comment="the rule as it stood when it last decided"),
        sa.Column("updated_at", UtcDateTime(), nullable=False, comment="when the definition last changed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        comment="when to tell whom",
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("exchange_id", sa.Integer(), nullable=False, comment="the exchange it tells of"),
        sa.Column("rule_id", sa.String(), nullable=False, comment="the rule that asked for it"),
        sa.Column("thread_key", sa.String(), nullable=False, comment="exchange:<slug>: one thread per exchange"),
        sa.Column("event_key", sa.String(), nullable=False, comment="thread, reason and digest of the new facts"),
        sa.Column("reason", sa.String(), nullable=False, comment="why the desk is told"),
        sa.Column("severity", sa.String(), nullable=False, comment="how loudly"),
        sa.Column("trust", sa.String(), nullable=False, comment="how well it was borne out then"),
        sa.Column("trust_reasons", sa.JSON(), nullable=False, comment="why that, in short sentences"),
        sa.Column("title", sa.String(), nullable=False, comment="one line"),
        sa.Column("body", sa.String(), nullable=False, comment="the message as text"),
        sa.Column("payload", sa.JSON(), nullable=False, comment="the same fields for machines"),
        sa.Column(
            "told",
            sa.JSON(),
            nullable=False,
            comment="what the thread has told after this event: the memory of the rule",
        ),
        sa.Column(
            "suppressed", sa.String(), nullable=True, comment="why it was kept without delivery; NULL when it was told"
        ),
        sa.Column("decided_at", UtcDateTime(), nullable=False, comment="reference time of the decision"),
        sa.Column(
            "created_at", UtcDateTime(), nullable=False, comment="when the row was made, by the database's clock"
        ),
        sa.CheckConstraint(
            "reason IN ('first_report', 'new_origin', 'figure_changed', 'phase_changed', 'contradiction', 'correction')",
            name=op.f("ck_alert_reason_known"),
        ),
        sa.CheckConstraint("severity IN ('info', 'notice', 'urgent')", name=op.f("ck_alert_severity_known")),
        sa.CheckConstraint("suppressed IS NULL OR suppressed IN ('stale')", name=op.f("ck_alert_suppressed_known")),
        sa.CheckConstraint("trust IN ('unconfirmed', 'corroborated', 'confirmed')", name=op.f("ck_alert_trust_known")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_alert_exchange_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_alert_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("rule_id", "event_key", name=op.f("uq_alert_rule_id_event_key")),
        comment="one event in the thread of an exchange",
    )
    op.create_index(op.f("ix_alert_exchange_id"), "alert", ["exchange_id"], unique=False)
    op.create_index(op.f("ix_alert_thread_key"), "alert", ["thread_key"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("key", sa.String(), nullable=False, comment="idempotency key: <event key>:<channel>"),
        sa.Column("alert_id", sa.Integer(), nullable=False, comment="what is told"),
        sa.Column("channel", sa.String(), nullable=False, comment="the channel of wirewatch.toml it goes to"),
        sa.Column(
            "state",
            sa.String(),
            server_default="waiting",
            nullable=False,
            comment="waiting, sent, or dead after the last try",
        ),
        sa.Column(
            "lease_owner", sa.String(), nullable=True, comment="worker that holds the row, NULL when nobody does"
        ),
        sa.Column(
            "lease_until", UtcDateTime(), nullable=True, comment="when the lease lapses, by the database's clock"
        ),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="times the row was claimed in its stage",
        ),
        sa.Column("next_try_at", UtcDateTime(), nullable=True, comment="not before, after a failure"),
        sa.Column("last_error", sa.String(), nullable=True, comment="why the last try failed, in one line"),
        sa.Column("sent_at", UtcDateTime(), nullable=True, comment="when the channel took it; NULL until then"),
        sa.Column("response", sa.String(), nullable=True, comment="what the channel answered, in one line"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_delivery_sent_has_a_time")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name=op.f("ck_delivery_state_known")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_attempts_are_counted")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_delivery_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
        comment="the outbox: one alert on its way to one channel",
    )
    op.create_index(op.f("ix_delivery_alert_id"), "delivery", ["alert_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Leave nothing of them behind."""
    for table in ("delivery", "alert", "rule"):
        op.drop_table(table)
