"""Parties that no list knows, found by how they are written: "the Kessari government", "between Velmoria and Tarsk".

A name is taken for a party when it stands where a party stands: before an office or a word for authorities or fighters,
as the last part of "… Front" or "… Army", as one of two names joined around a word of exchange, or as the subject of
one. From there on its other occurrences in the text count too, with their endings. People, towns and outlets stay out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import normalize

from nlp.inflection import Word, fold, words_of
from nlp.numerals import numeral_words
from nlp.people import people

_SPACE = re.compile(r"[ \u00a0]")
_POSSESSIVE = re.compile(r"(?:[’'ʼ]s)?[ \u00a0]\s?")
_MAX_NAME = 4  # words
_STEM = 4  # letters two forms of one name share at least
_ENDING = 5  # letters by which they may differ
_GROUP_WORDS = """
    front army league union guard movement republic brigade brigades junta militia alliance federation emirate
    resistance command faction cəbhəsi ordusu respublikası cephesi cumhuriyeti birliği
"""
_GROUP_NOUNS = frozenset(_GROUP_WORDS.split())
_FOLLOWERS = re.compile(
    r"(?:government|authorities|regime|junta|rebels?|insurgents?|guerrillas?|fighters?|militants?|militia(?:men)?"
    r"|separatists?|clans?|army|armed|forces|troops|side|delegation|negotiators?|officials?|captivity"
    r"|hökum\w+|hükümet\w*|tərəfi\w*|tarafı\w*|ordusu\w*|yetkili\w*|cuntası\w*|կառավարությ\w+|կողմ\w*|զորք\w*|ուժեր\w*)\b"
)
_LEADERS = re.compile(
    r"\b(?:(?:правительств|власт|режим|арми|граждан|комисси|комитет|командовани|стороны)\w*(?:\s+по\s+\w+)?"
    r"|(?:governments?|authorities|citizens?|nationals|soldiers|captives|prisoners|republic) of(?: the)?)\s+$"
)
_OPENING = re.compile(r"(?:^|[.!?:;։…\n·•][\"”»’)\]]*)[\s\"“«„‘(\[—–-]*$")
_VERBS = re.compile(
    r"(?:has|have|had|will|would|is to|are to|is ready to|agreed to|said it|announced it|and \w+ (?:have|had))?\s*"
    r"(?:released?|releases|freed|frees|free|handed|hands|hand|returned|returns|return|exchanged?|swapped|swap|traded"
    r"|received|receives|gave|gives|accepted|agreed|refused|denied|pardoned|transferred|repatriated"
    r"|верну\w+|возвра\w+|переда\w+|освобо\w+|отпуст\w+|отда\w+|получ\w+|обмен\w+|договор\w+"
    r"|փոխանակ\w+|վերադարձ\w+|հանձն\w+|ազատ\w+|ստաց\w+|կազատ\w+|հաղորդ\w+)\b"
)
_AND = re.compile(r"\s+(?:and|и|та|və|ilə|ve|ile|և|եւ|ու)\s+")
_BETWEEN = re.compile(r"\b(?:between|между|між)\s+(?:the\s+)?$")
_AROUND_PAIR = re.compile(
    r"(?:\w+\s+){0,3}?(?:exchang|swap|trade|agree|arasında|обмен|догов|փոխանակ|պայմանավոր|միջև|takas|mübadil|dəyiş|hand|return)"
)
_PREPOSITIONS = re.compile(r"\b(?:of|the|a|an|in|at|near|on|to|from|with)\s+$")
_NO_PARTY_WORDS = """
    dün bugün yarın geçen önceki dünən bugün sabah ötən türkiye сейчас накануне сам сама само вчерашний
    the a an in on at of for and but or if when as it he she they we i this that these those his her their our its
    two three four five six seven eight nine ten eleven twelve all both each some no not one monday tuesday
    wednesday thursday friday saturday sunday january february march april may june july august september october
    november december president prime minister foreign defence defense interior ministry mr mrs ms sir general
    colonel captain major lieutenant sergeant father sister brother bishop archbishop king queen prince sheikh
    imam doctor professor muslim christian jewish catholic orthodox european african asian western eastern arab
    kurdish islamic latin telegram facebook whatsapp twitter x reuters former freed last next yesterday today
    tomorrow meanwhile according after before since until under about asked there here what who why how nobody
    officials authorities rebels families в на по из за от к с и но а как что это он она они мы так ранее сегодня
    вчера завтра после перед напомним обмен security special armed national joint church office opposition labour
    coast border government court second first third any exchange central federal royal supreme regional state
    provincial müdafiə savunma milli silahlı стороны власти bu o onlar və ve bir iki üç ancak amma ակ նա նրանք այս
    իսկ բայց
