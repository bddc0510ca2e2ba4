"""Who wrote and who passed on, where page and text name several: the most direct statement wins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaning.attribution import HEADER, META, OPENING, Credit, is_organisation, means, settle
from cleaning.clean import clean
from models.records import Page, Story

PARAGRAPHS = (
    "{}The clerk of the district said on Monday that nine ferrymen had come home over the footbridge before noon.</p>"
    "<p>Nobody had been hurt in the quarrel about the toll, and the customs house was open again by the evening.</p>"
)


def told(head: str, *, opening: str = "", final_url: str = "https://ledger.example/toll") -> Story:
    """The story of a page with this head and this dateline."""
    body = f"<article><h1>Toll quarrel ends</h1><p>{PARAGRAPHS.format(opening)}</article>"
    story = clean(
        Page(
            url="https://ledger.example/toll",
            final_url=final_url,
            source_id="ledger",
            fetched_at=datetime(2024, 5, 3, 12, tzinfo=UTC),
            status=200,
            content_type="text/html",
            body=f"<html><head><title>Toll quarrel ends</title>{head}</head><body>{body}</body></html>".encode(),
        )
    )
    assert isinstance(story, Story), story
    return story


def json_ld(fields: str) -> str:
    """A JSON-LD article of the Evening Ledger."""
    publisher = '"publisher":{"@type":"Organization","name":"Evening Ledger"}'
    return f'<script type="application/ld+json">{{"@type":"NewsArticle",{publisher}{fields}}}</script>'


SITE = '<meta property="og:site_name" content="Corda News Agency">'


@pytest.mark.parametrize(
    ("head", "opening", "origin", "carrier"),
    [
        (json_ld(""), "", None, None),
        (json_ld(""), "SUND, May 2 (Corda) - ", "Corda", "Evening Ledger"),
        (SITE, "SUND, May 2 (Corda) - ", None, None),
        (SITE, "SUND, May 2 (CNA) - ", None, None),
        (json_ld(',"author":{"@type":"Organization","name":"Corda"}'), "", "Corda", "Evening Ledger"),
        (json_ld(',"author":{"@type":"Organization","name":"The Evening Ledger"}'), "", None, None),
        (json_ld(',"isBasedOn":{"@type":"NewsArticle","publisher":{"name":"Corda"}}'), "", "Corda", "Evening Ledger"),
        (json_ld(',"isBasedOn":"https://www.corda.example/1"'), "", "corda.example", "Evening Ledger"),
        (json_ld(',"isBasedOn":"https://ledger.example/0"'), "", None, None),
        (json_ld("") + '<link rel=canonical href="https://corda.example/1">', "", "corda.example", "Evening Ledger"),
        (json_ld("") + '<link rel=canonical href="https://corda.example/1">', "(Tide) - ", "Tide", "Evening Ledger"),
    ],
)
def test_a_page_shows_who_wrote_and_who_carried(
    head: str, opening: str, origin: str | None, carrier: str | None
) -> None:
    story = told(head, opening=opening)
    assert (story.origin, story.carrier) == (origin, carrier)


def test_a_canonical_address_on_another_site_is_flagged_and_not_followed() -> None:
    story = told('<link rel="canonical" href="https://corda.example/1">')
    assert (story.canonical_url, story.flags) == ("https://ledger.example/toll", ("canonical-elsewhere", "no-date"))


def test_a_canonical_address_that_is_the_home_page_is_not_followed() -> None:
    assert told('<link rel="canonical" href="https://ledger.example/">').canonical_url == "https://ledger.example/toll"


def test_an_answer_from_another_site_is_flagged() -> None:
    assert "redirected-elsewhere" in told("", final_url="https://elsewhere.example/toll").flags
    assert "redirected-elsewhere" not in told("", final_url="https://m.ledger.example/toll").flags


def test_the_more_direct_credit_wins_and_a_carrier_of_itself_is_none() -> None:
    weak, strong = Credit(origin="Tide", weight=META), Credit(origin="Corda", carrier="Polar", weight=HEADER)
    assert settle([weak, strong]) == ("Corda", "Polar")
    assert settle([Credit(origin="Polar", carrier="POLAR", weight=OPENING)]) == ("Polar", None)
    assert settle([]) == (None, None)


@pytest.mark.parametrize(
    ("credit", "outlet", "expected"),
    [
        ("Corda", "Corda News Agency", True),
        ("CNA", "Corda News Agency", True),
        ("The Evening Ledger", "Evening Ledger", True),
        ("Evening", "Evening Ledger", True),
        ("Cord", "Corda News Agency", False),
        ("Ledger", "Evening Ledger", False),
        ("", "Evening Ledger", False),
    ],
)
def test_a_credit_means_an_outlet_by_name_first_words_or_initials(credit: str, outlet: str, *, expected: bool) -> None:
    assert means(credit, outlet) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Polar Press", True),
        ("PN", True),
        ("Озёрная газета", True),
        ("Ida Holm", False),
        ("Agencies", False),
        ("", False),
    ],
)
def test_houses_and_people_are_told_apart(name: str, *, expected: bool) -> None:
    assert is_organisation(name) is expected
