"""The exchange ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exchange",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column(
            "slug", sa.String(), nullable=False, comment="public id: parties, day of opening, letter; never reused"
        ),
        sa.Column("parties", sa.String(), nullable=False, comment="party codes, sorted, with commas"),
        sa.Column("opened_on", sa.Date(), nullable=False, comment="day of the first report"),
        sa.Column("phase", sa.String(), nullable=False, comment="how far it has come: the phase rows say why"),
        sa.Column(
            "stage", sa.String(), nullable=False, comment="alert = changed since alerts were decided; alerted = not"
        ),
        sa.Column("revision", sa.Integer(), nullable=False, comment="grows with every change; fences the alert step"),
        sa.Column(
            "redirect_to", sa.Integer(), nullable=True, comment="the exchange it was merged into; NULL while it stands"
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False, comment="when the row was made"),
        sa.CheckConstraint(
            "phase IN ('called_for', 'rumoured', 'planned', 'announced', 'agreed', 'under_way', 'completed', 'stalled', 'denied')",
            name=op.f("ck_exchange_phase_known"),
        ),
        sa.CheckConstraint("stage IN ('alert', 'alerted')", name=op.f("ck_exchange_stage_known")),
        sa.CheckConstraint("redirect_to IS NULL OR redirect_to <> id", name=op.f("ck_exchange_redirects_elsewhere")),
        sa.ForeignKeyConstraint(["redirect_to"], ["exchange.id"], name=op.f("fk_exchange_redirect_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
        sa.UniqueConstraint("slug", name=op.f("uq_exchange_slug")),
        comment="reports that tell one event",
    )
    op.create_index(op.f("ix_exchange_parties"), "exchange", ["parties"], unique=False)
    op.create_index("ix_exchange_stage", "exchange", ["stage"], unique=False)
    op.create_table(
        "leg",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("exchange_id", sa.Integer(), nullable=False, comment="the exchange it belongs to"),
        sa.Column("releasing", sa.String(), nullable=True, comment="party code; NULL when nobody names it"),
        sa.Column("receiving", sa.String(), nullable=True, comment="party code; NULL when nobody names it"),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_leg_exchange_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
        sa.UniqueConstraint(
            "exchange_id", "releasing", "receiving", name=op.f("uq_leg_exchange_id_releasing_receiving")
        ),
        comment="one direction of an exchange; its figures are derived from the claims linked to it",
    )
    op.create_index(op.f("ix_leg_exchange_id"), "leg", ["exchange_id"], unique=False)
    op.create_table(
        "exchange_member",
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text that reports it"),
        sa.Column("exchange_id", sa.Integer(), nullable=False, comment="the exchange it reports"),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_exchange_member_exchange_id")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_exchange_member_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_exchange_member")),
        comment="which text reports which exchange",
    )
    op.create_index(op.f("ix_exchange_member_exchange_id"), "exchange_member", ["exchange_id"], unique=False)
    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("exchange_id", sa.Integer(), nullable=False, comment="the exchange"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order of the steps, from 0"),
        sa.Column("phase", sa.String(), nullable=False, comment="the phase that was reported"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text that reports it"),
        sa.Column("reported_at", UtcDateTime(), nullable=False, comment="when it was reported"),
        sa.Column("illegal", sa.Boolean(), nullable=False, comment="the step before does not lead here"),
        sa.CheckConstraint(
            "phase IN ('called_for', 'rumoured', 'planned', 'announced', 'agreed', 'under_way', 'completed', 'stalled', 'denied')",
            name=op.f("ck_phase_phase_known"),
        ),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_phase_exchange_id")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_phase_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("exchange_id", "position", name=op.f("uq_phase_exchange_id_position")),
        comment="the steps an exchange is reported to have gone through",
    )
    op.create_index(op.f("ix_phase_exchange_id"), "phase", ["exchange_id"], unique=False)
    op.create_index(op.f("ix_phase_version_id"), "phase", ["version_id"], unique=False)
    op.create_table(
        "claim_link",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("claim_id", sa.Integer(), nullable=False, comment="the claim"),
        sa.Column("exchange_id", sa.Integer(), nullable=False, comment="the exchange it speaks of"),
        sa.Column(
            "leg_id", sa.Integer(), nullable=True, comment="the leg it speaks of; NULL when it speaks of the whole"
        ),
        sa.Column(
            "slot",
            sa.String(),
            nullable=False,
            comment="the cell it backs: count, status, place, date, mediator, blame, other",
        ),
        sa.CheckConstraint(
            "slot IN ('count', 'status', 'place', 'date', 'mediator', 'blame', 'other')",
            name=op.f("ck_claim_link_slot_known"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_link_claim_id")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_claim_link_exchange_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_claim_link_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_link")),
        sa.UniqueConstraint("claim_id", "leg_id", "slot", name=op.f("uq_claim_link_claim_id_leg_id_slot")),
        comment="which claim backs which cell",
    )
    op.create_index(op.f("ix_claim_link_claim_id"), "claim_link", ["claim_id"], unique=False)
    op.create_index(op.f("ix_claim_link_exchange_id"), "claim_link", ["exchange_id"], unique=False)
    op.create_index(op.f("ix_claim_link_leg_id"), "claim_link", ["leg_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Leave nothing of them behind."""
    for table in ("claim_link", "phase", "exchange_member", "leg", "exchange"):
        op.drop_table(table)
