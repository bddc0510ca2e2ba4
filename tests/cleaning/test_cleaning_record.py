"""Story records: their wire text is cleaned like any other, and a broken record is a discard, never an error."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cleaning.clean import clean
from cleaning.offsets import to_input
from cleaning.record import RECORD_TYPE, record_text
from models.records import Discard, DiscardReason, Page, Precision, Story

TEXT = "SUND, May 3 (Corda) - Nine ferrymen came home on Friday, the clerk of the district said.\n\nRead more"


def page(body: str) -> Page:
    """A captured record."""
    return Page(
        url="https://corda.example/1",
        final_url="https://corda.example/1",
        source_id="corda",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=200,
        content_type=RECORD_TYPE,
        body=body.encode(),
    )


def test_a_record_becomes_a_story_whose_offsets_count_its_text() -> None:
    body = json.dumps(
        {"text": TEXT, "title": "Ferrymen \ud800home\u0000", "published": "2024-05-03T09:12:00+02:00", "lang": "en"}
    )
    told = clean(page(body))
    assert isinstance(told, Story)
    assert told.published is not None
    assert (told.title, told.origin) == ("Ferrymen home", "Corda")
    assert (told.published.at, told.published.precision) == (datetime(2024, 5, 3, 7, 12, tzinfo=UTC), Precision.SECOND)
    span = to_input(told, 0, 13)
    assert span is not None
    assert record_text(body.encode())[slice(*span)] == "Nine ferrymen"


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", "7", "no json", '{"text": 7}', '{"text": "a", "published": "2024-05-03T09:12:00"}', "[" * 100_000],
)
def test_a_broken_record_is_unreadable(body: str) -> None:
    told = clean(page(body))
    assert isinstance(told, Discard)
    assert told.reason == DiscardReason.UNREADABLE


def test_a_language_that_is_no_text_is_ignored() -> None:
    told = clean(page(json.dumps({"text": TEXT, "lang": 7})))
    assert isinstance(told, Story)
    assert told.language == "en"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no json"])
def test_the_text_of_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"record|Expecting"):
        record_text(body)
