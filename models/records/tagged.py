"""What tagging makes: mentions, numbers, claims, stances, reports of exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.records.vocabulary import (
    CaptiveStatus,
    ClaimType,
    CountKind,
    CountRole,
    MediationStatus,
    ReportPhase,
    StanceLabel,
)


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
    doubtful: bool = False  # too near the border to be trusted either way: somebody should read the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the taggers found in one story, each part stamped with its model."""

    report: ExchangeReport
    claims: tuple[Claim, ...]
    stances: tuple[Stance, ...]
    mentions: tuple[Mention, ...]
    quantities: tuple[Quantity, ...]
    stamps: tuple[tuple[str, ModelStamp], ...]  # (tagger name, stamp)
