"""A run knows the day it worked for; retagging and upkeep are runs too."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

VIEWS_SHA256: Final = "311e56ecb98bb5d55b63a63398d70807934798510c2c9df98978c5214ae27292"
_BEFORE: Final = ("collect", "clean", "tag", "link", "alert", "ingest")
_NOW: Final = (*_BEFORE, "retag", "upkeep")
_COMMENT: Final = "collect, clean, tag, link, alert, ingest, retag or upkeep"


def _one_of(steps: tuple[str, ...]) -> str:
    return f"step IN ({', '.join(repr(step) for step in steps)})"


def upgrade() -> None:
    """Add the day, and let in the two steps."""
    with op.batch_alter_table("run") as batch:
        batch.add_column(
            sa.Column("worked_on", sa.Date(), comment="UTC day it worked for; NULL for a run that is for no day")
        )
        batch.create_check_constraint(
            op.f("ck_run_worked_on_in_our_time"), "worked_on >= '1990-01-01' AND worked_on < '2200-01-01'"
        )
        batch.drop_constraint(op.f("ck_run_step_known"), type_="check")
        batch.create_check_constraint(op.f("ck_run_step_known"), _one_of(_NOW))
        batch.alter_column("step", existing_type=sa.String(), existing_nullable=False, comment=_COMMENT)


def downgrade() -> None:
    """Forget the days, and the runs of the two steps."""
    op.execute("DELETE FROM run WHERE step IN ('retag', 'upkeep')")
    with op.batch_alter_table("run") as batch:
        batch.drop_constraint(op.f("ck_run_step_known"), type_="check")
        batch.create_check_constraint(op.f("ck_run_step_known"), _one_of(_BEFORE))
        batch.drop_constraint(op.f("ck_run_worked_on_in_our_time"), type_="check")
        batch.drop_column("worked_on")
        batch.alter_column(
            "step",
            existing_type=sa.String(),
            existing_nullable=False,
            comment="collect, clean, tag, link, alert or ingest",
        )
