"""What counts: the same reports in any order give the same exchanges, and two deals of the same parties stay two."""

from __future__ import annotations

import runpy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records import (
    Actor,
    CaptiveStatus,
    Claim,
    ClaimType,
    CountRole,
    Exchange,
    ExchangeReport,
    Flow,
    LegKey,
    LinkedReport,
    Phase,
    ReportPhase,
)
from nlp.link import link
from nlp.link_cluster import blocks, grouped, lone_best
from nlp.link_profile import party_key

_START = datetime(2030, 5, 6, 9, 0, tzinfo=UTC)
_SWAP = (("AA", "BB", 32), ("BB", "AA", 2))


def _report(  # noqa: PLR0913  a report has this many sides to vary
    key: str,
    day: float = 0.0,
    *,
    flows: tuple[tuple[str | None, str | None, int | None], ...] = _SWAP,
    phase: ReportPhase = ReportPhase.COMPLETED,
    on: date | None = None,
    text: str = "",
    origin: str | None = None,
    status: CaptiveStatus = CaptiveStatus.POW,
    claims: tuple[Claim, ...] = (),
    is_exchange: bool = True,
) -> LinkedReport:
    when = _START + timedelta(days=day)
    return LinkedReport(
        story_key=key,
        report=ExchangeReport(
            is_exchange=is_exchange,
            is_exchange_score=1.0,
            alert_worthy=True,
            alert_score=1.0,
            phase=phase,
            phase_score=1.0,
            flows=tuple(_flow(*flow, status) for flow in flows),
            exchange_on=on,
        ),
        published_at=when,
        first_seen_at=when,
        outlet="Outlet",
        outlet_side=None,
        origin_key=origin or key,
        language="en",
        title="",
        text=text,
        claims=claims,
    )


def _flow(releasing: str | None, receiving: str | None, count: int | None, status: CaptiveStatus) -> Flow:
    return Flow(
        releasing=Actor(code=releasing, name=releasing) if releasing else None,
        receiving=Actor(code=receiving, name=receiving) if receiving else None,
        count=count,
        status=status,
    )


def _count(best: int, role: CountRole, releasing: str | None = None, receiving: str | None = None) -> Claim:
    return Claim(
        start=0,
        end=1,
        words="x",
        type=ClaimType.COUNT,
        claimer="author",
        claimer_code=None,
        value=str(best),
        role=role,
        releasing=releasing,
        receiving=receiving,
        best=best,
    )


def _said(kind: ClaimType) -> Claim:
    return replace(_count(1, CountRole.OTHER), type=kind, role=None)


def _members(exchanges: tuple[Exchange, ...]) -> set[tuple[str, ...]]:
    return {exchange.members for exchange in exchanges}


def _only(*reports: LinkedReport) -> Exchange:
    (exchange,) = link(reports)
    return exchange


# ---------------------------------------------------------------- what belongs together


def test_reports_of_one_swap_in_one_week_are_one_exchange() -> None:
    reports = [
        _report("a", 0, phase=ReportPhase.AGREED),
        _report("b", 0.5, phase=ReportPhase.AGREED),
        _report("c", 6, on=date(2030, 5, 12)),
    ]
    assert _members(link(reports)) == {("a", "b", "c")}


def test_a_contradicted_figure_in_the_same_week_stays_in_the_exchange() -> None:
    day = date(2030, 5, 6)
    other = (("AA", "BB", 30), ("BB", "AA", 2))
    assert _members(link([_report("a", on=day), _report("b", 0.3, on=day, flows=other)])) == {("a", "b")}


def test_two_swaps_of_the_same_parties_in_one_month_are_two_exchanges() -> None:
    first, second = date(2030, 5, 6), date(2030, 5, 20)
    other = (("AA", "BB", 95), ("BB", "AA", 95))
    reports = [
        _report("a1", 0, on=first),
        _report("a2", 0.5, on=first),
        _report("a3", 1.5, on=first),
        _report("b1", 14, on=second, flows=other),
        _report("b2", 14.2, on=second, flows=other),
    ]
    assert _members(link(reports)) == {("a1", "a2", "a3"), ("b1", "b2")}


def test_two_swaps_with_the_same_figures_on_different_days_are_two_exchanges() -> None:
    first, second = date(2030, 5, 6), date(2030, 5, 24)
    reports = [_report("a", 0, on=first), _report("b", 18, on=second)]
    assert _members(link(reports)) == {("a",), ("b",)}


