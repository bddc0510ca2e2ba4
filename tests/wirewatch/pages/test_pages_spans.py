"""The text cut into pieces: put together again it is the text, and each finding's pieces are its words."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.pages.spans import Marked, Piece, paragraphs

TEXTS = st.text(st.sampled_from("ab \né\u202e<"), max_size=60)


def marked(number: int, start: int, end: int) -> Marked:
    return Marked(key=f"claim-{number}", start=start, end=end, style="claim count", label=str(number))


@st.composite
def texts_with_marks(draw: st.DrawFn) -> tuple[str, list[Marked]]:
    text = draw(TEXTS)
    if not text:
        return text, []
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    spans = [sorted(pair) for pair in draw(st.lists(ends, max_size=6)) if pair[0] != pair[1]]
    return text, [marked(n, start, end) for n, (start, end) in enumerate(spans)]


def pieces_of(text: str, marks: list[Marked]) -> list[Piece]:
    return [piece for paragraph in paragraphs(text, marks) for piece in paragraph]


@given(texts_with_marks())
def test_the_pieces_are_the_text_but_for_the_gaps_between_paragraphs(given_: tuple[str, list[Marked]]) -> None:
    text, marks = given_
    shown = "\0".join("".join(piece.text for piece in paragraph) for paragraph in paragraphs(text, marks))
    wanted = re.sub(r"\n[^\S\n]*\n\s*", "\0", text)
    assert shown == wanted.removeprefix("\0").removesuffix("\0")


@given(texts_with_marks())
def test_the_pieces_of_a_finding_are_its_words(given_: tuple[str, list[Marked]]) -> None:
    text, marks = given_
    pieces = pieces_of(text, marks)
    for mark in marks:
        shown = "".join(piece.text for piece in pieces if mark in piece.marks)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text[mark.start : mark.end])


@given(texts_with_marks())
def test_no_place_is_named_twice_and_every_finding_ends_at_most_once(given_: tuple[str, list[Marked]]) -> None:
    pieces = pieces_of(*given_)
    anchors = [piece.anchor for piece in pieces if piece.anchor]
    assert len(anchors) == len(set(anchors))
    ended = [mark for piece in pieces for mark in piece.ends]
    assert len(ended) == len(set(ended))


def test_findings_that_overlap_share_a_piece_and_one_that_ends_is_named_behind_it() -> None:
    first, second = marked(0, 0, 5), marked(1, 3, 8)
    ((left, shared, right, rest),) = paragraphs("abcdefghij", [first, second])
    assert [piece.text for piece in (left, shared, right, rest)] == ["abc", "de", "fgh", "ij"]
    assert (left.keys, shared.keys, right.keys, rest.keys) == ("claim-0", "claim-0 claim-1", "claim-1", "")
    assert (left.anchor, shared.anchor, right.anchor) == ("at-0", "at-3", "")
    assert [piece.ends for piece in (left, shared, right)] == [(), (first,), (second,)]


def test_a_finding_over_two_paragraphs_is_named_once_behind_its_last_word() -> None:
    over = marked(0, 2, 12)
    first, second = paragraphs("abcdef\n\nghij kl", [over])
    assert [piece.text for piece in (*first, *second)] == ["ab", "cdef", "ghij", " kl"]
    assert [piece.ends for piece in (*first, *second)] == [(), (), (over,), ()]
