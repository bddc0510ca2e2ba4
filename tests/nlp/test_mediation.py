"""Who mediated: those who broker do, those who welcome, visit or check do not; and how a text rules mediators out."""

from __future__ import annotations

import pytest

from nlp.mediation import only_stands_by, rules_mediators_out


@pytest.mark.parametrize(
    "sentence",
    [
        "The European Union welcomed the release.",
        "Delegates of the Red Cross had checked the captives' health beforehand.",
        "Красный Крест посетил пленных накануне.",
        "Avropa İttifaqı addımı alqışlayıb.",
        "Avrupa Birliği adımı memnuniyetle karşıladı.",
        "Եվրամիությունը ողջունել է համաձայնությունը։",
    ],
)
def test_who_welcomes_visits_or_checks_only_stands_by(sentence: str) -> None:
    assert only_stands_by(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Qatar, which brokered the deal, welcomed it.",
        "Both sides thanked Norway, which had visited the captives.",
        "Стороны приветствовали посредничество Катара.",
        "Norway hosted the talks.",
    ],
)
def test_who_brokers_does_not_only_stand_by(sentence: str) -> None:
    assert not only_stands_by(sentence)


def test_mediators_are_ruled_out_in_so_many_words() -> None:
    assert rules_mediators_out("The deal was not reached through the mediation of any third country.")
    assert rules_mediators_out("Обмен согласован без участия посредников.")
    assert not rules_mediators_out("The deal was reached through the mediation of a third country.")
