"""What counts: every form of a name leads to one neutral code, and a mention is always the text's own words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from models.records import ActorEntry
from nlp.actors import Gazetteer, find_actors, find_loaded, read_entries
from nlp.parties import slug

_LIST = Path(__file__).parents[2] / "watch" / "actors.toml"
_GAZETTEER = Gazetteer.of(read_entries(_LIST))


def _codes(text: str) -> list[str]:
    return [mention.actor.code for mention in find_actors(text, _GAZETTEER)]


def _found(text: str) -> list[tuple[str, str, str]]:
    return [(mention.words, mention.actor.code, mention.actor.role) for mention in find_actors(text, _GAZETTEER)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Yerevan has not answered.", "AM"),
        ("the Azerbaijanis went home", "AZ"),
        ("The Kremlin shrugged.", "RU"),
        ("U.S. diplomats", "US"),
        ("из Азербайджана", "AZ"),
        ("с Арменией", "AM"),
        ("российских военных", "RU"),
        ("в Турции", "TR"),
        ("об украинцах", "UA"),
        ("при посредничестве ОАЭ", "AE"),
        ("за Украину", "UA"),
        ("з Росією", "RU"),
        ("Ermənistandan gələnlər", "AM"),
        ("erməni hərbçilər", "AM"),
        ("BƏƏ-nin vasitəçiliyi", "AE"),
        ("Rusiyanın cavabı", "RU"),
        ("Ermənistan'ın talebi", "AM"),
        ("Rusya'ya dönen", "RU"),
        ("ABD'den", "US"),
        ("Katar'ın arabuluculuğu", "QA"),
        ("Հայաստանին հանձնվեց", "AM"),
        ("Բաքվից վերադարձ", "AZ"),
        ("ադրբեջանական կողմը", "AZ"),
        ("ԱՄՆ-ը", "US"),
        ("Ռուսաստանի հետ", "RU"),
        ("საქართველოს მთავრობა", "GE"),
        ("рассказали в МККК", "ICRC"),
        ("Красным Крестом", "ICRC"),
        ("Kızılhaç'a göre", "ICRC"),
        ("Կարմիր խաչի միջոցով", "ICRC"),
        ("the Houthis", "houthis"),
        ("хуситов", "houthis"),
        ("Hizbullah'ın elinde", "hezbollah"),
        ("the Holy See", "VA"),
    ],
)
def test_a_party_is_found_in_any_language_and_case(text: str, code: str) -> None:
    assert code in _codes(text)


@pytest.mark.parametrize(
    ("text", "words", "code", "role"),
    [
        ("The Azerbaijani president spoke.", "Azerbaijani president", "AZ", "president"),
        (
            "the President of the Republic of Azerbaijan said",
            "President of the Republic of Azerbaijan",
            "AZ",
            "president",
        ),
        ("Azerbaijan's State Commission said", "Azerbaijan's State Commission", "AZ", "state commission"),
        (
            "the office of the Prime Minister of the Republic of Armenia",
            "office of the Prime Minister of the Republic of Armenia",
            "AM",
            "prime minister",
        ),
        ("the Ministry of Defence in Moscow reported", "Ministry of Defence in Moscow", "RU", "defence ministry"),
        ("Госкомиссия Азербайджана заявила", "Госкомиссия Азербайджана", "AZ", "state commission"),
        ("российское Минобороны", "российское Минобороны", "RU", "defence ministry"),
        ("по словам МИД Армении", "МИД Армении", "AM", "foreign ministry"),
        ("Azərbaycan Respublikasının Prezidenti", "Azərbaycan Respublikasının Prezidenti", "AZ", "president"),
        ("Rusya'nın Savunma Bakanlığı", "Rusya'nın Savunma Bakanlığı", "RU", "defence ministry"),
        ("ՀՀ ԱԳՆ-ն հայտնեց", "ՀՀ ԱԳՆ", "AM", "foreign ministry"),
        (
            "Հայաստանի պաշտպանության նախարարությունը",
            "Հայաստանի պաշտպանության նախարարությունը",
            "AM",
            "defence ministry",
        ),
        ("Украинский Координационный штаб", "Украинский Координационный штаб", "UA", "coordination headquarters"),
        ("The FSB announced", "FSB", "RU", "FSB"),
        ("the Armenian side", "Armenian side", "AM", ""),
    ],
)
def test_an_office_is_joined_to_its_party(text: str, words: str, code: str, role: str) -> None:
    assert (words, code, role) in _found(text)


def test_an_office_that_stands_alone_takes_the_party_it_has_elsewhere_in_the_text() -> None:
    found = _found(
        "The Ruritanian press was wrong. Armenia's foreign ministry denied it. The foreign ministry said more."
    )
    assert ("foreign ministry", "AM", "foreign ministry") in found


def test_an_office_without_any_party_says_so_by_an_empty_code() -> None:
    assert _found("The president thanked the crew.") == [("president", "", "president")]


def test_two_parties_with_the_same_office_leave_a_later_one_with_the_nearest_before_it() -> None:
    text = "Armenia's foreign ministry said no. Georgia's foreign ministry said yes. The foreign ministry repeated it."
    assert _codes(text) == ["AM", "GE", "GE"]


@pytest.mark.parametrize("text", ["the Kiev regime", "киевский режим", "Kiyev rejimi", "the Zionist entity"])
def test_loaded_names_lead_to_the_neutral_code_and_are_reported(text: str) -> None:
    loaded = find_loaded(text, _GAZETTEER)
    assert [mention.actor.code for mention in loaded] == _codes(text)
    assert len(loaded) == 1
    assert "regime" not in loaded[0].actor.name.lower()


def test_a_plain_name_is_no_loaded_wording() -> None:
    assert find_loaded("Kyiv and the Ukrainian government", _GAZETTEER) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Kessari government said it would free nine captives.", "x-kessari"),
        ("Port Lamar authorities refused.", "x-port-lamar"),
        ("Talks between Ostrava and Meldoria ended; the Meldorian army is silent.", "x-meldoria"),
        ("They were held by the Blue Delta Front.", "x-blue-delta-front"),
        ("Вчера власти Мелдории вернули пленных.", "x-meldor"),
        ("Dün Meldorya hükümeti esirleri bıraktı.", "x-meldorya"),
    ],
)
def test_a_party_no_list_knows_is_found_by_its_place_in_the_sentence(text: str, code: str) -> None:
    assert code in _codes(text)


def test_all_forms_of_an_unlisted_party_share_one_code() -> None:
    text = "Meldoria has released six men. The Meldorian army said so. A ship left Meldoria at dusk."
    assert set(_codes(text)) == {"x-meldoria"}


@pytest.mark.parametrize(
    "text",
    [
        "Anna Petrova returned home to her mother in Lindholm.",
        "Yesterday the bank exchanged old notes.",
        "Give us the news.",
        "On Monday Reuters reported rain.",
    ],
)
def test_people_towns_and_plain_words_are_no_parties(text: str) -> None:
    assert _codes(text) == []


def test_the_longest_name_wins() -> None:
    assert _found("South Ossetian guards and Georgian guards")[0][1] == "south-ossetia"
    assert "CD" in _codes("the Democratic Republic of Congo")


def test_an_alias_with_an_exclamation_mark_takes_no_ending() -> None:
    listed = Gazetteer.of([ActorEntry(code="ZZ", name="Bern", kind="state", aliases=("Bern!",))])
    assert find_actors("Bernie came", listed) == ()
    assert len(find_actors("in Bern, at last", listed)) == 1


def test_slugs_are_plain_letters() -> None:
    assert slug("Sahil Cəbhəsi") == "sahil-cabhasi"
    assert slug("Вельмория") == slug("Вельмории") == "velmor"


def test_the_shipped_list_names_each_form_and_each_code_once() -> None:
    entries = read_entries(_LIST)
    forms = [form for entry in entries for form in (*entry.aliases, *entry.loaded)]
    assert len({entry.code for entry in entries}) == len(entries)
    assert len(set(forms)) == len(forms)


def test_the_shipped_list_points_only_to_principals_it_has() -> None:
    entries = read_entries(_LIST)
    codes = {entry.code for entry in entries}
    assert {entry.principal for entry in entries if entry.principal} <= codes


def test_a_file_with_an_unknown_key_is_refused_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "actors.toml"
    file.write_text('[[actor]]\ncode = "ZZ"\nname = "Z"\nkind = "state"\nnickname = "z"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="number 1"):
        read_entries(file)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "actors.toml"
    file.write_text("[[actor", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"actors\.toml"):
        read_entries(file)


@given(st.text(max_size=300))
def test_any_text_gives_mentions_that_lie_inside_it_and_apart(text: str) -> None:
    _check_spans(text)


_PIECES = [
    "Armenia",
    "’s",
    " ",
    "МИД",
    " Армении",
    "Port Lamar",
    " authorities",
    ".",
    "Ermənistan'ın",
    "ԱՄՆ-ը",
    "\n\n",
    "and",
    "İ",
    "U.S.",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_any_mix_of_names_gives_mentions_that_lie_inside_it_and_apart(text: str) -> None:
    _check_spans(text)


def _check_spans(text: str) -> None:
    before = 0
    for mention in find_actors(text, _GAZETTEER):
        assert before <= mention.start < mention.end <= len(text)
        assert mention.words == text[mention.start : mention.end]
        before = mention.end


@pytest.mark.parametrize(
    ("text", "named", "code", "role"),
    [
        (
            "Ukrainian President Taras Boyko spoke. Boyko thanked the crews.",
            ["Taras Boyko", "Boyko"],
            "UA",
            "president",
        ),
        ("the President of the Republic of Ukraine, Taras Boyko, said", ["Taras Boyko"], "UA", "president"),
        (
            "The prime minister of Armenia came. Prime Minister Aram Sarkisian wept.",
            ["Aram Sarkisian"],
            "AM",
            "prime minister",
        ),
        ("Президент Украины Тарас Бойко приехал. Бойко обнял их.", ["Тарас Бойко", "Бойко"], "UA", "president"),
        ("The Velmoran government agreed. Velmoran President Ode Marr left.", ["Ode Marr"], "x-velmoran", "president"),
    ],
)
def test_who_is_named_behind_an_office_holds_it_wherever_named(
    text: str, named: list[str], code: str, role: str
) -> None:
    people = [words for words, of, holds in _found(text) if (of, holds) == (code, role) and words in named]
    assert people == named


@pytest.mark.parametrize(
    "text",
    [
        "The president of Ukraine, Monday's guest, spoke.",
        "The Ukrainian president. Lviv was quiet.",
        "President, Kyiv said",
    ],
)
def test_a_capital_behind_an_office_is_not_always_a_name(text: str) -> None:
    assert {words for words, _, _ in _found(text)} & {"Monday", "Lviv", "Kyiv said"} == set()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the Republic of Ukraine agreed", "Republic of Ukraine"),
        ("the ministers of the Kingdom of Serbia", "Kingdom of Serbia"),
        ("власти Республики Сербия согласились", "власти Республики Сербия"),
        ("Sırbistan Cumhuriyeti Dışişleri Bakanlığı", "Sırbistan Cumhuriyeti Dışişleri Bakanlığı"),
    ],
)
def test_the_style_of_a_state_is_part_of_its_name(text: str, words: str) -> None:
    assert words in {found for found, _, _ in _found(text)}


@pytest.mark.parametrize(
    ("text", "nobody"),
    [
        ("President Meets Freed Captives\n\nThe Ukrainian president met them. Captives wept.", {"Meets", "Captives"}),
        ("Armenian Prime Minister Says Exchange Agreed\n\nThe prime minister spoke.", {"Says", "Exchange"}),
        ("The Ukrainian President Thanked everybody; he thanked them twice.", {"Thanked"}),
    ],
)
def test_a_verb_of_a_headline_holds_no_office(text: str, nobody: set[str]) -> None:
    assert {words for words, _, role in _found(text) if role} & nobody == set()


def test_a_party_between_office_and_name_is_no_part_of_the_name() -> None:
    text = "Президент Велмории Тарас Бойко сказал. Бойко уехал. Власти Велмории молчат."
    (code,) = {of for words, of, _ in _found(text) if words == "Власти Велмории"}
    people = [words for words, of, role in _found(text) if (of, role) == (code, "president")]
    assert people == ["Президент Велмории", "Тарас Бойко", "Бойко"]


def test_people_with_each_others_names_overlap_nowhere() -> None:
    found = find_actors("President Marr Ode met Prime Minister Ode Marr on a bridge.", _GAZETTEER)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert {"Marr Ode", "Ode Marr"} & {mention.words for mention in found}


def test_a_union_of_citizens_is_no_style_of_their_state() -> None:
    assert "Union of Armenians" not in {words for words, _, _ in _found("The Union of Armenians met.")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Twelve people held by the government and the River Army go home.", [("River Army", "x-river-army", "")]),
        ("Velland and Kestova met. The Velland Army freed six men.", [("Velland Army", "x-velland", "army")]),
        ("On Monday the Lebanese Army freed six men.", [("Lebanese Army", "LB", "army")]),
        ("The Army freed six men.", [("Army", "", "army")]),
    ],
)
def test_an_army_is_a_party_of_its_own_unless_its_state_is_named(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [one for one in _found(text) if one[0].endswith("Army")] == found
