"""What a claim comes down to, where it can be said in a form of its own: who mediated, which day, else its words.

Two clauses that say the same in other words then stand in one cell of the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.records import ClaimType
from nlp.clauses import Span
from nlp.dates import DayCue, find_days
from nlp.mediation import mediating, rules_mediators_out
from nlp.read_story import ReadStory
from nlp.spans import overlap

NOBODY: Final = "none"
_LONGEST: Final = 200  # characters of a value that is only words


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of the claims of one story."""

    read: ReadStory
    days: Sequence[DayCue]

    @classmethod
    def of(cls, read: ReadStory) -> Values:
        """Read the days of the story once."""
        published = read.story.published.at if read.story.published else None
        return cls(read=read, days=find_days(read.reading.text, read.story.language, published))

    def of_clause(self, kind: ClaimType, span: Span) -> str:
        """The value of a claim without numbers; `span` counts title + body."""
        words = " ".join(self.read.reading.text[slice(*span)].split())
        if kind is ClaimType.MEDIATION:
            return self._mediators(span, words) or words[:_LONGEST]
        if kind is ClaimType.TIMING:
            return next((cue.day.isoformat() for cue in self.days if _inside(cue, span)), words[:_LONGEST])
        return words[:_LONGEST]

    def _mediators(self, span: Span, words: str) -> str:
        named = {
            mention.actor.name or mention.actor.role
            for mention in mediating(self.read.reading.text, self.read.mentions, self.read.related.mediators)
            if overlap((mention.start, mention.end), span)
        }
        return ", ".join(sorted(named)) or (NOBODY if rules_mediators_out(words) else "")


def _inside(cue: DayCue, span: Span) -> bool:
    return overlap((cue.start, cue.end), span) > 0
