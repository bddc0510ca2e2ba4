"""One pass of the shipped model over a text, and what its heads say, before anything is assembled.

Each text passes alone: the int8 graph scales its activations by what it sees, so a batch would let one story's numbers
depend on another's. Texts longer than one pass go in windows that overlap by half a window; a token is read where
it stands farthest from a window's edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from models.records import MediationStatus, ModelStamp, ReportPhase
from nlp.heads import (
    CHANNELS,
    DISTANCES,
    MAX_TOKENS,
    MEDIATION,
    PHASES,
    RELATIONS,
    STAND_INS,
    YES_NO,
)
from nlp.weights import SHIPPED, calibration, check, require_pinned

Floats = NDArray[np.float32]
Span = tuple[int, int]
_STRIDE: Final = 240  # of MAX_TOKENS: windows overlap by 80
_OPENING: Final = (0, 1)
_FILES: Final = ("reader.onnx", "relations.onnx", "tokenizer.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the heads say of one text; offsets are code points of that text."""

    text: str
    offsets: tuple[Span, ...]  # per token
    states: Floats  # [token, hidden]
    tags: Floats  # [token, channel, outside/begin/inside], probabilities
    yes_no: dict[str, float]  # chances, calibrated where the model folder says how
    phases: dict[ReportPhase, float]
    mediation: dict[MediationStatus, float]

    def tokens(self, start: int, end: int) -> Span | None:
        """The tokens that a span of characters touches; None when it touches none."""
        touched = [i for i, (a, b) in enumerate(self.offsets) if a < end and b > start]
        return (touched[0], touched[-1] + 1) if touched else None

    def channel(self, name: str) -> Floats:
        """Probabilities [token, outside/begin/inside] of one channel."""
        found: Floats = self.tags[:, CHANNELS.index(name), :]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """What the heads say of asked spans and mentions, as probabilities."""

    relations: dict[str, Floats]  # relation → [span, mention + 1]: the mentions, then the stand-in
    kinds: Floats  # [span, kind]
    statuses: Floats  # [span, status]
    mediators: Floats  # [mention]


