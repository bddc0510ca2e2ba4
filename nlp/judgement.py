"""Does a clause judge, and which way, from its words alone.

The heads of the shipped model see a clause inside its story, and their training stories hold under a thousand
judgements. This head reads the clause's own pass through the same encoder, without the story around it: two linear
layers, taught on those judgements, the first beside every clause that does not judge, the second beside public sets of
judgements in English and Russian news. What both see counts together, as log odds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np

from models.errors import TaggerError
from nlp.encoder import Encoder, Floats
from nlp.weights import require_pinned

FILE: Final = "judgement.json"
LAYERS: Final = ("judges", "favors")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementHead:
    """The head, and the encoder whose states it reads."""

    encoder: Encoder
    weights: Floats  # [layer, hidden]
    biases: Floats  # [layer]

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> Self:
        """Load the head of a model folder.

        Raises:
            TaggerError: the folder has none, it is not pinned, or it cannot be read.
        """
        require_pinned(folder, FILE)
        path = folder / FILE
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            layers = [told[name] for name in LAYERS]
            return cls(
                encoder=encoder,
                weights=np.array([layer["weights"] for layer in layers], dtype=np.float32),
                biases=np.array([layer["bias"] for layer in layers], dtype=np.float32),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "make it as benchmarks/train/README.md says"
            raise TaggerError(str(path), f"cannot be read: {error}", hint=hint) from error

    def log_odds(self, words: str) -> tuple[float, float]:
        """Natural logs of two odds: that the words judge, and that they are for their target if they do."""
        judges, favors = self.weights @ mean_state(self.encoder, words) + self.biases
        return float(judges), float(favors)


def mean_state(encoder: Encoder, words: str) -> Floats:
    """The mean state of the words' tokens, passed alone; [hidden]."""
    states = encoder.read(words).states
    inside = states[1:-1] if len(states) > len(("opening", "closing")) else states
    mean: Floats = inside.mean(axis=0)
    return mean
