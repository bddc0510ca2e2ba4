"""The taggers on the shipped weights: spans are the words, stories do not touch each other, others are refused."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import TaggerError
from models.records import Findings, Instant, Precision, Story
from nlp.actors import Gazetteer, read_entries
from nlp.hub import HubJudge
from nlp.predictions import prediction
from nlp.tag import tag
from nlp.taggers import Taggers, open_taggers
from nlp.weights import SHIPPED, check

ROOT = Path(__file__).resolve().parents[2]
SWAP = (
    "Serbia on Thursday released 14 Kosovan policemen and Kosovo released three Serbian servicemen, the Serbian "
    "defence ministry said. The exchange of prisoners was agreed without mediators, it added."
)
MARKET = "The stock exchange closed two per cent higher on Thursday after a week of calm trading in bank shares."


def story(text: str, *, title: str = "", language: str = "en") -> Story:
    return Story(
        url="https://x.example/a", canonical_url="https://x.example/a", source_id="x", title=title, text=text,
        language=language, language_score=1.0,
        published=Instant(at=datetime(2024, 5, 3, 10, tzinfo=UTC), precision=Precision.MINUTE, rule="test"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def taggers() -> Taggers:
    return open_taggers(Gazetteer.of(read_entries(ROOT / "watch" / "actors.toml")))


def spans(found: Findings) -> list[tuple[int, int, str]]:
    parts = (*found.claims, *found.stances, *found.mentions, *found.quantities)
    return [(part.start, part.end, part.words) for part in parts]


def test_an_exchange_is_told_from_an_exchange_of_shares(taggers: Taggers) -> None:
    swap, market = tag([story(SWAP, title="Serbia and Kosovo swap captives"), story(MARKET)], taggers)
    assert (swap.report.is_exchange, market.report.is_exchange) == (True, False)
    assert (market.claims, market.stances, market.report.flows) == ((), (), ())


def test_flows_are_directed_and_counted(taggers: Taggers) -> None:
    (found,) = tag([story(SWAP, title="Serbia and Kosovo swap captives")], taggers)
    flows = {(f.releasing.code, f.receiving.code, f.count) for f in found.report.flows if f.releasing and f.receiving}
    assert flows == {("RS", "XK", 14), ("XK", "RS", 3)}
    assert found.report.mediation == "explicitly_none"


def test_every_finding_is_stamped_with_the_model_that_made_it(taggers: Taggers) -> None:
    (found,) = tag([story(SWAP)], taggers)
    assert {name for name, _ in found.stamps} == {"exchange", "claims", "stance"}
    assert {stamp for _, stamp in found.stamps} == {check().stamp}


def test_a_story_is_tagged_alike_alone_and_in_company_in_any_order(taggers: Taggers) -> None:
    one, other = story(SWAP), story(MARKET)
    assert tag([one, other], taggers) == tuple(reversed(tag([other, one], taggers)))
    assert tag([one], taggers) == tag([one, other], taggers)[:1]


def test_a_long_story_is_read_to_its_end(taggers: Taggers) -> None:
    (found,) = tag([story(SWAP + "\n\n" + " ".join(f"{MARKET} ({i})" for i in range(60)))], taggers)
    assert all(0 <= start < end for start, end, _ in spans(found))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=300), title=st.text(max_size=30))
def test_words_are_the_characters_of_their_span_in_any_text(taggers: Taggers, text: str, title: str) -> None:
    (found,) = tag([story(text, title=title)], taggers)
    assert all(text[start:end] == words for start, end, words in spans(found))


def test_words_are_the_characters_of_their_span_when_a_title_stands_before(taggers: Taggers) -> None:
    (found,) = tag([story(SWAP, title="Serbia and Kosovo swap 17 captives")], taggers)
    assert spans(found)
    assert all(SWAP[start:end] == words for start, end, words in spans(found))


def test_a_prediction_has_every_field_the_scorer_reads(taggers: Taggers) -> None:
    (found,) = tag([story(SWAP)], taggers)
    fields = prediction(found, lambda start, end: (start, end))
    wanted = {
        "is_exchange_story",
        "alert_worthy",
        "modality",
        "sides",
        "mediators",
        "date_of_exchange",
        "claims",
        "stance",
    }
    assert wanted <= set(fields)
    json.dumps(fields)


# ---------------------------------------------------------------- weights


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(SHIPPED, folder)
    assert check(folder).stamp == check().stamp
    graph = folder / "relations.onnx"
    graph.write_bytes(graph.read_bytes()[:-1] + b"x")
    with pytest.raises(TaggerError, match=r"relations\.onnx: is not the pinned file"):
        check(folder)
    graph.unlink()
    with pytest.raises(TaggerError, match="is missing"):
        check(folder)


@pytest.mark.parametrize("name", ["judgement.json", "reader.onnx"])
def test_a_file_that_the_manifest_does_not_pin_is_not_opened(tmp_path: Path, taggers: Taggers, name: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(SHIPPED, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(TaggerError, match=f"does not pin {re.escape(name)}"):
        open_taggers(taggers.gazetteer, folder=folder)


@pytest.mark.parametrize(("name", "start"), [("model.pkl", b"x"), ("model.bin", b"x"), ("model.onnx", b"\x80\x04x")])
def test_files_that_may_run_code_are_refused_by_name_and_by_their_first_bytes(
    tmp_path: Path, name: str, start: bytes
) -> None:
    (tmp_path / name).write_bytes(start)
    pinned = {"name": "m", "version": "1", "files": {name: {"sha256": "0" * 64}}}
    (tmp_path / "manifest.json").write_text(json.dumps(pinned))
    with pytest.raises(TaggerError, match=r"neither ONNX|holds a pickle"):
        check(tmp_path)


# ---------------------------------------------------------------- a model of one's own


@pytest.mark.needs("torch")
def test_a_local_folder_can_judge_instead(own_model: Path, taggers: Taggers) -> None:
    judge = HubJudge.open(str(own_model), label="exchange")
    (score,) = judge.scores([SWAP])
    again = HubJudge.open(str(own_model), label="exchange")
    assert (0 < score < 1, again.scores([SWAP, MARKET])[0], again.stamp) == (True, score, judge.stamp)
    own = open_taggers(taggers.gazetteer, judge=judge)
    (found,) = tag([story(SWAP)], own)
    assert found.report.is_exchange_score == pytest.approx(judge.scores([SWAP])[0])
    assert dict(found.stamps)["exchange"].name == str(own_model)


@pytest.mark.needs("torch")
def test_a_label_the_model_lacks_and_pickled_weights_are_refused(own_model: Path) -> None:
    with pytest.raises(TaggerError, match="exchange, other"):
        HubJudge.open(str(own_model), label="swap")
    (own_model / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(TaggerError, match="neither ONNX"):
        HubJudge.open(str(own_model), label="exchange")
