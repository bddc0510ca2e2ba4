"""Words with their case endings: how one listed form meets its inflected forms in a text.

English, Russian, Ukrainian, Azerbaijani, Turkish, Armenian and Georgian each add endings to a stem, so a listed form is
kept as a stem, and a word of a text meets it when it begins with the stem and what is left is an ending of its script.
Every function keeps lengths: offsets in the folded text are offsets in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"(?P<core>[^\W_]+)(?P<tail>[’'ʼ՚][^\W\d_]{1,8}|-(?:ն|ը|ի|ին|ից|ով|ում|ական|[^\W\d_]{1,2}|n[ıiuü]n|d[aəe]n|l[aəe]r\w{0,4})\b)?"
)
_MIN_STEM = 3
_LATIN = r"""
    (?:l[ıiuü])?                                  # belonging to: -lı
    (?:l[aəe]r)?                                  # plural
    (?:[ıiuü]m[ıiuü]z|s?[ıiuü])?                  # ours, its
    (?:[ny]?[ıiuü]n?|[yn]?[aəe]|n?[dt][aəe]n?|[yn]?l[aəe])?  # case
    (?:k[ıi])?                                    # that is in
    |s|es
"""
_CYRILLIC = r"""
    [аяуюыиеоьйіїє]|[оеёаяыиіює][йяювмх]|ами|ями|ими|ыми|іми|[ои]ми|[оеі]го|[ое]му|[еоі]ві|[ії]в|ів|єю|ією|[ої]ї|ою|ею|[ії]й
    |ии|ию|ия|ией|иями|иях|иям|ья|ью|ье|[уюаяоеыи][юяе]
"""
_ARMENIAN = r"""
    (?:[ո]?ւն|ան|ություն|ության)?(?:ներ|եր)?(?:[իու]|ու|ու?մ|ից|ով|վ|ց|ուց)?(?:[ըն]|ին|ից|ում|ով|ան)?
    |ական\w{0,3}|ցի\w{0,5}
"""
_GEORGIAN = r"(?:ებ|ელ|ურ)?(?:ის|ი|მა|ს|ში|ზე|ით|ად|ა|ო|დან|თან|იდან|ისთვის|მ|სა|ების|ები|ებს|ებმა|ის)?(?:ც|აც)?"
_ENDINGS = {
    "latin": re.compile(_LATIN, re.VERBOSE),
    "cyrillic": re.compile(_CYRILLIC, re.VERBOSE),
    "armenian": re.compile(_ARMENIAN, re.VERBOSE),
    "georgian": re.compile(_GEORGIAN, re.VERBOSE),
}
_DROPPED = {
    ("cyrillic", "lower"): re.compile(r"(?:[иыоі]й|[ая]я|[ое]е|[иы]е|[аяоеиыіїйьуюэ])$"),
    ("cyrillic", "upper"): re.compile(r"(?:[иы]й|ая|ое|[аяьй])$"),
    ("armenian", "lower"): re.compile(r"(?<=ությ)ուն$"),
    ("armenian", "upper"): re.compile(r"(?<=ությ)ուն$"),
    ("georgian", "lower"): re.compile(r"[იაე]$"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text: letters and digits, without an apostrophe or hyphen ending (`full_end` has it)."""

    text: str
    folded: str
    start: int
    end: int
    full_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """What a word must begin with, and how strictly.

    Attributes:
        key: the folded stem.
        exact: nothing may follow.
        upper: the text's word must begin with a capital.
        acronym: the text's word must begin with `literal`, letter for letter.
        literal: the form as listed.
    """

    key: str
    exact: bool
    upper: bool
    acronym: bool
    literal: str


def fold(text: str) -> str:
    """Lower case of the same length; the dotted capital I of Turkish becomes a plain i."""
    lowered = text.replace("İ", "i").lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.replace("İ", "i"))


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; an ending behind an apostrophe or hyphen is left out of `text`."""
    return tuple(
        Word(
            text=found["core"],
            folded=fold(found["core"]),
            start=found.start(),
            end=found.end("core"),
            full_end=found.end(),
        )
        for found in _WORD.finditer(text)
    )


def script_of(word: str) -> str:
    """The script of the first letter: latin, cyrillic, armenian or georgian (latin for anything else)."""
    first = word[:1]
    if "\u0400" <= first <= "\u052f":
        return "cyrillic"
    if "\u0530" <= first <= "\u058f":
        return "armenian"
    return "georgian" if "\u10a0" <= first <= "\u10ff" or "\u1c90" <= first <= "\u1cbf" else "latin"


def stem_of(form: str) -> Stem:
    """The stem of a listed form; a form that ends in "!" is taken exactly as written."""
    exact, word = form.endswith("!"), form.rstrip("!")
    acronym = len(word) > 1 and word.isupper() and script_of(word) != "georgian"
    upper = word[:1].isupper()
    dropped = _DROPPED.get((script_of(word), "upper" if upper else "lower"))
    key = fold(word)
    if dropped and not exact and not acronym and len(word) > _MIN_STEM:
        key = dropped.sub("", key)
    short = len(word) <= _MIN_STEM and script_of(word) == "latin"
    return Stem(key=key, exact=exact or short, upper=upper, acronym=acronym, literal=word)


def meets(word: Word, stem: Stem) -> bool:
    """Whether the word is the listed form or one of its inflected forms."""
    if not word.folded.startswith(stem.key) or (stem.upper and not word.text[:1].isupper()):
        return False
    rest = word.text[len(stem.key) :]
    if stem.acronym and (not word.text.startswith(stem.literal) or not (rest.islower() or not rest)):
        return False
    if not rest:
        return True
    return not stem.exact and is_ending(rest, script_of(word.text))


def is_ending(rest: str, script: str) -> bool:
    """Whether the letters are an ending of that script."""
    return _ENDINGS[script].fullmatch(fold(rest)) is not None
