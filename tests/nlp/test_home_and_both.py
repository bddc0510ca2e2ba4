"""What the masthead and words for both sides add to a reading, on the shipped weights."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.records import Actor, Outlet, Story
from nlp.actors import Gazetteer, find_actors, read_entries
from nlp.candidates import candidates
from nlp.encoder import Encoder
from nlp.exchange import both_sides, report
from nlp.heads import BEGIN, INSIDE, OUTSIDE
from nlp.number_cues import goes_back
from nlp.numbers import find_quantities
from nlp.read_story import ReadStory, read_story
from nlp.spans import marked
from nlp.stance import _at_home
from nlp.tag import tag
from nlp.taggers import open_taggers
from nlp.weights import SHIPPED

GAZETTEER = Gazetteer.of(read_entries(Path(__file__).parents[2] / "watch" / "actors.toml"))
SWAP = "Armenia freed two men and Azerbaijan freed 32 on Wednesday, both governments said. The ministry was glad."


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.open()


def read(encoder: Encoder, text: str, outlet: Outlet | None = None, *, title: str = "") -> ReadStory:
    told = Story(
        url="https://x.example/a", canonical_url="https://x.example/a", source_id="x", title=title, text=text,
        language="en", language_score=1.0, published=None,
    )  # fmt: skip
    return read_story(encoder, GAZETTEER, told, outlet)


def test_both_sides_are_those_of_the_deal(encoder: Encoder) -> None:
    assert {side.code for side in both_sides(read(encoder, SWAP))} == {"AM", "AZ"}


def test_a_president_without_a_state_is_that_of_the_paper_and_one_with_a_state_is_not(encoder: Encoder) -> None:
    president = Actor(code="", name="", role="president")
    at_home = read(encoder, SWAP, Outlet(name="Hill Post", country="GE"))
    assert _at_home(at_home, president) == Actor(code="GE", name="Georgia", role="president")
    assert _at_home(read(encoder, SWAP), president) == president
    assert _at_home(at_home, replace(president, code="AM")) == replace(president, code="AM")


def test_nothing_of_the_masthead_is_found_in_the_story(encoder: Encoder) -> None:
    one = read(encoder, SWAP, Outlet(name="Seven Prisoners Freed Potomac", country="US"))
    assert one.reading.text[one.shift :] == SWAP
    assert [q.best for q in find_quantities(one.reading.text, "en")] == [7, 2, 32]
    assert [q.best for q in one.quantities] == [2, 32]
    assert not [m for m in one.mentions if m.words == "Potomac"]


def test_no_span_goes_over_a_lines_end(encoder: Encoder) -> None:
    flash = "KESTOVA SAYS SUSPENDS PRISONER TALKS WITH DRAVANIA"
    told = read(encoder, flash, title=flash).reading
    seen = told.tags.copy()
    seen[1:-1, :, OUTSIDE], seen[1:-1, :, INSIDE] = 0.0, 1.0  # every token of the words continues a name
    words = [told.text[one.start : one.end] for one in marked(replace(told, tags=seen), "party")]
    assert words == [flash, flash]


def test_a_name_that_only_stands_where_a_party_stands_is_none(encoder: Encoder) -> None:
    told = read(encoder, f"{SWAP} On Friday the Halvern government released nine men.").reading
    unseen = told.tags.copy()
    unseen[:, :, OUTSIDE], unseen[:, :, BEGIN], unseen[:, :, INSIDE] = 1.0, 0.0, 0.0  # the model sees no name
    by_place = {mention.words for mention in find_actors(told.text, GAZETTEER)}
    left = {mention.words for mention in candidates(replace(told, tags=unseen), GAZETTEER)}
    assert by_place - left == {"Halvern government"}


def test_who_thanks_both_judges_both_and_claims_stand_in_order_without_what_is_added() -> None:
    text = (
        "Under the text, which both offices issued at noon, Serbia released 14 Kosovan policemen on Thursday, the "
        "first such step in a year, and Kosovo released three Serbian servicemen, the Serbian defence ministry said. "
        "The ministry of Norway thanked both governments for their courage."
    )
    story = read(Encoder.open(), text, title="Serbia and Kosovo swap captives").story
    (found,) = tag([story], open_taggers(GAZETTEER))
    assert {s.target for s in found.stances if s.words.startswith("The ministry of Norway")} == {"Serbia", "Kosovo"}
    assert [c.start for c in found.claims] == sorted(c.start for c in found.claims)
    (released,) = [c for c in found.claims if c.best == 14]
    assert released.words.endswith("14 Kosovan policemen on Thursday")


@pytest.mark.parametrize(
    ("exchange", "alert", "doubtful"),
    [(0.99, 0.95, False), (0.01, 0.01, False), (0.99, 0.5, True), (0.3, 0.02, True), (0.05, 0.05, False)],
)
def test_a_report_near_the_border_is_doubtful(
    encoder: Encoder, exchange: float, alert: float, *, doubtful: bool
) -> None:
    told = read(encoder, SWAP)
    scores = {**told.reading.yes_no, "is_exchange": exchange, "alert_worthy": alert}
    assert report(replace(told, reading=replace(told.reading, yes_no=scores)), ()).doubtful is doubtful


def test_scores_are_chances_by_what_the_folder_says(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["calibration"]["heads"]["is_exchange"] = {"slope": 0.0, "shift": 0.0}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert Encoder.open(folder).read(SWAP).yes_no["is_exchange"] == 0.5
    assert Encoder.open(folder, calibrated=False).read(SWAP).yes_no["is_exchange"] > 0.9


@pytest.mark.parametrize(
    "sentence",
    ["two men went in the opposite direction", "взамен вернулись двое", "əvəzində iki nəfər", "փոխարեն երկու հոգի"],
)
def test_what_is_given_in_return_is_heard(sentence: str) -> None:
    assert goes_back(sentence)
    assert not goes_back("two men came home on friday")