class Encoder:
    """The shipped model, loaded once per process."""

    def __init__(self, folder: Path, stamp: ModelStamp, *, threads: int, calibrated: bool = True) -> None:
        """Load graphs that were checked already; use `Encoder.open`."""
        self.stamp = stamp
        self._calibration = calibration(folder) if calibrated else {}
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._reader = InferenceSession(folder / "reader.onnx", options, providers=["CPUExecutionProvider"])
        self._relations = InferenceSession(folder / "relations.onnx", options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @classmethod
    def open(cls, folder: Path = SHIPPED, *, threads: int = 1, calibrated: bool = True) -> Self:
        """Check a model folder and load it; its scores are chances unless `calibrated` is false.

        Raises:
            TaggerError: a file is missing, or is not the pinned one or not pinned at all.
        """
        require_pinned(folder, *_FILES)
        checked = check(folder)
        return cls(checked.folder, checked.stamp, threads=threads, calibrated=calibrated)

    def read(self, text: str) -> Reading:
        """One text through the model."""
        encoded = self._tokenizer.encode(text)
        windows = [self._pass(encoded.ids[first:last]) for first, last in _windows(len(encoded.ids))]
        states, tags = _joined(windows, len(encoded.ids))
        yes_no, phases, mediation = np.split(_speaks(windows), [len(YES_NO), len(YES_NO) + len(PHASES)])
        return Reading(
            text=text,
            offsets=tuple(encoded.offsets),
            states=states,
            tags=_softmax(tags),
            yes_no={name: self._chance(name, float(odds)) for name, odds in zip(YES_NO, yes_no, strict=True)},
            phases=dict(zip(PHASES, map(float, _softmax(phases)), strict=True)),
            mediation=dict(zip(MEDIATION, map(float, _softmax(mediation)), strict=True)),
        )

    def _chance(self, head: str, odds: float) -> float:
        """The chance that a yes is right, from the log odds of a head."""
        slope, shift = self._calibration.get(head, (1.0, 0.0))
        return 1 / (1 + math.exp(-(slope * odds + shift)))

    def _pass(self, ids: Sequence[int]) -> _Window:
        fed = np.array([ids], dtype=np.int64)
        states, tokens, document = self._reader.run(None, {"input_ids": fed, "attention_mask": np.ones_like(fed)})
        return _Window(states=states[0], tags=tokens[0].reshape(len(ids), len(CHANNELS), 3), document=document[0])

    def relate(self, reading: Reading, spans: Sequence[Span], mentions: Sequence[Span]) -> Related:
        """What the spans are and who stands in which relation to them; both are characters of the text.

        An empty span at 0 asks for the document as a whole.
        """
        at = [_OPENING if span == (0, 0) else reading.tokens(*span) or _OPENING for span in spans]
        by = [reading.tokens(*mention) or _OPENING for mention in mentions]
        pairs, kinds, statuses, mediators = self._relations.run(
            None,
            {
                "spans": _pooled(reading.states, at),
                "mentions": _pooled(reading.states, by),
                "buckets": _buckets(at, by),
                "opening": reading.states[:1],
            },
        )
        return Related(
            relations={name: _candidates(pairs, i, len(mentions)) for i, name in enumerate(RELATIONS)},
            kinds=_sigmoid(kinds),
            statuses=_softmax(statuses),
            mediators=_sigmoid(mediators)[:, 0],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    states: Floats
    tags: Floats
    document: Floats


def _speaks(windows: Sequence[_Window]) -> Floats:
    """Document logits of the window that speaks for the text: the first that looks like an exchange, else the likest.

    A story leads with its news; what stands further down is background, or news that was buried.
    """
    place = YES_NO.index("is_exchange")
    first = next((w.document for w in windows if w.document[place] > 0), None)
    return first if first is not None else max((w.document for w in windows), key=lambda d: float(d[place]))


def _windows(length: int) -> Iterator[Span]:
    first = 0
    while True:
        last = min(length, first + MAX_TOKENS)
        yield first, last
        if last == length:
            return
        first += _STRIDE


def _joined(windows: Sequence[_Window], length: int) -> tuple[Floats, Floats]:
    """States and tags of all tokens, each from the window in whose inside it stands."""
    if len(windows) == 1:
        return windows[0].states, windows[0].tags
    best: list[tuple[int, _Window, int]] = [(-1, windows[0], 0)] * length
    for number, window in enumerate(windows):
        size = len(window.states)
        for i in range(size):
            room = min(i, size - 1 - i)
            place = number * _STRIDE + i
            if room > best[place][0]:
                best[place] = (room, window, i)
    return np.stack([w.states[i] for _, w, i in best]), np.stack([w.tags[i] for _, w, i in best])


def _candidates(scores: Floats, relation: int, mentions: int) -> Floats:
    """Probabilities over the mentions and the relation's stand-in."""
    stand_in = mentions + STAND_INS.index(list(RELATIONS.values())[relation])
    return _softmax(scores[:, [*range(mentions), stand_in], relation])


def _pooled(states: Floats, spans: Sequence[Span]) -> Floats:
    if not spans:
        return np.zeros((0, states.shape[1]), dtype=np.float32)
    return np.stack([states[a:b].mean(axis=0) for a, b in spans])


def _buckets(spans: Sequence[Span], mentions: Sequence[Span]) -> NDArray[np.int64]:
    apart = [[m[0] - s[0] for m in mentions] for s in spans]
    return np.searchsorted(np.array(DISTANCES), np.array(apart).reshape(len(spans), len(mentions))).astype(np.int64)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


def _sigmoid(logits: Floats) -> Floats:
    shares: Floats = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return shares
