"""Who is named in a text: parties, bodies and offices of `watch/actors.toml`, and parties that no list knows.

`Gazetteer.of(read_entries(path))` compiles the list once; `find_actors(text, gazetteer)` gives the mentions. An office
beside a party is one mention: "Azerbaijani president", "МИД Армении", "office of the prime minister of the Republic of
Armenia". An office that stands alone takes the party it has elsewhere in the text; when it has none, its mention says
so by an empty code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from models.errors import ConfigError
from models.records import Actor, ActorEntry, Mention
from nlp.inflection import Stem, Word, meets, stem_of, words_of
from nlp.parties import unlisted_parties, words_outside
from nlp.titled import OFFICES, Titled, titled

_GAP = re.compile(r"[ \t\u00a0]*\n?[ \t\u00a0]*[.«»\"“”„’'\-–/]{0,2}[ \t\u00a0]?")
_BEFORE_OFFICE = re.compile(r"[’'ʼ՚]?\w{0,8}(?:-\w{1,4})?[ \t\u00a0]*\n?[ \t\u00a0]*[«\"“]?")
_OFFICE_OF = re.compile(r"(?:[’'ʼ]s)?\s+(?:(?:of|in|for|from)\s+(?:the\s+)?|(?:в|во|из|у)\s+)?", re.IGNORECASE)
_PLAIN = re.compile(r"\s+")
_STYLE_BEFORE = re.compile(  # "Republic of Ukraine", "Республики Армения": the style of a state is part of its name
    r"(?:(?:(?:Federal|Islamic|Democratic|People[’']s|Socialist|Arab|United)\s+){0,3}"
    r"(?:Republic|Kingdom|State|Federation|Sultanate|Emirate|Commonwealth)\s+of(?:\s+the)?|Республик\w*)\s+$"
)
_LONGEST_STYLE = 60  # characters
_GROUPS = frozenset({"army", "military", "armed forces"})
_NAME_BEFORE = re.compile(r"(?<!\.\s)(?<!^)\b[A-Z][a-z]{2,} $")
_STYLE_BEHIND = re.compile(
    r"\s+(?:Respublikas\w+|Cumhuriyeti(?:[’']?\w+)?|Республик\w+|Республік\w+|Федераци\w+|Հանրապետությ\w+|Republic\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    stems: tuple[Stem, ...]
    entry: ActorEntry
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    start: int
    end: int
    full_end: int
    entry: ActorEntry
    loaded: bool

    @property
    def is_office(self) -> bool:
        """An office without a fixed principal has to be joined to the party beside it."""
        return self.entry.kind == "office" and self.entry.principal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """The compiled list: forms by the stem of their first word, the names of the actors, and who can be a party."""

    forms: dict[str, tuple[_Form, ...]]
    names: dict[str, str]
    parties: frozenset[str]  # codes of states and armed groups: who can hold captives

    @classmethod
    def of(cls, entries: Sequence[ActorEntry]) -> Self:
        """Compile entries; later entries win where two list the same form."""
        forms: dict[str, list[_Form]] = {}
        for entry in entries:
            for form in _forms_of(entry):
                forms.setdefault(form.stems[0].key, []).append(form)
        ordered = {key: tuple(sorted(of_key, key=_form_order)) for key, of_key in forms.items()}
        return cls(
            forms=ordered,
            names={entry.code: entry.name for entry in entries},
            parties=frozenset(entry.code for entry in entries if entry.kind in ("state", "armed_group")),
        )


def read_entries(path: Path) -> tuple[ActorEntry, ...]:
    """The entries of an `actors.toml`.

    Args:
        path: the file; its head describes the format.

    Raises:
        ConfigError: the file is not TOML, or an entry lacks a key or has one too many.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("actor", [])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), str(error), hint="the head of watch/actors.toml describes the format") from error
    return tuple(_entry(path, number, table) for number, table in enumerate(tables, start=1))