def test_a_new_deal_announced_after_a_swap_opens_an_exchange_of_its_own() -> None:
    done = date(2030, 5, 6)
    planned = (("AA", "BB", 300), ("BB", "AA", 300))
    reports = [
        _report("a", 0, on=done),
        _report("b", 20, flows=planned, phase=ReportPhase.PLANNED, on=date(2030, 6, 10)),
    ]
    assert _members(link(reports)) == {("a",), ("b",)}


def test_exchanges_of_other_parties_never_meet() -> None:
    reports = [_report("a"), _report("b", flows=(("CC", "DD", 32), ("DD", "CC", 2)))]
    assert _members(link(reports)) == {("a",), ("b",)}


def test_bodies_and_living_captives_under_two_deals_stay_apart() -> None:
    bodies = (("AA", "BB", 41), ("BB", "AA", 3))
    living = (("AA", "BB", 5), ("BB", "AA", 2))
    reports = [
        _report("a", 0, flows=bodies, status=CaptiveStatus.BODIES, on=date(2030, 5, 5)),
        _report("b", 0.5, flows=bodies, status=CaptiveStatus.BODIES, on=date(2030, 5, 5)),
        _report("c", 3, flows=living, on=date(2030, 5, 9)),
    ]
    assert _members(link(reports)) == {("a", "b"), ("c",)}


def test_copies_stay_together_whatever_their_reports_say() -> None:
    odd = (("CC", "DD", 7),)
    reports = [_report("a", origin="one"), _report("b", 0.1, origin="one", flows=odd)]
    assert _members(link(reports)) == {("a", "b")}


def test_languages_and_spellings_of_an_unlisted_party_meet() -> None:
    assert party_key("x-velmoria") == party_key("x-velmoriya") == party_key("x-velmor")
    assert party_key("x-velmoria") == party_key("x-velmorian") == party_key("x-velmorians")
    assert party_key("x-velmoria") != party_key("x-tarsk-republic")
    latin = (("x-velmoria", "x-tarsk-republic", 19),)
    spelled = (("x-velmor", "x-tarsk", 19),)
    exchange = _only(_report("a", flows=latin), _report("b", 0.2, flows=spelled))
    assert exchange.members == ("a", "b")
    assert len(exchange.parties) == 2
    assert len(exchange.legs) == 1


def test_a_story_that_is_no_exchange_is_left_out() -> None:
    assert link([_report("a", is_exchange=False)]) == ()


# ---------------------------------------------------------------- reports that name less


def test_a_report_with_one_party_joins_the_only_exchange_it_fits() -> None:
    reports = [_report("a"), _report("b", 0.3, flows=(("AA", None, 32),))]
    assert _members(link(reports)) == {("a", "b")}


def test_a_report_with_one_party_that_fits_two_exchanges_alike_joins_neither() -> None:
    day = date(2030, 5, 6)
    reports = [
        _report("a", on=day),
        _report("b", on=day, flows=(("AA", "CC", 32), ("CC", "AA", 2))),
        _report("c", 0.2, on=day, flows=(("AA", None, None),)),
    ]
    assert _members(link(reports)) == {("a",), ("b",), ("c",)}


# ---------------------------------------------------------------- history


def test_a_look_back_joins_the_exchange_it_remembers_and_does_not_move_it() -> None:
    day = date(2030, 5, 6)
    exchange = _only(
        _report("a", on=day),
        _report("b", 365, phase=ReportPhase.HISTORICAL, on=day, flows=(("AA", "BB", 32),)),
    )
    assert exchange.members == ("a", "b")
    assert exchange.phase is Phase.COMPLETED
    assert [step.story_key for step in exchange.phases] == ["a"]
    assert exchange.opened_on == day


def test_a_look_back_on_an_unknown_exchange_opens_none() -> None:
    reports = [
        _report("a", on=date(2030, 5, 6)),
        _report("b", 1, phase=ReportPhase.HISTORICAL, on=date(1994, 5, 6)),
        _report("c", 1, phase=ReportPhase.HISTORICAL),
    ]
    assert _members(link(reports)) == {("a",)}


# ---------------------------------------------------------------- phases


