"""Deciding: told once, told on news, never on a copy, never when stale; trust with its reasons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.decide import decide
from alerting.message import short_of
from alerting.trust import judge
from models.records import (
    AlertReason,
    Evidence,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Phase,
    Precision,
    Rule,
    Told,
    Trust,
    Voice,
)

NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)
RULE = Rule(id="r", to=("duty",))


def leg(releasing: str, receiving: str, best: int | None) -> LegFigure:
    return LegFigure(
        releasing=releasing, receiving=receiving, releasing_name=f"State {releasing}",
        receiving_name=f"State {receiving}", low=best, best=best, high=best, statuses=("military",), words="words",
    )  # fmt: skip


STATE = ExchangeState(
    slug="aa-bb-2024-05-02a",
    phase=Phase.AGREED,
    phase_words="They agreed",
    legs=(leg("AA", "BB", 12), leg("BB", "AA", 3)),
    mediation=MediationStatus.EXPLICITLY_NONE,
    mediators=(),
    exchange_on=None,
    place=None,
    first_published_at=NOW - timedelta(hours=2),
    first_published_precision=Precision.DAY,
    latest_published_at=NOW - timedelta(hours=2),
    outlets=("North Post",),
    origins=("North Post",),
    carriers=("South Carrier",),
    stories=2,
    independent_origins=1,
    voices=(Voice(claimer="own voice", side="AA", outlets=("North Post",), independent_origins=1),),
    sides_heard=("AA",),
    sides_missing=("BB",),
    conflicts=(),
    loaded_words=("so-called state",),
    alert_worthy_stories=1,
    evidence=(
        Evidence(story_id="s1", outlet="North Post", words="12 soldiers", start=4, end=15, model="m 1", score=0.9),
    ),
)


def told(state: ExchangeState, before: Told = Told(), *, now: datetime = NOW) -> Told:  # noqa: B008 - frozen
    for _, after in decide(state, before, RULE, now=now, base_url="http://desk"):
        before = after
    return before


def reasons(state: ExchangeState, before: Told) -> list[AlertReason]:
    return [alert.reason for alert, _ in decide(state, before, RULE, now=NOW, base_url="http://desk")]


def test_the_first_report_is_told_at_once() -> None:
    assert reasons(STATE, Told()) == [AlertReason.FIRST_REPORT]


def test_a_copy_is_never_told() -> None:
    copied = replace(STATE, stories=40, outlets=("North Post", "East Echo"))
    assert reasons(copied, told(STATE)) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(STATE, independent_origins=2), AlertReason.NEW_ORIGIN),
        (replace(STATE, phase=Phase.COMPLETED), AlertReason.PHASE_CHANGED),
        (replace(STATE, phase=Phase.DENIED), AlertReason.PHASE_CHANGED),
        (replace(STATE, legs=(leg("AA", "BB", 13), leg("BB", "AA", 3))), AlertReason.FIGURE_CHANGED),
        (replace(STATE, conflicts=("12 (a) / 13 (b)",)), AlertReason.CONTRADICTION),
        (replace(STATE, corrected=True), AlertReason.CORRECTION),
    ],
)
def test_every_kind_of_news_is_told_once_in_the_same_thread(changed: ExchangeState, reason: AlertReason) -> None:
    before = told(STATE)
    ((alert, after),) = decide(changed, before, RULE, now=NOW, base_url="http://desk")
    assert (alert.reason, alert.thread_key) == (reason, "exchange:aa-bb-2024-05-02a")
    assert alert.event_key.startswith(f"{alert.thread_key}:{reason.value}:")
    assert reasons(changed, after) == []


def test_what_is_older_than_the_rule_allows_is_kept_but_not_delivered() -> None:
    ((alert, after),) = decide(STATE, Told(), RULE, now=NOW + timedelta(days=9), base_url="http://desk")
    assert alert.suppressed == "stale"
    assert reasons(STATE, after) == []


def test_a_rule_speaks_only_of_its_parties_phases_and_origins() -> None:
    for rule in (
        replace(RULE, parties=("CC",)),
        replace(RULE, phases=(Phase.DENIED,)),
        replace(RULE, min_independent=2),
    ):
        assert decide(STATE, Told(), rule, now=NOW, base_url="http://desk") == ()
    assert decide(replace(STATE, alert_worthy_stories=0), Told(), RULE, now=NOW, base_url="http://desk") == ()


def test_the_key_of_the_same_facts_is_the_same_whenever_they_are_judged() -> None:
    early, late = (
        decide(STATE, Told(), RULE, now=NOW + timedelta(hours=h), base_url="http://desk")[0][0] for h in (0, 30)
    )
    assert early.event_key == late.event_key


@given(
    st.lists(
        st.builds(
            lambda phase, count, origins: replace(
                STATE, phase=phase, legs=(leg("AA", "BB", count),), independent_origins=origins
            ),
            st.sampled_from(Phase),
            st.integers(0, 5),
            st.integers(1, 4),
        ),
        max_size=8,
    )
)
def test_nothing_is_told_twice_in_any_course_of_events(course: list[ExchangeState]) -> None:
    memory = Told()
    for state in course:
        memory = told(state, memory)
        assert reasons(state, memory) == []


def test_one_source_never_confirms_and_both_sides_do() -> None:
    assert judge(STATE)[0] is Trust.UNCONFIRMED
    assert judge(replace(STATE, independent_origins=3))[0] is Trust.CORROBORATED
    both = replace(STATE, independent_origins=2, sides_heard=("AA", "BB"), sides_missing=())
    assert judge(both)[0] is Trust.CONFIRMED
    assert judge(replace(both, independent_origins=1))[0] is Trust.UNCONFIRMED


def test_the_message_holds_every_field_and_says_what_is_missing() -> None:
    ((alert, _),) = decide(STATE, Told(), RULE, now=NOW, base_url="http://desk")
    assert alert.body == (
        "🔔 EXCHANGE REPORTED · urgent · new\n"
        "State AA releases 12 (military) to State BB ⇄ State BB releases 3 (military) to State AA\n"
        "\n"
        "Status     agreed; “They agreed”\n"
        "How        explicitly without mediators\n"
        "When       handover day not given; place not given\n"
        "First seen published 2024-05-02 (day only) · North Post; carried by South Carrier "
        "(1 independent origins, 2 stories, 1 outlets)\n"
        "Counts     12 / 3 – no differing number yet\n"
        "Voices     own voice [AA] in North Post; nothing from BB yet\n"
        "Trust      unconfirmed: one source: North Post; only AA is heard; nothing yet from BB; aligned with AA; "
        "loaded wording: “so-called state”\n"
        "Check next a source of BB, ICRC, an agency without a side\n"
        "\n"
        "Evidence   “12 soldiers” (North Post, story s1, characters 4–15, m 1, 0.90)\n"
        "Open  http://desk/exchanges/aa-bb-2024-05-02a      Ack  http://desk/exchanges/aa-bb-2024-05-02a/ack"
        "      Wrong?  http://desk/exchanges/aa-bb-2024-05-02a/review\n"
        f"key {alert.event_key}"
    )
    payload = json.loads(alert.payload)
    assert payload["schema"] == "wirewatch.alert.v1"
    assert [one["best"] for one in payload["legs"]] == [12, 3]


@given(st.text())
def test_no_word_of_a_story_can_break_out_of_the_title(words: str) -> None:
    hostile = replace(STATE, legs=(replace(STATE.legs[0], releasing_name=words),))
    ((alert, _),) = decide(hostile, Told(), RULE, now=NOW, base_url="http://desk")
    assert alert.title.isprintable() or alert.title == ""
    assert len(short_of(hostile, base_url="http://desk")) <= 160
