"""Numbers in a text, in digits and in words, in seven languages: where they stand and what they are worth.

What the number counts is not looked at here; `nlp.numbers` does that. Ordinals, decimals and clock times are no numbers
in this sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from nlp.inflection import fold

_TOKEN = re.compile(
    r"(?<![\w.,:/№#$€£])(?<![^\W\d_]-)"
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,3}(?:[,.]\d{3})+|\d{1,7})(?![\w:/]|[.,]\d)"
    r"|(?<![\w.,:/№#$€£])(?<![^\W\d_]-)(?P<led>\d{1,7})(?=[’'ʼ]?-?[^\W\d_])"
    r"|(?P<word>[^\W\d_]+(?:[’'ʼ][^\W\d_]+)*)"
)
_ORDINAL = re.compile(
    r"(?:st|nd|rd|th)\b|-?(?:го|й|я|ю|ом|м|му|ый|ой|ая|х|е|ci|cı|cu|cü|nci|ncı|րդ|რი)\b|-?’?'?[ıiuü]?nc[ıiuü]|-?(?:лет|летн|year|il|yaş|ամյա)"
)
_JOIN = re.compile(r"[ \t\u00a0\u202f]{1,2}|\n|-")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_THOUSAND = 1000
_DOZEN = 12
_HUNDRED = 100
_MULTIPLIERS = frozenset({_DOZEN, _HUNDRED, _THOUSAND})
_TENS = tuple(range(20, 100, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number and where it stands; `in_digits` tells "32" from "thirty-two"; `collective` marks «двое», "երկուսը"."""

    start: int
    end: int
    value: int
    in_digits: bool
    collective: bool = False


def numbers_in(text: str, language: str) -> tuple[Number, ...]:
    """The whole numbers of a text, neighbours joined ("a hundred and thirty-nine", "two thousand").

    Args:
        text: any text.
        language: BCP 47; an unlisted language reads digits and English words.
    """
    atoms = list(_atoms(text, language))
    found: list[Number] = []
    at = 0
    while at < len(atoms):
        end = at + 1
        while end < len(atoms) and _joins(text, atoms[at:end], atoms[end]):
            end += 1
        found.append(_sum(atoms[at:end]))
        at = end
    return tuple(found)


def _atoms(text: str, language: str) -> Iterator[Number]:
    table = numeral_words(language[:2])
    for token in _TOKEN.finditer(text):
        if token["word"]:
            value, collective = table.get(fold(token["word"]), (0, False))
            if value:
                yield Number(start=token.start(), end=token.end(), value=value, in_digits=False, collective=collective)
        elif not _ORDINAL.match(text, token.end()):
            value = int(re.sub(r"\D", "", token[0]))
            yield Number(start=token.start(), end=token.end(), value=value, in_digits=True)


def _joins(text: str, run: list[Number], after: Number) -> bool:
    before = run[-1]
    spoken_and = before.value in (_HUNDRED, _THOUSAND) and _AND.fullmatch(text, before.end, after.start)
    if not spoken_and and not _JOIN.fullmatch(text, before.end, after.start):
        return False
    if after.in_digits or before.collective or (before.in_digits and after.value not in _MULTIPLIERS):
        return False
    if after.value == _THOUSAND:
        return all(atom.value != _THOUSAND for atom in run)
    if after.value in _MULTIPLIERS:
        return before.value < _DOZEN or (before.in_digits and after.value == _DOZEN)
    return _digits_taken(after.value) < _digits_open(before.value)


def _digits_open(value: int) -> int:
    """How many digits may still follow: three behind thousands, two behind hundreds, one behind tens, else none."""
    if value % _THOUSAND == 0:
        return 4  # and one more, as `_digits_taken` has to stay below it
    if value % _HUNDRED == 0:
        return 3
    return 2 if value == 10 or value in _TENS else 0  # noqa: PLR2004  Turkic teens are said "ten four"


def _digits_taken(value: int) -> int:
    return len(str(value))


def _sum(run: list[Number]) -> Number:
    total = current = 0
    for atom in run:
        if atom.value == _THOUSAND:
            total, current = total + max(current, 1) * _THOUSAND, 0
        elif atom.value in _MULTIPLIERS and current:
            current = current // _THOUSAND * _THOUSAND + current % _THOUSAND * atom.value
        else:
            current += atom.value
    last = run[-1]
    return Number(
        start=run[0].start,
        end=last.end,
        value=total + current,
        in_digits=run[0].in_digits,
        collective=any(atom.collective for atom in run),
    )


@cache
def numeral_words(language: str) -> Mapping[str, tuple[int, bool]]:
    """Number words of a language, every inflected form spelled out: word → (value, is a collective of people)."""
    makers = {"ru": _russian, "uk": _ukrainian, "az": _turkic, "tr": _turkic, "hy": _armenian, "ka": _georgian}
    return dict(makers.get(language, _english)())


