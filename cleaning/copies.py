"""Which texts are copies of one another: one cluster for an origin and all who carried it.

Texts that share about 80 % of their sentences with a common source are one cluster; a rewrite of the same news is not.
Candidates come from MinHash bands, then each pair is checked word for word: a carrier that adds a header or a footer,
or that leaves out paragraphs, still holds almost only sentences of the origin. The order of the input plays no part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import combinations, pairwise

from cleaning.attribution import means
from cleaning.fingerprint import sentences, shingles, words

ROWS = 2  # numbers of a signature in a band: two texts that share 30 % of their shingles meet with 95 % probability
CONTAINED = 0.72  # share of the shorter text's shingles that stand in the longer one
SENTENCES = 0.6  # share of the shorter text's words in sentences that stand, but for a word or two, in the longer one
SIZES = 0.3  # the shorter text has at least that share of the longer one's words, or it is a quotation
FEWEST = 6  # words; texts below are alike by chance and must be equal
_NEAR = 0.75  # share of a sentence's shingles that make it the same sentence
_FULL_BAND = 200  # texts in one band from which on only neighbours are compared: a phrase that everybody prints
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedText:
    """A text to be compared, with what decides who wrote it."""

    key: str  # stable key of the story version
    text_sha256: str
    signature: tuple[int, ...]  # `cleaning.fingerprint.signature` of the text
    text: str
    published_at: datetime | None
    origin: str | None  # as the text states it, None when it states nobody else
    carrier: str | None
    outlet: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMember:
    """A text's place in its cluster."""

    key: str
    role: str  # origin | carrier
    similarity: float  # share of its sentences (by words) that stand in the origin, 0–1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Texts that are one independent origin; a text without copies is a cluster of its own."""

    key: str  # digest of the origin's key: stable while the origin stays the same
    members: tuple[ClusterMember, ...]  # the origin first, then by key


def cluster(signed: Sequence[SignedText]) -> tuple[Cluster, ...]:
    """Put texts into clusters, every text into exactly one; sorted by key, the same for any order of the input.

    Raises:
        ValueError: two texts have the same key.
    """
    texts = sorted(signed, key=lambda text: text.key)
    if len({text.key for text in texts}) != len(texts):
        message = "two texts have the same key"
        raise ValueError(message)
    groups = _Groups(len(texts))
    for one, other in sorted(_candidates(texts)):
        if not groups.are_one(one, other) and are_copies(texts[one], texts[other]):
            groups.join(one, other)
    return tuple(sorted((_made(group) for group in groups.of(texts)), key=lambda made: made.key))


def are_copies(one: SignedText, other: SignedText) -> bool:
    """Whether two texts share a source, by their own words."""
    if one.text_sha256 == other.text_sha256:
        return True
    shorter, longer = sorted((one.text, other.text), key=lambda text: (len(words(text)), text))
    few, many = len(words(shorter)), len(words(longer))
    if few < FEWEST or few < SIZES * many:
        return words(shorter) == words(longer)
    return contained(shorter, longer) >= CONTAINED and shared_sentences(shorter, longer) >= SENTENCES


def contained(part: str, whole: str) -> float:
    """Share of a text's shingles that stand in another text, 0–1."""
    mine = _shingles(part)
    return len(mine & _shingles(whole)) / len(mine) if mine else 0.0


def shared_sentences(part: str, whole: str) -> float:
    """Share of a text's words that stand in sentences which another text has, but for a word or two, 0–1."""
    others = _shingles(whole)
    total = shared = 0
    for sentence in sentences(part):
        runs = shingles(" ".join(sentence))
        total += len(sentence)
        if len(runs & others) >= _NEAR * len(runs):
            shared += len(sentence)
    return shared / total if total else 0.0


@lru_cache(maxsize=4096)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    return shingles(text)


def _candidates(texts: Sequence[SignedText]) -> set[tuple[int, int]]:
    """Pairs of places that have a band of their signatures in common, or the very same text."""
    bands: dict[object, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        bands["sha", text.text_sha256].append(place)
        for at in range(0, len(text.signature) - ROWS + 1, ROWS):
            bands[at, text.signature[at : at + ROWS]].append(place)
    return {pair for places in bands.values() for pair in _pairs(places)}


def _pairs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """All pairs of a band; in a very full band only neighbours, so that the work stays in proportion."""
    if len(places) <= _FULL_BAND:
        yield from combinations(places, 2)
    else:
        yield from pairwise(places)


class _Groups:
    """Disjoint sets of places (union–find); the smallest place stands for its group, whatever the order of joining."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, place: int) -> int:
        """The place that stands for the group."""
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def are_one(self, one: int, other: int) -> bool:
        """Whether two places are in one group."""
        return self.root(one) == self.root(other)

    def join(self, one: int, other: int) -> None:
        """Make two groups one."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first

    def of(self, texts: Sequence[SignedText]) -> Iterable[list[SignedText]]:
        """The groups as lists of texts."""
        groups: dict[int, list[SignedText]] = defaultdict(list)
        for place, text in enumerate(texts):
            groups[self.root(place)].append(text)
        return groups.values()


def _made(group: list[SignedText]) -> Cluster:
    origin = min(group, key=lambda text: _seniority(text, group))
    rest = sorted((text for text in group if text is not origin), key=lambda text: text.key)
    members = [ClusterMember(key=origin.key, role="origin", similarity=1.0)]
    members += [ClusterMember(key=text.key, role="carrier", similarity=_similarity(text, origin)) for text in rest]
    return Cluster(key=sha256(origin.key.encode()).hexdigest()[:16], members=tuple(members))


def _similarity(text: SignedText, origin: SignedText) -> float:
    return 1.0 if text.text_sha256 == origin.text_sha256 else round(shared_sentences(text.text, origin.text), 4)


def _seniority(text: SignedText, group: Sequence[SignedText]) -> tuple[bool, bool, datetime, datetime, str]:
    """Who wrote it: the outlet that others credit, then one that credits nobody, then the earliest."""
    credits_given = {other.origin for other in group if other.origin and other is not text}
    is_credited = any(means(credit, text.outlet) for credit in credits_given)
    passes_on = bool(text.carrier) or (text.origin is not None and not means(text.origin, text.outlet))
    return (not is_credited, passes_on, text.published_at or _LAST, text.first_seen_at, text.key)
