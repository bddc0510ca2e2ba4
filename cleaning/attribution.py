"""Who wrote a text and who passed it on, read from the lines that say so.

A credit names an *origin* (the agency, outlet or paper that wrote the text) or a *carrier* (a house that passed it on).
What is decided here is the form of a line; which credit wins when several are given is `settle`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.dateline import is_agency_name
from cleaning.days import Moment, is_zone, read_moment
from cleaning.phrases import any_of, pattern

UPPER = r"[^\W_a-zа-яёіїєґա-ֆ]"  # a letter that is not small, or a digit
NAME = UPPER + r"[^()\[\]|\n]{1,58}?"
# ` date 2023-12-07 (CARRIER- Origin)`: a day, then who carried whom
_HEADER = re.compile(
    rf"\s*(?:{any_of('date.label')}\s*:?\s*)?(?P<when>[^()\n]{{6,40}}?)\s*"
    rf"\(\s*(?P<carrier>{NAME})(?:\s*[-–—]+\s*(?P<origin>{NAME}))?\s*\)\s*"
)
# `(Carrier - Origin)`, on a line of its own or right before the first word
_PAIR = re.compile(rf"\s*\(\s*(?P<carrier>{NAME})\s*[-–—]+\s*(?P<origin>{NAME})\s*\)\s*(?:[-–—]{{1,2}}\s+)?")
_SINGLE = re.compile(rf"\s*\(\s*(?P<origin>{NAME})\s*\)\s+(?=[^\W\d_a-z])")
_SOURCE = re.compile(
    rf"{any_of('credit.source')}\s*[:։՝]\s*(?P<origin>[^|\n]{{2,60}}?)"
    rf"(?:\s*[|/·]\s*(?P<carrier>[^|\n]{{2,60}}?))?\s*[.։]?"
)
_ORIGINALLY = re.compile(
    rf"{any_of('credit.originally')}\s*[:։—-]?\s+(?P<origin>[«\"“]?{UPPER}[^.\n]{{1,58}}?)"
    r"(?:[.,;։]|\s+(?:on|and|under|with|as)\b|$)"
)
_BARE_VERB = re.compile(r"(?:published|posted|appeared)\b", re.IGNORECASE)  # alone it opens a date, or a sentence
_VIA = re.compile(rf"\(?\s*{any_of('credit.via')}\s+(?P<carrier>{UPPER}[^()\n]{{1,58}}?)\s*\)?[.]?")
_SIGNED = re.compile(
    rf"(?:[-–—]{{1,3}}\s*(?P<dashed>{UPPER}[^.\n]{{1,40}})|/\s*(?P<slashed>[^/\n]{{2,40}}?)\s*/"
    rf"|[\[(]\s*(?P<bracketed>{UPPER}[^()\[\]\n.]{{1,40}}?)\s*[\])])[.]?"
)
_SHARED = re.compile(rf"{any_of('credit.shared')}\s+(?P<names>[^\n]{{2,120}}?)[.]?")
_SERVICE = re.compile(rf"\s+{any_of('credit.service')}\s*$")
_ORGANISATION = pattern("credit.organisation")
_NOBODY = pattern("credit.nobody")
_ACRONYM_MAX = 8
_CREDIT_LINE = 200  # characters; a longer line is a paragraph


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
    """A credit that a text begins with: dated header, `(Carrier - Origin)`, `(Agency) Word…`; None if there is none."""
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
    for form in (_SOURCE, _VIA):
        match = form.fullmatch(line)
        if match and _are_names(*match.groupdict().values()):
            named = match.groupdict()
            return Credit(origin=tidy(named.get("origin")), carrier=tidy(named.get("carrier")), weight=STATED)
    original = None if _BARE_VERB.match(line) or len(line) > _CREDIT_LINE else _ORIGINALLY.match(line)
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
    names = [name for name in split_names(match["names"]) if is_organisation(name)] if match else []
    return Credit(origin=tidy(names[0]), weight=SHARED) if names else None


def settle(found: Sequence[Credit]) -> tuple[str | None, str | None]:
    """Origin and carrier by the most direct line that names one; a carrier that is the origin itself is none."""
    ranked = sorted(found, key=lambda credit: -credit.weight)
    origin = next((credit.origin for credit in ranked if credit.origin), None)
    carrier = next((credit.carrier for credit in ranked if credit.carrier), None)
    if carrier and origin and _bare(carrier) == _bare(origin):
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


def means(credit: str, outlet: str) -> bool:
    """Whether a credit means an outlet: its name, its first words ("Corda" for "Corda News Agency"), its initials."""
    short, full = _bare(credit), _bare(outlet)
    initials = "".join(word[0] for word in full.split())
    return bool(short) and (short == full or full.startswith(short + " ") or (len(short) > 1 and short == initials))


def _bare(name: str) -> str:
    """A name in one spelling: lower case, no punctuation, no article."""
    return " ".join(re.findall(r"\w+", name.casefold())).removeprefix("the ")


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
    return bool(given) and all(_is_name(name) for name in given)


def _is_name(words: str) -> bool:
    name = _SERVICE.sub("", words).strip()
    return is_agency_name(name) and not read_moment(name) and not is_zone(name)
