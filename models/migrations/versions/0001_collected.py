"""What was watched, captured and cleaned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outlet",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("name", sa.String(), nullable=False, comment="the name a reader would know"),
        sa.Column(
            "country",
            sa.String(length=2),
            nullable=False,
            comment="ISO 3166-1 alpha-2 of its seat; ZZ for an international body",
        ),
        sa.Column(
            "owner", sa.String(), nullable=False, comment="owner group: outlets of one owner are not independent"
        ),
        sa.Column(
            "role", sa.String(), nullable=False, comment="outlet, agency, official, humanitarian, syndicator or file"
        ),
        sa.Column(
            "side", sa.String(), nullable=True, comment="code of the party it is aligned with; NULL when it has no side"
        ),
        sa.CheckConstraint(
            "role IN ('outlet', 'agency', 'official', 'humanitarian', 'syndicator', 'file')",
            name=op.f("ck_outlet_role_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("name", name=op.f("uq_outlet_name")),
        comment="who publishes",
    )
    op.create_table(
        "syndication_cluster",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("key", sa.String(length=16), nullable=False, comment="public id: key of its oldest member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syndication_cluster")),
        sa.UniqueConstraint("key", name=op.f("uq_syndication_cluster_key")),
        comment="texts that are copies of one another: one independent origin",
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False, comment="the id in watch/sources.toml"),
        sa.Column("outlet_id", sa.Integer(), nullable=False, comment="whose address it is"),
        sa.Column("kind", sa.String(), nullable=False, comment="rss, atom, rdf, json, sitemap or file"),
        sa.Column("url", sa.String(), nullable=False, comment="the address that is polled"),
        sa.Column("language", sa.String(), nullable=False, comment="BCP 47"),
        sa.Column("flash", sa.Boolean(), nullable=False, comment="polled often, for announcements"),
        sa.Column(
            "verified", sa.Boolean(), nullable=False, comment="the watch file says that somebody has seen it work"
        ),
        sa.Column("verified_at", UtcDateTime(), nullable=True, comment="when `wirewatch source test` last passed here"),
        sa.Column("last_ok_at", UtcDateTime(), nullable=True, comment="when a poll last worked"),
        sa.Column(
            "last_error", sa.String(), nullable=True, comment="why the last poll failed; NULL after one that worked"
        ),
        sa.CheckConstraint(
            "kind IN ('rss', 'atom', 'rdf', 'json', 'sitemap', 'file')", name=op.f("ck_source_kind_known")
        ),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_source_outlet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        comment="an address that is polled, or a door for files",
    )
    op.create_index(op.f("ix_source_outlet_id"), "source", ["outlet_id"], unique=False)
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("source_id", sa.String(), nullable=False, comment="through which source it came"),
        sa.Column("url", sa.String(), nullable=False, comment="the address as asked for"),
        sa.Column("final_url", sa.String(), nullable=False, comment="the address that answered"),
        sa.Column("fetched_at", UtcDateTime(), nullable=False, comment="when the answer came"),
        sa.Column("status", sa.Integer(), nullable=False, comment="HTTP status; 200 for a file"),
        sa.Column("content_type", sa.String(), nullable=False, comment="as declared; empty when absent"),
        sa.Column("warc_file", sa.String(), nullable=False, comment="archive file, relative to the archive folder"),
        sa.Column("warc_offset", sa.Integer(), nullable=False, comment="first byte of the record"),
        sa.Column("warc_length", sa.Integer(), nullable=False, comment="bytes of the record"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the payload, lower-case hex"),
        sa.Column("run_id", sa.Integer(), nullable=True, comment="the run that captured it"),
        sa.Column(
            "stage", sa.String(), server_default="clean", nullable=False, comment="what it waits for, or how it ended"
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
        sa.CheckConstraint(
            "stage IN ('clean', 'cleaned', 'discarded', 'quarantined')", name=op.f("ck_capture_stage_known")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_capture_sha256_is_one")),
        sa.CheckConstraint("warc_offset >= 0 AND warc_length > 0", name=op.f("ck_capture_place_is_one")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_capture_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("source_id", "url", "sha256", name=op.f("uq_capture_source_id_url_sha256")),
        comment="exactly the bytes that came, and where they lie",
    )
    op.create_index(op.f("ix_capture_source_id"), "capture", ["source_id"], unique=False)
    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("source_id", sa.String(), nullable=False, comment="where it was listed"),
        sa.Column("url", sa.String(), nullable=False, comment="the address that was listed"),
        sa.Column("position", sa.Integer(), nullable=False, comment="place in the listing when last seen, 0 = first"),
        sa.Column("title", sa.String(), nullable=False, comment="title in the listing, verbatim"),
        sa.Column(
            "published_text",
            sa.String(),
            nullable=False,
            comment="time in the listing, verbatim; empty when it gives none",
        ),
        sa.Column("published_at", UtcDateTime(), nullable=True, comment="the same as UTC; NULL when it cannot be read"),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False, comment="first poll that listed it"),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False, comment="latest poll that listed it"),
        sa.Column("times", sa.Integer(), nullable=False, comment="polls that listed it"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_sighting_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("source_id", "url", name=op.f("uq_sighting_source_id_url")),
        comment="that a source listed an address",
    )
    op.create_index(op.f("ix_sighting_source_id"), "sighting", ["source_id"], unique=False)
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("source_id", sa.String(), nullable=False, comment="through which source it came"),
        sa.Column("canonical_url", sa.String(), nullable=False, comment="its address without tracking and variants"),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False, comment="first capture"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_story_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.UniqueConstraint("source_id", "canonical_url", name=op.f("uq_story_source_id_canonical_url")),
        comment="one published document; its text lives in its versions",
    )
    op.create_index(op.f("ix_story_source_id"), "story", ["source_id"], unique=False)
    op.create_table(
        "story_version",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("key", sa.String(length=16), nullable=False, comment="public id: digest of source, address and text"),
        sa.Column("story_id", sa.Integer(), nullable=False, comment="the document"),
        sa.Column("capture_id", sa.Integer(), nullable=False, comment="the bytes it was read from"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 = first version seen"),
        sa.Column("title", sa.String(), nullable=False, comment="headline; empty when there is none"),
        sa.Column("text", sa.String(), nullable=False, comment="the body; every span counts its characters"),
        sa.Column("text_sha256", sa.String(length=64), nullable=False, comment="of the text as UTF-8"),
        sa.Column("language", sa.String(), nullable=False, comment="BCP 47"),
        sa.Column("language_score", sa.Float(), nullable=False, comment="how sure the language is, 0–1"),
        sa.Column("published_at", UtcDateTime(), nullable=True, comment="publication, UTC; NULL when nothing tells it"),
        sa.Column("published_precision", sa.String(), nullable=False, comment="second, minute, day or unknown"),
        sa.Column(
            "published_rule", sa.String(), nullable=False, comment="the rule that chose the time; empty when unknown"
        ),
        sa.Column("published_words", sa.String(), nullable=False, comment="the words it was read from"),
        sa.Column("modified_at", UtcDateTime(), nullable=True, comment="last change the page declares"),
        sa.Column(
            "candidates", sa.JSON(), nullable=False, comment="every publication time found, the chosen one included"
        ),
        sa.Column("bylines", sa.JSON(), nullable=False, comment="names of the writers"),
        sa.Column(
            "dateline", sa.JSON(), nullable=True, comment="place, day and agency of the opening; NULL when it has none"
        ),
        sa.Column(
            "origin", sa.String(), nullable=True, comment="who wrote it, when the page names another than its outlet"
        ),
        sa.Column("carrier", sa.String(), nullable=True, comment="who passed it on; NULL when nobody did"),
        sa.Column("flags", sa.JSON(), nullable=False, comment="quality flags"),
        sa.Column(
            "segments", sa.JSON(), nullable=False, comment="runs [text, input, length] that map the text to the input"
        ),
        sa.Column("signature", sa.JSON(), nullable=False, comment="MinHash of the text, for near copies"),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False, comment="capture that first showed this text"),
        sa.Column(
            "stage", sa.String(), server_default="tag", nullable=False, comment="what it waits for, or how it ended"
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
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_precision = 'unknown')",
            name=op.f("ck_story_version_precision_goes_with_a_time"),
        ),
        sa.CheckConstraint(
            "published_precision IN ('second', 'minute', 'day', 'unknown')",
            name=op.f("ck_story_version_published_precision_known"),
        ),
        sa.CheckConstraint(
            "stage IN ('tag', 'link', 'linked', 'quarantined')", name=op.f("ck_story_version_stage_known")
        ),
        sa.CheckConstraint(
            "language_score >= 0 AND language_score <= 1", name=op.f("ck_story_version_language_score_is_a_share")
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_story_version_capture_id")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_version_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_version")),
        sa.UniqueConstraint("key", name=op.f("uq_story_version_key")),
        sa.UniqueConstraint("story_id", "number", name=op.f("uq_story_version_story_id_number")),
        sa.UniqueConstraint("story_id", "text_sha256", name=op.f("uq_story_version_story_id_text_sha256")),
        comment="one immutable text of a story",
    )
    op.create_index(op.f("ix_story_version_capture_id"), "story_version", ["capture_id"], unique=False)
    op.create_index(op.f("ix_story_version_story_id"), "story_version", ["story_id"], unique=False)
    op.create_table(
        "syndication_member",
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text"),
        sa.Column("cluster_id", sa.Integer(), nullable=False, comment="its cluster"),
        sa.Column("role", sa.String(), nullable=False, comment="origin or carrier"),
        sa.Column(
            "similarity", sa.Float(), nullable=False, comment="share of its sentences that stand in the origin, 0–1"
        ),
        sa.CheckConstraint("role IN ('origin', 'carrier')", name=op.f("ck_syndication_member_role_known")),
        sa.CheckConstraint(
            "similarity >= 0 AND similarity <= 1", name=op.f("ck_syndication_member_similarity_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["syndication_cluster.id"], name=op.f("fk_syndication_member_cluster_id")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_syndication_member_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_syndication_member")),
        comment="which text belongs to which cluster",
    )
    op.create_index(op.f("ix_syndication_member_cluster_id"), "syndication_member", ["cluster_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Leave nothing of them behind."""
    for table in (
        "syndication_member",
        "story_version",
        "story",
        "sighting",
        "capture",
        "source",
        "syndication_cluster",
        "outlet",
    ):
        op.drop_table(table)
