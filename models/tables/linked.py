"""The exchange ledger: exchanges, their legs, the claims behind each cell, the phases they went through."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from models.columns import METADATA, UtcDateTime, counted, in_our_time, key, one_of, ref
from models.records import Phase

SLOTS = ("count", "status", "place", "date", "mediator", "blame", "other")

exchange = Table(
    "exchange",
    METADATA,
    key(),
    Column(
        "slug", String, nullable=False, unique=True, comment="public id: parties, day of opening, letter; never reused"
    ),
    Column("parties", String, nullable=False, index=True, comment="party codes, sorted, with commas"),
    Column("opened_on", Date, nullable=False, comment="day of the first report"),
    Column("phase", String, nullable=False, comment="how far it has come: the phase rows say why"),
    Column("stage", String, nullable=False, comment="alert = changed since alerts were decided; alerted = not"),
    Column("revision", Integer, nullable=False, comment="grows with every change; fences the alert step"),
    Column("redirect_to", ForeignKey("exchange.id"), comment="the exchange it was merged into; NULL while it stands"),
    Column("created_at", UtcDateTime, nullable=False, comment="when the row was made"),
    one_of("phase", Phase),
    one_of("stage", ("alert", "alerted")),
    counted("revision"),
    in_our_time("opened_on", clock=""),
    CheckConstraint("redirect_to IS NULL OR redirect_to <> id", name="redirects_elsewhere"),
    comment="reports that tell one event",
)

exchange_member = Table(
    "exchange_member",
    METADATA,
    Column("version_id", ForeignKey("story_version.id"), primary_key=True, comment="the text that reports it"),
    ref("exchange_id", "exchange", "the exchange it reports"),
    comment="which text reports which exchange",
)

leg = Table(
    "leg",
    METADATA,
    key(),
    ref("exchange_id", "exchange", "the exchange it belongs to"),
    Column("releasing", String, comment="party code; NULL when nobody names it"),
    Column("receiving", String, comment="party code; NULL when nobody names it"),
    UniqueConstraint("exchange_id", "releasing", "receiving"),
    comment="one direction of an exchange; its figures are derived from the claims linked to it",
)

claim_link = Table(
    "claim_link",
    METADATA,
    key(),
    ref("claim_id", "claim", "the claim"),
    ref("exchange_id", "exchange", "the exchange it speaks of"),
    ref("leg_id", "leg", "the leg it speaks of; NULL when it speaks of the whole", nullable=True),
    Column(
        "slot", String, nullable=False, comment="the cell it backs: count, status, place, date, mediator, blame, other"
    ),
    one_of("slot", SLOTS),
    UniqueConstraint("claim_id", "leg_id", "slot"),
    comment="which claim backs which cell",
)

phase = Table(
    "phase",
    METADATA,
    key(),
    ref("exchange_id", "exchange", "the exchange"),
    Column("position", Integer, nullable=False, comment="order of the steps, from 0"),
    Column("phase", String, nullable=False, comment="the phase that was reported"),
    ref("version_id", "story_version", "the text that reports it"),
    Column("reported_at", UtcDateTime, nullable=False, comment="when it was reported"),
    Column("illegal", Boolean, nullable=False, comment="the step before does not lead here"),
    UniqueConstraint("exchange_id", "position"),
    one_of("phase", Phase),
    counted("position"),
    in_our_time("reported_at"),
    comment="the steps an exchange is reported to have gone through",
)

Index("ix_exchange_stage", exchange.c.stage)
