"""What alerting works with: the state of an exchange, rules, alerts, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.records.vocabulary import AlertReason, MediationStatus, Phase, Precision, Severity, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFigure:
    """What is said of one leg: derived from its claims, never stored beside them."""

    releasing: str | None
    receiving: str | None
    releasing_name: str
    receiving_name: str
    low: int | None
    best: int | None
    high: int | None
    statuses: tuple[str, ...]  # the authors' status words, as codes
    words: str  # verbatim evidence of the best value


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words that bear a cell out, and where they stand."""

    story_id: str
    outlet: str
    words: str
    start: int
    end: int
    model: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who vouches: a claimer, as told by an outlet of a side."""

    claimer: str
    side: str | None  # party code of the claimer, or of the outlet when the outlet's own voice
    outlets: tuple[str, ...]
    independent_origins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeState:
    """An exchange as the warehouse shows it now: what rules are judged on and messages are made of."""

    slug: str
    phase: Phase
    phase_words: str  # verbatim evidence of the phase, "" when none
    legs: tuple[LegFigure, ...]
    mediation: MediationStatus
    mediators: tuple[str, ...]
    exchange_on: date | None
    place: str | None
    first_published_at: datetime | None
    first_published_precision: Precision
    latest_published_at: datetime | None
    outlets: tuple[str, ...]
    origins: tuple[str, ...]  # one name per independent origin
    carriers: tuple[str, ...]
    stories: int
    independent_origins: int
    voices: tuple[Voice, ...]
    sides_heard: tuple[str, ...]  # parties whose own voice or aligned outlet is in the ledger
    sides_missing: tuple[str, ...]
    conflicts: tuple[str, ...]  # "Azerbaijan->Armenia count: 32 (…) / 30 (…)"
    loaded_words: tuple[str, ...]
    alert_worthy_stories: int
    evidence: tuple[Evidence, ...]
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When to tell whom, as an entry of `watch/rules.toml` declares it."""

    id: str
    parties: tuple[str, ...] = ()  # empty = any
    phases: tuple[Phase, ...] = ()  # empty = any
    min_independent: int = 1
    severity: Severity = Severity.URGENT
    max_age_h: int = 72
    to: tuple[str, ...] = ()  # channel names


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """A way to tell somebody, as `wirewatch.toml` declares it; secrets only by reference."""

    name: str
    kind: str  # file | webhook
    path: str = ""  # of a file
    url: str = ""  # of a webhook; may be env:NAME or file:PATH
    secret: str = ""  # env:NAME or file:PATH; signs a webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's word that it took a delivery."""

    response: str  # in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What has already been told of one exchange under one rule: the thread's memory."""

    event_keys: frozenset[str] = frozenset()
    phase: Phase | None = None
    figures: tuple[tuple[str, int | None], ...] = ()  # ("AZ->AM", 32) as last told
    independent_origins: int = 0
    conflicts: tuple[str, ...] = ()
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One event in the thread of an exchange."""

    thread_key: str  # exchange:<slug>
    event_key: str  # exchange:<slug>:<reason>:<digest of the new facts>
    rule_id: str
    reason: AlertReason
    severity: Severity
    trust: Trust
    trust_reasons: tuple[str, ...]
    title: str
    body: str  # plain text, every value from a ledger cell
    payload: str  # JSON of the same fields
    decided_at: datetime  # reference time
    suppressed: str | None = None  # "stale" …: kept in the ledger, not delivered
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one channel."""

    key: str  # <event key>:<channel>
    alert_id: int
    channel: str
    title: str
    body: str
    payload: str
    attempt: int  # 1 = first
