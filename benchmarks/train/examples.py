"""Gold stories as training examples: tokens, and where in them the answers stand.

Gold names ("Russian defence ministry") are met with mentions that the product's own finder sees in the text, so that
training and tagging share their candidates. A name the finder does not know (an invented party, a village elder) is
looked for by its words; found there, it becomes a candidate too and teaches the `party` and `speaker` channels.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from models.records import CountRole, Mention, Outlet
from nlp.actors import Gazetteer, find_actors
from nlp.clauses import clauses
from nlp.heads import BEGIN, CHANNELS, INSIDE, KINDS, MEDIATION, PHASES, STATUSES, YES_NO
from nlp.masthead import laid_out, masthead
from nlp.numbers import find_quantities

Row = dict[str, Any]
Span = tuple[int, int]
SKIP = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One span, one relation, and which candidates are right (numbers of mentions; -1 = the stand-in)."""

    span: Span  # tokens
    relation: str
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One story, ready for the network."""

    id: str
    ids: list[int]
    yes_no: list[float]  # -1 = not asked
    phase: int  # SKIP = not asked
    mediation: int  # SKIP = not asked
    tags: list[Span3]
    ask_tokens: bool
    mentions: list[Span]  # tokens
    mediators: list[float]  # per mention: 1 = named as a mediator
    questions: list[Question]
    kinds: list[tuple[Span, tuple[int, ...]]]  # clauses: which claims and judgements they carry
    counts: list[tuple[Span, bool]]  # numbers of people: is it the count of a flow
    statuses: list[tuple[Span, int]] = field(default_factory=list)


Span3 = tuple[int, int, int]  # channel, first token, one past the last
_YES_OR_NO = {"yes": 1.0, "no": 0.0}
_JUDGED = {"is_exchange": "exchange", "alert_worthy": "alert"}
OPENING: Span = (0, 1)  # the opening token: the document as a whole


def scorer(folder: Path) -> Any:
    """The gold scorer as a module; its `Names` decides which names are the same."""
    spec = importlib.util.spec_from_file_location("gold_score", folder / "score.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{folder}: no score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Aligner:
    """Turns gold rows into examples."""

    def __init__(self, *, names: Any, gazetteer: Gazetteer, tokenizer: PreTrainedTokenizerFast, limit: int) -> None:
        """`limit` is the greatest number of tokens kept of a story."""
        self.names = names
        self.gazetteer = gazetteer
        self.tokenizer = tokenizer
        self.limit = limit

    def example(self, row: Row) -> Example:
        """One story as one example."""
        return _Alignment(self, row).example()

    def judged(self, line: Row) -> Example:
        """A text with what a person said of its report (`wirewatch review export`): nothing else of it is asked."""
        head = masthead(Outlet(name=line["outlet"], country=line["country"]), self.gazetteer)
        text, _ = laid_out(head, line["title"], line["text"])
        meant = line["meant"]
        answers = {name: _YES_OR_NO.get(meant.get(about, ""), -1.0) for name, about in _JUDGED.items()}
        return Example(
            id=line["story_key"],
            ids=self.tokenizer(text, truncation=True, max_length=self.limit)["input_ids"],
            yes_no=[answers.get(name, -1.0) for name in YES_NO],
            phase=[str(phase) for phase in PHASES].index(meant["phase"]) if "phase" in meant else SKIP,
            mediation=SKIP,
            tags=[],
            ask_tokens=False,
            mentions=[],
            mediators=[],
            questions=[],
            kinds=[],
            counts=[],
        )


class _Alignment:
    """One story on its way into an example."""

    def __init__(self, aligner: Aligner, row: Row) -> None:
        self.aligner = aligner
        self.gold: Row = row["gold"]
        self.partial = bool(row.get("partial"))  # what the whole story says of both sides and of mediators is not here
        self.id = str(row["id"])
        head = row["masthead"]
        self.text, self.shift = laid_out(head, row.get("title") or "", row["text"])
        encoded = aligner.tokenizer(self.text, truncation=True, max_length=aligner.limit, return_offsets_mapping=True)
        self.ids: list[int] = encoded["input_ids"]
        self.offsets: list[Span] = encoded["offset_mapping"]
        self.mentions = [_Named.of(m, aligner.names) for m in find_actors(self.text, aligner.gazetteer)]
        self.quantities = [q for q in find_quantities(self.text, row["lang"]) if q.start >= len(head)]
        self.clauses = clauses(self.text, self.quantities)
        self.tags: list[Span3] = []
        self.questions: list[Question] = []
        self.statuses: list[tuple[Span, int]] = []
        self.carried: dict[Span, set[int]] = {clause: set() for clause in self.clauses}
        self.flow_numbers: set[Span] = set()
        self.unsure_numbers: set[Span] = set()  # as great as a flow, but said of something else
        self.mediating: set[int] = set()

    def example(self) -> Example:
        yes = bool(self.gold["is_exchange_story"])
        if yes:
            self._flows()
            self._claims()
            self._stances()
            self._mediators()
            self._place()
        return Example(
            id=self.id,
            ids=self.ids,
            yes_no=self._yes_no(),
            phase=PHASES.index(self.gold["modality"]),
            mediation=self._mediation() if yes and not self.partial else SKIP,
            tags=self.tags,
            ask_tokens=yes,
            mentions=[m.tokens(self) for m in self.mentions],
            mediators=[float(i in self.mediating) for i in range(len(self.mentions))],
            questions=[q for q in self.questions if q.right],
            kinds=[(at, tuple(sorted(k))) for c, k in self.carried.items() if (at := self.tokens(*c))],
            counts=[
                (at, q in self.flow_numbers)
                for q in self._numbers()
                if q not in self.unsure_numbers and (at := self.tokens(*q))
            ],
            statuses=self.statuses,
        )

    def _numbers(self) -> list[Span]:
        return [(q.start, q.end) for q in self.quantities]

    def carry(self, kind: str, start: int, end: int) -> Span | None:
        """Mark the clause that a gold span overlaps best; gives its tokens."""
        best = max(self.clauses, key=lambda c: likeness(c, (start, end)), default=None)
        if best is None or likeness(best, (start, end)) <= 0:
            return None
        self.carried[best].add(KINDS.index(kind))
        return self.tokens(*best)

    def _yes_no(self) -> list[float]:
        flows = {(s["releasing_party"], s["receiving_party"]) for s in self.gold["sides"]}
        both = any((b, a) in flows for a, b in flows)
        answers = {
            "is_exchange": float(self.gold["is_exchange_story"]),
            "alert_worthy": float(self.gold["alert_worthy"]),
            "two_way": float(both) if self.gold["is_exchange_story"] and not self.partial else -1.0,
        }
        return [answers[name] for name in YES_NO]

    def _mediation(self) -> int:
        mediators = self.gold["mediators"]
        status = "explicitly_none" if mediators == "none" else "named" if mediators else "unstated"
        return [str(m) for m in MEDIATION].index(status)

    # ---- spans

    def tokens(self, start: int, end: int) -> Span | None:
        """The tokens that a span of characters touches, or None when it lies beyond the kept part."""
        touched = [i for i, (a, b) in enumerate(self.offsets) if a < end and b > start and b > a]
        return (touched[0], touched[-1] + 1) if touched else None

    def tag(self, channel: str, start: int, end: int) -> Span | None:
        span = self.tokens(start, end)
        if span:
            self.tags.append((CHANNELS.index(channel), *span))
        return span

    def ask(self, span: Span | None, relation: str, right: Iterable[int]) -> None:
        if span:
            self.questions.append(Question(span=span, relation=relation, right=tuple(right)))

    # ---- names

    def who(self, name: str | None, *, channel: str | None = None) -> list[int]:
        """Numbers of the mentions that a gold name denotes; new ones are added when its words stand in the text."""
        if not name:
            return []
        principal, role = self.aligner.names.stance(name) if channel is None else self.aligner.names(name)
        same = [i for i, m in enumerate(self.mentions) if m.principal == principal and m.role == role]
        near = [i for i, m in enumerate(self.mentions) if m.role and m.role == role and not m.principal]
        head = [i for i, m in enumerate(self.mentions) if m.principal == principal]
        body = [i for i, m in enumerate(self.mentions) if m.role and m.role == principal and not m.principal]
        found = same or near or body or head or self._by_words(name, principal, role)
        if channel:
            for i in found:
                mention = self.mentions[i]
                self.tag(channel, mention.start, mention.end)
        return found

    def _by_words(self, name: str, principal: str, role: str) -> list[int]:
        found = []
        for match in re.finditer(_stem_pattern(name), self.text, re.IGNORECASE):
            self.mentions.append(_Named(start=match.start(), end=match.end(), principal=principal, role=role))
            found.append(len(self.mentions) - 1)
        return found

    # ---- the parts of an annotation

    def _flows(self) -> None:
        giving = {s["releasing_party"]: self.who(s["releasing_party"], channel="party") for s in self.gold["sides"]}
        taking = {s["receiving_party"]: self.who(s["receiving_party"], channel="party") for s in self.gold["sides"]}
        self.ask(OPENING, "releasing", [i for found in giving.values() for i in found] or [-1])
        self.ask(OPENING, "receiving", [i for found in taking.values() for i in found] or [-1])
        for side in self.gold["sides"]:
            number = self._number_of(side.get("count_text"))
            if number is not None:
                self._counts(number, side, giving, taking)
        for side in self.gold["sides"]:
            self._told_again(side, giving, taking)

    def _counts(self, number: Span, side: Row, giving: dict[str, list[int]], taking: dict[str, list[int]]) -> None:
        """A number is the count of a flow: whose, to whom, and what kind of people."""
        self.flow_numbers.add(number)
        span = self.tokens(*number)
        self.ask(span, "releasing", giving[side["releasing_party"]] if side["releasing_party"] else [-1])
        self.ask(span, "receiving", taking[side["receiving_party"]] if side["receiving_party"] else [-1])
        if span:
            self.statuses.append((span, [str(s) for s in STATUSES].index(side["status"])))

    def _told_again(self, side: Row, giving: dict[str, list[int]], taking: dict[str, list[int]]) -> None:
        """Further numbers as great as the flow's, in the headline say; one that two flows share asks no direction."""
        alone = sum(other["count"] == side["count"] for other in self.gold["sides"]) == 1
        for quantity in self.quantities:
            number = (quantity.start, quantity.end)
            if quantity.best is None or quantity.best != side["count"] or number in self.flow_numbers:
                continue
            if quantity.role not in (CountRole.RELEASED, CountRole.OTHER, CountRole.TOTAL):
                self.unsure_numbers.add(number)
            elif alone:
                self._counts(number, side, giving, taking)
            else:
                self.flow_numbers.add(number)

    def _number_of(self, words: str | None) -> Span | None:
        """The number of people that stands in the counted words."""
        at = self.text.find(words) if words else -1
        if at < 0 or not words:
            return None
        inside = [q for q in self._numbers() if q not in self.flow_numbers and q[0] < at + len(words) and q[1] > at]
        return max(inside, key=lambda q: likeness(q, (at, at + len(words))), default=None)

    def _claims(self) -> None:
        for claim in self.gold["claims"]:
            span = self.carry(claim["claim_type"], claim["start"] + self.shift, claim["end"] + self.shift)
            author = claim["claimer"] == "author"
            self.ask(span, "claimer", [-1] if author else self.who(claim["claimer"], channel="speaker"))

    def _stances(self) -> None:
        for stance in self.gold["stance"]:
            start, end = stance.get("start"), stance.get("end")
            if start is None or end is None or stance["label"] == "neutral":
                continue
            span = self.carry(stance["label"], start + self.shift, end + self.shift)
            target = self.aligner.names.stance(stance["target"])
            self.ask(span, "target", [-1] if target == ("DEAL", "") else self.who(stance["target"]))
            author = stance["holder"] == "author"
            self.ask(span, "holder", [-1] if author else self.who(stance["holder"], channel="speaker"))

    def _mediators(self) -> None:
        if isinstance(self.gold["mediators"], list):
            for name in self.gold["mediators"]:
                self.mediating.update(self.who(name, channel="party"))

    def _place(self) -> None:
        place = (self.gold["place"] or "").replace(" (talks)", "")
        at = self.text.find(place) if place else -1
        if at >= 0:
            self.tag("place", at, at + len(place))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A candidate mention under the scorer's canonical name."""

    start: int
    end: int
    principal: str
    role: str

    @classmethod
    def of(cls, mention: Mention, names: Any) -> _Named:
        principal, _ = names(mention.actor.name) if mention.actor.name else ("", "")
        role = names.rolename(mention.actor.role.split()) if mention.actor.role else ""
        return cls(start=mention.start, end=mention.end, principal=principal or "", role=role)

    def tokens(self, story: _Alignment) -> Span:
        """Its tokens; (0, 1), the opening token, when it lies beyond the kept part."""
        return story.tokens(self.start, self.end) or (0, 1)


