"""Directions of counted captives: two sides, numbers against each other, parts and totals."""

from __future__ import annotations

from dataclasses import replace

from models.records import Actor, CaptiveStatus, CountKind, CountRole, Quantity
from nlp.directions import Number, Parties, directed, likeliest, two_sides

AA, BB, CC = (Actor(code=code, name=code.title()) for code in ("AA", "BB", "CC"))


def parties(**shares: float) -> Parties:
    return {code: (Actor(code=code, name=code.title()), share) for code, share in shares.items()}


def number(size: int, giving: Parties, taking: Parties, *, at: int = 0) -> Number:
    quantity = Quantity(
        start=at, end=at + 2, words=str(size), low=size, best=size, high=size, kind=CountKind.EXACT,
        role=CountRole.RELEASED,
    )  # fmt: skip
    return Number(quantity=quantity, chance=0.9, status=CaptiveStatus.POW, giving=giving, taking=taking)


def ways(
    *numbers: Number, sides: tuple[str, ...] = ("AA", "BB"), both_ways: bool = False
) -> list[tuple[int, str, str]]:
    told = directed(numbers, sides, both_ways=both_ways)
    return [(number.quantity.best or 0, *way.codes) for number, way in told]


def test_the_two_sides_are_those_of_the_whole_text_and_its_numbers() -> None:
    doubtful = parties(AA=0.5, CC=0.2)
    assert two_sides(doubtful, parties(BB=0.3), [number(9, parties(AA=0.9), parties(BB=0.9))]) == ("AA", "BB")
    assert two_sides(parties(AA=0.9), parties(AA=0.1, BB=0.01), []) == ("AA",)
    assert two_sides({}, {}, []) == ()


def test_a_number_goes_between_the_two_sides_where_a_bystander_is_hardly_likelier() -> None:
    near_a_host = number(32, parties(AA=0.4, CC=0.5), parties(BB=0.9))
    assert ways(near_a_host) == [(32, "AA", "BB")]


def test_a_third_party_that_is_much_likelier_is_believed() -> None:
    assert ways(number(3, parties(AA=0.9), parties(BB=0.01, CC=0.99))) == [(3, "AA", "CC")]


def test_a_text_that_names_one_party_leaves_the_other_side_open() -> None:
    assert ways(number(5, parties(AA=0.9), {}), sides=("AA",)) == [(5, "AA", "")]


def test_numbers_that_add_up_the_same_way_are_parts_of_their_sum() -> None:
    same = [number(size, parties(AA=0.9), parties(BB=0.9), at=i) for i, size in enumerate((103, 82, 21))]
    assert ways(*same) == [(103, "AA", "BB")]


def test_a_sum_of_both_ways_is_no_flow() -> None:
    there, back = number(7, parties(AA=0.9), parties(BB=0.9)), number(5, parties(BB=0.9), parties(AA=0.9))
    total = number(12, parties(AA=0.6), parties(BB=0.6))
    assert ways(total, there, back, both_ways=True) == [(7, "AA", "BB"), (5, "BB", "AA")]


def test_twice_what_each_side_gives_is_that_of_both_sides() -> None:
    each = replace(number(90, parties(AA=0.9), parties(BB=0.9)), each=True)
    assert ways(number(180, parties(AA=0.9), parties(BB=0.9)), each) == [(90, "AA", "BB")]


def test_two_for_one_are_two_flows() -> None:
    for one in (1, 20):
        there, back = number(2 * one, parties(AA=0.9), parties(BB=0.9)), number(one, parties(BB=0.9), parties(AA=0.9))
        assert ways(there, back, both_ways=True) == [(2 * one, "AA", "BB"), (one, "BB", "AA")]


def test_the_more_doubtful_of_two_numbers_goes_the_other_way_in_an_exchange() -> None:
    sure = number(40, parties(AA=0.9, BB=0.1), parties(BB=0.9, AA=0.1))
    doubtful = number(37, parties(AA=0.55, BB=0.45), parties(BB=0.55, AA=0.45))
    assert ways(sure, doubtful, both_ways=True) == [(40, "AA", "BB"), (37, "BB", "AA")]
    assert ways(sure, doubtful, both_ways=False) == [(40, "AA", "BB"), (37, "AA", "BB")]


def test_two_sure_numbers_of_one_way_stay_there() -> None:
    both = [number(size, parties(AA=0.98, BB=0.02), parties(BB=0.98, AA=0.02)) for size in (40, 37)]
    assert ways(*both, both_ways=True) == [(40, "AA", "BB"), (37, "AA", "BB")]


def test_a_figure_told_twice_goes_one_way_where_another_goes_the_other() -> None:
    there = [number(45, parties(AA=0.9), parties(BB=0.9)), number(45, parties(BB=0.6), parties(AA=0.6))]
    assert ways(*there, number(3, parties(BB=0.9), parties(AA=0.9))) == [
        (45, "AA", "BB"), (45, "AA", "BB"), (3, "BB", "AA"),
    ]  # fmt: skip
    assert ways(*there) == [(45, "AA", "BB"), (45, "BB", "AA")]  # "Russia and Ukraine freed 45 each"


def test_nobody_gives_to_himself() -> None:
    assert likeliest(parties(AA=0.9), parties(AA=0.9, BB=0.1), ("AA", "BB")).codes == ("AA", "BB")
