"""How each source is polled: validators, failures and when it is asked again; a log of it."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Views are made anew after every upgrade; a change of them needs a new version all the same, which names their digest.
VIEWS_SHA256: Final = "311e56ecb98bb5d55b63a63398d70807934798510c2c9df98978c5214ae27292"

_EVENTS: Final = "listed, same_body, not_modified, backfilled, failed, put_off, disabled, revived"
_CHECKS: Final = {
    "failure_known": "failure IS NULL OR failure IN ('hard', 'soft', 'temporary')",
    "body_sha256_is_one": "length(body_sha256) = 64",
    "polls_since_whole_is_counted": "polls_since_whole >= 0",
    "failures_is_counted": "failures >= 0",
    "hard_failures_is_counted": "hard_failures >= 0",
    "failure_is_counted_with_its_class": "(failure IS NULL) = (failures = 0)",
    "hard_failures_are_failures": "hard_failures <= failures",
}


def _columns() -> list[sa.Column[Any]]:
    """Made anew each time: a column belongs to one table."""
    return [
        sa.Column("last_polled_at", UtcDateTime(), comment="when it was last polled, whatever came of it"),
        sa.Column("etag", sa.String(), comment="ETag of the newest answer; NULL when it gave none"),
        sa.Column(
            "last_modified", sa.String(), comment="Last-Modified of the newest answer, verbatim; NULL when it gave none"
        ),
        sa.Column(
            "body_sha256", sa.String(64), comment="of the newest body that was read; NULL for an index of sitemaps"
        ),
        sa.Column("listed_at", UtcDateTime(), comment="poll whose listing holds: its sightings were last seen then"),
        sa.Column(
            "last_new_at", UtcDateTime(), comment="poll that last listed an address not seen before, or the first poll"
        ),
        _counter("polls_since_whole", "polls since the last that asked for the whole answer"),
        sa.Column(
            "failure",
            sa.String(),
            comment="class of the last failure: hard, soft or temporary; NULL when the last worked",
        ),
        _counter("failures", "polls since the last that worked"),
        _counter("hard_failures", "hard ones since the last that worked"),
        sa.Column("next_poll_at", UtcDateTime(), comment="not polled before; NULL = whenever a crawl comes"),
        sa.Column(
            "disabled_at",
            UtcDateTime(),
            comment="when a run of hard failures left it to a rare probe; NULL = it is not",
        ),
    ]


def _counter(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False, comment=comment)


def upgrade() -> None:
    """Add the columns, their rules and the log."""
    with op.batch_alter_table("source") as batch:
        for column in _columns():
            batch.add_column(column)
        for name, condition in _CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_source_{name}"), condition)
    op.create_table(
        "source_event",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("source_id", sa.String(), nullable=False, comment="to which source it happened"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="when, by the database's clock"),
        sa.Column("what", sa.String(), nullable=False, comment=_EVENTS),
        sa.Column("reason", sa.String(), nullable=False, comment="why, or what came of it, in one line; may be empty"),
        sa.CheckConstraint(
            "what IN ({})".format(", ".join(f"'{word}'" for word in _EVENTS.split(", "))),
            name=op.f("ck_source_event_what_known"),
        ),
        sa.CheckConstraint(
            "at >= '1990-01-01T00:00:00.000000Z' AND at < '2200-01-01T00:00:00.000000Z'",
            name=op.f("ck_source_event_at_in_our_time"),
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_event_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_event")),
        comment="the log of polls: what came of each, and what followed from it",
    )
    op.create_index(op.f("ix_source_event_source_id"), "source_event", ["source_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("source_event")
    with op.batch_alter_table("source") as batch:
        for name in _CHECKS:
            batch.drop_constraint(op.f(f"ck_source_{name}"), type_="check")
        for column in reversed(_columns()):
            batch.drop_column(column.name)
