"""Who wrote a text and who passed it on, read from the lines that say so.

A credit names an *origin* (agency, outlet or author's paper that wrote the text) or a *carrier* (a house that passed it on).
What is decided here is the form of a line; which credit wins when several are given is `settle`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.dateline import is_agency_name
from cleaning.days import Moment, read_moment

NAME = r"[^\W_a-z][^()\[\]|\n]{1,58}?"
_LABEL = r"(?:date|dated|published|posted|дата|опубликовано|tarix|tarih|ամսաթիվ|თარიღი)"
# ` date 2023-12-07 (CARRIER- Origin)`: a day, then who carried whom
_HEADER = re.compile(
    rf"\s*(?i:{_LABEL}\s*:?\s*)?(?P<when>[^()\n]{{6,40}}?)\s*\(\s*(?P<carrier>{NAME})(?:\s*[-–—]+\s*(?P<origin>{NAME}))?\s*\)\s*"
)
# `(Carrier - Origin)`, on a line of its own or right before the first word
_PAIR = re.compile(rf"\s*\(\s*(?P<carrier>{NAME})\s*[-–—]+\s*(?P<origin>{NAME})\s*\)\s*(?:[-–—]{{1,2}}\s+)?")
_SINGLE = re.compile(rf"\s*\(\s*(?P<origin>{NAME})\s*\)\s+(?=[^\W\d_a-z])")
_SOURCE = re.compile(
    r"(?i:(?:original )?(?:source|источник|джерело|mənbə|kaynak|աղբյուր[ըը]?|წყარო|fuente))\s*[:։՝]\s*(?P<origin>[^|\n]{2,60}?)"
    r"(?:\s*[|/·]\s*(?P<carrier>[^|\n]{2,60}?))?\s*[.։]?"
)
_ORIGINALLY = re.compile(
    r"(?i:(?:(?:this|the) (?:article|story|report|piece|post|text|interview)(?: was| has been)? )?(?:is |was )?(?:first |originally )?"
    r"(?:appeared|published|posted|re-?published|reprinted|reproduced|syndicated)(?: first| originally)?(?: with(?: the)? (?:kind )?permission)?"
    r"\s+(?:by|in|on|at|from|of)\s+(?:the )?)(?P<origin>[^\W_a-z][^.\n]{1,58}?)(?:[.,;]|\s+(?:on|and|under|with|as)\b|$)"
)
_FIRST_WORDS = re.compile(
    r"(?:this|the|originally|first|re-?published|reprinted|reproduced|syndicated)\b", re.IGNORECASE
)
_LOCAL_ORIGINALLY = re.compile(
    r"(?i:впервые опубликовано|оригинал(?: статьи| материала)?(?: опубликован)?|по материалам|по сообщению|за матеріалами|вперше опубліковано|"
    r"ilk dəfə dərc olunub|materialın orijinalı|ilk olarak|սկզբնաղբյուր|առաջին անգամ հրապարակվել է)\s*[:։]?\s*(?i:в|на|у|-|—)?\s*"
    r"(?P<origin>[«\"“]?[^\W_a-zа-яё][^.\n]{1,58}?)[.։]?"
)
_VIA = re.compile(
    r"\(?\s*(?i:(?:distributed |provided |syndicated |delivered |carried |supplied )?(?:via|by way of|через|vasitəsilə|aracılığıyla))\s+"
    r"(?P<carrier>[^\W_a-zа-яё][^()\n]{1,58}?)\s*\)?[.]?"
)
_DISTRIBUTED = re.compile(
    r"(?i:distributed|syndicated|delivered|provided) (?i:by) (?P<carrier>[^\W_a-z][^\n]{1,58}?)[.]?"
)
_SIGNED = re.compile(
    r"(?:[-–—]{1,3}\s*(?P<dashed>[^\W_a-z][^.\n]{1,40})|/\s*(?P<slashed>[^/\n]{2,40}?)\s*/"
    r"|[\[(]\s*(?P<bracketed>[^\W_a-z][^()\[\]\n.]{1,40}?)\s*[\])])[.]?"
)
_SHARED = re.compile(
    r"(?i:(?:with |additional )?(?:reporting|input|material|files|information) (?:by|from))\s+(?P<names>[^\n]{2,120}?)[.]?"
)
_WITH = re.compile(r"(?:with|additional) ", re.IGNORECASE)
_SERVICE = re.compile(
    r"\s+(?:distribution|syndication|syndicate service|feed|news service|service|via)\s*$", re.IGNORECASE
)
_ORGANISATION = re.compile(
    r"\b(?:agenc\w+|news\w*|press|wire\w*|service|tv|radio|times|post|herald|tribune|gazette|daily|media|network|bureau|report\w*|online|today|info\w*|ajans\w*|agentliy\w*|xəbər\w*|haber\w*)\b"
    r"|агентств|новост|пресс|телекан|радио|информ|газет|вестник|լրատվ|գործակալ|նյուս|լուր|պրես|სააგენტო|[a-z]\.(?:com|org|net|info|[a-z]{2})\b|\.(?:ru|az|am|ge|tr|ua|com)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(  # credits that name no one
    r"(?:(?:the )?(?:news )?agenc(?:y|ies)|(?:from )?(?:news|wire|our) (?:services?|reports?|desk|agencies)|staff(?: (?:writer|reporter|report)s?)?|(?:our |special |own )?correspondents?|editors?|admin\w*|newsroom"
    r"|.{0,20}\b(?:desk|editorial (?:board|staff|team)|press office|live team|web team|monitoring desk)|guest (?:essay|author|contributor)|wires?|(?:по )?(?:материалам )?(?:информ)?агентств\w*|редакци\w*|ajanslar\w*|agentliklər\w*|redaksiya\w*|xəbər xidməti|haber merkezi|dış haberler|խմբագր\w*|ադմին\w*|ուղիղ|canlı)",
    re.IGNORECASE,
)
_ACRONYM_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One statement of who wrote or passed on the text."""

    origin: str | None = None
    carrier: str | None = None
    weight: int = 0  # the higher wins, see `settle`
    when: Moment | None = None  # a day that stands in the same line
    length: int = 0  # characters of the line that the credit takes


