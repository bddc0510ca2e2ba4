"""Who can vouch for a clause: the reach of an attribution by sentence, paragraph and words that take it up again."""

from __future__ import annotations

import pytest

from nlp.reach import Reach


def can(text: str, clause: str, speaker: str) -> bool:
    start, by = text.index(clause), text.index(speaker)
    return Reach(text).covers((start, start + len(clause)), (by, by + len(speaker)))


def test_a_speaker_covers_his_own_sentence() -> None:
    text = "Tamsar freed nine men, the Tamsari defence ministry said."
    assert can(text, "Tamsar freed nine men", "Tamsari defence ministry")


def test_and_what_follows_to_the_end_of_the_paragraph() -> None:
    text = "The ministry said nine men were free. Four of them were wounded.\n\nThe road was open on Friday."
    assert can(text, "Four of them were wounded", "ministry")
    assert not can(text, "The road was open", "ministry")


def test_but_not_what_stands_before_his_sentence() -> None:
    assert not can("Nine men came home. The ministry said it was glad.", "Nine men came home", "ministry")


def test_whoever_is_named_without_speaking_vouches_for_nothing() -> None:
    assert not can("Nine men crossed into Tamsar on Friday.", "Nine men crossed", "Tamsar")


@pytest.mark.parametrize(
    "text",
    [
        "Orro's ministry said nine men were free.\n\nIt thanked Norway for its help.",
        "Орро: министерство сообщило, что девять человек на свободе.\n\nОно поблагодарило Норвегию за помощь.",
        "Orro nazirliyi doqquz nəfərin azad edildiyini bildirib.\n\nO, köməyə görə Norveçə təşəkkür edib.",
    ],
    ids=["en", "ru", "az"],
)
def test_a_word_that_takes_it_up_again_carries_it_into_the_next_paragraph_only(text: str) -> None:
    speaker, last = text[:4], text.split("\n\n")[1]
    assert can(text, last[:12], speaker)
    assert not can(text.replace("\n\n", "\n\nThe day was cold.\n\n"), last[:12], speaker)


@pytest.mark.parametrize(
    "text",
    [
        "Orro's staff confirmed forty names.\n\nIn return 35 were handed over; two more, it said, stayed behind.",
        "Орро: глава делегации заявил об отсрочке.\n\nВ пятницу, по его словам, 35 человек передадут у моста.",
    ],
)
def test_a_pronoun_inside_the_sentence_takes_it_up_too(text: str) -> None:
    assert can(text, "35", "Орро" if "Орро" in text else "Orro's staff")
    assert not can(text.replace(", it said,", ",").replace(", по его словам,", ""), "35", text[:4])


def test_a_tag_behind_a_dash_says_who_says_so() -> None:
    assert can("115 CAPTIVES CAME HOME - ORRO DEFENCE MINISTRY", "115 CAPTIVES", "ORRO")
    assert not can("115 CAPTIVES CAME HOME TO ORRO", "115 CAPTIVES", "ORRO")
