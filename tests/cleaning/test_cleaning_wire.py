"""Plain wire texts: headers, bylines, datelines, credits and tails around a body that is kept word for word.

The texts are our own, in the structure of what wires send. The one text from outside is read from WIREWATCH_SHARED.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cleaning.offsets import to_input
from cleaning.wire import MAX_CHARACTERS, clean_text
from models.records import Discard, DiscardReason, Instant, Precision, Story

BODY = (
    "The ferrymen of Lower Sund released two officers on Monday, and the customs house let three of theirs go.\n\n"
    "Both groups crossed the same footbridge within a quarter of an hour, the clerk of the district said.\n\n"
    "He added that the toll, which had started the quarrel, would be talked about after the harvest."
)


def told(text: str, *, title: str = "A quarrel about a toll", published: Instant | None = None) -> Story:
    """The story of a text that must have one."""
    story = clean_text(text, url="https://wire.example/a/1", source_id="wire", title=title, published=published)
    assert isinstance(story, Story), story
    return story


@pytest.mark.parametrize(
    ("header", "origin", "carrier", "day"),
    [
        (" date 2019-03-05 (TIDEWIRE- Lower Sund Echo)\n\n\n\n", "Lower Sund Echo", "TIDEWIRE", "2019-03-05"),
        ("2021/11/30 (Polar Press - Skerry Times)\n\n", "Skerry Times", "Polar Press", "2021-11-30"),
        ("Date: 7 June 2020 (QNX – The Fjord Daily)\n", "The Fjord Daily", "QNX", "2020-06-07"),
        ("дата 2022-02-01 (ВЕСТНИК - Озёрная газета)\n\n", "Озёрная газета", "ВЕСТНИК", "2022-02-01"),
        ("(Polar Press - Skerry Times)\n\n", "Skerry Times", "Polar Press", None),
        ("(Polar Press - Skerry Times)", "Skerry Times", "Polar Press", None),
        ("(Polar Press) ", "Polar Press", None, None),
        ("Source: Skerry Times | Polar Press distribution\n\n", "Skerry Times", "Polar Press", None),
        ("Источник: Озёрная газета\n\n", "Озёрная газета", None, None),
        ("Mənbə: Göl Xəbər\n\n", "Göl Xəbər", None, None),
        ("Published: Wed 5 Jun 2019, 7:50 PM\n\nBy: Polarnet\n\n", "Polarnet", None, "2019-06-05"),
    ],
)
def test_a_header_names_who_wrote_and_who_carried_and_leaves_the_body(
    header: str, origin: str, carrier: str | None, day: str | None
) -> None:
    story = told(header + BODY)
    assert (story.origin, story.carrier, story.text) == (origin, carrier, BODY)
    assert (story.published.at.date().isoformat() if story.published else None) == day


@pytest.mark.parametrize(
    ("opening", "place", "day", "agency"),
    [
        ("VARDHOLM, March 4 (Polarnet) - ", "VARDHOLM", date(2019, 3, 4), "Polarnet"),
        ("VARDHOLM, Mar. 4 (Polarnet) — ", "VARDHOLM", date(2019, 3, 4), "Polarnet"),
        ("March 4 (Polarnet) - ", None, date(2019, 3, 4), "Polarnet"),
        ("VARDHOLM, March 4. /POLARNET/. ", "VARDHOLM", date(2019, 3, 4), "POLARNET"),
        ("VARDHOLM (PN) — ", "VARDHOLM", None, "PN"),
        ("VARDHOLM — ", "VARDHOLM", None, None),
        ("VARDHOLM, Outer Isles — ", "VARDHOLM, Outer Isles", None, None),
        ("VARDHOLM/SUND: ", "VARDHOLM/SUND", None, None),
        ("Oslo — ", "Oslo", None, None),
        ("(Polarnet) - ", None, None, "Polarnet"),
        ("ОЗЁРСК, 4 марта. ", "ОЗЁРСК", date(2019, 3, 4), None),
        ("ОЗЁРСК, 4 марта. /СЕВЕР-ИНФО/. ", "ОЗЁРСК", date(2019, 3, 4), "СЕВЕР-ИНФО"),
        ("Озёрск. 4 марта. СЕВЕР-ИНФО - ", "Озёрск", date(2019, 3, 4), "СЕВЕР-ИНФО"),
        ("ŞƏKİ, 4 mart. ", "ŞƏKİ", date(2019, 3, 4), None),
        ("Şəki, 4 mart, DAĞ-XƏBƏR – ", "Şəki", date(2019, 3, 4), "DAĞ-XƏBƏR"),
        ("KARS (DHK) - ", "KARS", None, "DHK"),
        ("KARS — ", "KARS", None, None),
        ("ԳՅՈՒՄՐԻ, մարտի 4։ ", "ԳՅՈՒՄՐԻ", date(2019, 3, 4), None),
        ("ОДЕСА, 4 березня. ", "ОДЕСА", date(2019, 3, 4), None),
    ],
)
def test_a_dateline_is_read_and_cut(opening: str, place: str | None, day: date | None, agency: str | None) -> None:
    text = opening + BODY
    published = Instant(at=datetime(2019, 3, 5, 9, tzinfo=UTC), precision=Precision.SECOND, rule="feed")
    story = told(text, published=published)
    assert story.text == BODY
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.day, story.dateline.agency) == (place, day, agency)
    assert text[story.dateline.start : story.dateline.end].strip() == opening.strip()
    assert story.origin == agency


@pytest.mark.parametrize(
    "opening",
    [
        "HOST: Good evening. ",
        "CLAIM: Ten men came home. ",
        "Officials: ",
        "Snow. Two metres on the pass. ",
        "On March 4 - a Monday - ",
        "15:25 — ",
        "EXERCISE EXERCISE EXERCISE. ",
        "The Council (a body of elders) - ",
    ],
)
def test_what_only_looks_like_a_dateline_stays(opening: str) -> None:
    story = told(opening + BODY)
    assert story.dateline is None
    assert story.text == opening + BODY


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ida Holm", ("Ida Holm",)),
        ("By Ida Holm and Tomas Reyk", ("Ida Holm", "Tomas Reyk")),
        ("By Ida Holm in Vardholm", ("Ida Holm",)),
        ("Ida Holm Read more", ("Ida Holm",)),
        ("Автор: Анна Озёрная", ("Анна Озёрная",)),
        ("Müəllif: Nərgiz Dağlı", ("Nərgiz Dağlı",)),
        ("Հեղինակ՝ Անի Լճյան", ("Անի Լճյան",)),
        ("Yazan: Deniz Kaya", ("Deniz Kaya",)),
    ],
)
def test_a_byline_on_its_own_line_is_read_and_cut(line: str, names: tuple[str, ...]) -> None:
    story = told(f"{line}\n\n{BODY}")
    assert (story.bylines, story.text) == (names, BODY)


def test_a_name_alone_is_a_byline_only_where_a_header_announces_it() -> None:
    assert told(f"(Polar Press - Skerry Times)\n\nIda Holm\n\n{BODY}").bylines == ("Ida Holm",)
    assert told(f"Ida Holm\n\n{BODY}").text.startswith("Ida Holm")


@pytest.mark.parametrize("credit", ["By Agencies", "By Staff Reporter", "Автор: Редакция"])
def test_a_byline_of_nobody_names_nobody(credit: str) -> None:
    story = told(f"{credit}\n\n{BODY}")
    assert (story.bylines, story.origin, story.text) == ((), None, BODY)


@pytest.mark.parametrize(
    ("tail", "origin", "carrier"),
    [
        ("— Polarnet", "Polarnet", None),
        ("/POLARNET/", "POLARNET", None),
        ("Source: Skerry Times", "Skerry Times", None),
        ("Originally published by the Skerry Times.", "Skerry Times", None),
        ("This article was first published in Skerry Times on 3 March.", "Skerry Times", None),
        ("Впервые опубликовано: Озёрная газета", "Озёрная газета", None),
        ("Distributed by Polar Press", None, "Polar Press"),
        ("via Polar Press", None, "Polar Press"),
        ("With reporting by Polarnet", "Polarnet", None),
    ],
)
def test_a_credit_behind_the_report_is_read_and_cut(tail: str, origin: str | None, carrier: str | None) -> None:
    story = told(f"{BODY}\n\n{tail}")
    assert (story.origin, story.carrier, story.text) == (origin, carrier, BODY)


@pytest.mark.parametrize(
    "tail",
    [
        "PLR05032019000045011ID1107548812",
        "PLR05032019-0041 | This content is provided by a third party. Polar Press accepts no responsibility for it.",
        '\nLegal Disclaimer: Polar Press provides the information "as is" without warranty of any kind.',
        "(c) Polar Press. All rights reserved. This material may not be published or redistributed.",
        "© 2019 Polar Press",
        "ALSO READ: Fish prices edge higher",
        "Subscribe to our newsletter for more from the islands.",
        "Read more",
        "Подписывайтесь на наш канал, чтобы узнавать обо всём первыми.",
        "При использовании материалов ссылка на издание обязательна.",
        "Bizi sosial şəbəkələrdə izləyin.",
        "Bizi Twitter'da takip edin",
        "Հետևեք մեզ",
        "Підписуйтесь на наш канал",
        "გააზიარეთ",
    ],
)
def test_tails_are_cut(tail: str) -> None:
    assert told(f"{BODY}\n\n{tail}").text == BODY
    assert told(f"{BODY}\n\n{tail}\n\nShare").text == BODY


@pytest.mark.parametrize(
    "sentence",
    [
        "Share prices fell by a third on Monday.",
        "Subscribers to the canal fund were paid back in full.",
        "Follow the river, the elder told them, and you will be home by dusk.",
        "Advertisement of the tender begins in May.",
        "The source of the river is disputed, and so is its mouth.",
        "More than ten men were sent home.",
        "He reserved all rights to the manuscript for his heirs.",
        "Related families were seated together.",
        "Подробнее об этом министр говорить не стал.",
        "При перепечатке старых карт границу сдвинули на три версты.",
        "Paylaşılan torpaq barədə danışıqlar davam edir.",
    ],
)
def test_a_sentence_that_holds_such_words_stays(sentence: str) -> None:
    first, rest = BODY.split("\n\n", 1)
    text = f"{first}\n\n{sentence}\n\n{rest}"
    assert told(text).text == text


def test_furniture_between_paragraphs_is_cut_and_the_map_leaps_over_it() -> None:
    first, second, third = BODY.split("\n\n")
    text = f"{first}\n\nAdvertisement\n\n{second}\n\nRead also: Toll raised again\n\n{third}"
    story = told(text)
    assert story.text == BODY
    start = story.text.index("the toll, which")
    span = to_input(story, start, start + 15)
    assert span is not None
    assert text[slice(*span)] == "the toll, which"


def test_a_headline_before_the_report_becomes_the_title_when_none_is_known() -> None:
    story = told(f"Quarrel about a toll ends on a footbridge\n\n{BODY}", title="")
    assert (story.title, story.text) == ("Quarrel about a toll ends on a footbridge", BODY)


def test_a_title_repeated_in_the_text_is_not_body() -> None:
    story = told(f"A quarrel about a toll\n\n{BODY}")
    assert (story.title, story.text) == ("A quarrel about a toll", BODY)


def test_a_flash_of_one_line_is_kept_and_flagged() -> None:
    flash = "LOWER SUND AND CUSTOMS HOUSE SWAP FIVE MEN - DISTRICT CLERK"
    story = told(flash, title=flash)
    assert (story.text, story.flags) == (flash, ("short", "no-date"))


def test_lines_broken_by_width_are_one_paragraph() -> None:
    text = (
        "The ferrymen of Lower Sund released two customs officers on Monday, and the\n"
        "customs house let three of theirs go, the clerk of the district said in the\nevening.\n\n"
        "Nobody was hurt.\n"
    )
    assert told(text).text.count("\n\n") == 1


@pytest.mark.parametrize(
    ("notice", "flag"),
    [
        ("(Corrects the number of officers to two)", "correction"),
        ("Correction: an earlier version named the wrong bridge.", "correction"),
        ("(Исправлено число задержанных)", "correction"),
        ("Düzəliş: rəqəm dəqiqləşdirilib.", "correction"),
        ("RETRACTION: the report below was not true", "retraction"),
        ("This story has been withdrawn.", "retraction"),
    ],
)
def test_a_notice_at_the_edge_is_flagged(notice: str, flag: str) -> None:
    assert flag in told(f"{notice}\n\n{BODY}").flags


def test_a_correct_sentence_is_no_correction() -> None:
    assert told(BODY + "\n\nCorrecting the map took a year.").flags == ("no-date",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", DiscardReason.EMPTY),
        ("\ufeff \n\t", DiscardReason.EMPTY),
        ("x" * (MAX_CHARACTERS + 1), DiscardReason.TOO_LARGE),
        ("Read more\n\nShare\n\n© 2020 Polar Press", DiscardReason.NO_BODY),
        ("— * — * —", DiscardReason.NO_BODY),
    ],
)
def test_a_text_without_a_story_is_discarded_with_its_reason(text: str, reason: DiscardReason) -> None:
    told_of = clean_text(text, url="https://wire.example/a/1", source_id="wire")
    assert isinstance(told_of, Discard)
    assert told_of.reason == reason


def test_invisible_characters_leave_the_text_but_not_the_map() -> None:
    text = "The ferry\u200bmen of \u202eSund\u202c came home\u0000, and the cafe\u0301 was open until the morning."
    story = told(text)
    assert story.text == "The ferrymen of Sund came home, and the café was open until the morning."
    assert "bidi-controls" in story.flags
    start = story.text.index("came home")
    span = to_input(story, start, start + 9)
    assert span is not None
    assert text[slice(*span)] == "came home"


SHARED = os.environ.get("WIREWATCH_SHARED", "")


@pytest.mark.skipif(not SHARED, reason="WIREWATCH_SHARED is not set: the first article is not part of the project")
def test_the_first_article_is_read_as_its_facts_say() -> None:
    facts = json.loads((Path(SHARED) / "gold" / "seed.json").read_text("utf-8"))
    text = (Path(SHARED) / "seed" / facts["source_file"]).read_text("utf-8")
    story = clean_text(text, url=f"file:///{facts['source_file']}", source_id="seed")
    assert isinstance(story, Story)
    assert story.published is not None
    assert (story.origin, story.carrier) == (facts["header"]["outlet"], facts["header"]["carrier"])
    assert story.published.at.date().isoformat() == facts["header"]["date"]
    assert (story.published.precision, story.published.rule) == (Precision.DAY, "wire-header")
    assert story.bylines == (facts["byline"]["span"],)
    assert story.language == facts["gold"]["lang"]
    assert story.segments[0].input_start == facts["body_start"]
    for claim in facts["gold"]["claims"]:
        start = story.text.index(claim["span"])
        assert to_input(story, start, start + len(claim["span"])) == (claim["start"], claim["end"])
