"""What somebody searches for, read once for both engines: words, "a phrase", prefix*, OR, NOT (or -), parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.errors import WarehouseError
from models.folding import words_of

_PIECE: Final = re.compile(
    r'\s*(?P<minus>-(?=[^\s)]))?(?:(?P<bracket>[()])|"(?P<quoted>[^"]*)"(?P<star>\*)?|(?P<plain>[^\s()"]+))'
)
_QUOTES: Final = str.maketrans("“”„«»", '"""""')
_MOST_PIECES: Final = 100
_DEEPEST: Final = 10  # brackets within brackets


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that stand side by side, folded; the last may be the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part, and none of what is left out."""

    parts: tuple[Query, ...]
    left_out: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of the parts."""

    parts: tuple[Query, ...]


Query = Phrase | AllOf | AnyOf


def read_query(text: str) -> Query:
    """The query that a person typed.

    Raises:
        WarehouseError: it cannot be read: an open quote or bracket, no word, only what is to be left out, or too long.
    """
    reader = _Reader(text)
    found = reader.any_of(depth=0)
    if reader.next is not None:
        raise reader.refusal("a bracket closes that was never opened")
    return found


def phrases(query: Query) -> Iterator[Phrase]:
    """The phrases that a hit may hold: all but those that are left out."""
    if isinstance(query, Phrase):
        yield query
        return
    for part in query.parts:
        yield from phrases(part)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # "(" | ")" | "OR" | "AND" | "NOT" | "phrase"
    phrase: Phrase | None = None


class _Reader:
    """Reads the pieces from left to right, with one to look at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces = iter(self._cut(text.translate(_QUOTES)))
        self.next = next(self._pieces, None)

    def refusal(self, why: str) -> WarehouseError:
        return WarehouseError(
            f"search {self._text[:80]!r}", f"cannot be read: {why}", hint='quote it: "words like-these"'
        )

    def any_of(self, *, depth: int) -> Query:
        if depth > _DEEPEST:
            raise self.refusal("too many brackets")
        parts = [self._all_of(depth)]
        while self._takes("OR"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def _all_of(self, depth: int) -> Query:
        wanted: list[Query] = []
        left_out: list[Query] = []
        while self.next is not None and self.next.kind not in ("OR", ")"):
            if self._takes("AND"):
                continue
            (left_out if self._takes("NOT") else wanted).append(self._one(depth))
        if not wanted:
            raise self.refusal("it names nothing to look for")
        return wanted[0] if len(wanted) == 1 and not left_out else AllOf(parts=tuple(wanted), left_out=tuple(left_out))

    def _one(self, depth: int) -> Query:
        piece, self.next = self.next, next(self._pieces, None)
        if piece is not None and piece.phrase is not None:
            return piece.phrase
        if piece is None or piece.kind != "(":
            raise self.refusal("a word is missing")
        inner = self.any_of(depth=depth + 1)
        if not self._takes(")"):
            raise self.refusal("a bracket is open")
        return inner

    def _takes(self, kind: str) -> bool:
        if self.next is None or self.next.kind != kind:
            return False
        self.next = next(self._pieces, None)
        return True

    def _cut(self, text: str) -> Iterator[_Piece]:
        at = count = 0
        text = text.rstrip()
        while at < len(text):
            found = _PIECE.match(text, at)
            count += 1
            if found is None:
                raise self.refusal("a quote is open")
            if count > _MOST_PIECES:
                raise self.refusal(f"more than {_MOST_PIECES} words")
            at = found.end()
            yield from self._pieces_of(found)

    def _pieces_of(self, found: re.Match[str]) -> Iterator[_Piece]:
        said = found["quoted"] if found["quoted"] is not None else found["plain"]
        words = tuple(word.folded for word in words_of(said or ""))
        if found["minus"] and (found["bracket"] or words):
            yield _Piece("NOT")
        if found["bracket"] or (found["plain"] in ("OR", "AND", "NOT") and not found["minus"]):
            yield _Piece(found["bracket"] or found["plain"])
        elif words:  # a lone sign means nothing
            yield _Piece("phrase", Phrase(words=words, is_prefix=bool(found["star"]) or said.endswith("*")))
