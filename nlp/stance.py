"""The stance tagger: who judges whom, in which words."""

from __future__ import annotations

from typing import Final

from models.records import Actor, Stance, StanceLabel
from nlp.candidates import by_speaker, full_name
from nlp.claims import AUTHOR
from nlp.clauses import Span
from nlp.heads import KINDS
from nlp.loaded import loaded_names
from nlp.read_story import ReadStory
from nlp.spans import trimmed

DEAL: Final = "DEAL"
_LABELS: Final = (StanceLabel.FAVOR, StanceLabel.AGAINST)
_RATHER: Final = 0.3  # judgements are rare, so their heads are shy: chosen on the dev stories


def stances(read: ReadStory) -> tuple[Stance, ...]:
    """Every judgement that a clause carries, then the loaded names in the writer's own voice.

    Offsets count title + body.
    """
    judged = tuple(
        _stance(read, number, span, label, float(read.related.kinds[read.clause_row(number), column]))
        for number, span in enumerate(read.clauses)
        for label, column in ((label, KINDS.index(label.value)) for label in _LABELS)
        if read.related.kinds[read.clause_row(number), column] > _RATHER
    )
    return judged + tuple(_by_name(read.reading.text, span) for span in loaded_names(read.reading.text))


def _by_name(text: str, span: Span) -> Stance:
    """The stance that a loaded name shows: a rule, so its score is full."""
    words = text[span[0] : span[1]]
    return Stance(
        start=span[0],
        end=span[1],
        words=words,
        target=" ".join(words.split()),
        target_code=None,
        holder=AUTHOR,
        label=StanceLabel.AGAINST,
        score=1.0,
    )


def _stance(read: ReadStory, number: int, clause: Span, label: StanceLabel, score: float) -> Stance:
    row = read.clause_row(number)
    target, sure = by_speaker(read.mentions, read.related.relations["target"][row])
    holder, _ = by_speaker(read.mentions, read.related.relations["holder"][row])
    start, end = trimmed(read.reading.text, *clause)
    return Stance(
        start=start,
        end=end,
        words=read.reading.text[start:end],
        target=full_name(target) if target else DEAL,
        target_code=_code(target),
        holder=full_name(holder) if holder else AUTHOR,
        label=label,
        score=min(1.0, score * sure),
    )


def _code(actor: Actor | None) -> str | None:
    return (actor.code or None) if actor else None
