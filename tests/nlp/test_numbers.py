"""What counts: numbers of people are found with their worth and exactness; years, money and hours are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.records import CountKind, CountRole, Quantity
from nlp.number_cues import counts_each_side
from nlp.numbers import find_quantities, total_of
from nlp.numerals import numbers_in

_LANGUAGES = ("en", "ru", "az", "tr", "hy", "uk", "ka", "es")


def _bests(text: str, language: str = "en") -> list[int | None]:
    return [quantity.best for quantity in find_quantities(text, language)]


def _only(text: str, language: str = "en") -> Quantity:
    (quantity,) = find_quantities(text, language)
    return quantity


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("thirty-two", "en", 32),
        ("a hundred and thirty-nine", "en", 139),
        ("One thousand two hundred", "en", 1200),
        ("1,200", "en", 1200),
        ("1 000", "en", 1000),
        ("two dozen", "en", 24),
        ("тридцать двое", "ru", 32),
        ("тридцати двух", "ru", 32),
        ("восьмидесяти четырем", "ru", 84),
        ("двести двадцать пять", "ru", 225),
        ("1\u00a0200", "ru", 1200),
        ("2 тысячи", "ru", 2000),
        ("otuz iki", "az", 32),
        ("on dörd", "az", 14),
        ("84-ü", "az", 84),
        ("yüz iyirmi beş", "az", 125),
        ("otuz iki", "tr", 32),
        ("84'ü", "tr", 84),
        ("bin iki yüz", "tr", 1200),
        ("երեսուներկու", "hy", 32),
        ("տասնչորս", "hy", 14),
        ("հարյուր քսանհինգ", "hy", 125),
        ("իննից", "hy", 9),
        ("30-ական", "hy", 30),
        ("п'ятдесят двоє", "uk", 52),
        ("ოცდათორმეტი", "ka", 32),
    ],
)
def test_a_number_is_read_in_digits_and_words(text: str, language: str, value: int) -> None:
    assert [number.value for number in numbers_in(text, language)] == [value]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3rd", "en"),
        ("14:30", "en"),
        ("2.5", "en"),
        ("Kaspiy-9", "en"),
        ("5-го", "ru"),
        ("12-ci", "az"),
        ("12'nci", "tr"),
        ("84-րդ", "hy"),
        ("onlar üçün", "az"),
    ],
)
def test_ordinals_clock_times_decimals_and_names_are_no_numbers(text: str, language: str) -> None:
    assert numbers_in(text, language) == ()


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("They freed 32 people of Armenian origin today.", "en", "32 people of Armenian origin"),
        ("handed over two Azerbaijani servicemen", "en", "two Azerbaijani servicemen"),
        ("41 prisoners of war returned", "en", "41 prisoners of war"),
        ("возвращены 84 российских военнослужащих", "ru", "84 российских военнослужащих"),
        ("вернули двух эстонских бизнесменов", "ru", "двух эстонских бизнесменов"),
        ("3 hərbi qulluqçusunu azad edəcək", "az", "3 hərbi qulluqçusunu"),
        ("on dört askeri serbest bıraktı", "tr", "on dört askeri"),
        ("երկու ադրբեջանցի զինծառայող վերադարձավ", "hy", "երկու ադրբեջանցի զինծառայող"),
    ],
)
def test_a_quantity_takes_its_noun_with_it(text: str, language: str, words: str) -> None:
    assert words in [quantity.words for quantity in find_quantities(text, language)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He was released after 402 days.", "en"),
        ("They were freed on December 7, 2023.", "en"),
        ("The prisoners walked 12 kilometres and paid $300.", "en"),
        ("Released at 9.20 under Article 14, aged 52.", "en"),
        ("About 30 percent of the hostages' homes burned.", "en"),
        ("Пленные вернулись 7 декабря 2023 года через 5 часов.", "ru"),
        ("Əsirlər 2024-cü il mayın 17-də saat 16:10-da qayıtdı.", "az"),
        ("Esirler 12 Mart 2025'te 3 otobüsle döndü.", "tr"),
        ("Գերիները վերադարձան հոկտեմբերի 26-ին, 3 տարի անց։", "hy"),
    ],
)
def test_dates_durations_money_distances_and_documents_count_no_people(text: str, language: str) -> None:
    assert find_quantities(text, language) == ()


def test_other_numbers_count_only_where_captives_are_spoken_of() -> None:
    assert _bests("The choir sang 32.") == []
    assert _bests("The captors released 32.") == [32]


@pytest.mark.parametrize(
    ("text", "language", "kind", "bounds"),
    [
        ("about 80 prisoners", "en", CountKind.APPROXIMATE, (None, 80, None)),
        ("a dozen prisoners", "en", CountKind.APPROXIMATE, (None, 12, None)),
        ("at least 14 captives", "en", CountKind.AT_LEAST, (14, None, None)),
        ("no fewer than 9 captives", "en", CountKind.AT_LEAST, (9, None, None)),
        ("up to 20 captives", "en", CountKind.AT_MOST, (None, None, 20)),
        ("between 30 and 40 prisoners", "en", CountKind.RANGE, (30, None, 40)),
        ("hundreds of prisoners", "en", CountKind.AT_LEAST, (200, None, None)),
        ("около 80 пленных", "ru", CountKind.APPROXIMATE, (None, 80, None)),
        ("не менее 700 человек", "ru", CountKind.AT_LEAST, (700, None, None)),
        ("тридцать или сорок пленных", "ru", CountKind.RANGE, (30, None, 40)),
        ("сотни пленных", "ru", CountKind.AT_LEAST, (200, None, None)),
        ("azı 10 əsir", "az", CountKind.AT_LEAST, (10, None, None)),
        ("300-dən çox əsir", "az", CountKind.AT_LEAST, (300, None, None)),
        ("400-ə yaxın əsir", "az", CountKind.APPROXIMATE, (None, 400, None)),
        ("en az 9 esir", "tr", CountKind.AT_LEAST, (9, None, None)),
        ("yaklaşık 50 esir", "tr", CountKind.APPROXIMATE, (None, 50, None)),
        ("առնվազն 14 գերի", "hy", CountKind.AT_LEAST, (14, None, None)),
        ("մոտ 80 գերի", "hy", CountKind.APPROXIMATE, (None, 80, None)),
        ("32 prisoners", "en", CountKind.EXACT, (32, 32, 32)),
    ],
)
def test_how_exact_a_number_is(text: str, language: str, kind: CountKind, bounds: tuple[int | None, ...]) -> None:
    quantity = _only(text, language)
    assert (quantity.kind, (quantity.low, quantity.best, quantity.high)) == (kind, bounds)


def test_each_side_of_a_formula_is_a_quantity() -> None:
    assert _bests("The sides exchanged 84 for 84.") == [84, 84]
    assert _bests("Стороны провели обмен 84 на 84.", "ru") == [84, 84]


def test_numbers_counted_side_by_side_stay_apart_and_can_be_summed() -> None:
    quantities = find_quantities("They gave up 40 soldiers and a pilot.", "en")
    assert [quantity.best for quantity in quantities] == [40, 1]
    assert total_of(quantities) == 41


def test_a_sum_with_a_bound_in_it_is_unknown() -> None:
    assert total_of(find_quantities("They freed 40 soldiers and at least 3 civilians.", "en")) is None
    assert total_of(()) is None


@pytest.mark.parametrize(
    ("text", "language", "role"),
    [
        ("Azerbaijan released 32 people.", "en", CountRole.RELEASED),
        ("He said 55 people are held in Baku.", "en", CountRole.HELD),
        ("The battle killed 12 soldiers.", "en", CountRole.KILLED),
        ("The group demands 14 prisoners.", "en", CountRole.DEMANDED),
        ("26 of them came home by bus.", "en", CountRole.PART),
        ("The remaining 6 prisoners wait.", "en", CountRole.REMAINING),
        ("As a sign of the will of the sides it releases 32 people.", "en", CountRole.RELEASED),
        ("Some of the captives know: 32 people of Armenian origin are released.", "en", CountRole.RELEASED),
        ("из них 26 военных", "ru", CountRole.PART),
        ("В плену удерживают 55 человек.", "ru", CountRole.HELD),
        ("Вернули 32 человека.", "ru", CountRole.RELEASED),
        ("onlardan 112 nəfər", "az", CountRole.PART),
        ("Bakıda 23 nəfər saxlanılır.", "az", CountRole.HELD),
        ("Bakıda 23 nəfər azad edildi.", "az", CountRole.RELEASED),
        ("Elinde 9 asker tutuluyor.", "tr", CountRole.HELD),
        ("9 asker serbest bırakıldı.", "tr", CountRole.RELEASED),
        ("Բաքվում պահվում է 14 հայ։", "hy", CountRole.HELD),
        ("Ազատ է արձակվել 14 հայ։", "hy", CountRole.RELEASED),
    ],
)
def test_the_first_guess_of_the_role_follows_the_nearest_cue(text: str, language: str, role: CountRole) -> None:
    assert _only(text, language).role == role


def test_one_counts_only_right_beside_a_word_for_a_person() -> None:
    assert _bests("One serviceman was released.") == [1]
    assert _bests("One thing about the released is clear.") == []
    assert _bests("Вернулся один военнослужащий.", "ru") == [1]


@given(st.text(max_size=200), st.sampled_from(_LANGUAGES))
def test_any_text_gives_quantities_that_lie_inside_it_and_apart(text: str, language: str) -> None:
    _check_spans(text, language)


_PIECES = [
    "32",
    " ",
    "-",
    "prisoners",
    "двое",
    "тысяч",
    "yüz",
    "about ",
    "1 000",
    ".",
    "of them",
    "հարյուր",
    "’ü",
    "İ",
    "dozens of ",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join), st.sampled_from(_LANGUAGES))
def test_any_mix_of_numbers_gives_quantities_that_lie_inside_it_and_apart(text: str, language: str) -> None:
    _check_spans(text, language)


def _check_spans(text: str, language: str) -> None:
    before = 0
    for quantity in find_quantities(text, language):
        assert before <= quantity.start < quantity.end <= len(text)
        assert quantity.words == text[quantity.start : quantity.end]
        assert quantity.best is None or quantity.best >= 1
        assert quantity.low is None or quantity.high is None or quantity.low <= quantity.high
        before = quantity.end


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("Title of the story\nTamsar and Orro each handed back 115 soldiers on Saturday.", True),
        ("They will trade 1,000-for-1,000 prisoners.", True),
        ("Стороны обменяли 205 на 205 пленных.", True),
        ("Tamsar handed back 115 soldiers.\nOrro and Tamsar each lost a bridge.", False),
        ("Tamsar handed back 115 soldiers for 9 officers.", False),
    ],
)
def test_as_many_from_each_side_is_read_on_the_line_of_the_number(text: str, *, each: bool) -> None:
    number = next(n for n in ("115", "1,000", "205") if n in text)
    start = text.index(number)
    assert counts_each_side(text, start, start + len(number)) is each