def _english() -> Iterator[tuple[str, tuple[int, bool]]]:
    ones = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    yield from _plain(f"{ones} eighteen nineteen".split(), range(1, 20))
    yield from _plain(_ENGLISH_LADDER.split(), _LADDER)


_ENGLISH_LADDER = "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand dozen"
_LADDER = (*_TENS, _HUNDRED, _THOUSAND, _DOZEN)


def _plain(words: Iterable[str], values: Iterable[int]) -> Iterator[tuple[str, tuple[int, bool]]]:
    for word, value in zip(words, values, strict=True):
        yield word, (value, False)


_RUSSIAN = {
    1: "один одна одно одного одной одному одним одну одном",
    2: "два две двух двум двумя",
    3: "три трех трёх трем трём тремя",
    4: "четыре четырех четырёх четырем четырём четырьмя",
    8: "восемь восьми восемью восьмью",
    40: "сорок сорока",
    90: "девяносто девяноста",
    100: "сто ста сотня сотню сотней",
    200: "двести двухсот двумстам",
    300: "триста трехсот трёхсот тремстам",
    400: "четыреста четырехсот четырёхсот",
    1000: "тысяча тысячи тысяч тысячу тысячам тысячей",
    10: "десять десяти десятью десяток десятка",
    12: "двенадцать двенадцати двенадцатью дюжина дюжину дюжины",
}
_RUSSIAN_TENS = {50: "пят", 60: "шест", 70: "сем", 80: "восем"}
_RUSSIAN_SOFT = {5: "пят", 6: "шест", 7: "сем", 9: "девят", 20: "двадцат", 30: "тридцат", 11: "одиннадцат"}
_RUSSIAN_TEENS = "тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат"
_RUSSIAN_PEOPLE = {
    2: "двое двоих двоим двоими",
    3: "трое троих троим троими",
    **{
        value: " ".join(stem + ending for ending in ("о", "ых", "ым", "ыми"))
        for value, stem in enumerate(["четвер", "пятер", "шестер", "семер", "восьмер", "девятер", "десятер"], start=4)
    },
}


def _russian() -> Iterator[tuple[str, tuple[int, bool]]]:
    yield from _listed(_RUSSIAN, collective=False)
    yield from _listed(_RUSSIAN_PEOPLE, collective=True)
    soft = {**_RUSSIAN_SOFT, **dict(enumerate(_RUSSIAN_TEENS.split(), start=13))}
    for value, stem in soft.items():
        yield from ((stem + ending, (value, False)) for ending in ("ь", "и", "ью") if stem + ending != "семью")
    for value, stem in _RUSSIAN_TENS.items():
        genitive = "восьми" if value == 80 else f"{stem}и"  # noqa: PLR2004  the one stem that changes
        yield from ((form, (value, False)) for form in (f"{stem}ьдесят", f"{genitive}десяти", f"{stem}ьюдесятью"))
    for value, stem in ((500, "пят"), (600, "шест"), (700, "сем"), (800, "восем"), (900, "девят")):
        genitive = "восьми" if value == 800 else f"{stem}и"  # noqa: PLR2004  the one stem that changes
        yield from ((form, (value, False)) for form in (f"{stem}ьсот", f"{genitive}сот"))


def _listed(forms: Mapping[int, str], *, collective: bool) -> Iterator[tuple[str, tuple[int, bool]]]:
    for value, words in forms.items():
        yield from ((word, (value, collective)) for word in words.split())


_UKRAINIAN = {
    1: "один одна одного одну одній одному",
    2: "два дві двох двом двома",
    3: "три трьох трьом трьома",
    4: "чотири чотирьох чотирьом",
    5: "п'ять п'яти п’ять п’яти",
    6: "шість шести",
    7: "сім семи",
    8: "вісім восьми",
    9: "дев'ять дев'яти дев’ять дев’яти",
    10: "десять десяти",
    11: "одинадцять одинадцяти",
    12: "дванадцять дванадцяти",
    13: "тринадцять тринадцяти",
    14: "чотирнадцять чотирнадцяти",
    15: "п'ятнадцять п’ятнадцять п'ятнадцяти",
    16: "шістнадцять шістнадцяти",
    17: "сімнадцять сімнадцяти",
    18: "вісімнадцять вісімнадцяти",
    19: "дев'ятнадцять дев’ятнадцять",
    20: "двадцять двадцяти",
    30: "тридцять тридцяти",
    40: "сорок сорока",
    50: "п'ятдесят п’ятдесят п'ятдесяти",
    60: "шістдесят шістдесяти",
    70: "сімдесят сімдесяти",
    80: "вісімдесят вісімдесяти",
    90: "дев'яносто дев’яносто",
    100: "сто ста сотня сотню",
    200: "двісті двохсот",
    300: "триста трьохсот",
    400: "чотириста",
    500: "п'ятсот п’ятсот",
    1000: "тисяча тисячі тисяч тисячу",
}
_UKRAINIAN_PEOPLE = {2: "двоє двоїх", 3: "троє трьох", 4: "четверо", 5: "п'ятеро п’ятеро", 6: "шестеро", 7: "семеро"}


