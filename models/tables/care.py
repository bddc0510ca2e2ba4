"""What keeps the flow honest: runs, discards, quarantine, models."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from models.columns import METADATA, UtcDateTime, counted, in_our_time, is_digest, key, one_of, ref
from models.records import DiscardReason, Reviewed

STEPS = ("collect", "clean", "tag", "link", "alert", "ingest", "retag", "upkeep")

run = Table(
    "run",
    METADATA,
    key(),
    Column("step", String, nullable=False, comment="collect, clean, tag, link, alert, ingest, retag or upkeep"),
    Column("started_at", UtcDateTime, nullable=False, comment="by the database's clock"),
    Column("finished_at", UtcDateTime, comment="NULL while it runs, or when it was killed"),
    Column(
        "reference_at", UtcDateTime, comment="the time that fresh and stale were judged against; NULL where none was"
    ),
    Column("worked_on", Date, comment="UTC day it worked for; NULL for a run that is for no day"),
    Column("read", Integer, comment="items it took"),
    Column("written", Integer, comment="items that went on"),
    Column("discarded", Integer, comment="items that left with a reason"),
    Column("failed", Integer, comment="items that will be tried again or were quarantined"),
    Column("notes", JSON, nullable=False, comment="what an operator should know"),
    Column("error", String, comment="why the run ended early; NULL when it did not"),
    one_of("step", STEPS),
    in_our_time("started_at"),
    in_our_time("worked_on", clock=""),
    CheckConstraint(
        "read IS NULL OR (COALESCE(written, -1) >= 0 AND COALESCE(discarded, -1) >= 0 AND COALESCE(failed, -1) >= 0)",
        name="parts_are_counted",
    ),
    CheckConstraint("read IS NULL OR read = written + discarded + failed", name="adds_up"),
    comment="one run of one step",
)

discard = Table(
    "discard",
    METADATA,
    Column("capture_id", ForeignKey("capture.id"), primary_key=True, comment="the capture that left the flow"),
    Column("url", String, nullable=False, comment="its address"),
    Column("reason", String, nullable=False, comment="why"),
    Column("detail", String, nullable=False, comment="more of the why; may be empty"),
    one_of("reason", DiscardReason),
    comment="a capture that did not become a story, with the reason",
)

quarantine = Table(
    "quarantine",
    METADATA,
    key(),
    Column("queue", String, nullable=False, comment="the table the item stands in: capture or story_version"),
    Column("item_id", Integer, nullable=False, comment="row id of the item in that table"),
    Column("stage", String, nullable=False, comment="the stage it did not pass"),
    Column("cause", String, nullable=False, comment="the last error, in one line"),
    Column("attempts", Integer, nullable=False, comment="times it was tried"),
    Column("created_at", UtcDateTime, nullable=False, comment="when it was put aside"),
    Column("released_at", UtcDateTime, comment="when it was let back; NULL while it is aside"),
    one_of("queue", ("capture", "story_version")),
    counted("attempts", least=1),
    in_our_time("created_at"),
    comment="items put aside after too many tries",
)

model = Table(
    "model",
    METADATA,
    key(),
    Column("name", String, nullable=False, comment="name of the model"),
    Column("version", String, nullable=False, comment="version of the model"),
    Column("weights_sha256", String(64), nullable=False, comment="digest of its weights"),
    UniqueConstraint("name", "version", "weights_sha256"),
    is_digest("weights_sha256"),
    comment="a model that made findings",
)

review = Table(
    "review",
    METADATA,
    key(),
    ref("version_id", "story_version", "the text that was judged"),
    Column("about", String, nullable=False, comment="what of its report: exchange, alert or phase"),
    Column("said", String, nullable=False, comment="what the tagger said then: yes or no, or the phase"),
    Column("meant", String, nullable=False, comment="what it should be, in the same words"),
    Column("judged_by", String, nullable=False, comment="who says so"),
    Column("note", String, nullable=False, comment="why; may be empty"),
    Column("judged_at", UtcDateTime, nullable=False, comment="by the database's clock"),
    one_of("about", Reviewed),
    in_our_time("judged_at"),
    comment="a person's word on a finding; nothing is changed or removed here, the latest word counts",
)
