"""Words as search sees them: the same on both engines, in every script, whatever the accents, the case and the marks.

A word is a run of letters and digits. It is folded without asking for its language: compatibility forms are resolved,
case and accents go, so that BAKI, Bakı and bakí meet. й, ї and ў stay letters of their own; ё is е. Armenian marks of
tone stand inside words and part none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Final

LONGEST: Final = 64  # folded characters of a word that count
_SEARCHED: Final = 512 * 1024  # bytes of folded text per story; PostgreSQL holds one mebibyte of distinct words
_INSIDE: Final = "\u00ad\u055b\u055c\u055e\u200c\u200d"  # soft hyphen, Armenian marks of tone, joiners
# Python counts no combining mark to a word; accents, vowel signs and points stand on the letter before them
_MARKS: Final = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
_WORD: Final = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}{_INSIDE}])*")
_OWN_LETTERS: Final = {"и\u0306": "й", "і\u0308": "ї", "у\u0306": "ў"}  # decomposed → the letter
_DOTLESS: Final = str.maketrans({"ı": "i"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text: where it stands (code points, half-open) and what it is folded to."""

    start: int
    end: int
    folded: str


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for found in _WORD.finditer(text):
        folded = fold(found.group())
        if folded:
            yield Word(start=found.start(), end=found.end(), folded=folded)


def fold(word: str) -> str:
    """What a word is compared by: letters and digits only; may be empty."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    for apart, letter in _OWN_LETTERS.items():
        plain = plain.replace(apart, letter)
    return "".join(char for char in plain if char.isalnum()).translate(_DOTLESS)[:LONGEST]


def folded(text: str) -> str:
    """The words of a text, folded, with one space between; of a text beyond all measure only the beginning."""
    found = [word.folded for word in words_of(text)]
    sizes = accumulate(len(word.encode()) + 1 for word in found)
    return " ".join(word for word, _ in zip(found, takewhile(lambda size: size <= _SEARCHED, sizes), strict=False))
