"""A story after its one pass through the encoder: the shared ground of the three taggers.

Masthead, title and body pass together: a headline often holds the number or the party that the body leaves out, and
the outlet says whose "our soldiers" are. What is found is told in the body's own offsets, and what stands only above it
has no span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.records import Mention, Outlet, Quantity, Story
from nlp.actors import Gazetteer
from nlp.candidates import candidates
from nlp.clauses import Span, clauses
from nlp.encoder import Encoder, Reading, Related
from nlp.masthead import laid_out, masthead
from nlp.numbers import find_quantities

_DOCUMENT: Final = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStory:
    """A story, what the heads say of it, and the spans and candidates they were asked about.

    Offsets count masthead + title + body. `related` answers for the document, then the clauses, then the numbers of
    people.
    """

    story: Story
    head: int  # characters of the masthead
    shift: int  # characters of what stands above the body
    reading: Reading
    mentions: tuple[Mention, ...]
    parties: frozenset[str]  # codes that a list knows as states or armed groups
    quantities: tuple[Quantity, ...]
    clauses: tuple[Span, ...]
    related: Related

    def clause_row(self, number: int) -> int:
        """The row of a clause in `related`."""
        return 1 + number

    def quantity_row(self, number: int) -> int:
        """The row of a number of people in `related`."""
        return 1 + len(self.clauses) + number

    def body_span(self, start: int, end: int) -> tuple[int, int] | None:
        """The same span in the body; None when it stands in the title."""
        return (start - self.shift, end - self.shift) if start >= self.shift else None


def read_story(encoder: Encoder, gazetteer: Gazetteer, story: Story, outlet: Outlet | None = None) -> ReadStory:
    """Pass one story through the encoder and ask everything about it, once."""
    head = masthead(outlet, gazetteer)
    text, shift = laid_out(head, story.title, story.text)
    reading = encoder.read(text)
    mentions = candidates(reading, gazetteer, head)
    quantities = tuple(q for q in find_quantities(text, story.language) if q.start >= len(head))
    cut = clauses(text, quantities)
    asked = [_DOCUMENT, *cut, *((q.start, q.end) for q in quantities)]
    return ReadStory(
        story=story,
        head=len(head),
        shift=shift,
        reading=reading,
        mentions=mentions,
        parties=gazetteer.parties,
        quantities=quantities,
        clauses=cut,
        related=encoder.relate(reading, asked, [(m.start, m.end) for m in mentions]),
    )


def body_mentions(read: ReadStory) -> tuple[Mention, ...]:
    """The mentions that stand in the body, in its offsets."""
    return tuple(replace(m, start=m.start - read.shift, end=m.end - read.shift) for m in _in_body(read, read.mentions))


def body_quantities(read: ReadStory) -> tuple[Quantity, ...]:
    """The numbers of people that stand in the body, in its offsets."""
    return tuple(
        replace(q, start=q.start - read.shift, end=q.end - read.shift) for q in read.quantities if q.start >= read.shift
    )


def _in_body(read: ReadStory, mentions: Sequence[Mention]) -> list[Mention]:
    return [m for m in mentions if m.start >= read.shift]
