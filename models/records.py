"""The frozen records that flow through the steps, in the order in which they are made.

    Source ─collect─▶ Page ─clean─▶ Story ─tag─▶ Findings ─link─▶ Exchange ─decide─▶ Alert ─deliver─▶ Delivery

Each record is made by exactly one step and never changed. Offsets are Unicode code points, half-open. Instants are
aware UTC datetimes; days are `date`s. Parties are codes: ISO 3166-1 alpha-2 for states, otherwise the id in
`watch/actors.toml`, otherwise `x-<slug of the name as written>`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

# ---------------------------------------------------------------- vocabulary


class Phase(StrEnum):
    """How far an exchange has come; the one list that rules, claims, pages and exports use."""

    CALLED_FOR = "called_for"
    RUMOURED = "rumoured"
    PLANNED = "planned"
    ANNOUNCED = "announced"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    STALLED = "stalled"
    DENIED = "denied"


class ReportPhase(StrEnum):
    """What one story reports: a `Phase`, or one of two values that never move an exchange."""

    CALLED_FOR = "called_for"
    RUMOURED = "rumoured"
    PLANNED = "planned"
    ANNOUNCED = "announced"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    STALLED = "stalled"
    DENIED = "denied"
    HISTORICAL = "historical"
    NONE = "none"


class ClaimType(StrEnum):
    """What kind of proposition a claim carries (annotation guide, section 7)."""

    COUNT = "count"
    STATUS = "status"
    MEDIATION = "mediation"
    TIMING = "timing"
    BLAME = "blame"
    OTHER = "other"


class StanceLabel(StrEnum):
    """What the holder expresses toward the target; not whether the news is good for it."""

    FAVOR = "favor"
    AGAINST = "against"
    NEUTRAL = "neutral"


class CaptiveStatus(StrEnum):
    """The word the author uses for the captives, as a neutral code."""

    POW = "pow"
    MILITARY = "military"
    CIVILIAN = "civilian"
    HOSTAGE = "hostage"
    BODIES = "bodies"
    POLITICAL_PRISONER = "political_prisoner"
    CONVICT = "convict"
    DETAINEE = "detainee"
    WOUNDED_SICK = "wounded_sick"
    ELDERLY = "elderly"
    CHILDREN = "children"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class CountKind(StrEnum):
    """How exactly a number is given."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    RANGE = "range"


class CountRole(StrEnum):
    """What a number of people is a number of; only `released` can be the count of a leg."""

    RELEASED = "released"
    PART = "part"
    TOTAL = "total"
    HELD = "held"
    REMAINING = "remaining"
    DEMANDED = "demanded"
    KILLED = "killed"
    EXCLUDED = "excluded"
    OTHER = "other"


