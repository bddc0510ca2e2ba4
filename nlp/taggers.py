"""The taggers, in one explicit tuple: each answers one question about every story, in order.

A tagger is a class with a name, a stamp of the model behind it, and `tag`. A new one is a class here, a line in
`open_taggers`, and a golden file in `tests/nlp/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from models.records import Claim, ExchangeReport, Flow, ModelStamp, Stance
from nlp.actors import Gazetteer
from nlp.claims import claims
from nlp.dates import resolve
from nlp.encoder import Encoder
from nlp.exchange import counted, report
from nlp.hub import Judge
from nlp.judgement import JudgementHead
from nlp.read_story import ReadStory
from nlp.stance import stances
from nlp.weights import SHIPPED

Part_co = TypeVar("Part_co", covariant=True)


class Tagger(Protocol[Part_co]):
    """One question about every story."""

    name: str
    stamp: ModelStamp

    def tag(self, stories: Sequence[ReadStory]) -> tuple[Part_co, ...]:
        """One answer per story, in the order of the stories."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTagger:
    """Is it an exchange, how far has it come, who gives whom to whom, with whose help, when and where."""

    stamp: ModelStamp
    judge: Judge | None = None  # a model of the user's own decides whether it is an exchange
    name: str = "exchange"

    def tag(self, stories: Sequence[ReadStory]) -> tuple[ExchangeReport, ...]:
        """One report per story."""
        if self.judge is None:
            return tuple(_report(read) for read in stories)
        scores = self.judge.scores([read.reading.text for read in stories])
        return tuple(_report(_judged(read, score)) for read, score in zip(stories, scores, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTagger:
    """Which clause claims what, and who vouches for it."""

    stamp: ModelStamp
    name: str = "claims"

    def tag(self, stories: Sequence[ReadStory]) -> tuple[tuple[Claim, ...], ...]:
        """The claims of each story that reports an exchange; none of the others."""
        return tuple(_claims(read) for read in stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceTagger:
    """Who judges whom, in which words."""

    stamp: ModelStamp
    head: JudgementHead
    name: str = "stance"

    def tag(self, stories: Sequence[ReadStory]) -> tuple[tuple[Stance, ...], ...]:
        """The stances of each story."""
        return tuple(_stances(read, self.head) for read in stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taggers:
    """The encoder that reads each story once, and the taggers that answer from that reading."""

    encoder: Encoder
    gazetteer: Gazetteer
    exchange: ExchangeTagger
    claims: ClaimTagger
    stance: StanceTagger

    def stamps(self) -> tuple[tuple[str, ModelStamp], ...]:
        """Which model stands behind each tagger."""
        return tuple((tagger.name, tagger.stamp) for tagger in (self.exchange, self.claims, self.stance))


def open_taggers(
    gazetteer: Gazetteer, *, folder: Path = SHIPPED, judge: Judge | None = None, threads: int = 1
) -> Taggers:
    """Load the model once and make the three taggers.

    Args:
        gazetteer: the actors of `watch/actors.toml`.
        folder: a model folder with a manifest.
        judge: a Hub model or local folder that decides instead whether a story reports an exchange.
        threads: of the runtime; scale by processes, not by this.

    Raises:
        TaggerError: the weights are missing or not the pinned ones.
    """
    encoder = Encoder.open(folder, threads=threads)
    return Taggers(
        encoder=encoder,
        gazetteer=gazetteer,
        exchange=ExchangeTagger(stamp=judge.stamp if judge else encoder.stamp, judge=judge),
        claims=ClaimTagger(stamp=encoder.stamp),
        stance=StanceTagger(stamp=encoder.stamp, head=JudgementHead.open(folder, encoder)),
    )


def _judged(read: ReadStory, score: float) -> ReadStory:
    reading = read.reading
    return replace(read, reading=replace(reading, yes_no={**reading.yes_no, "is_exchange": score}))


def _report(read: ReadStory) -> ExchangeReport:
    told = report(read, counted(read))
    if not told.is_exchange:
        return told
    story = read.story
    published = story.published.at if story.published else None
    day, rule = resolve(story.text, published, story.language, title=story.title)
    return replace(
        told, flows=tuple(_in_body(read, f) for f in told.flows), exchange_on=day, exchange_on_rule=rule if day else ""
    )


def _in_body(read: ReadStory, flow: Flow) -> Flow:
    """The flow with its words' place in the body; without a place when they stand in the title."""
    if flow.start is None or flow.end is None:
        return flow
    span = read.body_span(flow.start, flow.end)
    return replace(flow, start=span[0] if span else None, end=span[1] if span else None)


def _claims(read: ReadStory) -> tuple[Claim, ...]:
    found = claims(read, counted(read))
    placed = ((claim, read.body_span(claim.start, claim.end)) for claim in found)
    return tuple(replace(claim, start=span[0], end=span[1]) for claim, span in placed if span)


def _stances(read: ReadStory, head: JudgementHead) -> tuple[Stance, ...]:
    found = stances(read, counted(read), head)
    placed = ((stance, read.body_span(stance.start, stance.end)) for stance in found)
    return tuple(replace(stance, start=span[0], end=span[1]) for stance, span in placed if span)
