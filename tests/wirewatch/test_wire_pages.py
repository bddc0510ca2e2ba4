"""The bundled wire's pages as the cleaning step reads them: the whole report, mapped to the page, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaning.clean import clean
from models.records import Page, Story
from wirewatch.wire import library, render

OUTLETS = {outlet.id: outlet for outlet in library.outlets()}
READ_AS_ERROR_PAGE = "arpi-lur/drami-poxarzheq"  # its exchange rate is 404
READABLE = [story for story in library.editions() if not story.wall and story.key != READ_AS_ERROR_PAGE]


def cleaned(story: library.WireStory, layout: str = "") -> Story:
    outlet = OUTLETS[story.outlet]
    others = [other for other in library.stories() if other.outlet == story.outlet and other.key != story.key]
    url = f"http://127.0.0.1{render.story_path(outlet, story)}"
    answer = clean(
        Page(
            url=url,
            final_url=url,
            source_id=outlet.id,
            fetched_at=datetime(2023, 12, 13, 18, tzinfo=UTC),
            status=200,
            content_type=f"text/html; charset={outlet.charset}",
            body=render.page(outlet, story, others, "http://127.0.0.1", layout=layout),
        )
    )
    assert isinstance(answer, Story), answer
    return answer


@pytest.mark.parametrize("story", READABLE, ids=lambda story: f"{story.key}@{story.edited:%d-%H%M}")
def test_a_page_gives_its_report_in_its_language_mapped_to_the_page(story: library.WireStory) -> None:
    told = cleaned(story)
    mapped = sum(segment.length for segment in told.segments)
    joints = 2 * told.text.count("\n\n")  # the blank lines between paragraphs stand nowhere in the page
    assert mapped >= 0.99 * (len(told.text) - joints)
    assert told.language == OUTLETS[story.outlet].language
    first, *others = (paragraph.removeprefix("## ") for paragraph in story.paragraphs)
    assert all(paragraph in told.text for paragraph in others)
    assert first[-40:] in told.text  # a dateline or a carrier's credit before it is taken off


@pytest.mark.parametrize("story", [s for s in READABLE if OUTLETS[s.outlet].amp], ids=lambda story: story.key)
def test_an_amp_page_gives_the_same_report_as_the_full_page(story: library.WireStory) -> None:
    told = cleaned(story, layout="amp").text
    assert all(paragraph in told for paragraph in story.paragraphs)


@pytest.mark.parametrize(
    "key", ["northgate-post/museum-returns-bronzes", "northgate-post/velmora-tarsenia-swap-stalls"]
)
def test_the_old_and_the_new_layout_of_one_site_give_the_report_alone(key: str) -> None:
    story = next(story for story in library.stories() if story.key == key)
    told = cleaned(story)
    assert told.text.split("\n\n") == list(story.paragraphs)
    assert told.title == story.title
    assert told.published is not None
    assert told.published.at == story.at


def test_a_live_blog_gives_every_item_under_its_heading() -> None:
    story = next(story for story in library.stories() if story.layout == "liveblog")
    told = cleaned(story).text.split("\n\n")
    assert told == [paragraph.removeprefix("## ") for paragraph in story.paragraphs]