@pytest.mark.parametrize(
    ("phases", "now", "illegal"),
    [
        (["rumoured", "planned", "announced", "agreed", "under_way", "completed"], "completed", []),
        (["agreed", "stalled", "completed"], "completed", []),
        (["planned", "denied"], "denied", []),
        (["denied", "completed"], "completed", []),
        (["stalled", "rumoured"], "stalled", []),
        (["stalled", "planned"], "planned", []),
        (["completed", "rumoured"], "completed", ["rumoured"]),
        (["completed", "planned"], "completed", ["planned"]),
        (["completed", "denied"], "completed", []),
        (["agreed", "called_for"], "agreed", ["called_for"]),
        (["agreed", "planned"], "agreed", []),
        (["completed", "completed"], "completed", []),
    ],
)
def test_the_phases_run_in_the_order_of_their_reports(phases: list[str], now: str, illegal: list[str]) -> None:
    reports = [
        _report(str(number), number / 10, phase=ReportPhase(phase), on=date(2030, 5, 6))
        for number, phase in enumerate(phases)
    ]
    exchange = _only(*reports)
    assert exchange.phase.value == now
    assert [step.phase.value for step in exchange.phases if step.illegal] == illegal


def test_a_report_without_publication_time_counts_from_its_first_sighting() -> None:
    report = replace(_report("a"), published_at=None)
    assert _only(report).phases[0].reported_at == report.first_seen_at


# ---------------------------------------------------------------- the ledger


def test_only_counts_of_released_people_are_counts_of_a_leg() -> None:
    claims = (
        _count(32, CountRole.RELEASED, "AA", "BB"),
        _count(55, CountRole.HELD, "AA", "BB"),
        _count(80, CountRole.OTHER),
        _count(12, CountRole.KILLED),
        _count(26, CountRole.PART, "AA", "BB"),
        _said(ClaimType.TIMING),
        _said(ClaimType.MEDIATION),
        _said(ClaimType.BLAME),
        _said(ClaimType.STATUS),
        _said(ClaimType.OTHER),
    )
    exchange = _only(_report("a", claims=claims))
    assert [cell.slot for cell in exchange.cells] == [
        "count",
        "other",
        "other",
        "other",
        "other",
        "date",
        "mediator",
        "blame",
        "status",
        "other",
    ]
    assert exchange.cells[0].leg == LegKey(releasing="AA", receiving="BB")
    assert all(cell.leg is None for cell in exchange.cells[1:])


def test_a_count_without_parties_belongs_to_the_only_leg() -> None:
    exchange = _only(_report("a", flows=(("AA", "BB", 9),), claims=(_count(9, CountRole.RELEASED),)))
    assert exchange.cells[0].leg == LegKey(releasing="AA", receiving="BB")


def test_a_count_without_parties_stays_open_between_two_legs() -> None:
    exchange = _only(_report("a", claims=(_count(9, CountRole.RELEASED),)))
    assert exchange.cells[0].slot == "count"
    assert exchange.cells[0].leg is None


def test_a_half_known_leg_is_folded_into_the_only_whole_one_it_fits() -> None:
    exchange = _only(_report("a"), _report("b", 0.1, flows=(("AA", None, 32),)))
    assert exchange.legs == (LegKey(releasing="AA", receiving="BB"), LegKey(releasing="BB", receiving="AA"))


def test_the_swap_of_december_2023_keeps_held_people_out_of_its_legs() -> None:
    """The joint statement, the handover as each side told it, and the numbers that are no releases."""
    swap = (("AZ", "AM", 32), ("AM", "AZ", 2))
    handover = date(2030, 5, 12)
    statement = _report(
        "statement",
        0,
        flows=swap,
        phase=ReportPhase.AGREED,
        claims=(
            _count(32, CountRole.RELEASED, "AZ", "AM"),
            _count(2, CountRole.RELEASED, "AM", "AZ"),
            _count(55, CountRole.HELD, "AZ", None),
            _count(41, CountRole.PART, "AZ", None),
            _count(80, CountRole.HELD, "AZ", None),
            _said(ClaimType.MEDIATION),
        ),
    )
    copy = _report("copy", 0.2, flows=swap, phase=ReportPhase.AGREED, origin="statement", claims=statement.claims[:2])
    commission = _report("commission", 6, flows=swap, on=handover, claims=(_said(ClaimType.TIMING),))
    parts = _report(
        "parts",
        6.1,
        flows=(("AZ", "AM", 31), ("AZ", "AM", 1), ("AM", "AZ", 2)),
        on=handover,
        claims=(_count(31, CountRole.RELEASED, "AZ", "AM"), _count(1, CountRole.RELEASED, "AZ", "AM")),
    )
    anniversary = _report("anniversary", 371, flows=swap, phase=ReportPhase.HISTORICAL, on=handover)
    exchange = _only(statement, copy, commission, parts, anniversary)
    assert exchange.members == ("anniversary", "commission", "copy", "parts", "statement")
    assert exchange.legs == (LegKey(releasing="AM", receiving="AZ"), LegKey(releasing="AZ", receiving="AM"))
    assert exchange.parties == ("AM", "AZ")
    assert exchange.phase is Phase.COMPLETED
    assert [step.phase for step in exchange.phases] == [Phase.AGREED, Phase.COMPLETED]
    assert exchange.opened_on == _START.date()
    by_key = {(cell.story_key, cell.claim_index): cell for cell in exchange.cells}
    counts = {place for place, cell in by_key.items() if cell.slot == "count"}
    assert counts == {("statement", 0), ("statement", 1), ("copy", 0), ("copy", 1), ("parts", 0), ("parts", 1)}
    assert by_key["parts", 1].leg == LegKey(releasing="AZ", receiving="AM")


