"""The bundled wire's content: enough outlets, languages, copies and confusers, and as `expected.toml` says."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from wirewatch.wire import library

FOLDER = Path(library.__file__).parent
STORIES = {story.key: story for story in library.stories()}
OUTLETS = {outlet.id: outlet for outlet in library.outlets()}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def text_of(key: str) -> str:
    return " ".join(STORIES[key].paragraphs)


def numbers_in(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"(?<!\d)\d+(?!\d)", text)}


def test_there_are_outlets_languages_and_stories_enough() -> None:
    assert len(OUTLETS) >= 9
    assert len(STORIES) >= 26
    assert {outlet.language for outlet in OUTLETS.values()} == {"en", "ru", "az", "hy", "tr"}


def test_every_story_belongs_to_an_outlet_and_every_outlet_has_one() -> None:
    assert {story.outlet for story in STORIES.values()} == set(OUTLETS)


def test_every_story_is_of_the_week_that_the_demo_tells() -> None:
    days = [story.at.date().isoformat() for story in STORIES.values()]
    assert min(days) == "2023-12-07"
    assert max(days) == "2023-12-13"


def test_every_layout_is_used_and_every_used_one_exists() -> None:
    used = {outlet.layout for outlet in OUTLETS.values()}
    used |= {"amp"} if any(outlet.amp for outlet in OUTLETS.values()) else set()
    used |= {"wall"} if any(story.wall for story in STORIES.values()) else set()
    assert used == {path.stem for path in (FOLDER / "layouts").glob("*.html")}


def test_each_story_has_one_place_in_the_expectation(expected: dict[str, Any]) -> None:
    places = Counter(key for exchange in expected["exchange"] for key in exchange["stories"])
    places.update(expected["confusers"].values())
    places.update(expected["not_stories"]["consent_wall"])
    places.update(expected["not_stories"]["forbidden_by_robots"])
    assert set(places) == set(STORIES)
    assert max(places.values()) == 1


def test_the_expected_sums_are_the_sums(expected: dict[str, Any]) -> None:
    assert expected["collectable_pages"] == len(STORIES) - len(expected["not_stories"]["forbidden_by_robots"])
    assert expected["served_stories"] == expected["collectable_pages"] - len(expected["not_stories"]["consent_wall"])


def test_the_expected_clusters_are_the_copies(expected: dict[str, Any]) -> None:
    told = {copy: cluster["origin"] for cluster in expected["cluster"] for copy in cluster["copies"]}
    assert told == {story.key: story.copy_of for story in STORIES.values() if story.copy_of}


def test_one_text_has_three_copies_one_of_them_cut_and_one_with_header_and_footer(expected: dict[str, Any]) -> None:
    copies = [STORIES[key] for key in max((cluster["copies"] for cluster in expected["cluster"]), key=len)]
    assert len(copies) == 3
    assert sum(bool(story.cut) for story in copies) == 1
    assert sum(bool(story.header and story.footer) for story in copies) == 1


def test_a_cut_copy_lacks_exactly_the_cut_paragraphs() -> None:
    story = next(story for story in STORIES.values() if story.cut)
    whole = STORIES[story.copy_of].paragraphs
    assert set(whole) - set(story.paragraphs) == {whole[place] for place in story.cut}


def test_a_copy_appears_after_its_origin() -> None:
    assert all(story.at > STORIES[story.copy_of].at for story in STORIES.values() if story.copy_of)


def test_the_traps_of_the_first_exchange_stand_in_its_stories(expected: dict[str, Any]) -> None:
    exchange = expected["exchange"][0]
    told = set().union(*(numbers_in(text_of(key)) for key in exchange["stories"]))
    assert set(exchange["not_released"]) <= told
    assert {leg["best"] for leg in exchange["leg"]} - told <= {2}  # two is written as a word everywhere


def test_the_wrong_figure_stands_only_in_the_report_and_its_correction(expected: dict[str, Any]) -> None:
    exchange = expected["exchange"][0]
    wrong = {key for key in exchange["stories"] if exchange["correction"]["figure"] in numbers_in(text_of(key))}
    titled = {key for key in exchange["stories"] if exchange["correction"]["figure"] in numbers_in(STORIES[key].title)}
    assert wrong | titled == {exchange["correction"]["wrong"], exchange["correction"]["corrected_by"]}


def test_both_sides_tell_the_exchange_and_somebody_without_a_side(expected: dict[str, Any]) -> None:
    sides = {OUTLETS[key.partition("/")[0]].side for key in expected["exchange"][0]["stories"]}
    assert {"AZ", "AM", None} <= sides


@pytest.mark.parametrize("word", ["stock", "treaty", "drill", "amnesty", "fire", "student", "anniversary"])
def test_there_is_a_confuser_of_each_kind(expected: dict[str, Any], word: str) -> None:
    assert any(word in kind for kind in expected["confusers"])
