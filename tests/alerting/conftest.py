"""An invented exchange as the ledger would show it; every test makes its own variation of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.records import (
    Evidence,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Phase,
    Precision,
    Rule,
    Voice,
)

NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)
NAMES = {"NR": "Norland", "SR": "Suderia"}


def _leg(releasing: str, receiving: str, best: int, *statuses: str) -> LegFigure:
    return LegFigure(
        releasing=releasing,
        receiving=receiving,
        releasing_name=NAMES[releasing],
        receiving_name=NAMES[receiving],
        low=best,
        best=best,
        high=best,
        statuses=statuses,
        words=f"{best} people",
    )


@pytest.fixture(scope="session")
def now() -> datetime:
    """The reference time of the tests."""
    return NOW


@pytest.fixture(scope="session")
def rule() -> Rule:
    """A rule that speaks of everything, to one channel."""
    return Rule(id="all", to=("duty",))


@pytest.fixture(scope="session")
def state() -> ExchangeState:
    """A swap that one outlet, aligned with Norland, reports with loaded words, and that another carries."""
    return ExchangeState(
        slug="nr-sr-2024-05-02a",
        phase=Phase.AGREED,
        phase_words="Norland frees twelve after agreement was reached",
        legs=(_leg("NR", "SR", 12), _leg("SR", "NR", 3, "military")),
        mediation=MediationStatus.EXPLICITLY_NONE,
        mediators=(),
        exchange_on=None,
        place=None,
        first_published_at=NOW.replace(hour=0),
        first_published_precision=Precision.DAY,
        latest_published_at=NOW - timedelta(hours=2),
        latest_published_precision=Precision.SECOND,
        outlets=("North Post", "South Carrier"),
        origins=("North Post",),
        carriers=("South Carrier",),
        stories=2,
        independent_origins=1,
        voices=(
            Voice(claimer="own voice", side="NR", outlets=("North Post",), independent_origins=1),
            Voice(claimer="own voice", side=None, outlets=("South Carrier",), independent_origins=1),
        ),
        sides_heard=("NR",),
        sides_missing=("SR",),
        conflicts=(),
        loaded_words=("so-called junta",),
        alert_worthy_stories=1,
        evidence=(
            Evidence(
                story_id="5f3a",
                outlet="South Carrier",
                words="12 people of Suderian origin were released by Norland",
                start=304,
                end=357,
                model="reader 1",
                score=0.934,
            ),
        ),
    )


@pytest.fixture(scope="session")
def confirmed(state: ExchangeState) -> ExchangeState:
    """The same swap, carried out, told by both sides and a wire without one."""
    return replace(
        state,
        phase=Phase.COMPLETED,
        outlets=("North Post", "South Carrier", "Suder Times", "Meridian Wire"),
        origins=("North Post", "Suder Times", "Meridian Wire"),
        stories=5,
        independent_origins=3,
        voices=(
            *state.voices,
            Voice(claimer="Suderia defence ministry", side="SR", outlets=("Meridian Wire",), independent_origins=1),
            Voice(claimer="own voice", side="SR", outlets=("Suder Times",), independent_origins=1),
            Voice(claimer="own voice", side=None, outlets=("Meridian Wire",), independent_origins=1),
        ),
        sides_heard=("NR", "SR"),
        sides_missing=(),
    )
