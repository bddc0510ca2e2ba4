"""The bundled wire's content: enough of every kind, and as `expected.toml` says."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from wirewatch.wire import library
from wirewatch.wire.render import layout_of

FOLDER = Path(library.__file__).parent
STORIES = {story.key: story for story in library.stories()}
OUTLETS = {outlet.id: outlet for outlet in library.outlets()}
CHECKOUT = FOLDER.parents[1]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def text_of(key: str) -> str:
    return " ".join(STORIES[key].paragraphs)


def evening_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def readable(moment: datetime, forbidden: list[str]) -> dict[str, library.WireStory]:
    """What a polite reader can read at a moment, by name."""
    return {
        story.key: story
        for story in library.stories(moment)
        if not (story.wall or story.is_removed(moment) or OUTLETS[story.outlet].fails(moment) or story.key in forbidden)
    }


def numbers_in(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"(?<!\d)\d+(?!\d)", text)}


def test_there_are_outlets_languages_and_stories_enough() -> None:
    assert len(OUTLETS) >= 12
    assert len(STORIES) >= 60
    assert {outlet.language for outlet in OUTLETS.values()} == {"en", "ru", "az", "hy", "tr"}


def test_every_story_belongs_to_an_outlet_and_every_outlet_has_one() -> None:
    assert {story.outlet for story in STORIES.values()} == set(OUTLETS)


def test_every_story_is_of_the_week_that_the_demo_tells() -> None:
    days = [story.at.date().isoformat() for story in STORIES.values()]
    assert min(days) == "2023-12-07"
    assert max(days) == "2023-12-13"


def test_each_language_tells_an_exchange_and_has_a_confuser(expected: dict[str, Any]) -> None:
    told = {key for exchange in expected["exchange"] for key in exchange["stories"]}
    languages = {"en", "ru", "az", "hy", "tr"}
    assert {OUTLETS[STORIES[key].outlet].language for key in told} == languages
    assert {OUTLETS[STORIES[key].outlet].language for key in expected["confusers"].values()} == languages


def test_each_of_the_last_three_days_has_stories_of_its_own_about_exchanges_and_about_else(
    expected: dict[str, Any],
) -> None:
    told = {key for exchange in expected["exchange"] for key in exchange["stories"]}
    for day in (11, 12, 13):
        of_day = {key for key, story in STORIES.items() if story.at.day == day}
        assert len(of_day) >= 10
        assert len(of_day & told) >= 3
        assert len(of_day & set(expected["confusers"].values())) >= 3


def test_every_layout_is_used_and_every_used_one_exists() -> None:
    used = {layout_of(OUTLETS[story.outlet], story) for story in STORIES.values()}
    used |= {"amp"} if any(outlet.amp for outlet in OUTLETS.values()) else set()
    assert used == {path.stem for path in (FOLDER / "layouts").glob("*.html")}


def test_each_story_has_one_place_in_the_expectation(expected: dict[str, Any]) -> None:
    places = Counter(key for exchange in expected["exchange"] for key in exchange["stories"])
    places.update(key for exchange in expected["exchange"] for key in exchange.get("withdrawn_stories", ()))
    places.update(expected["confusers"].values())
    places.update(expected["not_stories"]["consent_wall"])
    places.update(expected["not_stories"]["forbidden_by_robots"])
    assert set(places) == set(STORIES)
    assert max(places.values()) == 1


def test_the_expected_sums_are_the_sums(expected: dict[str, Any]) -> None:
    out_of_reach = ("forbidden_by_robots", "removed", "site_down")
    lost = {key for reason in out_of_reach for key in expected["not_stories"][reason]}
    assert expected["collectable_pages"] == len(STORIES) - len(lost)
    assert expected["served_stories"] == expected["collectable_pages"] - len(expected["not_stories"]["consent_wall"])


def test_what_is_out_of_reach_in_the_end_is_what_was_removed_or_lies_on_a_site_that_is_down(
    expected: dict[str, Any],
) -> None:
    assert {key for key, story in STORIES.items() if story.is_removed(None)} == set(expected["not_stories"]["removed"])
    down = {key for key, story in STORIES.items() if OUTLETS[story.outlet].fails(None)}
    assert down == set(expected["not_stories"]["site_down"])
    withdrawn = {key for exchange in expected["exchange"] for key in exchange.get("withdrawn_stories", ())}
    assert withdrawn <= set(expected["not_stories"]["removed"])


def test_an_outage_is_of_a_known_kind_and_they_follow_each_other() -> None:
    for outlet in OUTLETS.values():
        assert {outage.how for outage in outlet.outage} <= {"error", "closed"}
        assert list(outlet.outage) == sorted(outlet.outage, key=lambda outage: outage.since)


def test_each_day_gives_the_new_changed_and_removed_stories_that_are_expected(expected: dict[str, Any]) -> None:
    forbidden = expected["not_stories"]["forbidden_by_robots"]
    assert [day["date"] for day in expected["day"]] == [date(2023, 12, number) for number in range(7, 14)]
    for day in expected["day"]:
        now = readable(evening_of(day["date"]), forbidden)
        before = readable(evening_of(day["date"] - timedelta(days=1)), forbidden)
        down = {name for name, outlet in OUTLETS.items() if outlet.fails(evening_of(day["date"]))}
        assert sum(story.at.date() == day["date"] for story in now.values()) == day["new_stories"]
        assert [key for key in now if key in before and now[key] != before[key]] == day.get("changed", [])
        assert [key for key in before if key not in now and STORIES[key].outlet not in down] == day.get("gone", [])
        assert sorted(down) == day.get("down", [])


def test_an_exchange_is_known_from_the_day_of_its_first_story_and_ends_in_its_phase(expected: dict[str, Any]) -> None:
    for exchange in expected["exchange"]:
        keys = [*exchange["stories"], *exchange.get("withdrawn_stories", ())]
        days = {
            day["date"]: one
            for day in expected["day"]
            for one in day["exchanges"]
            if one["parties"] == exchange["parties"]
        }
        assert min(days) == min(STORIES[key].at.date() for key in keys) == exchange["announced_on"]
        assert days[max(days)]["phase"] == exchange["phase"]
        best = {f"{leg['releasing']}>{leg['receiving']}": leg["best"] for leg in exchange["leg"]}
        assert days[max(days)]["legs"] == best


def test_each_of_the_last_three_evenings_finds_something_else(expected: dict[str, Any]) -> None:
    told = [day["exchanges"] for day in expected["day"][-3:]]
    assert all(before != after for before, after in pairwise(told))
    assert {one["phase"] for one in told[-1]} == {"completed", "stalled", "denied"}


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


@pytest.mark.parametrize(
    "word",
    [
        "stock",
        "treaty",
        "drill",
        "amnesty",
        "fire",
        "student",
        "anniversary",
        "extradition",
        "rescue",
        "siege",
        "mention",
    ],
)
def test_there_is_a_confuser_of_each_kind(expected: dict[str, Any], word: str) -> None:
    assert any(word in kind for kind in expected["confusers"])


def test_one_page_changes_its_figure_and_says_so(expected: dict[str, Any]) -> None:
    correction = next(exchange["correction"] for exchange in expected["exchange"] if exchange["parties"][0] == "halvia")
    assert correction["wrong"] == correction["corrected_by"]
    first, second = (story for story in library.editions() if story.key == correction["wrong"])
    assert "nine" in first.title
    assert "eight" in second.title
    assert "from nine to eight" in second.paragraphs[-1]
    assert (first.at, first.edited) == (second.at, first.at)


def test_a_later_edition_keeps_what_its_head_does_not_change() -> None:
    first, second = (story for story in library.editions() if story.key == "northgate-post/wednesday-live")
    assert (second.title, second.layout, second.section) == (first.title, first.layout, first.section)
    assert set(first.paragraphs) < set(second.paragraphs)


def test_a_live_blog_has_one_item_on_the_exchange_among_others() -> None:
    story = STORIES["northgate-post/wednesday-live"]
    headings = [text for text in story.paragraphs if text.startswith("## ")]
    assert len(headings) >= 4
    assert sum("captives" in text for text in headings) == 1


def test_the_wires_own_parties_have_codes_that_the_checkout_does_not_know(expected: dict[str, Any]) -> None:
    actors = tomllib.loads((CHECKOUT / "watch" / "actors.toml").read_text(encoding="utf-8"))["actor"]
    own = tomllib.loads((FOLDER / "parties.toml").read_text(encoding="utf-8"))["actor"]
    known, codes = {actor["code"] for actor in actors}, [actor["code"] for actor in own]
    assert not known & set(codes)
    assert len(codes) == len(set(codes))
    assert {code for exchange in expected["exchange"] for code in exchange["parties"]} <= known | set(codes)
