"""Twins of the training stories: in other lengths and orders, and under other names.

In the gold stories negatives are shorter than positives and the news stands first; a model learns that and misses a
plain flash. So: exchange stories cut to their lead; exchange stories before or behind a story about something else
(real ones have background, and news may be buried); stories about something else joined to long ones. And since a
hundred events name the same few states again and again, English stories are told once more of other states, real and
invented: who gives whom to whom must come from the words between the names, not from the names.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from names import STATES, State

from nlp.clauses import sentences

Row = dict[str, Any]
_RENAMED: Final = 0.7  # of the English stories that name a state of the list
_BARE: Final = 0.2  # of the twins stand without a masthead: a story may come without its outlet
_TURNED: Final = 0.3  # of those: the two parties change places
_ANCHORED: Final = ("claims", "stance")  # what a gold story lists with offsets


def twins(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """The twins of the stories, in their order; which ones are made is the seed's choice."""
    others: dict[str, list[Row]] = {}
    for row in rows:
        if not row["gold"]["is_exchange_story"]:
            others.setdefault(row["lang"], []).append(row)
    made = []
    for row in rows:
        if again := renamed(row, chance):
            made.append(again)
        other = chance.choice(others.get(row["lang"], [row]))
        if not row["gold"]["is_exchange_story"]:
            made += [_followed(row, other)] if chance.random() < 0.4 else []
            continue
        made += [short] if (short := _lead(row)) and chance.random() < 0.5 else []
        if other is not row and chance.random() < 0.4:
            made.append(_followed(row, other) if chance.random() < 0.5 else _preceded(row, other))
    return [row | {"masthead": ""} if chance.random() < _BARE else row for row in made]


# ---------------------------------------------------------------- lengths and orders


def _followed(row: Row, other: Row) -> Row:
    return row | {"text": f"{row['text']}\n\n{other['text']}"}


def _preceded(row: Row, other: Row) -> Row:
    shift = len(other["text"]) + 2
    gold = dict(row["gold"])
    for name in _ANCHORED:
        gold[name] = [
            one | {"start": one["start"] + shift, "end": one["end"] + shift} if one.get("start") is not None else one
            for one in gold[name]
        ]
    return row | {"text": f"{other['text']}\n\n{row['text']}", "title": other["title"], "gold": gold, "partial": True}


def _lead(row: Row) -> Row | None:
    """The story cut after the sentence with its first counted captives; None when it counts none early on."""
    places = [row["text"].find(side["count_text"]) for side in row["gold"]["sides"] if side.get("count_text")]
    first = min((place for place in places if place >= 0), default=None)
    if first is None:
        return None
    end = next((last for _, last in sentences(row["text"]) if last > first), len(row["text"]))
    text = row["text"][:end]
    gold = dict(row["gold"])
    gold["sides"] = [side for side in gold["sides"] if side.get("count_text") and side["count_text"] in text]
    for name in _ANCHORED:
        gold[name] = [one for one in gold[name] if one.get("end") is not None and one["end"] <= end]
    return row | {"text": text, "gold": gold, "partial": True}


# ---------------------------------------------------------------- other names


def renamed(row: Row, chance: random.Random) -> Row | None:
    """The story told of other states; None for a story without a listed state, and for some that chance leaves out."""
    if row["lang"] != "en" or chance.random() > _RENAMED:
        return None
    there = [state for state in STATES if re.search(rf"\b(?:{'|'.join(map(re.escape, state))})", _whole(row))]
    if not there:
        return None
    parties = {side[key] for side in row["gold"]["sides"] for key in ("releasing_party", "receiving_party")}
    pair = [state for state in there if state.name in parties]
    free = [state for state in STATES if state not in there]
    chosen = dict(zip(there, chance.sample(free, len(there)), strict=True))
    if len(pair) == 2 and chance.random() < _TURNED:
        chosen[pair[0]], chosen[pair[1]] = pair[1], pair[0]
    return _Renaming(chosen).row(row)


def _whole(row: Row) -> str:
    return "\n".join((row.get("masthead") or "", row.get("title") or "", row["text"]))


class _Renaming:
    """Every form of some states, each to the same form of another."""

    def __init__(self, chosen: dict[State, State]) -> None:
        forms = {old: new for one, other in chosen.items() for old, new in zip(one, other, strict=True)}
        self.forms = forms | {old.upper(): new.upper() for old, new in forms.items()}
        self.names = {form: other.name for one, other in chosen.items() for form in one}
        longest = sorted(self.forms, key=len, reverse=True)
        self.pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})(?![a-z]{{2}})")

    def text(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.forms[found.group()], text)

    def name(self, name: str | None) -> str | None:
        """A label's name: the party under its new name, whatever form the label had."""
        return self.pattern.sub(lambda found: self.names.get(found.group(), found.group()), name) if name else name

    def row(self, row: Row) -> Row:
        move = self._moves(row["text"])
        gold = dict(row["gold"])
        gold["sides"] = [
            side
            | {key: self.name(side[key]) for key in ("releasing_party", "receiving_party")}
            | {"count_text": self.text(side["count_text"]) if side.get("count_text") else None}
            for side in gold["sides"]
        ]
        if isinstance(gold["mediators"], list):
            gold["mediators"] = [self.name(name) for name in gold["mediators"]]
        gold["claims"] = [self._moved(one, move, ("claimer",)) for one in gold["claims"]]
        gold["stance"] = [self._moved(one, move, ("target", "holder")) for one in gold["stance"]]
        gold["place"] = self.text(gold["place"]) if gold["place"] else None
        return row | {key: self.text(row.get(key) or "") for key in ("masthead", "title", "text")} | {"gold": gold}

    def _moved(self, one: Row, move: _Moves, names: Sequence[str]) -> Row:
        there = one.get("start") is not None and one.get("end") is not None
        span = {"start": move(one["start"]), "end": move(one["end"])} if there else {}
        return one | {key: self.name(one[key]) for key in names} | span

    def _moves(self, text: str) -> _Moves:
        return _Moves([(m.start(), m.end(), len(self.forms[m.group()])) for m in self.pattern.finditer(text)])


class _Moves:
    """Where a place of the old text stands in the new one; a place inside a name goes to the name's end."""

    def __init__(self, changes: Sequence[tuple[int, int, int]]) -> None:
        self.changes = changes
        self.starts = [start for start, _, _ in changes]
        self.grown = [0]
        for start, end, length in changes:
            self.grown.append(self.grown[-1] + length - (end - start))

    def __call__(self, place: int) -> int:
        before = bisect_right(self.starts, place - 1)
        return place + self.grown[before]
