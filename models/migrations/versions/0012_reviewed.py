"""A report may be doubtful; what people say of findings is kept."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

VIEWS_SHA256: Final = "9fd1a1de940c19ddd1de908242965d12d33f79098912545abbaa81523f6ae049"


def upgrade() -> None:
    """Add the mark and the table; what was tagged before is not marked."""
    with op.batch_alter_table("report") as batch:
        batch.add_column(
            sa.Column(
                "doubtful",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="too near the border to be trusted either way: somebody should read the story",
            )
        )
    with op.batch_alter_table("report") as batch:
        batch.alter_column("doubtful", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text that was judged"),
        sa.Column("about", sa.String(), nullable=False, comment="what of its report: exchange, alert or phase"),
        sa.Column("said", sa.String(), nullable=False, comment="what the tagger said then: yes or no, or the phase"),
        sa.Column("meant", sa.String(), nullable=False, comment="what it should be, in the same words"),
        sa.Column("judged_by", sa.String(), nullable=False, comment="who says so"),
        sa.Column("note", sa.String(), nullable=False, comment="why; may be empty"),
        sa.Column("judged_at", UtcDateTime(), nullable=False, comment="by the database's clock"),
        sa.CheckConstraint("about IN ('exchange', 'alert', 'phase')", name=op.f("ck_review_about_known")),
        sa.CheckConstraint(
            "judged_at >= '1990-01-01T00:00:00.000000Z' AND judged_at < '2200-01-01T00:00:00.000000Z'",
            name=op.f("ck_review_judged_at_in_our_time"),
        ),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_review_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        comment="a person's word on a finding; nothing is changed or removed here, the latest word counts",
    )
    op.create_index(op.f("ix_review_version_id"), "review", ["version_id"])


def downgrade() -> None:
    """Forget what people said."""
    op.drop_table("review")
    with op.batch_alter_table("report") as batch:
        batch.drop_column("doubtful")
