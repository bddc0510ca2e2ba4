"""The network that is trained: one encoder, document, token and relation heads (`nlp/heads.py` names their outputs)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel

from nlp.heads import CHANNELS, DISTANCES, DOCUMENT_SIZE, KINDS, RELATIONS, STAND_INS, STATUSES

_BUCKET_SIZE = 16
# Drawing its mask took much of the training time on two cores, and kept the fast attention from being used.
WITHOUT_ATTENTION_DROPOUT: Final = {"attention_probs_dropout_prob": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What one pass gives: token states [b, t, h], token logits [b, t, channels, 3], document logits [b, d]."""

    states: Tensor
    tokens: Tensor
    document: Tensor


class Reader(nn.Module):
    """The encoder with its document and token heads: exported as one graph."""

    def __init__(self, encoder: PreTrainedModel, *, dropout: float = 0.1) -> None:
        """Add fresh heads to an encoder."""
        super().__init__()
        self.encoder = encoder
        size = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(dropout)
        self.document = nn.Linear(2 * size, DOCUMENT_SIZE)
        self.token = nn.Linear(size, len(CHANNELS) * 3)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Fresh heads on the encoder of a folder."""
        options = {"add_pooling_layer": False, "dtype": torch.float32, **WITHOUT_ATTENTION_DROPOUT}
        return cls(AutoModel.from_pretrained(folder, **options))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States, token logits and document logits of a padded batch; padding never enters the mean."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1)
        document = self.document(self.dropout(torch.cat([mean, states[:, 0]], dim=-1)))
        tokens = self.token(self.dropout(states))
        return states, tokens.view(tokens.shape[0], tokens.shape[1], len(CHANNELS), 3), document


class Relations(nn.Module):
    """Answers about proposed spans, mentions, and pairs of both: exported as a second graph."""

    def __init__(self, size: int, *, inner: int = 192, dropout: float = 0.1) -> None:
        """`size` is the width of the encoder's states."""
        super().__init__()
        self.stand_ins = nn.Parameter(torch.randn(len(STAND_INS), size) * 0.02)
        self.distance = nn.Embedding(len(DISTANCES) + 2, _BUCKET_SIZE)
        self.score = _scorer(3 * size + _BUCKET_SIZE, inner, len(RELATIONS), dropout)
        self.kind = _scorer(3 * size, inner, len(KINDS), dropout)
        self.status = _scorer(3 * size, inner, len(STATUSES), dropout)
        self.mediator = _scorer(3 * size, inner, 1, dropout)

    def forward(
        self, spans: Tensor, mentions: Tensor, buckets: Tensor, opening: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits of pairs [s, m + stand-ins, relations], kinds [s, kinds], statuses [s, statuses], mediators [m, 1].

        `spans` [s, h] and `mentions` [m, h] are mean states, `opening` [1, h] the state of the opening token;
        `buckets` [s, m] numbers the distance of each pair.
        """
        candidates = torch.cat([mentions, self.stand_ins.to(mentions.dtype)], dim=0)
        alone = torch.full(
            (spans.shape[0], len(STAND_INS)), len(DISTANCES) + 1, dtype=buckets.dtype, device=buckets.device
        )
        near = self.distance(torch.cat([buckets, alone], dim=1))
        left = spans.unsqueeze(1).expand(-1, candidates.shape[0], -1)
        right = candidates.unsqueeze(0).expand(spans.shape[0], -1, -1)
        pairs = self.score(torch.cat([left, right, left * right, near], dim=-1))
        in_document = _beside(spans, opening)
        return pairs, self.kind(in_document), self.status(in_document), self.mediator(_beside(mentions, opening))


def _scorer(wide: int, inner: int, answers: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(wide, inner), nn.GELU(), nn.Dropout(dropout), nn.Linear(inner, answers))


def _beside(states: Tensor, opening: Tensor) -> Tensor:
    document = opening.expand(states.shape[0], -1)
    return torch.cat([states, document, states * document], dim=-1)
