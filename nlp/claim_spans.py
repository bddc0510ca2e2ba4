"""The part of a clause that carries the proposition: without the words that say who says so, and without trimmings.

Annotation guide, section 7: the span is the finite clause, without the attribution phrase if what is left is still a
clause. What is cut must leave four words at least, and the number or day that the claim is about.
"""

from __future__ import annotations

import re
from typing import Final

from nlp.inflection import fold
from nlp.spans import trimmed

Span = tuple[int, int]
_FEWEST: Final = 3  # words that can still be a clause
_LEAST_LEFT: Final = 0.25  # of a clause, when its end is cut
_SAID: Final = (
    r"(?:said|says|saying|reported|reports|announced|announces|stated|states|declared|told|wrote|writes|confirmed|added|"
    r"explained|maintained|maintains|insisted|insists|recalled|noted|acknowledged|claimed|claims|put it|has it|"
    r"сообщи\w+|сообща\w+|заяви\w+|сказа\w+|рассказа\w+|говор\w+|написа\w+|пишет|отмети\w+|уточни\w+|подтверди\w+|добави\w+|"
    r"переда[её]т|пояснил\w*|повідом\w+|сказав|сказала|bildir\w+|de(?:yib|di|yir)\w*|açıqla\w+|yaz(?:ıb|dı|ır)\w*|"
    r"söylə\w+|əlavə ed\w+|söyledi|açıkladı|bildirdi|duyurdu|belirtti|kaydetti|yazdı|"
    r"ասաց\w*|ասել\w*|ասում\w*|հայտն\w+|հայտարար\w+|հաղորդ\w+|գրել\w*|գրում\w*|նշել\w*|նշեց\w*|ավելացր\w+|თქვა|განაცხადა|იუწყება)"
)
_TAILS: Final = (
    re.compile(rf"(?:[,–—-]|[\"”»])\s*(?:so )?[^,;:–—]{{0,80}}\b{_SAID}\b[^;:]{{0,80}}$"),
    re.compile(
        r",\s*(?:according to|as |so (?:say|said)|по словам|по данным|по информации|как |за словами|görə|göre|ըստ)"
        r"[^;]*$"
    ),
)
_DATELINE: Final = re.compile(r"^[^\W\d_a-zа-яёա-ֆə][\w’'. -]{2,30}(?:, \w+\.? \d+)?(?: \([^)]{2,30}\))? ?[–—-] (?=\S)")
_OPENING: Final = re.compile(
    r"^(?:under|after|in return|with|following|breaking|asked|before|at|in|by|для|в обмен|взамен|после|по итогам|"
    r"в рамках|əvəzində|bunun müqabilində|buna karşılık|փոխարենը)\b[^,;:]{0,140}(?:,\s+|(?<=return)\s+)"
)
_HEADS: Final = (
    re.compile(rf"^[^,:;]{{0,120}}\b{_SAID}\b[^,:;]{{0,60}}?(?:\bthat\s+|,\s*(?:что|що|ki|որ)\s+|:\s+|\bki,?\s+)"),
    re.compile(r"^(?:according to|по словам|по данным|по информации|за словами|за даними|ըստ)[^,:]{0,80},\s+"),
    re.compile(r"^[^:]{4,140}:\s+"),
    re.compile(r"^(?:and|but|while|а|и|но|och|və|amma|ve|ancak|և|իսկ|բայց)\s+"),
)
_ASIDES: Final = re.compile(
    r",\s+(?:(?:the|a|an|its|their|his|one|some|among|including|after|before|as|with|under|by|in|on|at|who|which|whose|"
    r"where|when|while|bringing|receiving|ending|each|most|both|according)\b|среди|включая|в том числе|после|в рамках|"
    r"котор\w+|где|когда|при|aralarında|onlardan|իսկ|որ|որոնք|այդ թվում)"
)


def proposition(text: str, clause: Span, *, about: Span | None = None) -> Span:
    """The span of what is claimed.

    Args:
        text: the text.
        clause: the clause that carries the claim.
        about: the number that the claim is about; it stays inside.
    """
    start, end = trimmed(text, *clause)
    if dateline := _DATELINE.match(text[start:end]):
        start += dateline.end()
    start, end = _without_head(text, start, end, about)
    start, end = _without_tail(text, start, end, about)
    return trimmed(text, *_without_asides(text, start, end, about))


def _without_head(text: str, start: int, end: int, about: Span | None) -> Span:
    for head in (*_HEADS, _OPENING):
        found = head.search(fold(text[start:end]))
        if found and (about or head is not _OPENING) and _stays(text, start + found.end(), end, about):
            start += found.end()
    return start, end


def _without_tail(text: str, start: int, end: int, about: Span | None) -> Span:
    for tail in _TAILS:
        found = tail.search(fold(text[start:end]))
        if found and found.start() > _LEAST_LEFT * (end - start) and _stays(text, start, start + found.start(), about):
            end = start + found.start()
    return start, end


def _without_asides(text: str, start: int, end: int, about: Span | None) -> Span:
    """Without what is only added behind a comma, once the number has been told."""
    if about is None:
        return start, end
    for aside in _ASIDES.finditer(fold(text), about[1], end):
        if _stays(text, start, aside.start(), about):
            return start, aside.start()
    return start, end


def _stays(text: str, start: int, end: int, about: Span | None) -> bool:
    """Whether the rest can still be a clause, with what it is about inside."""
    whole = about is None or (start <= about[0] and about[1] <= end)
    return whole and len(text[start:end].split()) >= _FEWEST
