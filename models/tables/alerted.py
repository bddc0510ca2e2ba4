"""What the desk was told, under which rule, and how it travelled."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint

from models.columns import METADATA, UtcDateTime, in_our_time, is_digest, key, lease, lease_is_whole, one_of, ref
from models.records import AlertReason, Severity, Trust

DELIVERY_STATES = ("waiting", "sent", "dead")

rule = Table(
    "rule",
    METADATA,
    Column("id", String, primary_key=True, comment="the id in watch/rules.toml"),
    Column("definition", JSON, nullable=False, comment="the rule as it stood when it last decided"),
    Column("updated_at", UtcDateTime, nullable=False, comment="when the definition last changed"),
    comment="when to tell whom",
)

alert = Table(
    "alert",
    METADATA,
    key(),
    ref("exchange_id", "exchange", "the exchange it tells of"),
    Column("rule_id", ForeignKey("rule.id"), nullable=False, comment="the rule that asked for it"),
    Column("thread_key", String, nullable=False, index=True, comment="exchange:<slug>: one thread per exchange"),
    Column("event_key", String, nullable=False, comment="thread, reason and digest of the new facts"),
    Column("reason", String, nullable=False, comment="why the desk is told"),
    Column("severity", String, nullable=False, comment="how loudly"),
    Column("trust", String, nullable=False, comment="how well it was borne out then"),
    Column("trust_reasons", JSON, nullable=False, comment="why that, in short sentences"),
    Column("title", String, nullable=False, comment="one line"),
    Column("body", String, nullable=False, comment="the message as text"),
    Column("payload", JSON, nullable=False, comment="the same fields for machines"),
    Column("told", JSON, nullable=False, comment="what the thread has told after this event: the memory of the rule"),
    Column("suppressed", String, comment="why it was kept without delivery; NULL when it was told"),
    Column("decided_at", UtcDateTime, nullable=False, comment="reference time of the decision"),
    Column("created_at", UtcDateTime, nullable=False, comment="when the row was made, by the database's clock"),
    UniqueConstraint("rule_id", "event_key"),
    one_of("reason", AlertReason),
    one_of("severity", Severity),
    one_of("trust", Trust),
    one_of("suppressed", ("stale",), nullable=True),
    in_our_time("decided_at"),
    comment="one event in the thread of an exchange",
)

digest = Table(
    "digest",
    METADATA,
    key(),
    Column("key", String, nullable=False, unique=True, comment="digest:<day or week>:<last day>: composed once"),
    Column("since_at", UtcDateTime, nullable=False, comment="start of the time it tells of"),
    Column("until_at", UtcDateTime, nullable=False, comment="end of it, itself left out"),
    Column("title", String, nullable=False, comment="one line"),
    Column("body", String, nullable=False, comment="the digest as text"),
    Column("html", String, nullable=False, comment="the same as HTML"),
    Column("payload", JSON, nullable=False, comment="the same fields for machines"),
    Column("composed_at", UtcDateTime, nullable=False, comment="when the row was made, by the database's clock"),
    in_our_time("since_at"),
    CheckConstraint("since_at < until_at", name="time_has_a_length"),
    comment="what a day or a week brought, told at once",
)

delivery = Table(
    "delivery",
    METADATA,
    key(),
    Column(
        "key", String, nullable=False, unique=True, comment="idempotency key: <key of the event or digest>:<channel>"
    ),
    ref("alert_id", "alert", "the alert it carries; NULL when it carries a digest", nullable=True),
    ref("digest_id", "digest", "the digest it carries; NULL when it carries an alert", nullable=True),
    Column("channel", String, nullable=False, comment="the channel of wirewatch.toml it goes to"),
    Column(
        "state", String, nullable=False, server_default="waiting", comment="waiting, sent, or dead after the last try"
    ),
    *lease(),
    Column("sent_at", UtcDateTime, comment="when the channel took it; NULL until then"),
    Column("response", String, comment="what the channel answered, in one line"),
    one_of("state", DELIVERY_STATES),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_time"),
    CheckConstraint("attempts >= 0", name="attempts_are_counted"),
    CheckConstraint("(alert_id IS NULL) <> (digest_id IS NULL)", name="carries_one_thing"),
    lease_is_whole(),
    Index("ix_delivery_queue", "state", "id"),
    comment="the outbox: one alert or digest on its way to one channel",
)

attempt = Table(
    "attempt",
    METADATA,
    key(),
    ref("delivery_id", "delivery", "what was sent"),
    Column("sender", String, nullable=False, comment="the worker that held the delivery"),
    Column("started_at", UtcDateTime, nullable=False, comment="when it was taken to be sent, by the database's clock"),
    Column("payload_sha256", String, nullable=False, comment="of title, body and payload, as they were sent"),
    Column(
        "ended_at",
        UtcDateTime,
        comment="when the channel's word was noted; NULL while it is on its way, or when the sender died",
    ),
    Column("answer", String, comment="what the channel answered, in one line; NULL when it took nothing"),
    Column("error", String, comment="why the channel did not take it, in one line; NULL when it did"),
    in_our_time("started_at"),
    is_digest("payload_sha256"),
    CheckConstraint("answer IS NULL OR error IS NULL", name="ended_one_way"),
    CheckConstraint("(ended_at IS NULL) = (answer IS NULL AND error IS NULL)", name="end_goes_with_a_word"),
    comment="every try to send a delivery",
)

__all__ = ["alert", "attempt", "delivery", "digest", "rule"]
