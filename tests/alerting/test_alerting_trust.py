"""Trust: one source never confirms, both sides do, and nobody can be made to speak by the other side."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerting.trust import judge
from models.records import ExchangeState, Phase, Trust, Voice


def voice(claimer: str, side: str | None, *outlets: str) -> Voice:
    return Voice(claimer=claimer, side=side, outlets=outlets, independent_origins=len(outlets))


def test_one_aligned_source_is_unconfirmed_and_its_reasons_say_so(state: ExchangeState) -> None:
    assert judge(state) == (
        Trust.UNCONFIRMED,
        (
            "one source (North Post), aligned with Norland",
            "Norland heard through North Post, nothing from Suderia yet",
            "loaded wording (“so-called junta”)",
        ),
    )


def test_twenty_copies_of_one_text_are_one_source(state: ExchangeState) -> None:
    copied = replace(state, outlets=tuple(f"Host {i}" for i in range(20)), stories=20)
    assert judge(copied)[0] is Trust.UNCONFIRMED


def test_a_second_origin_at_a_second_outlet_corroborates(state: ExchangeState) -> None:
    second = replace(state, independent_origins=2, origins=("North Post", "Meridian Wire"))
    assert judge(replace(second, outlets=("North Post", "Meridian Wire")))[0] is Trust.CORROBORATED


def test_one_site_that_credits_two_agencies_is_one_source(state: ExchangeState) -> None:
    faked = replace(state, independent_origins=2, origins=("A Wire", "B Wire"), outlets=("Fake Site",), voices=())
    trust, why = judge(faked)
    assert trust is Trust.UNCONFIRMED
    assert why[0] == "2 independent origins (A Wire, B Wire), but all seen at one outlet (Fake Site)"


def test_both_sides_confirm(confirmed: ExchangeState) -> None:
    assert judge(confirmed)[0] is Trust.CONFIRMED


def test_the_other_sides_official_quoted_by_a_wire_without_a_side_confirms(confirmed: ExchangeState) -> None:
    quoted = [v for v in confirmed.voices if v.outlets != ("Suder Times",)]
    assert judge(replace(confirmed, voices=tuple(quoted)))[0] is Trust.CONFIRMED


def test_what_one_side_says_that_the_other_said_confirms_nothing(state: ExchangeState) -> None:
    aligned = replace(
        state,
        independent_origins=2,
        origins=("North Post", "North Star"),
        outlets=("North Post", "North Star"),
        voices=(
            voice("own voice", "NR", "North Post", "North Star"),
            voice("Suderia prime minister", "SR", "North Post", "North Star"),
        ),
        sides_heard=("NR", "SR"),
        sides_missing=(),
    )
    trust, why = judge(aligned)
    assert trust is Trust.CORROBORATED
    assert why[:2] == (
        "2 independent origins (North Post, North Star), aligned with Norland",
        "Norland heard through North Post, North Star, Suderia only as others quote or carry it",
    )


def test_a_copy_on_a_neutral_host_does_not_wash_a_quotation_clean(state: ExchangeState) -> None:
    washed = replace(
        state,
        independent_origins=2,
        origins=("North Post", "North Star"),
        outlets=("North Post", "North Star", "Neutral Host"),
        carriers=("Neutral Host",),
        voices=(
            voice("own voice", "NR", "North Post", "North Star"),
            voice("own voice", None, "Neutral Host"),
            voice("Suderia prime minister", "SR", "North Post", "Neutral Host"),
        ),
        sides_heard=("NR", "SR"),
        sides_missing=(),
    )
    assert judge(washed)[0] is Trust.CORROBORATED


def test_both_sides_through_one_outlet_is_that_outlets_word(confirmed: ExchangeState) -> None:
    one = replace(
        confirmed,
        voices=(voice("Norland army", "NR", "Meridian Wire"), voice("Suderia army", "SR", "Meridian Wire")),
    )
    trust, why = judge(one)
    assert trust is Trust.CORROBORATED
    assert why[1].endswith("all through one outlet")


def test_neither_a_rumour_nor_a_denial_can_be_confirmed(confirmed: ExchangeState) -> None:
    for phase in (Phase.RUMOURED, Phase.DENIED):
        trust, why = judge(replace(confirmed, phase=phase))
        assert trust is Trust.CORROBORATED
        assert any("cannot be confirmed" in reason for reason in why)


def test_figures_that_differ_are_said(confirmed: ExchangeState) -> None:
    _, why = judge(replace(confirmed, conflicts=("Norland → Suderia: 10 (A) / 12 (B)",)))
    assert "figures differ: Norland → Suderia: 10 (A) / 12 (B)" in why


@given(
    voices=st.lists(
        st.builds(
            Voice,
            claimer=st.sampled_from(["own voice", "Norland army", "Suderia army", "ICRC"]),
            side=st.sampled_from(["NR", "SR", None]),
            outlets=st.lists(st.sampled_from(["North Post", "Suder Times"]), max_size=2).map(tuple),
            independent_origins=st.integers(0, 9),
        ),
        max_size=6,
    ).map(tuple),
    phase=st.sampled_from(Phase),
    stories=st.integers(1, 99),
)
def test_one_source_never_confirms_whatever_it_says(
    state: ExchangeState, voices: tuple[Voice, ...], phase: Phase, stories: int
) -> None:
    both = replace(state, voices=voices, phase=phase, stories=stories, sides_heard=("NR", "SR"), sides_missing=())
    assert judge(both)[0] is Trust.UNCONFIRMED
    two_origins_one_outlet = replace(both, independent_origins=9, outlets=("North Post",))
    assert judge(two_origins_one_outlet)[0] is Trust.UNCONFIRMED