class Precision(StrEnum):
    """How fine a time is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    UNKNOWN = "unknown"


class MediationStatus(StrEnum):
    """What a story says about go-betweens."""

    NAMED = "named"
    EXPLICITLY_NONE = "explicitly_none"
    UNSTATED = "unstated"
    CONTESTED = "contested"


class Trust(StrEnum):
    """How well an exchange is borne out: by rule, with the reasons shown; one source never confirms."""

    UNCONFIRMED = "unconfirmed"
    CORROBORATED = "corroborated"
    CONFIRMED = "confirmed"


class Severity(StrEnum):
    """How loudly an alert is told."""

    INFO = "info"
    NOTICE = "notice"
    URGENT = "urgent"


class AlertReason(StrEnum):
    """Why the desk is told; a mere copy is no reason."""

    FIRST_REPORT = "first_report"
    NEW_ORIGIN = "new_origin"
    FIGURE_CHANGED = "figure_changed"
    PHASE_CHANGED = "phase_changed"
    CONTRADICTION = "contradiction"
    CORRECTION = "correction"


class DiscardReason(StrEnum):
    """Why an input left the flow without becoming a story; every discard is counted under one of these."""

    NOT_HTML_OR_TEXT = "not_html_or_text"
    HTTP_STATUS = "http_status"
    EMPTY = "empty"
    NO_BODY = "no_body"
    NOT_AN_ARTICLE = "not_an_article"
    SOFT_404 = "soft_404"
    CONSENT_WALL = "consent_wall"
    PAYWALL_STUB = "paywall_stub"
    LOGIN_PAGE = "login_page"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    UNREADABLE = "unreadable"
    SAME_CONTENT = "same_content"


# ---------------------------------------------------------------- 1 collect


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that is polled, as an entry of `watch/sources.toml` declares it."""

    id: str
    outlet: str  # the name a reader would know, e.g. "MENAFN"
    kind: str  # rss | atom | rdf | json | sitemap
    url: str
    language: str  # BCP 47
    country: str  # ISO 3166-1 alpha-2 of the outlet's seat; "ZZ" for an international body
    owner: str  # owner group: two outlets of one owner are not independent
    role: str  # outlet | agency | official | humanitarian | syndicator
    side: str | None = None  # party code it is aligned with; None = without a side
    verified: bool = False  # collected only when true (or after `wirewatch source test` passed)
    flash: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One listing of an address in one poll of a source."""

    source_id: str
    url: str
    position: int  # 0 = first in the feed
    title: str
    published_text: str  # verbatim, "" when the feed gives none
    published_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits:
    """How much a crawl may take."""

    body_bytes: int = 10 * 1024 * 1024  # of one answer, decoded
    request_s: float = 30.0  # one request, from start to end
    redirects: int = 5
    concurrent: int = 8
    concurrent_per_host: int = 2
    gap_s: float = 1.0  # between two requests to one host
    crawl_s: float = 1800.0  # the whole crawl
    pages_per_source: int = 200
    feed_parse_s: float = 10.0
    feed_parse_mib: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl, as its child process gets it."""

    warehouse: str  # URL
    archive: str  # folder
    sources: tuple[Source, ...]
    allow: tuple[tuple[str, int], ...]  # (host, port) beyond the address policy
    user_agent: str
    limits: CrawlLimits
    run_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """How one source fared in a crawl."""

    source_id: str
    polled: bool  # its feed came and could be read
    listed: int = 0  # addresses in the feed
    known: int = 0  # of these, captured before
    captured: int = 0
    refused: int = 0  # by robots.txt or the address policy
    failed: int = 0
    error: str = ""  # why the poll failed, "" when it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlStats:
    """How a crawl went, by its own word; the child's exit code says nothing."""

    finished: str  # Scrapy's finish reason
    exceptions: int  # raised in our own code
    outcomes: tuple[SourceOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where the bytes lie: one gzip member of one WARC file."""

    file: str  # relative to the archive folder
    offset: int  # bytes
    length: int  # bytes
    sha256: str  # of the payload, lower-case hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A captured answer: exactly the bytes that came, and where they came from."""

    url: str  # as asked for
    final_url: str  # after redirects
    source_id: str
    fetched_at: datetime
    status: int  # HTTP status; 200 for a plain file
    content_type: str  # as declared, "" when absent
    body: bytes
    place: WarcPlace | None = None
    sighting: Sighting | None = None  # the freshest listing that led here


# ---------------------------------------------------------------- 2 clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment in UTC, how fine it is known, and the rule that chose it."""

    at: datetime
    precision: Precision
    rule: str  # e.g. "jsonld:datePublished", "wire-header", "feed"
    verbatim: str = ""  # the words or attribute value it was read from


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """The opening of an agency story: "YEREVAN, December 7 (Agency) -"."""

    place: str | None
    day: date | None
    agency: str | None
    start: int
    end: int  # in the input's text


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSegment:
    """A run of story text that stands verbatim in the input: story[text_start+i] == input[input_start+i]."""

    text_start: int
    input_start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a page or wire text says, without the furniture around it.

    `text` is the body alone (paragraphs separated by one blank line); `segments` maps it back to the decoded input,
    so that any span can be shown in the captured bytes. For a plain wire text the input is the whole decoded file.
    """

    url: str
    canonical_url: str
    source_id: str
    title: str  # "" when the input has none
    text: str
    language: str  # BCP 47
    language_score: float  # 0–1
    published: Instant | None
    modified: Instant | None = None
    candidates: tuple[Instant, ...] = ()  # every publication time found, chosen one included
    bylines: tuple[str, ...] = ()
    dateline: Dateline | None = None
    origin: str | None = None  # who wrote it, by name: agency or outlet
    carrier: str | None = None  # who passed it on, by name; None when origin published it itself
    flags: tuple[str, ...] = ()  # quality flags: "short", "future-date", "correction" …
    segments: tuple[MapSegment, ...] = ()
    text_sha256: str = ""
    signature: tuple[int, ...] = ()  # MinHash of the text, for near copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """An input that left the flow, with the reason."""

    url: str
    reason: DiscardReason
    detail: str = ""


# ---------------------------------------------------------------- 3 tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStamp:
    """Which model made a finding: enough to make it again."""

    name: str
    version: str
    weights_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorEntry:
    """One entry of `watch/actors.toml`: a party or body, and the words that name it in every language."""

    code: str  # ISO 3166-1 alpha-2 for states, else a short neutral id
    name: str  # neutral English name
    kind: str  # state | armed_group | body | office | person | place
    aliases: tuple[str, ...] = ()  # surface forms, any language; matched as whole words, inflected endings allowed
    loaded: tuple[str, ...] = ()  # partisan forms: resolved like aliases, but reported as loaded wording
    principal: str | None = None  # code of the party it belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A party, body or person that can release, receive, mediate, claim or be judged."""

    code: str  # neutral code, see the module's docstring
    name: str  # neutral English name, e.g. "Azerbaijan"
    role: str = ""  # "" for the party itself, else office or body: "president", "defence ministry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An actor named in the text, in the text's own words."""

    start: int
    end: int
    actor: Actor
    words: str  # verbatim
    loaded: bool = False  # the words are partisan; the code never is


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number of people in the text."""

    start: int
    end: int
    words: str  # verbatim, noun included where it stands beside the number
    low: int | None
    best: int | None
    high: int | None
    kind: CountKind
    role: CountRole = CountRole.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A proposition in the text and who vouches for it there."""

    start: int
    end: int
    words: str  # verbatim: text[start:end]
    type: ClaimType
    claimer: str  # "author", or the canonical name of the speaker
    claimer_code: str | None  # party code of the speaker, None for the author or an unknown body
    value: str  # normalised: "Azerbaijan->Armenia=32", "none", "2023-12-13" …
    role: CountRole | None = None  # for counts
    releasing: str | None = None  # party code, for counts of a flow
    receiving: str | None = None
    low: int | None = None
    best: int | None = None
    high: int | None = None
    score: float = 0.0  # 0–1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What a holder expresses toward a target, with the words that show it."""

    start: int
    end: int
    words: str
    target: str  # canonical name, or "DEAL"
    target_code: str | None
    holder: str  # "author", or the canonical name of the speaker
    label: StanceLabel
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One direction of the exchange as one story reports it."""

    releasing: Actor | None  # None = not named
    receiving: Actor | None
    count: int | None
    count_kind: CountKind = CountKind.EXACT
    status: CaptiveStatus = CaptiveStatus.UNKNOWN
    words: str = ""  # verbatim, "" when the story gives no number
    start: int | None = None
    end: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeReport:
    """What one story says about one exchange."""

    is_exchange: bool
    is_exchange_score: float
    alert_worthy: bool
    alert_score: float
    phase: ReportPhase
    phase_score: float
    flows: tuple[Flow, ...] = ()
    mediation: MediationStatus = MediationStatus.UNSTATED
    mediators: tuple[Actor, ...] = ()
    exchange_on: date | None = None  # (expected) day of the handover
    exchange_on_rule: str = ""  # the rule that resolved it, "" when None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the taggers found in one story, each part stamped with its model."""

    report: ExchangeReport
    claims: tuple[Claim, ...]
    stances: tuple[Stance, ...]
    mentions: tuple[Mention, ...]
    quantities: tuple[Quantity, ...]
    stamps: tuple[tuple[str, ModelStamp], ...]  # (tagger name, stamp)


# ---------------------------------------------------------------- 4 link


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedReport:
    """A story's report with what linking needs to know of the story."""

    story_key: str  # stable key of the story version
    report: ExchangeReport
    published_at: datetime | None
    first_seen_at: datetime
    outlet: str
    outlet_side: str | None
    origin_key: str  # one value per independent origin: the syndication cluster's key
    language: str
    title: str
    text: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegKey:
    """One direction of an exchange; a party nobody named is None."""

    releasing: str | None
    receiving: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellClaim:
    """One claim that backs one cell (a slot of a leg, or of the whole exchange when `leg` is None)."""

    story_key: str
    claim_index: int  # position in the story's claims
    leg: LegKey | None
    slot: str  # count | status | place | date | mediator | blame | other


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStep:
    """A phase an exchange is reported to have reached, with the story that says so."""

    phase: Phase
    story_key: str
    reported_at: datetime
    illegal: bool = False  # the jump from the phase before is not a legal one


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Reports that tell one event, with its legs and the claims behind each cell."""

    key: str  # digest of the members: same members, same key
    parties: tuple[str, ...]  # party codes, sorted
    opened_on: date  # day of the first report
    phase: Phase
    phases: tuple[PhaseStep, ...]
    legs: tuple[LegKey, ...]
    cells: tuple[CellClaim, ...]
    members: tuple[str, ...]  # story keys, sorted


# ---------------------------------------------------------------- 5 alert


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


# ---------------------------------------------------------------- every step


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run of a step did; it refuses to exist unless it adds up."""

    step: str
    read: int
    written: int
    discarded: int = 0
    failed: int = 0
    partial: bool = False  # some sources worked and some did not
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a report in which something vanished or appeared.

        Raises:
            ValueError: read is not written + discarded + failed, or a number is negative.
        """
        parts = (self.read, self.written, self.discarded, self.failed)
        if min(parts) < 0 or self.read != self.written + self.discarded + self.failed:
            message = "{}: read {} is not written {} + discarded {} + failed {}".format(self.step, *parts)
            raise ValueError(message)
