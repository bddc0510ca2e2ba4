"""Which way words lean: praise less blame, in every language alike."""

from __future__ import annotations

import pytest

from nlp.leaning import leaning


@pytest.mark.parametrize(
    "words",
    [
        "a noble gesture of goodwill",
        "мудрое решение, благодарим посредников",
        "humanist addım, minnətdarıq",
        "kahramanca bir iyi niyet adımı",
        "մարդասիրական քայլ, շնորհակալություն",
    ],
)
def test_praise_leans_one_way(words: str) -> None:
    assert leaning(words) > 0


@pytest.mark.parametrize(
    "words",
    [
        "the treacherous junta broke its word",
        "преступный режим сорвал обмен",
        "qondarma rejimin cinayətləri",
        "terör örgütünün ihaneti",
        "հանցագործ ռեժիմ, դաժան խոշտանգում",
    ],
)
def test_blame_the_other(words: str) -> None:
    assert leaning(words) < 0


def test_plain_news_leans_nowhere() -> None:
    assert leaning("Nine soldiers crossed the bridge on Friday and were met by doctors.") == 0