def _ukrainian() -> Iterator[tuple[str, tuple[int, bool]]]:
    yield from _listed(_UKRAINIAN_PEOPLE, collective=True)
    yield from _listed(_UKRAINIAN, collective=False)


_TURKIC = {
    1: "bir",
    2: "iki",
    3: "üç",
    4: "dörd dört",
    5: "beş",
    6: "altı",
    7: "yeddi yedi",
    8: "səkkiz sekiz",
    9: "doqquz dokuz",
    10: "on",
    20: "iyirmi yirmi",
    30: "otuz",
    40: "qırx kırk",
    50: "əlli elli",
    60: "altmış",
    70: "yetmiş",
    80: "səksən seksen",
    90: "doxsan doksan",
    100: "yüz",
    1000: "min bin",
}
_TURKIC_EACH = "ikişer üçer dörder beşer altışar yedişer"
_ITS = ("", "n{0}", "n{0}n", "n{1}", "nd{1}", "nd{1}n")
_NOT_TURKIC = frozenset({"üçün", "onu", "onun", "ona", "onda", "ondan", "yüzü", "yüzünü", "yüzünün", "bini", "mini"})


def _turkic() -> Iterator[tuple[str, tuple[int, bool]]]:
    for value, words in _TURKIC.items():
        for word in words.split():
            yield word, (value, False)
            yield from ((form, (value, True)) for form in _possessed(word) if form not in _NOT_TURKIC)
    yield from ((form, (value, False)) for value, form in enumerate(_TURKIC_EACH.split(), start=2))


def _possessed(word: str) -> Iterator[str]:
    """So many of them: "ikisi", "dördünü", "altısından"."""
    stem = word[:-1] + "d" if word == "dört" else word
    linked = stem + "s" if stem[-1] in "ıiuü" else stem
    for vowel in "ıiuü":
        for ending in _ITS:
            yield from (linked + vowel + ending.format(vowel, wide) for wide in "aeə")


_ARMENIAN_ONES = ("մեկ", "երկու", "երեք", "չորս", "հինգ", "վեց", "յոթ", "ութ", "ինը")
_ARMENIAN_TENS = ("քսան", "երեսուն", "քառասուն", "հիսուն", "վաթսուն", "յոթանասուն", "ութսուն", "իննսուն")
_ARMENIAN_ENDINGS = ("ը", "ն", "ի", "ին", "ից", "ով", "ական", "սը", "սին", "սի", "սից", "ս")


def _armenian() -> Iterator[tuple[str, tuple[int, bool]]]:
    yield from (("երկուական", (2, False)), ("մի", (1, False)), ("տասը", (10, False)), ("տաս", (10, False)))
    for value, word in _armenian_words():
        yield word, (value, False)
        for stem in {word, word.removesuffix("ը") + "ն" if word.endswith("ինը") else word}:
            yield stem, (value, False)
            yield from ((stem + ending, (value, ending != "ական")) for ending in _ARMENIAN_ENDINGS)


def _armenian_words() -> Iterator[tuple[int, str]]:
    yield from enumerate(_ARMENIAN_ONES, start=1)
    yield from ((10 + one, "տասն" + word) for one, word in enumerate(_ARMENIAN_ONES, start=1))
    for ten, tens in zip(_TENS, _ARMENIAN_TENS, strict=True):
        yield ten, tens
        yield from ((ten + one, tens + word) for one, word in enumerate(_ARMENIAN_ONES, start=1))
    yield from ((_HUNDRED, "հարյուր"), (_THOUSAND, "հազար"), (10, "տասն"))


_GEORGIAN_ONES = (
    "ერთ ორ სამ ოთხ ხუთ ექვს შვიდ რვა ცხრა ათ თერთმეტ თორმეტ ცამეტ თოთხმეტ თხუთმეტ თექვსმეტ ჩვიდმეტ თვრამეტ ცხრამეტ"
)


def _georgian() -> Iterator[tuple[str, tuple[int, bool]]]:
    ones = list(enumerate(_GEORGIAN_ONES.split(), start=1))
    scores = ((20, "ოც"), (40, "ორმოც"), (60, "სამოც"), (80, "ოთხმოც"))
    joined = [(score + one, f"{stem}და{word}") for score, stem in scores for one, word in ones]
    for value, stem in [*ones, *scores, *joined, (_HUNDRED, "ას"), (_THOUSAND, "ათას")]:
        yield stem, (value, False)
        yield from ((stem + ending, (value, False)) for ending in ("ი", "მა", "ს", "ის", "ივე"))
