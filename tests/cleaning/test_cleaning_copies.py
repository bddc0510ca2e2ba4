"""Copies: carriers that add, cut and re-head a text join its origin; rewrites and neighbours do not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.copies import SignedText, cluster
from cleaning.fingerprint import SIZE, signature
from cleaning.wire import clean_text
from models.records import Story

AT = datetime(2024, 5, 3, 9, tzinfo=UTC)
REPORT = """\
Nine ferrymen were set free by the customs house of Lower Sund on Monday, and two officers came back the other way.

The exchange took place on the footbridge below the mill, within a quarter of an hour, the clerk of the town said.

Doctors of the aid committee looked after everybody on both banks. Three men were taken to the hospital with frostbite.

The quarrel had begun in January, when the customs house raised the toll for loaded boats without asking the guild.

Both sides promised to let a judge of the upper court decide about the toll before the harvest."""
REWRITE = """\
Two customs officers have been exchanged for nine boatmen after a four-month dispute over a toll in Lower Sund.

Witnesses described a brief meeting near the mill. Some of the freed men had frostbite, hospital staff confirmed.

An upper court judge is now expected to rule on how much loaded boats should pay."""
PARAGRAPHS = REPORT.split("\n\n")


def signed(
    key: str, text: str, *, hours: int = 0, outlet: str = "", origin: str | None = None, carrier: str | None = None
) -> SignedText:
    """A cleaned text, ready to be compared."""
    told = clean_text(text, url=f"https://wire.example/{key}", source_id=key, title="T")
    assert isinstance(told, Story)
    at = AT + timedelta(hours=hours)
    return SignedText(
        key=key,
        text_sha256=told.text_sha256,
        signature=told.signature,
        text=told.text,
        published_at=at,
        origin=origin or told.origin,
        carrier=carrier or told.carrier,
        outlet=outlet or key,
        first_seen_at=at,
    )


def groups(texts: list[SignedText]) -> set[frozenset[str]]:
    """Clusters as sets of keys."""
    return {frozenset(member.key for member in made.members) for made in cluster(texts)}


COPIES = {
    "same": REPORT,
    "header-and-tail": f"(Polar Press - Skerry Times)\n\nSUND, May 3 (Skerry) - {REPORT}\n\n© Polar Press",
    "without-a-paragraph": "\n\n".join(PARAGRAPHS[:3] + PARAGRAPHS[4:]),
    "first-three": "\n\n".join(PARAGRAPHS[:3]),
    "with-a-line-more": f"{REPORT}\n\nThe next guild meeting is on Thursday.",
    "day-in-front": REPORT.replace("on Monday", "on May 3", 1),
    "typography": REPORT.replace("'", "’").replace("-", "–"),
}


@pytest.mark.parametrize("kind", sorted(COPIES))
def test_a_copy_joins_its_origin(kind: str) -> None:
    texts = [signed("origin", REPORT), signed("copy", COPIES[kind], hours=2)]
    assert groups(texts) == {frozenset({"origin", "copy"})}


@pytest.mark.parametrize(
    "other",
    [
        REWRITE,
        "\n\n".join([PARAGRAPHS[3], *REWRITE.split("\n\n")]),
        "Prices of smoked eel rose in Lower Sund on Monday, and two shops of the guild closed for the season.",
        "Nine ferrymen set free",
    ],
)
def test_a_rewrite_a_quotation_and_a_neighbour_stay_apart(other: str) -> None:
    assert len(groups([signed("origin", REPORT), signed("other", other)])) == 2


def test_twenty_copies_on_twenty_hosts_are_one_origin() -> None:
    texts = [signed(f"host{n:02}", f"{REPORT}\n\nRead more", hours=n) for n in range(20)]
    (made,) = cluster(texts)
    assert len(made.members) == 20
    assert made.members[0].key == "host00"


def test_the_origin_is_the_outlet_that_others_credit_even_when_it_is_dated_later() -> None:
    late = signed("skerry", REPORT, hours=5, outlet="Skerry Times")
    early = signed("polar", REPORT, hours=0, outlet="Polar Press", origin="Skerry Times", carrier="Polar Press")
    (made,) = cluster([early, late])
    assert [(member.key, member.role) for member in made.members] == [("skerry", "origin"), ("polar", "carrier")]


def test_an_agency_dateline_on_the_agencys_own_page_does_not_make_it_a_carrier() -> None:
    own = signed("a", f"SUND, May 3 (Corda) - {REPORT}", hours=3, outlet="Corda News Agency")
    bare = signed("b", REPORT, hours=1, outlet="Evening Ledger", origin="Corda")
    (made,) = cluster([own, bare])
    assert made.members[0].key == "a"


def test_without_any_credit_the_earliest_is_the_origin() -> None:
    (made,) = cluster([signed("late", REPORT, hours=4), signed("early", COPIES["first-three"], hours=1)])
    assert made.members[0].key == "early"
    assert made.members[1].similarity == pytest.approx(0.6, abs=0.15)


def test_a_text_without_copies_is_a_cluster_of_its_own() -> None:
    (made,) = cluster([signed("alone", REWRITE)])
    assert [(member.role, member.similarity) for member in made.members] == [("origin", 1.0)]


def test_the_key_stays_when_a_carrier_joins() -> None:
    origin, copy = signed("origin", REPORT), signed("copy", COPIES["first-three"], hours=1)
    assert cluster([origin])[0].key == cluster([origin, copy])[0].key


def test_no_texts_are_no_clusters_and_two_texts_with_one_key_are_refused() -> None:
    assert cluster([]) == ()
    with pytest.raises(ValueError, match="same key"):
        cluster([signed("a", REPORT), signed("a", REWRITE)])


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_plays_no_part(chance: random.Random) -> None:
    texts = [signed(kind, text, hours=place) for place, (kind, text) in enumerate(COPIES.items())]
    texts += [signed("rewrite", REWRITE), replace(signed("undated", REPORT), published_at=None)]
    shuffled = list(texts)
    chance.shuffle(shuffled)
    assert cluster(shuffled) == cluster(texts)


def test_a_signature_is_compact_and_the_same_for_ever() -> None:
    numbers = signature(REPORT)
    assert len(numbers) == SIZE
    assert all(0 <= number < 2**32 for number in numbers)
    assert signature("nine ferrymen came home")[:4] == (909368633, 3403264219, 957175711, 1368586403)
    assert signature("…") == ()
