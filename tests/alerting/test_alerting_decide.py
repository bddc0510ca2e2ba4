"""Deciding: told once, told on news, never on a copy, never when stale, and the same facts under the same key."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.decide import decide
from alerting.news import told_after
from models.records import (
    Alert,
    AlertReason,
    ExchangeState,
    Phase,
    Precision,
    Rule,
    Severity,
    Told,
)

DESK = "http://desk.example"
NOTHING = Told()


def alerts(state: ExchangeState, told: Told, rule: Rule, now: datetime) -> tuple[Alert, ...]:
    return tuple(alert for alert, _ in decide(state, told, rule, now=now, base_url=DESK))


def after(state: ExchangeState, told: Told, rule: Rule, now: datetime) -> Told:
    return told_after(told, state, alerts(state, told, rule, now))


def with_figure(state: ExchangeState, best: int | None) -> ExchangeState:
    first, second = state.legs
    return replace(state, legs=(replace(first, low=best, best=best, high=best), second))


@st.composite
def courses(draw: st.DrawFn) -> Sequence[dict[str, object]]:
    """What may change in an exchange from one decision to the next."""
    change = st.fixed_dictionaries(
        {},
        optional={
            "phase": st.sampled_from(Phase),
            "independent_origins": st.integers(0, 4),
            "conflicts": st.lists(
                st.sampled_from(["A → B: 1 (X) / 2 (Y)", "A → B: 1 (X, Z) / 2 (Y)", "A → B: 1 (X) / 3 (Y)", "odd"]),
                max_size=2,
            ).map(tuple),
            "corrected": st.booleans(),
            "stories": st.integers(1, 9),
            "alert_worthy_stories": st.integers(0, 2),
            "best": st.none() | st.integers(0, 3),
        },
    )
    return draw(st.lists(change, max_size=8))


def walk(state: ExchangeState, course: Sequence[dict[str, object]]) -> list[ExchangeState]:
    states = []
    for changed in course:
        fields = dict(changed)
        best = fields.pop("best", state.legs[0].best)
        state = replace(with_figure(state, best), **fields)  # type: ignore[arg-type] # drawn to fit
        states.append(state)
    return states


# ---------------------------------------------------------------- any course of events


@given(courses())
@settings(max_examples=200)
def test_nothing_is_told_twice_in_any_course_of_events(
    state: ExchangeState, rule: Rule, now: datetime, course: Sequence[dict[str, object]]
) -> None:
    told, keys = NOTHING, list[str]()
    for one in walk(state, course):
        sent = alerts(one, told, rule, now)
        told = told_after(told, one, sent)
        keys += [alert.event_key for alert in sent]
        assert alerts(one, told, rule, now) == ()
    assert len(keys) == len(set(keys))


@given(courses())
@settings(max_examples=200)
def test_what_was_told_last_is_what_is_so_in_any_course_of_events(
    state: ExchangeState, rule: Rule, now: datetime, course: Sequence[dict[str, object]]
) -> None:
    told = NOTHING
    for one in walk(state, course):
        told = after(one, told, rule, now)
        if told.event_keys:
            assert told.phase is one.phase
            assert dict(told.figures)["NR->SR"] == one.legs[0].best


@given(courses(), st.integers(0, 2**32))
@settings(max_examples=100)
def test_the_order_of_facts_is_irrelevant(
    state: ExchangeState, rule: Rule, now: datetime, course: Sequence[dict[str, object]], seed: int
) -> None:
    told, mixed, shuffle = NOTHING, NOTHING, random.Random(seed)  # noqa: S311 - an order, not a secret
    for one in walk(state, course):
        other = replace(
            one,
            legs=tuple(shuffle.sample(one.legs, len(one.legs))),
            conflicts=tuple(shuffle.sample(one.conflicts, len(one.conflicts))),
            voices=tuple(shuffle.sample(one.voices, len(one.voices))),
            origins=one.origins[::-1],
            outlets=one.outlets[::-1],
        )
        told, mixed = after(one, told, rule, now), after(other, mixed, rule, now)
        assert told == mixed


@given(courses(), st.integers(0, 30))
@settings(max_examples=100)
def test_what_is_stale_is_kept_and_has_no_channel(
    state: ExchangeState, rule: Rule, now: datetime, course: Sequence[dict[str, object]], late: int
) -> None:
    told, at = NOTHING, now + timedelta(days=10 + late)
    for one in walk(state, course):
        sent = alerts(one, told, rule, at)
        assert all((alert.suppressed, alert.channels) == ("stale", ()) for alert in sent)
        told = told_after(told, one, sent)
        assert alerts(one, told, rule, now) == ()


@given(
    st.integers(1, 500),
    st.lists(st.text("abc", min_size=1), max_size=5),
    st.permutations(["North Post", "Copy One", "Copy Two"]),
)
def test_copies_are_never_told(
    state: ExchangeState, rule: Rule, now: datetime, stories: int, outlets: list[str], tellers: list[str]
) -> None:
    """More stories, outlets, carriers and tellers of the same numbers, from no new origin."""
    disputed = replace(state, conflicts=("Norland → Suderia: 10 (North Post) / 12 (North Post)",))
    told = after(disputed, NOTHING, rule, now)
    copied = replace(
        disputed,
        stories=state.stories + stories,
        outlets=(*state.outlets, *outlets),
        carriers=tuple(outlets),
        conflicts=(f"Norland → Suderia: 10 ({', '.join(tellers)}) / 12 (North Post)",),
        latest_published_at=now,
        alert_worthy_stories=stories,
        evidence=(),
    )
    assert alerts(copied, told, rule, now) == ()


# ---------------------------------------------------------------- reasons


def test_the_first_report_is_told_at_once(state: ExchangeState, rule: Rule, now: datetime) -> None:
    (alert,) = alerts(state, NOTHING, rule, now)
    assert (alert.reason, alert.channels) == (AlertReason.FIRST_REPORT, ("duty",))
    assert alert.event_key.startswith("exchange:nr-sr-2024-05-02a:first_report:")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"independent_origins": 2}, AlertReason.NEW_ORIGIN),
        ({"phase": Phase.COMPLETED}, AlertReason.PHASE_CHANGED),
        ({"phase": Phase.DENIED}, AlertReason.PHASE_CHANGED),
        ({"conflicts": ("Norland → Suderia: 12 (a) / 13 (b)",)}, AlertReason.CONTRADICTION),
        ({"corrected": True}, AlertReason.CORRECTION),
    ],
)
def test_every_kind_of_news_is_told_once_in_the_same_thread(
    state: ExchangeState, rule: Rule, now: datetime, change: dict[str, object], reason: AlertReason
) -> None:
    told = after(state, NOTHING, rule, now)
    changed = replace(state, **change)  # type: ignore[arg-type] # a table of changes
    (alert,) = alerts(changed, told, rule, now)
    assert (alert.reason, alert.thread_key) == (reason, "exchange:nr-sr-2024-05-02a")
    assert alert.event_key.startswith(f"{alert.thread_key}:{reason.value}:")


@pytest.mark.parametrize(("best", "said"), [(13, "Norland→Suderia 12 → 13"), (None, "Norland→Suderia 12 → no number")])
def test_a_figure_that_moves_or_goes_is_told(
    state: ExchangeState, rule: Rule, now: datetime, best: int | None, said: str
) -> None:
    (alert,) = alerts(with_figure(state, best), after(state, NOTHING, rule, now), rule, now)
    assert alert.reason is AlertReason.FIGURE_CHANGED
    assert said in alert.body.split("\n")[0]


def test_several_changes_are_one_alert_under_the_weightiest_reason(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    changed = replace(with_figure(state, 9), phase=Phase.STALLED, independent_origins=2, corrected=True)
    (alert,) = alerts(changed, after(state, NOTHING, rule, now), rule, now)
    assert alert.reason is AlertReason.PHASE_CHANGED
    assert alert.body.startswith("↻ PHASE CHANGED + FIGURE CHANGED + CORRECTION + NEW INDEPENDENT ORIGIN · ")


def test_a_number_nobody_gave_before_is_a_new_contradiction_and_another_teller_is_not(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    told = after(replace(state, conflicts=("A → B: 1 (X) / 2 (Y)",)), NOTHING, rule, now)
    assert told.conflicts == ("A → B: 1/2",)
    assert alerts(replace(state, conflicts=("A → B: 1 (X) / 2 (Y, Z)",)), told, rule, now) == ()
    assert alerts(replace(state, conflicts=()), told, rule, now) == ()
    (alert,) = alerts(replace(state, conflicts=("A → B: 1 (X) / 2 (Y) / 10 (Z)",)), told, rule, now)
    assert alert.reason is AlertReason.CONTRADICTION
    assert "A → B: 1/2/10" in alert.body.split("\n")[0]


def test_coming_back_to_what_was_told_before_is_news_every_time(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    told, keys = NOTHING, list[str]()
    for phase in (Phase.AGREED, Phase.STALLED, Phase.AGREED, Phase.STALLED, Phase.AGREED, Phase.STALLED):
        (alert,) = alerts(replace(state, phase=phase), told, rule, now)
        told = told_after(told, state=replace(state, phase=phase), alerts=(alert,))
        keys.append(alert.event_key)
    assert len(set(keys)) == len(keys) == 6


def test_origins_that_are_found_to_be_one_and_then_two_again_are_no_news(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    told = after(replace(state, independent_origins=3), NOTHING, rule, now)
    fewer = replace(state, independent_origins=2, corrected=True)
    told = after(fewer, told, rule, now)
    assert alerts(replace(fewer, independent_origins=3), told, rule, now) == ()


# ---------------------------------------------------------------- keys


def test_the_key_of_the_same_facts_is_the_same_whenever_they_are_judged(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    (early,), (late,) = (alerts(state, NOTHING, rule, now + timedelta(hours=h)) for h in (0, 30))
    assert early.event_key == late.event_key == "exchange:nr-sr-2024-05-02a:first_report:edd9d781036a"


def test_the_key_is_of_the_new_facts_alone(state: ExchangeState, rule: Rule, now: datetime) -> None:
    """What an earlier event told, in whatever steps, leaves no mark in the key of the next."""
    told = after(state, NOTHING, rule, now)
    by_steps = after(replace(state, independent_origins=2), told, rule, now)
    by_steps = after(replace(state, independent_origins=3), by_steps, rule, now)
    at_once = after(replace(state, independent_origins=3), told, rule, now)
    changed = replace(state, independent_origins=3, phase=Phase.COMPLETED)
    assert [a.event_key for a in alerts(changed, by_steps, rule, now)] == [
        a.event_key for a in alerts(changed, at_once, rule, now)
    ]


def test_no_alert_leaves_the_memory_as_it_was(state: ExchangeState, rule: Rule, now: datetime) -> None:
    told = after(state, NOTHING, rule, now)
    assert told_after(told, replace(state, phase=Phase.DENIED), ()) is told


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("parties", "speaks"),
    [
        ((), True),
        (("NR",), True),
        (("NR", "XX"), True),
        (("XX",), False),
        (("NR+SR",), True),
        (("NR+XX",), False),
        (("NR+XX", "SR"), True),
    ],
)
def test_a_rule_speaks_of_any_of_its_parties_and_of_both_where_they_are_joined(
    state: ExchangeState, rule: Rule, now: datetime, parties: tuple[str, ...], *, speaks: bool
) -> None:
    assert bool(alerts(state, NOTHING, replace(rule, parties=parties), now)) is speaks


def test_a_rule_waits_for_its_phase_its_origins_and_a_report_that_is_news(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    assert alerts(state, NOTHING, replace(rule, phases=(Phase.DENIED,)), now) == ()
    assert alerts(state, NOTHING, replace(rule, min_independent=2), now) == ()
    assert alerts(replace(state, alert_worthy_stories=0), NOTHING, rule, now) == ()


def test_who_was_told_of_a_swap_hears_that_it_is_denied_whatever_the_rule_waits_for(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    waiting = replace(rule, phases=(Phase.AGREED,))
    told = after(state, NOTHING, waiting, now)
    (alert,) = alerts(replace(state, phase=Phase.DENIED), told, waiting, now)
    assert (alert.reason, alert.title) == (
        AlertReason.PHASE_CHANGED,
        "[notice] ↻ Now denied: Norland 12 ⇄ Suderia 3",
    )


def test_one_partisan_source_is_told_as_notice_at_most(
    state: ExchangeState, confirmed: ExchangeState, rule: Rule, now: datetime
) -> None:
    told = [
        alerts(one, NOTHING, replace(rule, severity=severity), now)[0].severity
        for one in (state, confirmed)
        for severity in Severity
    ]
    assert told == [Severity.INFO, Severity.NOTICE, Severity.NOTICE, *Severity]


# ---------------------------------------------------------------- fresh or stale


@pytest.mark.parametrize(
    ("precision", "hours", "stale"),
    [
        (Precision.SECOND, 72, None),
        (Precision.SECOND, 72.1, "stale"),
        (Precision.DAY, 96, None),
        (Precision.DAY, 96.1, "stale"),
    ],
)
def test_age_is_counted_from_the_latest_publication_and_a_day_from_its_end(
    state: ExchangeState, rule: Rule, now: datetime, precision: Precision, hours: float, stale: str | None
) -> None:
    aged = replace(state, latest_published_precision=precision, latest_published_at=now - timedelta(hours=hours))
    (alert,) = alerts(aged, NOTHING, rule, now)
    assert alert.suppressed == stale


def test_an_exchange_of_unknown_or_future_time_is_fresh(state: ExchangeState, rule: Rule, now: datetime) -> None:
    for latest in (None, now + timedelta(days=400)):
        (alert,) = alerts(replace(state, latest_published_at=latest), NOTHING, rule, now)
        assert (alert.suppressed, alert.channels) == (None, ("duty",))
