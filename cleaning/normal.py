"""The normal form of story text: no invisible characters, composed accents, every kept character with its place.

Dropped: control characters other than tab and line feed (a database refuses NUL), byte order marks, zero-width and
bidirectional controls (they can make a name look like another), lone surrogates. Joiners that spell words are kept.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from cleaning.offsets import NOWHERE, Spotted

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKED = re.compile(r"\w[\u0300-\u036f]+")


def has_bidi_controls(text: str) -> bool:
    """Whether the text holds characters that change the reading direction by force."""
    return _BIDI.search(text) is not None


def shown(words: str) -> str:
    """A short piece of text (a title, a name) in normal form and on one line."""
    return " ".join(normal(Spotted(words, range(len(words)))).text.split())


def normal(raw: Spotted) -> Spotted:
    """The text without invisible characters and with composed accents; line ends stay."""
    return _composed(_visible(raw))


def _visible(raw: Spotted) -> Spotted:
    if not _INVISIBLE.search(raw.text):
        return raw
    kept = [index for index, char in enumerate(raw.text) if not _INVISIBLE.match(char)]
    return Spotted("".join(raw.text[index] for index in kept), [raw.spots[index] for index in kept])


def _composed(raw: Spotted) -> Spotted:
    found = list(_MARKED.finditer(raw.text))
    if not found:
        return raw
    texts: list[str] = []
    spots: list[int] = []
    edges = [0, *(edge for match in found for edge in match.span()), len(raw.text)]
    for number, (start, end) in enumerate(pairwise(edges)):
        part = raw.text[start:end]
        whole = unicodedata.normalize("NFC", part) if number % 2 else part
        texts.append(whole)
        spots.extend(raw.spots[start:end] if whole == part else [NOWHERE] * len(whole))
    return Spotted("".join(texts), spots)
