"""What was watched, what was captured, and the stories in it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from models.columns import (
    METADATA,
    WIDE,
    UtcDateTime,
    counted,
    in_our_time,
    is_digest,
    key,
    lease,
    lease_is_whole,
    one_of,
    queue_index,
    ref,
    share,
)
from models.records import FailureClass, PollEvent, Precision

CAPTURE_STAGES = ("clean", "cleaned", "discarded", "quarantined")
VERSION_STAGES = ("tag", "link", "linked", "quarantined")

outlet = Table(
    "outlet",
    METADATA,
    key(),
    Column("name", String, nullable=False, unique=True, comment="the name a reader would know"),
    Column(
        "country", String(2), nullable=False, comment="ISO 3166-1 alpha-2 of its seat; ZZ for an international body"
    ),
    Column("owner", String, nullable=False, comment="owner group: outlets of one owner are not independent"),
    Column("role", String, nullable=False, comment="outlet, agency, official, humanitarian, syndicator or file"),
    Column("side", String, comment="code of the party it is aligned with; NULL when it has no side"),
    one_of("role", ("outlet", "agency", "official", "humanitarian", "syndicator", "file")),
    CheckConstraint("length(country) = 2", name="country_is_a_code"),
    comment="who publishes",
)

source = Table(
    "source",
    METADATA,
    Column("id", String, primary_key=True, comment="the id in watch/sources.toml"),
    ref("outlet_id", "outlet", "whose address it is"),
    Column("kind", String, nullable=False, comment="rss, atom, rdf, json, sitemap or file"),
    Column("url", String, nullable=False, comment="the address that is polled"),
    Column("language", String, nullable=False, comment="BCP 47"),
    Column("flash", Boolean, nullable=False, comment="polled often, for announcements"),
    Column("verified", Boolean, nullable=False, comment="the watch file says that somebody has seen it work"),
    Column("verified_at", UtcDateTime, comment="when `wirewatch source test` last passed here"),
    Column("last_ok_at", UtcDateTime, comment="when a poll last worked"),
    Column("last_error", String, comment="why the last poll failed; NULL after one that worked"),
    Column("last_polled_at", UtcDateTime, comment="when it was last polled, whatever came of it"),
    Column("etag", String, comment="ETag of the newest answer; NULL when it gave none"),
    Column("last_modified", String, comment="Last-Modified of the newest answer, verbatim; NULL when it gave none"),
    Column("body_sha256", String(64), comment="of the newest body that was read; NULL for an index of sitemaps"),
    Column("listed_at", UtcDateTime, comment="poll whose listing holds: its sightings were last seen then"),
    Column("last_new_at", UtcDateTime, comment="poll that last listed an address not seen before, or the first poll"),
    Column(
        "polls_since_whole",
        Integer,
        nullable=False,
        server_default="0",
        comment="polls since the last that asked for the whole answer",
    ),
    Column("failure", String, comment="class of the last failure: hard, soft or temporary; NULL when the last worked"),
    Column("failures", Integer, nullable=False, server_default="0", comment="polls since the last that worked"),
    Column(
        "hard_failures", Integer, nullable=False, server_default="0", comment="hard ones since the last that worked"
    ),
    Column("next_poll_at", UtcDateTime, comment="not polled before; NULL = whenever a crawl comes"),
    Column("disabled_at", UtcDateTime, comment="when a run of hard failures left it to a rare probe; NULL = it is not"),
    one_of("kind", ("rss", "atom", "rdf", "json", "sitemap", "file")),
    one_of("failure", FailureClass, nullable=True),
    is_digest("body_sha256"),
    counted("polls_since_whole"),
    counted("failures"),
    counted("hard_failures"),
    CheckConstraint("(failure IS NULL) = (failures = 0)", name="failure_is_counted_with_its_class"),
    CheckConstraint("hard_failures <= failures", name="hard_failures_are_failures"),
    comment="an address that is polled, or a door for files",
)

source_event = Table(
    "source_event",
    METADATA,
    key(),
    Column("source_id", ForeignKey("source.id"), nullable=False, index=True, comment="to which source it happened"),
    Column("at", UtcDateTime, nullable=False, comment="when, by the database's clock"),
    Column("what", String, nullable=False, comment=", ".join(PollEvent)),
    Column("reason", String, nullable=False, comment="why, or what came of it, in one line; may be empty"),
    one_of("what", PollEvent),
    in_our_time("at"),
    comment="the log of polls: what came of each, and what followed from it",
)

sighting = Table(
    "sighting",
    METADATA,
    key(),
    Column("source_id", ForeignKey("source.id"), nullable=False, index=True, comment="where it was listed"),
    Column("url", String, nullable=False, comment="the address that was listed"),
    Column("position", Integer, nullable=False, comment="place in the listing when last seen, 0 = first"),
    Column("title", String, nullable=False, comment="title in the listing, verbatim"),
    Column("published_text", String, nullable=False, comment="time in the listing, verbatim; empty when it gives none"),
    Column("published_at", UtcDateTime, comment="the same as UTC; NULL when it cannot be read"),
    Column("first_seen_at", UtcDateTime, nullable=False, comment="first poll that listed it"),
    Column("last_seen_at", UtcDateTime, nullable=False, comment="latest poll that listed it"),
    Column("times", Integer, nullable=False, comment="polls that listed it"),
    UniqueConstraint("source_id", "url"),
    counted("position"),
    counted("times", least=1),
    in_our_time("first_seen_at"),
    CheckConstraint("first_seen_at <= last_seen_at", name="seen_in_order"),
    comment="that a source listed an address",
)

capture = Table(
    "capture",
    METADATA,
    key(),
    Column("source_id", ForeignKey("source.id"), nullable=False, index=True, comment="through which source it came"),
    Column("url", String, nullable=False, comment="the address as asked for"),
    Column("final_url", String, nullable=False, comment="the address that answered"),
    Column("fetched_at", UtcDateTime, nullable=False, comment="when the answer came"),
    Column("status", Integer, nullable=False, comment="HTTP status; 200 for a file"),
    Column("content_type", String, nullable=False, comment="as declared; empty when absent"),
    Column("warc_file", String, nullable=False, comment="archive file, relative to the archive folder"),
    Column("warc_offset", WIDE, nullable=False, comment="first byte of the record"),
    Column("warc_length", WIDE, nullable=False, comment="bytes of the record"),
    Column("sha256", String(64), nullable=False, comment="of the payload, lower-case hex"),
    ref("run_id", "run", "the run that captured it; NULL when it came by no run", nullable=True),
    Column("stage", String, nullable=False, server_default="clean", comment="what it waits for, or how it ended"),
    *lease(),
    UniqueConstraint("source_id", "url", "sha256"),
    one_of("stage", CAPTURE_STAGES),
    CheckConstraint("warc_offset >= 0 AND warc_length > 0", name="place_is_one"),
    is_digest("sha256"),
    in_our_time("fetched_at"),
    CheckConstraint("status >= 100 AND status < 600", name="status_is_one"),
    counted("attempts"),
    lease_is_whole(),
    queue_index("capture"),
    comment="exactly the bytes that came, and where they lie",
)

story = Table(
    "story",
    METADATA,
    key(),
    Column("source_id", ForeignKey("source.id"), nullable=False, index=True, comment="through which source it came"),
    Column("canonical_url", String, nullable=False, comment="its address without tracking and variants"),
    Column("first_seen_at", UtcDateTime, nullable=False, comment="first capture"),
    UniqueConstraint("source_id", "canonical_url"),
    in_our_time("first_seen_at"),
    comment="one published document; its text lives in its versions",
)

story_version = Table(
    "story_version",
    METADATA,
    key(),
    Column("key", String(16), nullable=False, unique=True, comment="public id: digest of source, address and text"),
    ref("story_id", "story", "the document"),
    ref("capture_id", "capture", "the bytes it was read from"),
    Column("number", Integer, nullable=False, comment="1 = first version seen"),
    Column("title", String, nullable=False, comment="headline; empty when there is none"),
    Column("text", String, nullable=False, comment="the body; every span counts its characters"),
    Column("text_sha256", String(64), nullable=False, comment="of the text as UTF-8"),
    Column("language", String, nullable=False, comment="BCP 47"),
    Column("language_score", Float, nullable=False, comment="how sure the language is, 0–1"),
    Column("published_at", UtcDateTime, comment="publication, UTC; NULL when nothing tells it"),
    Column("published_precision", String, nullable=False, comment="second, minute, day or unknown"),
    Column("published_rule", String, nullable=False, comment="the rule that chose the time; empty when unknown"),
    Column("published_words", String, nullable=False, comment="the words it was read from"),
    Column("modified_at", UtcDateTime, comment="last change the page declares; NULL when it declares none"),
    Column(
        "modified_precision", String, nullable=False, server_default="unknown", comment="second, minute, day or unknown"
    ),
    Column("modified_rule", String, nullable=False, server_default="", comment="the rule that found the change"),
    Column("modified_words", String, nullable=False, server_default="", comment="the words it was read from"),
    Column("candidates", JSON, nullable=False, comment="every publication time found, the chosen one included"),
    Column("bylines", JSON, nullable=False, comment="names of the writers"),
    Column("dateline", JSON, comment="place, day and agency of the opening; NULL when it has none"),
    Column("origin", String, comment="who wrote it, when the page names another than its outlet"),
    Column("carrier", String, comment="who passed it on; NULL when nobody did"),
    Column("flags", JSON, nullable=False, comment="quality flags"),
    Column("segments", JSON, nullable=False, comment="runs [text, input, length] that map the text to the input"),
    Column("signature", JSON, nullable=False, comment="MinHash of the text, for near copies"),
    Column("first_seen_at", UtcDateTime, nullable=False, comment="capture that first showed this text"),
    Column("stage", String, nullable=False, server_default="tag", comment="what it waits for, or how it ended"),
    *lease(),
    UniqueConstraint("story_id", "text_sha256"),
    UniqueConstraint("story_id", "number"),
    one_of("stage", VERSION_STAGES),
    one_of("published_precision", Precision),
    one_of("modified_precision", Precision),
    share("language_score"),
    is_digest("text_sha256"),
    counted("number", least=1),
    in_our_time("published_at"),
    in_our_time("first_seen_at"),
    counted("attempts"),
    lease_is_whole(),
    queue_index("story_version"),
    CheckConstraint("modified_at IS NOT NULL OR modified_precision = 'unknown'", name="change_goes_with_a_time"),
    CheckConstraint("(published_at IS NULL) = (published_precision = 'unknown')", name="precision_goes_with_a_time"),
    comment="one immutable text of a story",
)

syndication_cluster = Table(
    "syndication_cluster",
    METADATA,
    key(),
    Column("key", String(16), nullable=False, unique=True, comment="public id: key of the text it was opened with"),
    comment="texts that are copies of one another: one independent origin",
)

syndication_member = Table(
    "syndication_member",
    METADATA,
    Column("version_id", ForeignKey("story_version.id"), primary_key=True, comment="the text"),
    ref("cluster_id", "syndication_cluster", "its cluster"),
    Column("role", String, nullable=False, comment="origin or carrier"),
    Column("similarity", Float, nullable=False, comment="share of its sentences that stand in the origin, 0–1"),
    one_of("role", ("origin", "carrier")),
    share("similarity"),
    comment="which text belongs to which cluster",
)

Index(
    "uq_syndication_member_origin",
    syndication_member.c.cluster_id,
    unique=True,
    sqlite_where=syndication_member.c.role == "origin",
    postgresql_where=syndication_member.c.role == "origin",
)

__all__ = [
    "capture",
    "outlet",
    "sighting",
    "source",
    "source_event",
    "story",
    "story_version",
    "syndication_cluster",
    "syndication_member",
]