def likeness(one: Span, other: Span) -> float:
    """Shared characters over joined characters."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, shared) / (max(one[1], other[1]) - min(one[0], other[0]))


def _stem_pattern(name: str) -> str:
    """The words of a name, endings left open, so that "Kheled" meets "Kheled's" and «Велмория» «Велмории»."""
    words = re.findall(r"\w+", name)
    stems = [re.escape(w[:-2] if len(w) > 6 else w[:-1] if len(w) > 4 else w) + r"\w{0,4}" for w in words]
    return r"\b" + r"(?:['’]s)?[\s'’-]+(?:of |in |the |for )*".join(stems) + r"\b"


def with_masthead(row: Row, gazetteer: Gazetteer) -> Row:
    """The story under the masthead that the product would read it with."""
    return row | {"masthead": masthead(Outlet(name=row["outlet"], country=row["outlet_country"]), gazetteer)}


def read_rows(folder: Path, parts: Iterable[str]) -> list[Row]:
    """The gold stories of the named parts ("train1", "dev" …)."""
    rows = []
    for part in parts:
        lines = (folder / part / "stories.jsonl").read_text(encoding="utf-8").splitlines()
        rows += [json.loads(line) for line in lines if line.strip()]
    return rows


def labels(example: Example, length: int) -> list[list[int]]:
    """B/I/O per channel, padded to `length` tokens."""
    marks = [[0] * length for _ in CHANNELS]
    for channel, first, last in example.tags:
        marks[channel][first] = BEGIN
        for i in range(first + 1, last):
            marks[channel][i] = marks[channel][i] or INSIDE
    return marks
