"""The head that reads a clause alone: which way common judgements lean, in wordings that no training story has."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import TaggerError
from nlp.encoder import Encoder
from nlp.judgement import FILE, JudgementHead
from nlp.weights import SHIPPED


@pytest.fixture(scope="module")
def head() -> JudgementHead:
    return JudgementHead.open(SHIPPED, Encoder.open())


FOR = (
    "The envoy worked day and night, and every family here owes her thanks.",
    "Наш президент сдержал слово и вернул ребят домой.",
    "Bu, xalqımızın rəhbərinin böyük uğurudur.",
)
AGAINST = (
    "The junta lied to the mothers and cheated everyone at the table.",
    "Киевские власти подло сорвали договорённость.",
    "Karşı taraf verdiği sözü tutmadı ve esirlere işkence etti.",
)
PLAIN = (
    "The buses left the depot at six in the morning.",
    "Автобусы выехали в шесть утра.",
    "The list holds nineteen names, eleven of them sailors.",
)


@pytest.mark.parametrize("words", FOR)
def test_praise_is_for_its_target(head: JudgementHead, words: str) -> None:
    assert head.log_odds(words)[1] > 0


@pytest.mark.parametrize("words", AGAINST)
def test_blame_is_against_it(head: JudgementHead, words: str) -> None:
    assert head.log_odds(words)[1] < 0


def test_words_that_judge_are_told_from_plain_ones(head: JudgementHead) -> None:
    judging = [head.log_odds(words)[0] for words in (*FOR, *AGAINST)]
    assert min(judging) > max(head.log_odds(words)[0] for words in PLAIN)


def test_a_head_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(f'{{"name": "m", "version": "1", "files": {{"{FILE}": {{}}}}}}')
    with pytest.raises(TaggerError, match="benchmarks/train/README"):
        JudgementHead.open(tmp_path, Encoder.open())
    (tmp_path / FILE).write_text('{"judges": {"weights": [0.1]}}')
    with pytest.raises(TaggerError, match=r"judgement\.json: cannot be read"):
        JudgementHead.open(tmp_path, Encoder.open())