def find_actors(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """The actors named in the text, in order, none overlapping another; each `words` is text[start:end].

    A party that no list knows has the code `x-<slug>` and its name as written.
    """
    found = list(_hits(text, gazetteer))
    hits = [hit for hit in found if not _ends_a_name(text, hit, found)]
    people = _people(text, hits, list(_joined(text, _with_unlisted(text, hits, ()), gazetteer)))
    settled = _settle_offices(list(_joined(text, _with_unlisted(text, hits, people), gazetteer)))
    return tuple(sorted([*settled, *_named(text, people, settled)], key=lambda mention: mention.start))


def find_loaded(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """The mentions that are made in a partisan form ("Kiev regime"), under their neutral code."""
    hits = [hit for hit in _hits(text, gazetteer) if hit.loaded]
    return tuple(_mention(text, hit.start, hit.end, _actor(hit.entry, gazetteer)) for hit in hits)


def _entry(path: Path, number: int, table: dict[str, Any]) -> ActorEntry:
    lists = {key: tuple(table.get(key, ())) for key in ("aliases", "loaded")}
    try:
        return ActorEntry(**{**table, **lists})
    except TypeError as error:
        raise ConfigError(f"{path}: [[actor]] number {number}", str(error), hint="see the head of the file") from error


def _forms_of(entry: ActorEntry) -> Iterator[_Form]:
    for forms, loaded in ((entry.aliases, False), (entry.loaded, True)):
        for form in forms:
            yield _Form(stems=_stems(form), entry=entry, loaded=loaded)


def _stems(form: str) -> tuple[Stem, ...]:
    exact = "!" if form.endswith("!") else ""
    words = words_of(form)
    capitals = form.isupper()
    stems = tuple(stem_of(word.text + exact) for word in words)
    return tuple(replace(stem, acronym=stem.acronym and (capitals or len(stems) == 1)) for stem in stems)


def _form_order(form: _Form) -> tuple[int, int]:
    return -len(form.stems), -sum(len(stem.key) for stem in form.stems)


def _hits(text: str, gazetteer: Gazetteer) -> Iterator[_Hit]:
    words = words_of(text)
    at = 0
    while at < len(words):
        form = _longest(text, words, at, gazetteer)
        if form is None:
            at += 1
            continue
        last = words[at + len(form.stems) - 1]
        start, end = _in_full_style(text, form.entry, words[at].start, last.end)
        full_end = max(end, last.full_end)
        yield _Hit(start=start, end=end, full_end=full_end, entry=form.entry, loaded=form.loaded)
        at += len(form.stems)


def _ends_a_name(text: str, hit: _Hit, hits: Sequence[_Hit]) -> bool:
    """Whether an office is the last word of an unlisted name ("the River Army"), and no body of a listed party."""
    if not (hit.is_office and hit.entry.name in _GROUPS and text[hit.start].isupper()):
        return False
    before = _NAME_BEFORE.search(text, max(0, hit.start - _LONGEST_STYLE), hit.start)
    if before is None or any(other.start <= before.start() < other.end for other in hits):
        return False
    alone = rf"\b{re.escape(before[0].strip())}\b(?!\s+{re.escape(text[hit.start : hit.end])})"
    return re.search(alone, text) is None  # "Velland" and "the Velland Army": the army of Velland


def _in_full_style(text: str, entry: ActorEntry, start: int, end: int) -> tuple[int, int]:
    """The span of a state with its style, where it stands."""
    if entry.kind != "state":
        return start, end
    before = _STYLE_BEFORE.search(text, max(0, start - _LONGEST_STYLE), start)
    behind = _STYLE_BEHIND.match(text, end)
    return before.start() if before else start, behind.end() if behind else end


def _people(text: str, hits: Sequence[_Hit], mentions: Sequence[Mention]) -> tuple[Titled, ...]:
    """Who is named behind the offices; a name that looked like a party is one of a person all the same."""
    offices = [(mention.start, mention.end) for mention in mentions if mention.actor.role in OFFICES]
    unlisted = words_outside(words_of(text), [(hit.start, hit.end) for hit in hits])
    return tuple(titled(text, words_outside(unlisted, offices), offices))


def _named(text: str, people: Sequence[Titled], mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The people under the office that names them."""
    for person in people:
        actor = next(m.actor for m in mentions if m.start < person.office_end <= m.end)
        for start, end in person.spans:
            yield _mention(text, start, end, actor)


def _with_unlisted(text: str, hits: Sequence[_Hit], people: Sequence[Titled]) -> list[_Hit]:
    return sorted([*hits, *_unlisted_hits(text, hits, people)], key=lambda hit: hit.start)


def _unlisted_hits(text: str, hits: Sequence[_Hit], people: Sequence[Titled]) -> Iterator[_Hit]:
    taken = [(hit.start, hit.end) for hit in hits if not hit.is_office]
    taken += [span for person in people for span in person.spans]
    offices = [(hit.start, hit.end) for hit in hits if hit.is_office]
    for party in unlisted_parties(text, taken, offices):
        entry = ActorEntry(code=party.code, name=party.name, kind="state")
        yield _Hit(start=party.start, end=party.end, full_end=party.full_end, entry=entry, loaded=False)


def _longest(text: str, words: Sequence[Word], at: int, gazetteer: Gazetteer) -> _Form | None:
    found = [form for form in _candidates(words[at], gazetteer) if _stands(text, words, at, form)]
    return min(found, key=_form_order, default=None)


def _candidates(word: Word, gazetteer: Gazetteer) -> Iterator[_Form]:
    for length in range(len(word.folded), 0, -1):
        yield from gazetteer.forms.get(word.folded[:length], ())


def _stands(text: str, words: Sequence[Word], at: int, form: _Form) -> bool:
    run = words[at : at + len(form.stems)]
    if len(run) < len(form.stems) or not all(map(meets, run, form.stems)):
        return False
    return all(_GAP.fullmatch(text, before.end, after.start) for before, after in pairwise(run))


def _joined(text: str, hits: Sequence[_Hit], gazetteer: Gazetteer) -> Iterator[Mention]:
    at = 0
    while at < len(hits):
        run = _run(text, hits, at)
        mention = _mention_of(text, run, gazetteer)
        if mention is not None:
            yield mention
        at += len(run)


def _run(text: str, hits: Sequence[_Hit], at: int) -> Sequence[_Hit]:
    """A party with the offices behind it, or an office with its party behind it, or one hit alone."""
    end = at + 1
    if not hits[at].is_office:
        while end < len(hits) and _follows(text, hits[end - 1], hits[end], party=hits[at]):
            end += 1
    elif end < len(hits) and _is_party(hits[end]) and _owns(text, hits[at], hits[end]):
        end += 1
    return hits[at:end]


def _follows(text: str, before: _Hit, office: _Hit, *, party: _Hit) -> bool:
    """An office behind its party, also one that is known to belong to it."""
    own = office.entry.principal is not None and office.entry.principal == party.entry.code
    return (office.is_office or own) and _beside(_BEFORE_OFFICE, text, before, office)


def _beside(gap: re.Pattern[str], text: str, before: _Hit, after: _Hit) -> bool:
    return gap.fullmatch(text, before.end, after.start) is not None


def _owns(text: str, office: _Hit, party: _Hit) -> bool:
    """Behind an office its party needs "of" or "in", or in Cyrillic nothing: the genitive says it."""
    if not _beside(_OFFICE_OF, text, office, party):
        return False
    bare = _PLAIN.fullmatch(text, office.end, party.start) is not None
    return not bare or "\u0400" <= text[office.start].lower() <= "\u052f"


def _is_party(hit: _Hit) -> bool:
    return hit.entry.kind != "office"


def _mention_of(text: str, run: Sequence[_Hit], gazetteer: Gazetteer) -> Mention | None:
    party = next((hit for hit in run if not hit.is_office), None)
    roles = [hit.entry.name for hit in run if hit.entry.kind == "office" and hit.entry.name]
    if party is None and not roles:
        return None
    base = _actor(party.entry, gazetteer) if party else Actor(code="", name="")
    actor = replace(base, role=roles[-1]) if roles else base
    return _mention(text, run[0].start, run[-1].end, actor)


def _actor(entry: ActorEntry, gazetteer: Gazetteer) -> Actor:
    if entry.principal is None:
        return Actor(code=entry.code, name=entry.name)
    return Actor(code=entry.principal, name=gazetteer.names.get(entry.principal, entry.principal), role=entry.name)


def _mention(text: str, start: int, end: int, actor: Actor) -> Mention:
    return Mention(start=start, end=end, actor=actor, words=text[start:end])


def _settle_offices(mentions: Sequence[Mention]) -> list[Mention]:
    """Give each office that stands alone the party that the same office has elsewhere in the text."""
    owned = [mention for mention in mentions if mention.actor.role and mention.actor.code]
    return [mention if mention.actor.code else _settled(mention, owned) for mention in mentions]


def _settled(mention: Mention, owned: Iterable[Mention]) -> Mention:
    same = [other for other in owned if other.actor.role == mention.actor.role]
    before = [other for other in same if other.start < mention.start]
    if before:
        return replace(mention, actor=before[-1].actor)
    parties = {other.actor for other in same}
    return replace(mention, actor=parties.pop()) if len(parties) == 1 else mention
