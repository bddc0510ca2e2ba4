"""Words of strangers made fit to print: on one line, inside quotes, cut to a length, counted in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_QUOTE: Final = 240  # characters of a quotation that are shown
_NAME: Final = 80  # characters of a name
_MOST: Final = 6  # names of a list
_INNER: Final = str.maketrans({"“": "‘", "”": "’"})


def one_line(text: str) -> str:
    """Text without line breaks, control characters, or characters that turn the direction of reading."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, an ellipsis for the rest."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def quoted(words: str) -> str:
    """Words of a text inside quotes that they cannot close; "" for none."""
    line = one_line(words).translate(_INNER)
    return f"“{cut(line, _QUOTE)}”" if line else ""


def named(name: str, loaded: Sequence[str], longest: int = _NAME) -> str:
    """A name to print: plain, but quoted when it carries a word that only a quotation may say."""
    line = cut(one_line(name).translate(_INNER), longest)
    folded = one_line(name).casefold()
    return quoted(line) if any(word and word in folded for word in map(_folded, loaded)) else line


def listed(names: Sequence[str], loaded: Sequence[str], most: int = _MOST) -> str:
    """Names with commas, each once; how many more there are instead of the rest."""
    each = list(dict.fromkeys(named(name, loaded) for name in names))
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return ", ".join(each[:most]) + more


def counted(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: 1 outlet, 2 outlets, 3 stories."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


def _folded(word: str) -> str:
    return one_line(word).casefold()