# weights: how directly a line says it
HEADER, STATED, OPENING, SIGNED, BYLINE, META, SHARED, ELSEWHERE = 8, 7, 6, 5, 4, 3, 2, 1


def header(line: str) -> Credit | None:
    """A credit at the very beginning of a text: dated header, `(Carrier - Origin)`, `(Agency) Word…`; None if there is none."""
    dated = _HEADER.match(line)
    when = read_moment(dated["when"]) if dated else None
    if dated and when and _are_names(dated["carrier"], dated["origin"]):
        carrier, origin = (dated["carrier"], dated["origin"]) if dated["origin"] else (None, dated["carrier"])
        return Credit(origin=tidy(origin), carrier=tidy(carrier), weight=HEADER, when=when, length=dated.end())
    pair = _PAIR.match(line)
    if pair and _are_names(pair["carrier"], pair["origin"]):
        return Credit(origin=tidy(pair["origin"]), carrier=tidy(pair["carrier"]), weight=HEADER, length=pair.end())
    single = _SINGLE.match(line)
    if single and is_agency_name(single["origin"]):
        return Credit(origin=tidy(single["origin"]), weight=OPENING, length=single.end())
    return None


def credit_line(line: str) -> Credit | None:
    """A line that is a credit and nothing else (`Source: X`, `Originally published by X`, `— X`, `via X`), or None."""
    line = line.strip()
    for pattern, weight in ((_SOURCE, STATED), (_LOCAL_ORIGINALLY, STATED), (_VIA, STATED), (_DISTRIBUTED, STATED)):
        match = pattern.fullmatch(line)
        if match and _are_names(*match.groupdict().values()):
            named = match.groupdict()
            return Credit(origin=tidy(named.get("origin")), carrier=tidy(named.get("carrier")), weight=weight)
    original = _ORIGINALLY.match(line) if _FIRST_WORDS.match(line) else None
    if original and _are_names(original["origin"]):
        return Credit(origin=tidy(original["origin"]), weight=STATED)
    signed = _SIGNED.fullmatch(line)
    if signed:
        name = signed["dashed"] or signed["slashed"] or signed["bracketed"]
        return Credit(origin=tidy(name), weight=SIGNED) if is_organisation(name) and is_agency_name(name) else None
    return _shared(line)


def _shared(line: str) -> Credit | None:
    """`With reporting by X`: X had a part in it; `Reporting by` people is a byline and not for here."""
    match = _SHARED.fullmatch(line)
    names = (
        [name for name in split_names(match["names"]) if is_organisation(name)] if match and _WITH.match(line) else []
    )
    return Credit(origin=tidy(names[0]), weight=SHARED) if names else None


def settle(found: Sequence[Credit]) -> tuple[str | None, str | None]:
    """Origin and carrier by the most direct line that names one; a carrier that is the origin itself is none."""
    ranked = sorted(found, key=lambda credit: -credit.weight)
    origin = next((credit.origin for credit in ranked if credit.origin), None)
    carrier = next((credit.carrier for credit in ranked if credit.carrier), None)
    if carrier and origin and carrier.casefold() == origin.casefold():
        carrier = None
    return origin, carrier


def is_organisation(name: str) -> bool:
    """Whether a name looks like that of a house and not of a person."""
    name = name.strip()
    letters = [char for char in name if char.isalpha()]
    if not letters or names_nobody(name):
        return False
    in_capitals = all(not char.islower() for char in letters) and len(letters) <= _ACRONYM_MAX
    return in_capitals or " " not in name or bool(_ORGANISATION.search(name))


def names_nobody(name: str) -> bool:
    """Whether a credit is for an unnamed writer: `Agencies`, `Staff`, `Редакция`."""
    return bool(_NOBODY.fullmatch(name.strip(" .")))


def split_names(names: str) -> list[str]:
    """The single names of a list of names: commas, `and` in the languages of the wires."""
    parts = re.split(r"\s*[,;&]\s*|\s+(?:and|и|та|və|ve|և|եւ|და)\s+", names.strip())
    return [part.strip(" .") for part in parts if part.strip(" .")]


def tidy(name: str | None) -> str | None:
    """A name without the words for its service, quotation marks and white space; None when nothing is left."""
    if name is None:
        return None
    return " ".join(_SERVICE.sub("", name).split()).strip(' .,;:«»"“”') or None


def _are_names(*names: str | None) -> bool:
    given = [name for name in names if name]
    return bool(given) and all(
        is_agency_name(_SERVICE.sub("", name).strip()) and not read_moment(name) for name in given
    )