"""
_NO_PARTY = frozenset(_NO_PARTY_WORDS.split())
_CASES = re.compile(
    r"(?<=[а-яёіїє]{3})(?:ией|ии|ию|ия|ом|ем|ой|ою|а|у|ы|е|я)$|(?<=[ա-և]{3})(?:ների|ին|ից|ում|ով|ը|ն|ի)$"
)
_FOREIGN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆəışçğöü"
_LATIN = """
    a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i i e g
    a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f
    a i s c g o u
"""
_LETTERS = {letter: latin.strip("_") for letter, latin in zip(_FOREIGN, _LATIN.split(), strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """An occurrence of a party that no list knows: its code `x-<slug>` and its fullest name as written."""

    start: int
    end: int
    full_end: int
    code: str
    name: str


def unlisted_parties(
    text: str, taken: Sequence[tuple[int, int]], offices: Sequence[tuple[int, int]]
) -> tuple[Unlisted, ...]:
    """Occurrences of parties that are on no list, in order.

    Args:
        text: any text.
        taken: spans of listed parties, which are left alone.
        offices: spans of offices without a party ("president", "foreign ministry").
    """
    words = words_outside(words_of(text), sorted([*taken, *offices]))
    runs = list(_runs(text, words))
    starts = {start for start, _ in offices}
    inner = {word.folded for word in words if word.text[:1].isupper() and not _opens(text, word)}
    seeds = [
        run
        for index, run in enumerate(runs)
        if _is_party(text, run, runs, index, starts) and _is_proper(text, run, inner)
    ]
    return tuple(_occurrences(text, words, [*seeds, *_fellows(text, runs, seeds)]))


def slug(name: str) -> str:
    """The name in lower-case Latin letters, digits and hyphens."""
    plainest = _CASES.sub("", fold(name))
    latin = "".join(_LETTERS.get(letter, letter) for letter in plainest)
    plain = normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _opens(text: str, word: Word) -> bool:
    """Whether the word opens a sentence, where a capital says nothing."""
    return _OPENING.search(text, max(0, word.start - 8), word.start) is not None


def _is_proper(text: str, run: tuple[Word, ...], inner: Iterable[str]) -> bool:
    return len(run) > 1 or not _opens(text, run[0]) or any(same_name(run[0].folded, other) for other in inner)


def words_outside(words: Iterable[Word], spans: Sequence[tuple[int, int]]) -> list[Word]:
    """The words that touch none of the spans, which are sorted and do not overlap."""
    starts = [start for start, _ in spans]
    free: list[Word] = []
    for word in words:
        place = bisect_left(starts, word.end)
        if place == 0 or spans[place - 1][1] <= word.start:
            free.append(word)
    return free


def _runs(text: str, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Capitalised words in a row, without articles, weekdays, titles and the like at their head."""
    run: list[Word] = []
    for word in words:
        joins = bool(run) and _SPACE.fullmatch(text, run[-1].end, word.start) is not None
        if not joins and run:
            yield tuple(run[-_MAX_NAME:])
            run = []
        if _is_party_word(word):
            run.append(word)
        elif run:
            yield tuple(run[-_MAX_NAME:])
            run = []
    if run:
        yield tuple(run[-_MAX_NAME:])


def is_name_word(word: Word) -> bool:
    """Whether a word is written as a name is, and is no weekday, title, numeral or the like."""
    capital = word.text[:1].isupper() and len(word.text) > 1 and not word.text.isdigit()
    return capital and word.folded not in _NO_PARTY and word.folded not in numeral_words("en")


def _is_party_word(word: Word) -> bool:
    return is_name_word(word) and not people("en").fullmatch(word.folded)


def _is_party(
    text: str, run: tuple[Word, ...], runs: Sequence[tuple[Word, ...]], index: int, office_starts: set[int]
) -> bool:
    return (
        _is_group(run)
        or _has_followers(text, run, office_starts)
        or _pair_joined(text, runs, index)
        or _acts(text, run)
    )


def _is_group(run: tuple[Word, ...]) -> bool:
    return len(run) > 1 and run[-1].folded in _GROUP_NOUNS and run[0].folded not in _GROUP_NOUNS


