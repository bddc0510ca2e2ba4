"""What counts: a day cue becomes the right date by a named rule, and a text without a cue gives no date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dates import find_days, resolve
from nlp.places import best_place, find_places

_WEDNESDAY = datetime(2025, 3, 12, 16, 0, tzinfo=UTC)
_LANGUAGES = ("en", "ru", "az", "tr", "hy", "uk", "ka", "es")


@pytest.mark.parametrize(
    ("text", "language", "day", "rule"),
    [
        ("They were freed on 2025-03-10.", "en", date(2025, 3, 10), "date"),
        ("They were freed on December 7, 2023.", "en", date(2023, 12, 7), "date"),
        ("They were freed on 7 December.", "en", date(2024, 12, 7), "date-without-year"),
        ("They were freed on Monday.", "en", date(2025, 3, 10), "weekday-past"),
        ("They were freed on Wednesday.", "en", date(2025, 3, 12), "weekday-past"),
        ("They will be freed on Wednesday.", "en", date(2025, 3, 19), "weekday-ahead"),
        ("They will be freed on Friday.", "en", date(2025, 3, 14), "weekday-ahead"),
        ("They are to be handed over on Friday, March 14.", "en", date(2025, 3, 14), "date-without-year"),
        ("They were handed over today.", "en", date(2025, 3, 12), "today"),
        ("They crossed late last night.", "en", date(2025, 3, 11), "yesterday"),
        ("The swap takes place tomorrow.", "en", date(2025, 3, 13), "tomorrow"),
        ("They were released six days ago.", "en", date(2025, 3, 6), "days-ago"),
        ("15:40 The first bus crossed the bridge.", "en", date(2025, 3, 12), "clock"),
        ("Пленных вернули 7 декабря 2023 года.", "ru", date(2023, 12, 7), "date"),
        ("Вчера стороны обменялись пленными.", "ru", date(2025, 3, 11), "yesterday"),
        ("Обмен пройдет в пятницу.", "ru", date(2025, 3, 14), "weekday-ahead"),
        ("Обмен состоялся в понедельник.", "ru", date(2025, 3, 10), "weekday-past"),
        ("Шесть дней назад вернулись пленные.", "ru", date(2025, 3, 6), "days-ago"),
        ("Əsirlər dünən qaytarılıb.", "az", date(2025, 3, 11), "yesterday"),
        ("Təhvil cümə günü planlaşdırılır.", "az", date(2025, 3, 14), "weekday-ahead"),
        ("Əsirlər çərşənbə axşamı qaytarılıb.", "az", date(2025, 3, 11), "weekday-past"),
        ("1992-ci il mayın 21-də əsirlər dəyişdirildi.", "az", date(1992, 5, 21), "date"),
        ("Esirler bu sabah teslim edildi.", "tr", date(2025, 3, 12), "today"),
        ("Takas cuma günü yapılacak.", "tr", date(2025, 3, 14), "weekday-ahead"),
        ("Գերիները երեկ վերադարձան։", "hy", date(2025, 3, 11), "yesterday"),
        ("Գերիները հինգշաբթի վերադարձան։", "hy", date(2025, 3, 6), "weekday-past"),
        ("Փոխանակումը նախատեսված է մարտի 26-ին։", "hy", date(2025, 3, 26), "date-without-year"),
        ("Полонених обміняли вчора.", "uk", date(2025, 3, 11), "yesterday"),
        ("ტყვეები დღეს დაბრუნდნენ.", "ka", date(2025, 3, 12), "today"),
    ],
)
def test_a_cue_in_the_text_gives_the_day_and_the_rule(text: str, language: str, day: date, rule: str) -> None:
    assert resolve(text, _WEDNESDAY, language) == (day, rule)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The prisoners were released.", "en"),
        ("The ministry said on Tuesday that the prisoners were released.", "en"),
        ("KHARTOUM, March 11 (Northern Wire) - The prisoners were released.", "en"),
        ("Министерство заявило во вторник, что пленные возвращены.", "ru"),
        ("", "en"),
    ],
)
def test_no_cue_gives_no_date_never_the_day_of_the_report(text: str, language: str) -> None:
    assert resolve(text, _WEDNESDAY, language) == (None, "")


def test_a_cue_in_the_title_serves_when_the_text_has_none() -> None:
    assert resolve("Nobody said where.", _WEDNESDAY, "en", title="Swap on Friday")[0] is not None


def test_a_day_that_stands_far_from_any_release_is_marked() -> None:
    assert resolve("The bus came on Monday.", _WEDNESDAY, "en") == (date(2025, 3, 10), "weekday-past-alone")


def test_without_a_publication_time_only_full_dates_are_read() -> None:
    assert [cue.rule for cue in find_days("Today, Monday, 7 May; and 7 May 2024.", "en", None)] == ["date"]


def test_impossible_dates_are_no_cues() -> None:
    assert find_days("2025-02-31 and 31 February 2025", "en", _WEDNESDAY) == ()


def test_the_first_of_january_of_year_one_does_not_break_the_calendar() -> None:
    assert find_days("yesterday, on Tuesday, three days ago", "en", datetime(1, 1, 1, tzinfo=UTC)) == ()


@given(st.text(max_size=200), st.sampled_from(_LANGUAGES), st.datetimes(timezones=st.just(UTC)))
def test_any_text_gives_cues_that_lie_inside_it_and_apart(text: str, language: str, published: datetime) -> None:
    before = 0
    for cue in find_days(text, language, published):
        assert before <= cue.start < cue.end <= len(text)
        assert cue.words == text[cue.start : cue.end]
        before = cue.end


_PIECES = [
    "Monday",
    " ",
    "7",
    "March",
    "2025",
    "yesterday",
    ", ",
    ".",
    "released",
    "вчера",
    "3 gün əvvəl",
    "cümə axşamı",
    "հուլիսի 14",
    "12:30",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map(" ".join), st.sampled_from(_LANGUAGES))
def test_any_mix_of_day_words_is_resolved_to_a_day_it_names(text: str, language: str) -> None:
    day, rule = resolve(text, _WEDNESDAY, language)
    assert (day is None) == (rule == "")
    assert day is None or day in {cue.day for cue in find_days(text, language, _WEDNESDAY)}


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("They were handed over at the Orlo bridge on Friday.", "en", "Orlo bridge"),
        ("The captives were freed near Vell.", "en", "Vell"),
        ("Пленных передали на границе с Орлой.", "ru", "Орлой"),
        ("Əsirlər Astara məntəqəsində təhvil verildi.", "az", "Astara məntəqəsində"),
        ("Esirler Samsun'da takas edildi.", "tr", "Samsun'da"),
        ("Գերիները հանձնվեցին Ղազախ-Իջևան հատվածում։", "hy", "Ղազախ-Իջևան հատվածում"),
    ],
)
def test_a_place_behind_its_preposition_or_ending_is_a_candidate(text: str, language: str, words: str) -> None:
    best = best_place(text, language)
    assert best is not None
    assert words in best.words


def test_a_frontier_goes_before_a_town_and_a_place_without_handover_is_not_chosen() -> None:
    best = best_place("They were freed in Lindholm and crossed at the Orlo bridge.", "en")
    assert best is not None
    assert best.words == "Orlo bridge"
    assert best_place("It rained in Lindholm.", "en") is None


@given(st.text(max_size=200), st.sampled_from(_LANGUAGES))
def test_any_text_gives_places_that_lie_inside_it_and_apart(text: str, language: str) -> None:
    before = 0
    for cue in find_places(text, language):
        assert before <= cue.start < cue.end <= len(text)
        assert cue.words == text[cue.start : cue.end]
        before = cue.end
