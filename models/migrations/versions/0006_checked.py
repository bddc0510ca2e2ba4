"""More that cannot be: times before the web, figures out of order, half leases; one origin in each cluster."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LEASE: Final = {"lease_is_whole": "(lease_owner IS NULL) = (lease_until IS NULL)"}
_ATTEMPTS: Final = {"attempts_is_counted": "attempts >= 0"}
_POSITION: Final = {"position_is_counted": "position >= 0"}
_FIGURES: Final = {
    "figures_in_order": "(low IS NULL OR low >= 0) AND (best IS NULL OR best >= 0) AND (high IS NULL OR high >= 0)"
    " AND (low IS NULL OR best IS NULL OR low <= best) AND (best IS NULL OR high IS NULL OR best <= high)"
    " AND (low IS NULL OR high IS NULL OR low <= high)"
}


def _in_our_time(column: str, clock: str = "T00:00:00.000000Z") -> dict[str, str]:
    return {f"{column}_in_our_time": f"{column} >= '1990-01-01{clock}' AND {column} < '2200-01-01{clock}'"}


CHECKS: Final[dict[str, dict[str, str]]] = {
    "outlet": {"country_is_a_code": "length(country) = 2"},
    "sighting": {
        **_POSITION,
        "times_is_counted": "times >= 1",
        **_in_our_time("first_seen_at"),
        "seen_in_order": "first_seen_at <= last_seen_at",
    },
    "capture": {
        **_in_our_time("fetched_at"),
        "status_is_one": "status >= 100 AND status < 600",
        **_ATTEMPTS,
        **_LEASE,
    },
    "story": _in_our_time("first_seen_at"),
    "story_version": {
        "modified_precision_known": "modified_precision IN ('second', 'minute', 'day', 'unknown')",
        "text_sha256_is_one": "length(text_sha256) = 64",
        "number_is_counted": "number >= 1",
        **_in_our_time("published_at"),
        **_in_our_time("first_seen_at"),
        **_ATTEMPTS,
        **_LEASE,
        "change_goes_with_a_time": "modified_at IS NOT NULL OR modified_precision = 'unknown'",
    },
    "flow": {
        **_POSITION,
        "span_is_one_or_none": "(span_start IS NULL) = (span_end IS NULL)"
        " AND (span_start IS NULL OR (span_start >= 0 AND span_end > span_start))",
    },
    "claim": {**_POSITION, **_FIGURES},
    "stance": _POSITION,
    "mention": _POSITION,
    "quantity": {**_POSITION, **_FIGURES},
    "exchange": {"revision_is_counted": "revision >= 0", **_in_our_time("opened_on", "")},
    "phase": {**_POSITION, **_in_our_time("reported_at")},
    "run": {
        **_in_our_time("started_at"),
        "parts_are_counted": "read IS NULL OR"
        " (COALESCE(written, -1) >= 0 AND COALESCE(discarded, -1) >= 0 AND COALESCE(failed, -1) >= 0)",
    },
    "quarantine": {"attempts_is_counted": "attempts >= 1", **_in_our_time("created_at")},
    "model": {"weights_sha256_is_one": "length(weights_sha256) = 64"},
    "alert": _in_our_time("decided_at"),
    "delivery": _LEASE,
}


def upgrade() -> None:
    """Add the columns, then the rules; rows that break one stop the upgrade and nothing is kept."""
    op.add_column(
        "story_version",
        sa.Column(
            "modified_precision",
            sa.String(),
            server_default="unknown",
            nullable=False,
            comment="second, minute, day or unknown",
        ),
    )
    for name, comment in (
        ("modified_rule", "the rule that found the change"),
        ("modified_words", "the words it was read from"),
    ):
        op.add_column("story_version", sa.Column(name, sa.String(), server_default="", nullable=False, comment=comment))
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table) as batch:
            for name, condition in checks.items():
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)
            if table == "capture":
                batch.create_foreign_key(op.f("fk_capture_run_id"), "run", ["run_id"], ["id"])
                batch.create_index(op.f("ix_capture_run_id"), ["run_id"])
    op.create_index(
        "uq_syndication_member_origin",
        "syndication_member",
        ["cluster_id"],
        unique=True,
        sqlite_where=sa.text("role = 'origin'"),
        postgresql_where=sa.text("role = 'origin'"),
    )
    _comment("syndication_cluster", "key", "public id: key of the text it was opened with")
    _comment("capture", "run_id", "the run that captured it; NULL when it came by no run")
    _comment("story_version", "modified_at", "last change the page declares; NULL when it declares none")


def _comment(table: str, column: str, words: str) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, column, comment=words)


def downgrade() -> None:
    """Take the rules and columns away."""
    op.drop_index("uq_syndication_member_origin", "syndication_member")
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table) as batch:
            if table == "capture":
                batch.drop_index(op.f("ix_capture_run_id"))
                batch.drop_constraint(op.f("fk_capture_run_id"), type_="foreignkey")
            for name in checks:
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
            if table == "story_version":
                for name in ("modified_words", "modified_rule", "modified_precision"):
                    batch.drop_column(name)
