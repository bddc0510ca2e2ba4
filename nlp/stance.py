"""The stance tagger: who judges whom, in which words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from models.records import Actor, Stance, StanceLabel
from nlp.candidates import by_speaker, full_name
from nlp.claims import AUTHOR
from nlp.clauses import Span
from nlp.exchange import Counted
from nlp.heads import KINDS
from nlp.leaning import leaning
from nlp.loaded import loaded_names
from nlp.reach import Reach
from nlp.read_story import ReadStory
from nlp.spans import overlap, trimmed

DEAL: Final = "DEAL"
_BY_WORDS: Final = 1.0  # of the model's log odds, what one word of praise or blame weighs
_LEAST: Final = 0.01
_BY_RULE: Final = 0.5  # what words of praise around a release show of the deal, no model asked
_LABELS: Final = (StanceLabel.FAVOR, StanceLabel.AGAINST)
_RATHER: Final = 0.3  # judgements are rare, so their heads are shy: chosen on the dev stories


def stances(read: ReadStory, counts: Sequence[Counted]) -> tuple[Stance, ...]:
    """Every judgement that a clause carries, then what the writer's own words of praise and loaded names show.

    Offsets count title + body.
    """
    told = ((number, span, *_judgement(read, number, span)) for number, span in enumerate(read.clauses))
    judged = tuple(_stance(read, number, span, label, score) for number, span, label, score in told if score > _RATHER)
    praised = tuple(_praised(read, span) for span in _praising(read, counts, judged))
    return judged + praised + tuple(_by_name(read.reading.text, span) for span in loaded_names(read.reading.text))


def _judgement(read: ReadStory, number: int, span: Span) -> tuple[StanceLabel, float]:
    """Which way a clause judges, if it does, and how surely it judges at all: a clause judges one way."""
    scores = read.related.kinds[read.clause_row(number)]
    for_it, against = (float(scores[KINDS.index(label.value)]) for label in _LABELS)
    lean = _BY_WORDS * leaning(read.reading.text[span[0] : span[1]])
    label = StanceLabel.FAVOR if math.log((for_it + _LEAST) / (against + _LEAST)) + lean > 0 else StanceLabel.AGAINST
    return label, max(for_it, against)


def _praising(read: ReadStory, counts: Sequence[Counted], judged: Sequence[Stance]) -> Iterator[Span]:
    """Clauses in which the writer tells of a release in words of praise: his own judgement of the deal."""
    reach = Reach(read.reading.text)
    for span in read.clauses:
        tells = any(overlap((one.number.start, one.number.end), span) for one in counts)
        alone = not any(overlap((stance.start, stance.end), span) for stance in judged)
        if tells and alone and leaning(read.reading.text[span[0] : span[1]]) > 0:
            spoken = any(reach.covers(span, (mention.start, mention.end)) for mention in read.mentions)
            if not spoken:
                yield span


def _praised(read: ReadStory, span: Span) -> Stance:
    start, end = trimmed(read.reading.text, *span)
    return Stance(
        start=start,
        end=end,
        words=read.reading.text[start:end],
        target=DEAL,
        target_code=None,
        holder=AUTHOR,
        label=StanceLabel.FAVOR,
        score=_BY_RULE,
    )


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
