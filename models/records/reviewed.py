"""What people say of findings: verdicts, and the stories that wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reviewed(StrEnum):
    """What of a story's report a verdict is about."""

    EXCHANGE = "exchange"  # it reports an exchange or release of captives: yes | no
    ALERT = "alert"  # it reports a new state of one: yes | no
    PHASE = "phase"  # the phase it reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One person's word on one finding of one text."""

    story_key: str
    about: Reviewed
    meant: str  # what it should be: yes | no, or a phase
    said: str  # what the tagger said at that time, in the same words
    by: str  # who says so
    note: str = ""
    at: datetime | None = None  # by the warehouse's clock; None before it is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """A story whose report is too near the border to be trusted, and that nobody has judged yet."""

    story_key: str
    outlet: str
    title: str
    published_at: datetime | None
    exchange: str  # yes | no, as the tagger says
    exchange_score: float  # 0–1
    alert: str
    alert_score: float  # 0–1
    phase: str