# ---------------------------------------------------------------- order

_CODES = st.sampled_from(["AA", "BB", "CC", "x-velmoria", "x-velmor", None])
_FLOWS = st.lists(st.tuples(_CODES, _CODES, st.sampled_from([None, 2, 9, 32, 95])), max_size=3).map(tuple)
_DAYS = st.integers(min_value=0, max_value=90)


@st.composite
def _reports(draw: st.DrawFn) -> list[LinkedReport]:
    return [
        _report(
            f"s{number}",
            draw(_DAYS),
            flows=draw(_FLOWS),
            phase=draw(st.sampled_from(list(ReportPhase))),
            on=draw(st.none() | _DAYS.map(lambda days: date(2030, 5, 6) + timedelta(days=days))),
            text=draw(st.sampled_from(["", "At Orlo 95 men crossed.", "Lindholm counted 32 names"])),
            origin=draw(st.sampled_from([None, "one", "two"])),
            status=draw(st.sampled_from([CaptiveStatus.POW, CaptiveStatus.BODIES])),
            claims=(_count(9, CountRole.RELEASED, draw(_CODES), draw(_CODES)),),
        )
        for number in range(draw(st.integers(min_value=0, max_value=8)))
    ]


@settings(max_examples=60)
@given(_reports().flatmap(lambda reports: st.tuples(st.just(reports), st.permutations(reports))))
def test_any_order_of_the_reports_gives_the_same_exchanges(both: tuple[list[LinkedReport], list[LinkedReport]]) -> None:
    reports, shuffled = both
    assert link(reports) == link(shuffled)


@settings(max_examples=60)
@given(_reports())
def test_no_report_is_in_two_exchanges_and_every_cell_belongs_to_a_member(reports: list[LinkedReport]) -> None:
    exchanges = link(reports)
    members = [member for exchange in exchanges for member in exchange.members]
    assert len(members) == len(set(members))
    for exchange in exchanges:
        assert {cell.story_key for cell in exchange.cells} <= set(exchange.members)
        assert {cell.leg for cell in exchange.cells} <= {None, *exchange.legs}
        assert exchange.phase in {step.phase for step in exchange.phases}


# ---------------------------------------------------------------- the gold stories

_ROOT = Path(__file__).parents[2]
_FLOOR = 0.94  # B3 F1 on the development stories; measured 0.96


def test_the_development_stories_are_linked_no_worse_than_before() -> None:
    benchmark = runpy.run_path(str(_ROOT / "benchmarks" / "link.py"))
    stories = benchmark["read"](_ROOT / "benchmarks" / "gold", "dev")
    assert benchmark["b_cubed"](benchmark["labelled"](stories))[2] >= _FLOOR


# ---------------------------------------------------------------- groups from scores


def test_two_groups_join_while_they_score_above_the_threshold_on_average() -> None:
    close = {frozenset((0, 1)), frozenset((2, 3)), frozenset((1, 2))}
    groups = grouped(4, lambda one, other: 1.0 if frozenset((one, other)) in close else -1.0, 0.0)
    assert groups == ((0, 1), (2, 3))


def test_blocks_part_what_never_touches() -> None:
    assert blocks(4, lambda one, other: one // 2 == other // 2) == ((0, 1), (2, 3))
    assert blocks(0, lambda one, other: one == other) == ()


def test_the_lone_best_must_lead() -> None:
    assert lone_best([0.5, 3.0], 0.0, 1.0) == 1
    assert lone_best([2.5, 3.0], 0.0, 1.0) is None
    assert lone_best([-2.0], 0.0, 1.0) is None
    assert lone_best([], 0.0, 1.0) is None
