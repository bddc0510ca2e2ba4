"""The message: whole messages compared with files, and what no word of a stranger can do to them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.decide import decide
from models.records import (
    Alert,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Phase,
    Precision,
    Rule,
    Told,
    Voice,
)

GOLDEN = Path(__file__).parent / "golden"
DOCS = Path(__file__).parents[2] / "docs" / "alerts.md"
DESK = "http://desk.example"
LOADED = ("so-called junta", "hostages", "terrorist")


def told_of(state: ExchangeState, rule: Rule, now: datetime, before: Told = Told()) -> Alert:  # noqa: B008 - frozen
    ((alert, _),) = decide(state, before, rule, now=now, base_url=DESK)
    return alert


def shown(alert: Alert) -> str:
    """All that a person may get to read of an alert."""
    return f"{alert.title}\n\n{alert.body}\n\n{json.loads(alert.payload)['short']}\n"


def bare(state: ExchangeState) -> ExchangeState:
    """The exchange of which nothing is known but that it is."""
    return ExchangeState(
        slug=state.slug, phase=Phase.RUMOURED, phase_words="", legs=(), mediation=MediationStatus.UNSTATED,
        mediators=(), exchange_on=None, place=None, first_published_at=None,
        first_published_precision=Precision.UNKNOWN, latest_published_at=None,
        latest_published_precision=Precision.UNKNOWN, outlets=("Meridian Wire",),
        origins=("Meridian Wire",), carriers=(), stories=1, independent_origins=1, voices=(), sides_heard=(),
        sides_missing=(), conflicts=(), loaded_words=(), alert_worthy_stories=1, evidence=(),
    )  # fmt: skip


def disputed(confirmed: ExchangeState) -> ExchangeState:
    """The exchange with differing figures, a mediator that one side denies, a place and a day."""
    first, second = confirmed.legs
    return replace(
        confirmed,
        phase=Phase.UNDER_WAY,
        legs=(replace(first, low=10, high=12, statuses=("hostage", "civilian")), second),
        conflicts=("Norland → Suderia: 10 (Suder Times) / 12 (North Post, Meridian Wire)",),
        mediation=MediationStatus.CONTESTED,
        mediators=("Westmark", "ICRC"),
        exchange_on=date(2024, 5, 3),
        place="the bridge at Halm",
        first_published_precision=Precision.MINUTE,
    )


def lone_leg(state: ExchangeState) -> ExchangeState:
    """One direction only, by a party nobody named, without a number."""
    leg = LegFigure(
        releasing=None, receiving="SR", releasing_name="a party not named", receiving_name="Suderia", low=None,
        best=None, high=None, statuses=("bodies",), words="",
    )  # fmt: skip
    return replace(
        state, legs=(leg,), phase=Phase.ANNOUNCED, mediation=MediationStatus.NAMED, voices=(), sides_heard=()
    )


@pytest.mark.parametrize("name", ["first", "bare", "disputed", "lone_leg", "update", "denial"])
def test_the_message_is_the_one_on_file(
    name: str, state: ExchangeState, confirmed: ExchangeState, rule: Rule, now: datetime
) -> None:
    ((_, told),) = decide(state, Told(), rule, now=now, base_url=DESK)
    alert = {
        "first": lambda: told_of(state, rule, now),
        "bare": lambda: told_of(bare(state), rule, now),
        "disputed": lambda: told_of(disputed(confirmed), rule, now),
        "lone_leg": lambda: told_of(lone_leg(state), rule, now),
        "update": lambda: told_of(confirmed, rule, now, told),
        "denial": lambda: told_of(replace(disputed(confirmed), phase=Phase.DENIED, corrected=True), rule, now, told),
    }[name]()
    assert shown(alert) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def hostile(state: ExchangeState, words: str) -> ExchangeState:
    """The exchange with a stranger's words wherever words of strangers can stand."""
    return replace(
        state,
        phase_words=words,
        legs=tuple(replace(leg, releasing_name=words, receiving_name=words, words=words) for leg in state.legs),
        mediation=MediationStatus.NAMED,
        mediators=(words,),
        place=words,
        origins=(*state.origins, words),
        outlets=(*state.outlets, words),
        carriers=(words,),
        voices=(*state.voices, Voice(claimer=words, side=None, outlets=(words,), independent_origins=1)),
        conflicts=(f"{words} → {words}: 1 ({words}) / 2 ({words})",),
        loaded_words=LOADED,
        evidence=tuple(replace(one, words=words, outlet=words) for one in state.evidence),
    )


