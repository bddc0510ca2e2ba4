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
    latest_published_precision: Precision  # the coarsest of that day
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
    kind: str  # file | webhook | atom | apprise
    path: str = ""  # of a file or feed
    url: str = ""  # of a webhook; env:NAME or file:PATH, which that of an Apprise service must be
    secret: str = ""  # env:NAME or file:PATH; signs a webhook
    quiet: str = ""  # "22:00-06:00 Europe/Paris": what comes then waits until they end; "" = never
    quiet_urgent: bool = False  # what is urgent waits too


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
class ThreadNews:
    """The thread of an exchange as a feed shows it: its latest event, and when it was opened."""

    thread_key: str
    title: str
    body: str
    severity: Severity
    parties: tuple[str, ...]  # codes, sorted
    url: str  # of the exchange's page
    opened_at: datetime
    updated_at: datetime
    event_keys: tuple[str, ...] = ()  # the events it holds; empty where nobody asks


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """One event of a thread in a digest: what was new, in words."""

    exchange: str  # slug
    reasons: tuple[AlertReason, ...]
    changes: tuple[str, ...]  # in the order of the reasons
    title: str
    trust: Trust
    url: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSource:
    """A source that is collected and gave nothing new in the time of a digest."""

    source_id: str
    last_heard_at: datetime | None  # None = never
    last_error: str  # "" when its last poll worked


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """What a digest is composed of."""

    since: datetime
    until: datetime  # half-open
    events: tuple[ToldEvent, ...]  # by time
    suppressed: int  # events that were too old to be told
    silent: tuple[SilentSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The summary of a day or a week, ready to be told."""

    key: str  # digest:<day | week>:<last day>
    title: str
    body: str  # plain text
    html: str
    payload: str  # JSON
    is_news: bool  # False: it says that there is nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A channel that is in its quiet hours."""

    channel: str
    urgent_too: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on its way to one channel."""

    key: str  # <event key>:<channel>, or that of a digest or test
    channel: str
    title: str
    body: str
    payload: str  # JSON; its `schema` says what it is
    attempt: int  # 1 = first
    html: str = ""  # the same body for channels that show it; "" = there is none
