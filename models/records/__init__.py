"""The frozen records that flow through the steps, in the order in which they are made.

    Source ─collect─▶ Page ─clean─▶ Story ─tag─▶ Findings ─link─▶ Exchange ─decide─▶ Alert ─deliver─▶ Delivery

Each record is made by exactly one step and never changed. Offsets are Unicode code points, half-open. Instants are
aware UTC datetimes; days are `date`s. Parties are codes: ISO 3166-1 alpha-2 for states, otherwise the id in
`watch/actors.toml`, otherwise `x-<slug of the name as written>`.
"""

from models.records.alerted import (
    Alert,
    ChannelConfig,
    Delivery,
    Evidence,
    ExchangeState,
    LegFigure,
    Receipt,
    Rule,
    Told,
    Voice,
)
from models.records.cleaned import Dateline, Discard, Instant, MapSegment, Story
from models.records.collected import CrawlJob, CrawlLimits, CrawlStats, Page, Sighting, Source, SourceOutcome, WarcPlace
from models.records.linked import CellClaim, Exchange, LegKey, LinkedReport, PhaseStep
from models.records.reported import Report
from models.records.tagged import (
    Actor,
    ActorEntry,
    Claim,
    ExchangeReport,
    Findings,
    Flow,
    Mention,
    ModelStamp,
    Quantity,
    Stance,
)
from models.records.vocabulary import (
    AlertReason,
    CaptiveStatus,
    ClaimType,
    CountKind,
    CountRole,
    DiscardReason,
    MediationStatus,
    Phase,
    Precision,
    ReportPhase,
    Severity,
    StanceLabel,
    Trust,
)

__all__ = [
    "Actor",
    "ActorEntry",
    "Alert",
    "AlertReason",
    "CaptiveStatus",
    "CellClaim",
    "ChannelConfig",
    "Claim",
    "ClaimType",
    "CountKind",
    "CountRole",
    "CrawlJob",
    "CrawlLimits",
    "CrawlStats",
    "Dateline",
    "Delivery",
    "Discard",
    "DiscardReason",
    "Evidence",
    "Exchange",
    "ExchangeReport",
    "ExchangeState",
    "Findings",
    "Flow",
    "Instant",
    "LegFigure",
    "LegKey",
    "LinkedReport",
    "MapSegment",
    "MediationStatus",
    "Mention",
    "ModelStamp",
    "Page",
    "Phase",
    "PhaseStep",
    "Precision",
    "Quantity",
    "Receipt",
    "Report",
    "ReportPhase",
    "Rule",
    "Severity",
    "Sighting",
    "Source",
    "SourceOutcome",
    "Stance",
    "StanceLabel",
    "Story",
    "Told",
    "Trust",
    "Voice",
    "WarcPlace",
]
