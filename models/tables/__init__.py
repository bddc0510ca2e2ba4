"""The tables, in the order in which the flow fills them."""

from models.columns import METADATA
from models.tables.alerted import alert, attempt, delivery, digest, rule
from models.tables.care import discard, model, quarantine, review, run
from models.tables.collected import (
    capture,
    outlet,
    sighting,
    source,
    source_event,
    story,
    story_version,
    syndication_cluster,
    syndication_member,
)
from models.tables.linked import claim_link, exchange, exchange_member, leg, phase
from models.tables.tagged import claim, flow, mention, quantity, report, stance

__all__ = [
    "METADATA",
    "alert",
    "attempt",
    "capture",
    "claim",
    "claim_link",
    "delivery",
    "digest",
    "discard",
    "exchange",
    "exchange_member",
    "flow",
    "leg",
    "mention",
    "model",
    "outlet",
    "phase",
    "quantity",
    "quarantine",
    "report",
    "review",
    "rule",
    "run",
    "sighting",
    "source",
    "source_event",
    "stance",
    "story",
    "story_version",
    "syndication_cluster",
    "syndication_member",
]