STRANGE = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*LOADED, "”", "“", "\n", "\u202e", " ", "HOSTAGES", "key x", "\x00"]), max_size=9).map(
        "".join
    ),
)


@given(STRANGE)
@settings(max_examples=150)
def test_no_words_of_a_stranger_break_a_line_or_turn_the_reading(
    state: ExchangeState, rule: Rule, now: datetime, words: str
) -> None:
    alert = told_of(hostile(state, words), rule, now)
    assert alert.title.isprintable()
    lines = alert.body.split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == len(told_of(state, rule, now).body.split("\n"))
    assert max(map(len, lines)) <= 700
    assert len(alert.title) <= 140


@given(STRANGE)
@settings(max_examples=150)
def test_loaded_words_stand_only_inside_quotes(state: ExchangeState, rule: Rule, now: datetime, words: str) -> None:
    alert = told_of(hostile(state, words), rule, now)
    outside = re.sub(r"“[^”\n]*(?:”|$)", "", f"{alert.title}\n{alert.body}", flags=re.MULTILINE).casefold()
    assert [word for word in LOADED if word in outside] == []


def test_a_status_word_that_judges_stands_in_quotes_and_a_plain_one_does_not(
    state: ExchangeState, rule: Rule, now: datetime
) -> None:
    legs = (replace(state.legs[0], statuses=("hostage", "political_prisoner")), state.legs[1])
    line = told_of(replace(state, legs=legs), rule, now).body.split("\n")[1]
    assert line == "Norland releases 12 called “hostage” and “political prisoner” ⇄ Suderia releases 3 service members"


@given(STRANGE, st.text("abc-", max_size=150))
def test_the_short_form_fits_one_sms(state: ExchangeState, rule: Rule, now: datetime, words: str, slug: str) -> None:
    alert = told_of(replace(hostile(state, words), slug=f"x{slug}"), rule, now)
    short = json.loads(alert.payload)["short"]
    assert len(short) <= 160
    assert short.isascii()
    link = f"{DESK}/exchanges/x{slug}"
    assert short.endswith(f" {link}") if len(link) <= 110 else "http" not in short


def test_the_short_form_fits_whatever_the_length_of_its_link(
    confirmed: ExchangeState, rule: Rule, now: datetime
) -> None:
    shorts = [
        json.loads(told_of(replace(confirmed, slug="x" * length), rule, now).payload)["short"]
        for length in range(1, 120)
    ]
    assert max(map(len, shorts)) == 160
    assert all(short.startswith("EXCHANGE NR 12 / SR 3") for short in shorts)


def test_a_party_that_only_others_quote_is_to_be_asked_itself(state: ExchangeState, rule: Rule, now: datetime) -> None:
    quoted = Voice(claimer="Suderia army", side="SR", outlets=("North Post",), independent_origins=1)
    told = replace(state, voices=(*state.voices, quoted), sides_heard=("NR", "SR"), sides_missing=())
    body = told_of(told, rule, now).body
    assert "\nCheck next a source of Suderia, ICRC, a wire without a side\n" in body
    assert "Suderia: Suderia army in North Post (1 origin)" in body


def test_many_names_are_counted_and_not_all_listed(confirmed: ExchangeState, rule: Rule, now: datetime) -> None:
    many = replace(confirmed, origins=tuple(f"Wire {i}" for i in range(40)), independent_origins=40)
    body = told_of(many, rule, now).body
    assert "Wire 5 and 34 more" in body
    assert "Wire 6," not in body
    assert len(body) < 4000


def test_the_payload_keeps_words_as_they_are_and_fits_the_documented_schema(
    state: ExchangeState, confirmed: ExchangeState, rule: Rule, now: datetime
) -> None:
    schema = json.loads(re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)[0])
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    for one in (state, bare(state), disputed(confirmed), lone_leg(state), hostile(state, "a “b”\u202e\nc")):
        payload = json.loads(told_of(one, rule, now).payload)
        check.validate(payload)
        assert payload["phase_words"] == one.phase_words
        assert set(payload) == set(schema["required"])
