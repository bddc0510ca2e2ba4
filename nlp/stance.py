"""The stance tagger: who judges whom, in which words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from models.records import Actor, Stance, StanceLabel
from nlp.candidates import full_name, shares_of
from nlp.claims import AUTHOR
from nlp.clauses import Span, sentences
from nlp.exchange import Counted, both_sides
from nlp.heads import KINDS
from nlp.inflection import fold
from nlp.judgement import JudgementHead
from nlp.leaning import leaning
from nlp.loaded import loaded_names
from nlp.reach import Reach
from nlp.read_story import ReadStory
from nlp.spans import overlap, trimmed

DEAL: Final = "DEAL"
_GOES_ON: Final = re.compile(
    r"(?:and|but|who|which|а|и|но|который|которые|və|amma|ve|ancak|և|բայց|та|але)\s+[^\W\dA-ZА-ЯԱ-Ֆ]"
)
_LEAST: Final = 0.01
_NEVER: Final = 0.02  # by the story heads: such a clause is not read alone
_BY_RULE: Final = 0.5  # what words of praise around a release show of the deal, no model asked
_DOUBTFUL: Final = 1.0  # log odds: nearer to none, which way a clause judges is not said; chosen on the dev stories
_LABELS: Final = (StanceLabel.FAVOR, StanceLabel.AGAINST)
_BOTH: Final = re.compile(
    r"\b(?:both (?:sides|parties|governments|countries|capitals|states|peoples|leaderships?)|"
    r"обе(?:их|им|ими)? (?:сторон|стран|правительств)\w*|обидв\w+ сторон\w*|hər iki (?:tərəf|ölkə|dövlət)\w*|"
    r"her iki (?:taraf|ülke)\w*|երկու (?:կողմ|երկր|պետությ)\w*|ორივე მხარ\w*)"
)
_ALSO: Final = 0.2  # share of a further target
_RATHER: Final = 0.25  # chosen on the dev stories


def stances(read: ReadStory, counts: Sequence[Counted], head: JudgementHead) -> tuple[Stance, ...]:
    """Every judgement that a clause carries, then what the writer's own words of praise and loaded names show.

    Offsets count title + body.

    Args:
        read: the story.
        counts: its numbers of people, with the flows they count.
        head: what a clause's words show without the story.
    """
    reach = Reach(read.reading.text)
    judged = tuple(_judged(read, reach, head))
    praised = tuple(_praised(read, span) for span in _praising(read, reach, counts, judged))
    return judged + praised + tuple(_by_name(read.reading.text, span) for span in loaded_names(read.reading.text))


def _judged(read: ReadStory, reach: Reach, head: JudgementHead) -> Iterator[Stance]:
    """The clauses that judge; each judges one way, and where that is doubtful nothing is said."""
    text, whole = read.reading.text, sentences(read.reading.text)
    for number, span in enumerate(read.clauses):
        scores = read.related.kinds[read.clause_row(number)]
        favor, against = (float(scores[KINDS.index(label.value)]) for label in _LABELS)
        if max(favor, against) < _NEVER:
            continue
        judges, favors = head.log_odds(text[span[0] : span[1]])
        score = _chance(judges + log_odds(max(favor, against)))
        if score <= _RATHER:
            continue
        if (wider := _with_subject(text, whole, span)) != span:
            _, favors = head.log_odds(text[wider[0] : wider[1]])
        leans = favors + log_odds(favor, against)
        if abs(leans) > _DOUBTFUL:
            label = StanceLabel.FAVOR if leans > 0 else StanceLabel.AGAINST
            yield from _stances_of(read, reach, number, label, score)


def _with_subject(text: str, whole: Sequence[Span], clause: Span) -> Span:
    """The clause; or its sentence up to its end, when it has no subject of its own ("and shares their grief")."""
    start, end = clause
    if _GOES_ON.match(text, start):
        start = next((first for first, last in whole if first <= start < last), start)
    return start, end


def log_odds(one: float, other: float | None = None) -> float:
    """Natural log of the odds of one chance against another, or against itself not being so; never infinite."""
    return math.log((one + _LEAST) / ((1 - one if other is None else other) + _LEAST))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _praising(read: ReadStory, reach: Reach, counts: Sequence[Counted], judged: Sequence[Stance]) -> Iterator[Span]:
    """Clauses in which the writer tells of a release in words of praise: his own judgement of the deal."""
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


def _stances_of(read: ReadStory, reach: Reach, number: int, label: StanceLabel, score: float) -> Iterator[Stance]:
    """The judgement of a clause: one for each target that it names.

    Nobody holds one of himself, so holder and target are chosen together; and who holds one must be able to vouch for
    the clause.
    """
    row, clause = read.clause_row(number), read.clauses[number]
    targets = shares_of(read.mentions, read.related.relations["target"][row])
    holders = shares_of(
        read.mentions,
        read.related.relations["holder"][row],
        may=lambda mention: reach.covers(clause, (mention.start, mention.end)),
    )
    pairs = [
        (likely * held, target, holder)
        for target, likely in targets
        for holder, held in holders
        if not _same_party(target, holder)
    ]
    best, target, holder = max(pairs, key=lambda pair: pair[0])
    start, end = trimmed(read.reading.text, *clause)
    meant = [(target, best)]
    meant += [
        (other, likely)
        for other, likely in targets
        if other != target and likely > _ALSO and _named_in(read, clause, other) and not _same_party(other, holder)
    ]
    if _BOTH.search(fold(read.reading.text[start:end])):
        meant = [(side, best) for side in both_sides(read)] or meant
    for other, likely in meant:
        owned = _at_home(read, other) if holder is None else other
        yield Stance(
            start=start,
            end=end,
            words=read.reading.text[start:end],
            target=full_name(owned) if owned else DEAL,
            target_code=_code(owned),
            holder=full_name(holder) if holder else AUTHOR,
            label=label,
            score=min(1.0, score * likely),
        )


def _at_home(read: ReadStory, target: Actor | None) -> Actor | None:
    """Whom the writer means by an office that nobody owns in the text ("the President"): that of his paper's state."""
    if target is None or target.code or not target.role:
        return target
    owners = {m.actor for m in read.mentions if m.end <= read.head and m.actor.code and not m.actor.role}
    return replace(owners.pop(), role=target.role) if len(owners) == 1 else target


def _same_party(target: Actor | None, holder: Actor | None) -> bool:
    if target is None or holder is None:
        return False
    return target.code == holder.code if target.code else target == holder


def _named_in(read: ReadStory, clause: Span, actor: Actor | None) -> bool:
    """Whether a clause names an actor itself: a second target must not come from elsewhere."""
    return any(mention.actor == actor and overlap((mention.start, mention.end), clause) for mention in read.mentions)


def _code(actor: Actor | None) -> str | None:
    return (actor.code or None) if actor else None
