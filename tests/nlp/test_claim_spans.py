"""What of a clause is the claim: without who says so, without what is only added, and never without its number."""

from __future__ import annotations

import pytest

from nlp.claim_spans import proposition


def told(clause: str, about: str = "") -> str:
    at = clause.index(about)
    start, end = proposition(clause, (0, len(clause)), about=(at, at + len(about)) if about else None)
    return clause[start:end]


@pytest.mark.parametrize(
    ("clause", "claim"),
    [
        ("The buses left at noon, a spokesman for the Front said on Tuesday.", "The buses left at noon"),
        ("The ministry said on Monday that nobody had brokered it", "nobody had brokered it"),
        ("According to the governor, the list was carried by two priests", "the list was carried by two priests"),
        ("Обмен прошел без посредников, сообщили в министерстве.", "Обмен прошел без посредников"),
        ("Nazirlik bildirib ki, görüşlərdə vasitəçi olmayıb", "görüşlərdə vasitəçi olmayıb"),
        ("Նախարարը ասել է, որ միջնորդ չի եղել", "միջնորդ չի եղել"),
        ("and the doctors came from both banks", "the doctors came from both banks"),
        ("No such exchange was held", "No such exchange was held"),
        ("He said no.", "He said no."),
    ],
)
def test_who_says_so_is_no_part_of_the_claim_if_a_clause_is_left(clause: str, claim: str) -> None:
    assert told(clause) == claim


@pytest.mark.parametrize(
    ("clause", "number", "claim"),
    [
        ("Both armies gave back 115 men on Saturday, the first such exchange in a year.", "115",
         "Both armies gave back 115 men on Saturday"),
        ("PORT LAMAR (Northgate) - Kestova freed 40 soldiers", "40", "Kestova freed 40 soldiers"),
        ("In return Velland will hand over two pilots", "two", "Velland will hand over two pilots"),
        ("Asked how many, the ministry said 37", "37", "the ministry said 37"),
        ("Under the text, says the envoy, six", "six", "says the envoy, six"),
    ],
)  # fmt: skip
def test_the_number_stays_and_what_is_only_added_goes(clause: str, number: str, claim: str) -> None:
    assert told(clause, number) == claim
