"""Numbers of people in a text: how many, how exactly, and a first guess at what they are a number of.

`find_quantities` reads English, Russian, Azerbaijani, Turkish and Armenian (Ukrainian and Georgian as far as it can).
Years, days, hours, money, distances, percentages, ages, document and list numbers are left out. The guessed role comes
from the nearest cue in the sentence; a model is meant to judge it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.records import CountKind, CountRole, Quantity
from nlp.apart import apart
from nlp.inflection import fold
from nlp.number_cues import left_kinds, part_before, part_behind, right_kinds, role_cues, speaks_of_captives, vague
from nlp.numerals import Number, numbers_in
from nlp.people import people, phrase_ends, things

_NOUN_WITHIN = 5  # words behind a number in which its noun is looked for
_ONE_WITHIN = 2  # the same for "one", which is an article in half of the languages
_YEARS = range(1800, 2101)
_LAST_DAY = 31
_PARAGRAPH = 1500  # code points to either side that a paragraph is followed
_SENTENCE = 400  # the same for a sentence
_LOOK_BACK = 40  # code points before a number in which "at least" and the like stand
_SENTENCE_END = re.compile(r"[.!?…։]+[\"”»’)]*(?:\s|$)|\n")
_NEXT_WORD = re.compile(r"(?P<gap>[ \t\u00a0’'ʼ\-«»“”\"]{0,3}\n?)(?P<word>[^\W\d_]+)")
_OF_THE = re.compile(r"\s+of\s+(?:the|our|their|these|those|its|his|her|them|whom|us)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*[-–—]\s*|\s+(?:to|or|до|или|або|və ya|ya da|veya|կամ|ან)\s+")
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+)?$")
_NOT_PEOPLE_BEFORE = re.compile(
    r"(?:№|\bno\.?|\bnumbers?|\barticles?|\bresolution|\bstation|\bsection|\baged|\bage|\bage of"
    r"|\bitem|\bpage|\broute|\bgroup|\bgate|\bвозраст\w*|\bстать[яией]\w*|\bпункт\w*|\bномер\w*|\bsaat|\bmaddə\w*|\bmadde\w*|\bժամը|\bհոդված\w*"
    r"|[$€£₽])\s*$"
)
_CLOCK_BEFORE = re.compile(r"\b(?:at|by|в|к|о|ժամը)\s+$")
_MONTH_BEFORE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr)\w*"
    r"|(?:հունվար|փետրվար|մարտ|ապրիլ|մայիս|հունիս|հուլիս|օգոստոս|սեպտեմբեր|հոկտեմբեր|նոյեմբեր|դեկտեմբեր)ի?)\s+$"
)
_SINGLE = re.compile(
    r"\b(?P<number>an?)\s+(?:[\w-]+\s+){0,2}?(?P<noun>soldier|servicem[ae]n|servicewoman|woman|man|pilot|sailor|officer"
    r"|civilian|prisoner|captive|hostage|fisherman|shepherd|nurse|doctor|medic|journalist|reporter|priest|child|girl|boy"
    r"|spy|agent|colonel|lieutenant|captain|sergeant|general|teacher|engineer|scientist|guard|fighter|citizen|detainee"
    r"|pensioner|student|aid worker|body|convict|villager|resident|driver)\b"
)
_ORIGIN = re.compile(r"\s+of\s+[A-Z]\w+\s+(?:origin|descent|nationality|citizenship)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """A number with the noun behind it: where the noun ends, whether it means people or a thing."""

    number: Number
    end: int
    is_people: bool
    is_thing: bool
    distance: int


def find_quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """The numbers of people in the text, in order, none overlapping another.

    Args:
        text: any text; offsets refer to it.
        language: BCP 47; unlisted languages are read as English.

    Returns:
        Quantities whose `words` is text[start:end]: the number with its noun where the noun stands beside it.
        "Hundreds" and bounds have no `best`.
    """
    folded = fold(text)
    numbers = numbers_in(text, language)
    found = [*_counted(text, folded, numbers, language), *_vague(text, folded, language)]
    if language[:2] not in {"ru", "az", "tr", "hy", "uk", "ka"}:
        found.extend(_single(text, folded))
    return apart(replace(quantity, role=_role(folded, quantity, language)) for quantity in found)


def total_of(quantities: Iterable[Quantity]) -> int | None:
    """The sum of quantities counted side by side ("40 soldiers and a pilot" = 41); None when one has no best value."""
    bests = [quantity.best for quantity in quantities]
    return None if not bests or None in bests else sum(best for best in bests if best is not None)


def _counted(text: str, folded: str, numbers: Sequence[Number], language: str) -> Iterator[Quantity]:
    at = 0
    while at < len(numbers):
        pair = numbers[at : at + 2]
        ranged = len(pair) > 1 and _is_range(folded, *pair)
        last = _phrase(text, folded, pair[-1] if ranged else pair[0], language)
        if _counts_people(folded, pair[0], last):
            yield _quantity(text, folded, pair[0], last)
        at += 2 if ranged else 1


def _is_range(folded: str, low: Number, high: Number) -> bool:
    between = _BETWEEN.search(folded, max(0, low.start - _LOOK_BACK), low.start)
    joined = _RANGE.fullmatch(folded, low.end, high.start) or (
        between and folded[low.end : high.start].strip() == "and"
    )
    return bool(joined) and low.value < high.value


def _phrase(text: str, folded: str, number: Number, language: str) -> _Phrase:
    at = _of_the_end(text, number)
    for distance in range(1, _NOUN_WITHIN + 1):
        step = _NEXT_WORD.match(folded, at)
        if step is None or phrase_ends(language).fullmatch(step["word"]):
            break
        at = step.end("word")
        is_thing = things(language).fullmatch(step["word"]) is not None
        is_people = not is_thing and people(language).fullmatch(step["word"]) is not None
        if is_thing and _qualifies(folded, at, language):
            continue
        if is_people or (is_thing and distance <= _ONE_WITHIN):
            end = _noun_end(text, folded, at, language) if is_people else at
            return _Phrase(number=number, end=end, is_people=is_people, is_thing=is_thing, distance=distance)
    return _Phrase(number=number, end=number.end, is_people=number.collective, is_thing=False, distance=0)


def _qualifies(folded: str, at: int, language: str) -> bool:
    """Whether a word for a thing only qualifies the people behind it ("two bus drivers")."""
    step = _NEXT_WORD.match(folded, at)
    return language[:2] == "en" and step is not None and people(language).fullmatch(step["word"]) is not None


def _of_the_end(text: str, number: Number) -> int:
    of_the = _OF_THE.match(text, number.end)
    return of_the.end() if of_the else number.end


def _noun_end(text: str, folded: str, at: int, language: str) -> int:
    """Where a run of words for people ends ("hərbi qulluqçusunu", "prisoners of war", "people of Armenian origin")."""
    origin = _ORIGIN.match(text, at)
    if origin:
        return origin.end()
    if folded.startswith(" of war", at):
        return at + len(" of war")
    step = _NEXT_WORD.match(folded, at)
    if step and step["gap"] == " " and people(language).fullmatch(step["word"]):
        return step.end("word")
    return at


def _counts_people(folded: str, number: Number, phrase: _Phrase) -> bool:
    before = folded[max(0, number.start - _LOOK_BACK) : number.start]
    nobody = phrase.is_thing or 0 in (number.value, phrase.number.value)
    if nobody or _NOT_PEOPLE_BEFORE.search(before) or _is_day(number, phrase, before):
        return False
    if number.value == 1:
        return phrase.is_people and phrase.distance in range(1, _ONE_WITHIN + 1)
    if _CLOCK_BEFORE.search(before):
        return phrase.is_people
    if phrase.is_people:
        return True
    if number.in_digits and number.value in _YEARS:
        return False
    return speaks_of_captives(_paragraph(folded, number.start))


def _is_day(number: Number, phrase: _Phrase, before: str) -> bool:
    dated = number.value <= _LAST_DAY and _MONTH_BEFORE.search(before) is not None
    return dated and (number.in_digits or not phrase.is_people)


def _quantity(text: str, folded: str, first: Number, phrase: _Phrase) -> Quantity:
    last = phrase.number
    if last.value != first.value or last.start != first.start:
        low, high, kind = first.value, last.value, CountKind.RANGE
        return _made(text, first.start, phrase.end, (low, None, high), kind)
    kind = _kind(folded, first, phrase)
    return _made(text, first.start, phrase.end, _bounds(first.value, kind), kind)


def _bounds(value: int, kind: CountKind) -> tuple[int | None, int | None, int | None]:
    bounds: dict[CountKind, tuple[int | None, int | None, int | None]] = {
        CountKind.APPROXIMATE: (None, value, None),
        CountKind.AT_LEAST: (value, None, None),
        CountKind.AT_MOST: (None, None, value),
    }
    return bounds.get(kind, (value, value, value))


def _kind(folded: str, number: Number, phrase: _Phrase) -> CountKind:
    before = folded[max(0, number.start - _LOOK_BACK) : number.start]
    found = [(cue_at.start(), kind) for kind, cue in left_kinds() if (cue_at := cue.search(before))]
    if found:  # "no more than" ends in "more than": the longer one is meant
        return min(found)[1]
    for kind, cue in right_kinds():
        if cue.match(folded, number.end) or cue.match(folded, phrase.end):
            return kind
    rounded = folded[number.start : number.end].endswith(("dozen", "дюжина", "десяток"))
    return CountKind.APPROXIMATE if rounded else CountKind.EXACT


def _made(
    text: str, start: int, end: int, bounds: tuple[int | None, int | None, int | None], kind: CountKind
) -> Quantity:
    low, best, high = bounds
    return Quantity(start=start, end=end, words=text[start:end], low=low, best=best, high=high, kind=kind)


def _vague(text: str, folded: str, language: str) -> Iterator[Quantity]:
    for words, low in vague(language):
        for found in words.finditer(folded):
            if speaks_of_captives(_paragraph(folded, found.start())):
                end = _vague_end(folded, found.end(), language)
                yield _made(text, found.start(), end, (low, None, None), CountKind.AT_LEAST)


def _vague_end(folded: str, at: int, language: str) -> int:
    of = folded.startswith(" of ", at)
    for step in (_NEXT_WORD.match(folded, at + len(" of") if of else at),):
        if step and people(language).fullmatch(step["word"]):
            return step.end("word")
    return at


def _single(text: str, folded: str) -> Iterator[Quantity]:
    for found in _SINGLE.finditer(folded):
        if speaks_of_captives(_paragraph(folded, found.start())):
            yield _made(text, found.start(), found.end(), (1, 1, 1), CountKind.EXACT)


def _paragraph(folded: str, at: int) -> str:
    start = folded.rfind("\n", max(0, at - _PARAGRAPH), at) + 1 or max(0, at - _PARAGRAPH)
    end = folded.find("\n", at, at + _PARAGRAPH)
    return folded[start : end if end >= 0 else at + _PARAGRAPH]


def _sentence(folded: str, at: int) -> tuple[int, int]:
    start = max(0, at - _SENTENCE)
    for mark in _SENTENCE_END.finditer(folded, start, at + _SENTENCE):
        if mark.end() > at:
            return start, mark.end()
        start = mark.end()
    return start, min(len(folded), at + _SENTENCE)


def _role(folded: str, quantity: Quantity, language: str) -> CountRole:
    start, end = _sentence(folded, quantity.start)
    number_end = quantity.start + len(re.split(r"\s+of\s", quantity.words)[0])
    behind = part_behind(language)
    if (
        part_before(language).search(folded[start : quantity.start])
        or behind.match(folded, number_end)
        or behind.match(folded, quantity.end)
    ):
        return CountRole.PART
    near = [
        (_distance(cue.start() + start, cue.end() + start, quantity), order, role)
        for order, (role, words) in enumerate(role_cues(language))
        for cue in words.finditer(folded[start:end])
    ]
    return min(near)[2] if near else CountRole.OTHER


def _distance(start: int, end: int, quantity: Quantity) -> int:
    return max(start - quantity.end, quantity.start - end, 0)
