"""A model of the user's own, from the Hub or a local folder, that judges whether a story reports an exchange.

Any sequence-classification checkpoint in safetensors works. Code that a checkpoint brings along is never run. It needs
torch, which stands outside the lock: `./run torch`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol, Self

from models.errors import TaggerError
from models.records import ModelStamp
from nlp.weights import refuse_code

_MOST_TOKENS: Final = 512


class Judge(Protocol):
    """Something that scores texts."""

    stamp: ModelStamp

    def scores(self, texts: Sequence[str]) -> tuple[float, ...]:
        """How likely each text reports an exchange, 0–1, in order."""
        ...


class HubJudge:
    """A `transformers` sequence classifier as a judge."""

    def __init__(self, classifier: Any, stamp: ModelStamp, *, label: str) -> None:
        """Wrap a loaded pipeline; use `HubJudge.open`."""
        self.stamp = stamp
        self._classifier = classifier
        self._label = label

    @classmethod
    def open(cls, name: str, *, label: str, revision: str = "main") -> Self:
        """Load a checkpoint.

        Args:
            name: a Hub id, or a local folder.
            label: the label whose probability is the score.
            revision: of a Hub id; pin a commit for results that stay.

        Raises:
            TaggerError: torch is absent, the checkpoint cannot be had, is not safetensors, or lacks the label.
        """
        if find_spec("torch") is None:
            raise TaggerError(name, "a model of your own needs torch, which is not installed", hint="run `./run torch`")
        for file in _code_files(Path(name)):
            refuse_code(file)
        classifier = _load(name, revision)
        labels = set(classifier.model.config.label2id)
        if label not in labels:
            raise TaggerError(name, f"has no label {label!r}", hint=f"it has {', '.join(sorted(labels))}")
        return cls(classifier, ModelStamp(name=name, version=revision, weights_sha256=_digest(classifier)), label=label)

    def scores(self, texts: Sequence[str]) -> tuple[float, ...]:
        """The label's probability for each text; one text at a time, so that no text changes another's score."""
        answers = (self._classifier(text, truncation=True, max_length=_MOST_TOKENS, top_k=None) for text in texts)
        return tuple(next(a["score"] for a in answer if a["label"] == self._label) for answer in answers)


def _code_files(folder: Path) -> list[Path]:
    """Weight files of a local folder that may run code when loaded."""
    return sorted(path for kind in ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt") for path in folder.glob(kind))


def _load(name: str, revision: str) -> Any:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    try:
        model = AutoModelForSequenceClassification.from_pretrained(
            name, revision=revision, use_safetensors=True, trust_remote_code=False
        )
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise TaggerError(
            name, str(error).splitlines()[0], hint="is it a sequence classifier in safetensors?"
        ) from error
    return pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)


def _digest(classifier: Any) -> str:
    """Digest of the weights as loaded: the same for a Hub id and its local copy."""
    digest = hashlib.sha256()
    for key, tensor in sorted(classifier.model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
