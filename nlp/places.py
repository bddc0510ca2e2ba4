"""Places where a handover may have taken place: names behind "at", "on the … bridge", "в районе …", and the like.

Simple and generic: the candidates come in the order of the text, with how firmly their wording says handover; the
tagger chooses. A place in a sentence about talks is marked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.day_words import hands_over
from nlp.inflection import fold

_UP = "A-ZÀ-ÖØ-ÞƏİŞĞÇÖÜĆČŠŽŁА-ЯЁІЇЄԱ-Ֆ"
_NAME = rf"[{_UP}][^\W\d_]*(?:[’'-][^\W\d_]+)*"
_NAMES = rf"{_NAME}(?:[ –—-]{{1,3}}{_NAME}){{0,3}}"
_KIND_EN = (
    "airport|airfield|air base|base|border crossing|border|crossing point|crossing|checkpoint|bridge|pass|port|harbour"
    "|district|province|region|road|junction|village|town|landing|quay|jetty|ferry landing|hospital|prison|barracks"
    "|embassy|station|river|line|gate|square|cathedral|church|field|sector|section of the border"
)
_EN = re.compile(
    rf"\b(?:at|on|near|in|through|across|via|over|outside)\s+(?:the\s+)?"
    rf"(?P<place>{_NAMES}(?:[’']s)?(?:\s+(?:{_KIND_EN})\b(?:\s+of\s+the\s+border)?)?|(?:[\w-]+\s+){{0,2}}(?:border|section)\b"
    rf"(?:\s+with\s+{_NAME})?)"
)
_RU = re.compile(
    rf"\b(?:в районе|на территории|в аэропорту|в порту|на границе|на мосту|на перевале|у моста|в городе|у поста|у|в|во"
    rf"|на|под|через|возле|близ)\s+(?P<place>(?:[а-яёіїє-]+(?:ом|ой|ем|ах|ском|ской|ского)\s+)?(?:мосту|перевале|границе"
    rf"|участке|пункте\s+пропуска|аэропорту|порту)?(?:\sс)?\s?{_NAMES}(?:\s(?:районе|области|границе|перевале|мосту))?)"
)
_TURKIC = re.compile(
    rf"(?P<place>{_NAMES}(?:\s(?:sərhəd\w*-?keçid\w*|sərhəd\w*|rayonu\w*|məntəqə\w*|hissə\w*|aşırım\w*|körpü\w*"
    rf"|hava limanı\w*"
    rf"|havalimanı\w*|sınır\w*(?:\skapı\w*)?|kapısı\w*|köprü\w*|geçidi\w*|limanı\w*|ilçe\w*))?(?:[’'](?:d[ae]|t[ae])|d[aəe]|t[ae])?)"
    rf"(?=\s)"
)
_LOCATIVE = re.compile(r"(?:[’']?[dt][aəe]|nd[aəe])$")
_HY = re.compile(
    rf"(?P<place>{_NAMES}(?:ի|ում)?\s(?:հատվածում|օդանավակայանում|լեռնանցքում|սահմանին|կամրջ\w+|անցակետում|շրջանում)|{_NAME}ում)"
)
_TALKS = re.compile(r"\b(?:talks|negotiat\w+|met|meeting|переговор\w*|danışıq\w*|görüş\w*|müzakere\w*|բանակց\w+)\b")
_NO_PLACE = re.compile(
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|facebook|telegram|x|twitter|tv|the|parliament)$"
)
_BORDER = re.compile(
    r"border|границ|sərhəd|sınır|սահման|crossing|bridge|airport|мост|аэропорт|körpü|köprü|aşırım|перевал|pass\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCue:
    """A place in the text: text[start:end] == words.

    Attributes:
        handover: its sentence has a word of release, return or exchange in it.
        talks: its sentence is about talks.
        frontier: the words themselves name a border, bridge, airport or the like.
    """

    start: int
    end: int
    words: str
    handover: bool
    talks: bool
    frontier: bool


def find_places(text: str, language: str) -> tuple[PlaceCue, ...]:
    """Candidates for the place of the handover, in order, none overlapping another.

    Args:
        text: any text.
        language: BCP 47; unlisted languages are read as English.
    """
    cues: list[PlaceCue] = []
    for start, end in _spans(text, language[:2]):
        if not cues or start >= cues[-1].end:
            cues.append(_cue(text, start, end))
    return tuple(cues)


def best_place(text: str, language: str) -> PlaceCue | None:
    """The candidate whose wording says handover most firmly, the first among equals; None when none says so."""
    cues = [cue for cue in find_places(text, language) if cue.handover]
    return max(cues, key=lambda cue: (cue.frontier, not cue.talks, -cue.start), default=None)


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    patterns = {"ru": _RU, "uk": _RU, "az": _TURKIC, "tr": _TURKIC, "hy": _HY}
    for found in patterns.get(language, _EN).finditer(text):
        start, end = found.span("place")
        place = text[start:end].strip()
        if _NO_PLACE.match(fold(place)) or (language in {"az", "tr"} and not _is_locative(place)):
            continue
        yield start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())


def _is_locative(place: str) -> bool:
    return _LOCATIVE.search(place) is not None and len(place) > 4  # noqa: PLR2004  "Onda" and the like are no places


def _cue(text: str, start: int, end: int) -> PlaceCue:
    sentence = _sentence(text, start)
    words = text[start:end]
    return PlaceCue(
        start=start,
        end=end,
        words=words,
        handover=hands_over(sentence),
        talks=_TALKS.search(sentence) is not None,
        frontier=_BORDER.search(fold(words)) is not None,
    )


def _sentence(text: str, at: int) -> str:
    folded = fold(text)
    start = max((folded.rfind(mark, 0, at) for mark in (". ", "! ", "? ", "։ ", "\n")), default=-1) + 1
    ends = [end for mark in (". ", "! ", "? ", "։", "\n") if (end := folded.find(mark, at)) >= 0]
    return folded[start : min(ends, default=len(folded))]