def _has_followers(text: str, run: tuple[Word, ...], office_starts: set[int]) -> bool:
    gap = _POSSESSIVE.match(text, run[-1].end)
    if gap is None:
        return _LEADERS.search(text, 0, run[0].start) is not None
    behind = fold(text[gap.end() : gap.end() + 20])
    demonym = len(run) == 1 and run[0].folded.endswith(("an", "ian", "ese", "ari", "ish"))
    fighters = demonym and re.match(r"[^\W\d_]+", behind)
    return (
        gap.end() in office_starts
        or _FOLLOWERS.match(behind) is not None
        or bool(fighters and people("en").fullmatch(fighters[0]))
        or _LEADERS.search(fold(text[max(0, run[0].start - 30) : run[0].start])) is not None
    )


def _pair_joined(text: str, runs: Sequence[tuple[Word, ...]], index: int) -> bool:
    """One of two names around "and" that are said to exchange something, or stand behind "between"."""
    return any(
        _is_pair(text, before, after)
        for before, after in zip(runs[max(0, index - 1) : index + 1], runs[max(1, index) : index + 2], strict=False)
        if runs[index] in (before, after)
    )


def _fellows(
    text: str, runs: Sequence[tuple[Word, ...]], seeds: Sequence[tuple[Word, ...]]
) -> Iterator[tuple[Word, ...]]:
    """Names joined by "and" to a party that was found."""
    for before, after in pairwise(runs):
        joint = text[before[-1].full_end : after[0].start].replace(" the ", " ")
        if (before in seeds) != (after in seeds) and _AND.fullmatch(joint):
            yield after if before in seeds else before


def _is_pair(text: str, before: tuple[Word, ...], after: tuple[Word, ...]) -> bool:
    joint = text[before[-1].full_end : after[0].start].replace(" the ", " ")
    if not _AND.fullmatch(joint):
        return False
    tail = text[after[-1].full_end : after[-1].full_end + 60]
    return bool(
        _BETWEEN.search(fold(text[max(0, before[0].start - 30) : before[0].start]))
        or _AROUND_PAIR.match(fold(tail).lstrip())
    )


def _acts(text: str, run: tuple[Word, ...]) -> bool:
    """The subject of a word of exchange; a name behind a preposition is a place."""
    if len(run) > 2 or _PREPOSITIONS.search(fold(text[max(0, run[0].start - 12) : run[0].start])):  # noqa: PLR2004  people have more names than states
        return False
    if len(run) == 2 and run[-1].folded not in _GROUP_NOUNS:  # noqa: PLR2004  a first name and a surname
        return False
    return _VERBS.match(fold(text[run[-1].full_end : run[-1].full_end + 40]).lstrip()) is not None


def _occurrences(text: str, words: Sequence[Word], seeds: Sequence[tuple[Word, ...]]) -> Iterator[Unlisted]:
    names = _names(text, seeds)
    at = 0
    while at < len(words):
        name = next((name for name in names if _alike(words[at], name)), None)
        if name is None:
            at += 1
            continue
        length = _length(text, words, at, name)
        last = words[at + length - 1]
        yield Unlisted(start=words[at].start, end=last.end, full_end=last.full_end, code=f"x-{slug(name)}", name=name)
        at += length


def _names(text: str, seeds: Sequence[tuple[Word, ...]]) -> list[str]:
    """One name for all forms of a party: the shortest of one word, the longest of those with more."""
    groups: dict[str, list[str]] = {}
    for seed in seeds:
        name = text[seed[0].start : seed[-1].end]
        first = fold(text[seed[0].start : seed[0].end])
        head = next((key for key in groups if same_name(first, key)), first)
        groups.setdefault(head, []).append(name)
    return [_best_name(group) for group in groups.values()]


def _best_name(names: Sequence[str]) -> str:
    most = max(len(name.split()) for name in names)
    return min((name for name in names if len(name.split()) == most), key=lambda name: (len(name), name))


def _alike(word: Word, name: str) -> bool:
    capital = word.text[:1].isupper() or len(word.text) > _ENDING
    return capital and same_name(word.folded, fold(name.split(maxsplit=1)[0]))


def same_name(one: str, other: str) -> bool:
    """Whether two folded words are forms of one name."""
    if one == other:
        return True
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return (
        shared >= _STEM
        and max(len(one), len(other)) - shared <= _ENDING
        and shared >= max(len(one), len(other)) // 2 + 1
    )


def _length(text: str, words: Sequence[Word], at: int, name: str) -> int:
    """How many words of the name stand here."""
    parts = name.split()
    length = 1
    while (
        length < len(parts)
        and at + length < len(words)
        and _SPACE.fullmatch(text, words[at + length - 1].end, words[at + length].start)
        and same_name(words[at + length].folded, fold(parts[length]))
    ):
        length += 1
    return length
