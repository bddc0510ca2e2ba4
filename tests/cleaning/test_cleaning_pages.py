"""Whole pages in the structure of real sites: what `cleaning.clean` makes of each, and where its words stand."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cleaning.clean import clean
from cleaning.decoding import decode
from cleaning.offsets import to_input
from models.records import Instant, Page, Story

HERE = Path(__file__).parent
SITES = sorted(path.stem for path in HERE.glob("*.html"))


def expected_of(site: str) -> dict[str, Any]:
    """The expectation that lies beside a page."""
    expected: dict[str, Any] = json.loads((HERE / f"{site}.json").read_text("utf-8"))
    return expected


def page_of(site: str) -> Page:
    """A page as it was captured."""
    expected = expected_of(site)
    return Page(
        url=expected["url"],
        final_url=expected["url"],
        source_id=site,
        fetched_at=datetime.fromisoformat(expected["fetched_at"]),
        status=200,
        content_type=expected["content_type"],
        body=(HERE / f"{site}.html").read_bytes(),
    )


def cleaned(site: str) -> Story:
    """The story of a page that must have one."""
    story = clean(page_of(site))
    assert isinstance(story, Story), story
    return story


def as_list(instant: Instant | None, parts: int) -> list[str] | None:
    """An instant as the expectations write it."""
    return [instant.at.isoformat(), instant.precision.value, instant.rule][:parts] if instant else None


def as_written(story: Story) -> dict[str, Any]:
    """The fields of a story as the expectations write them."""
    line = story.dateline
    return {
        "canonical_url": story.canonical_url,
        "title": story.title,
        "language": story.language,
        "published": as_list(story.published, 3),
        "modified": as_list(story.modified, 2),
        "bylines": list(story.bylines),
        "origin": story.origin,
        "carrier": story.carrier,
        "dateline": [line.place, line.day.isoformat() if line.day else None, line.agency] if line else None,
        "flags": list(story.flags),
    }


@pytest.mark.parametrize("site", SITES)
def test_a_page_gives_the_fields_that_lie_beside_it(site: str) -> None:
    assert as_written(cleaned(site)) == expected_of(site)["story"]


@pytest.mark.parametrize("site", SITES)
def test_a_page_gives_its_paragraphs_and_nothing_else(site: str) -> None:
    assert cleaned(site).text.split("\n\n") == expected_of(site)["paragraphs"]


@pytest.mark.parametrize("site", SITES)
def test_every_segment_is_verbatim_and_nearly_all_of_the_body_is_in_one(site: str) -> None:
    story, source = cleaned(site), decode(page_of(site))
    covered: set[int] = set()
    for run in story.segments:
        span = slice(run.text_start, run.text_start + run.length)
        assert story.text[span] == source[run.input_start : run.input_start + run.length]
        covered |= set(range(run.text_start, run.text_start + run.length))
    solid = {place for place, char in enumerate(story.text) if not char.isspace()}
    assert len(solid & covered) >= 0.99 * len(solid)


@pytest.mark.parametrize("site", SITES)
def test_words_of_the_story_are_found_again_in_the_source(site: str) -> None:
    story, source = cleaned(site), decode(page_of(site))
    for words, in_source in expected_of(site)["in_source"].items():
        start = story.text.index(words)
        span = to_input(story, start, start + len(words))
        assert span is not None
        assert source[slice(*span)] == in_source


def test_there_is_a_page_of_each_kind_that_the_wires_have() -> None:
    assert len(SITES) >= 8
    assert {cleaned(site).language for site in SITES} >= {"en", "ru", "az", "hy"}
