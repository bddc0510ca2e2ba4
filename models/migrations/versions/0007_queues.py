"""What waits is found without looking at what is done."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Views are made anew after every upgrade; a change of them needs a new version all the same, which names their digest.
VIEWS_SHA256: Final = "2d592f8bb2cc359c6a42ef3c06b46d83730a50617ad1cc6faa14bac3dc98f0d8"


def upgrade() -> None:
    """Add the indexes."""
    for table in ("capture", "story_version"):
        op.create_index(f"ix_{table}_queue", table, ["stage", "attempts", "id"])
    op.create_index("ix_delivery_queue", "delivery", ["state", "id"])


def downgrade() -> None:
    """Take them away."""
    for table in ("capture", "story_version", "delivery"):
        op.drop_index(f"ix_{table}_queue", table)
