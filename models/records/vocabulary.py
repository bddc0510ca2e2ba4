"""The fixed lists of words that records, tables, rules and pages share."""

from __future__ import annotations

from enum import StrEnum


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


class FailureClass(StrEnum):
    """What a poll that did not work says about the next one."""

    HARD = "hard"  # the address is wrong: gone, forbidden, or no listing
    SOFT = "soft"  # the site or the way to it is ill: 5xx, time-out, reset
    TEMPORARY = "temporary"  # the site asked us to wait, and until when


class PollEvent(StrEnum):
    """What happened to a source; the words of its log."""

    LISTED = "listed"  # a listing came and was read
    SAME_BODY = "same_body"  # the answer was, byte for byte, the one before
    NOT_MODIFIED = "not_modified"  # 304: the listing before still holds
    BACKFILLED = "backfilled"  # what it lists for one day was read
    FAILED = "failed"
    PUT_OFF = "put_off"  # its host asked us to wait
    DISABLED = "disabled"  # a run of hard failures: from now on a rare probe
    REVIVED = "revived"  # a probe or a test worked
