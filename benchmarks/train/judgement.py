"""Teach the head that says whether a clause judges and which way, on a model folder that `train.py` wrote.

    .venv/bin/python benchmarks/train/judgement.py --data DIR --version 2.1 [--model nlp/weights]

Reads the clauses and judgements of `benchmarks/gold/train*`, and for the way they lean public sets in DIR:
`newsmtsc/train.jsonl`, `rusentne2023/train.tsv`, `ruopinionne2024/train.jsonl` (each MIT; `benchmarks/train/README.md`
says where they are from). Every clause or sentence passes the encoder alone and once; each layer is a logistic
regression, so the command repeats to the digit on one machine. Prints, on clauses it never saw, how well they are
ranked and how often the label is right: this head, the story heads, and both together.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from examples import likeness, read_rows
from numpy.typing import NDArray
from torch.nn import functional

from nlp.clauses import clauses
from nlp.encoder import Encoder
from nlp.heads import KINDS
from nlp.judgement import FILE, mean_state
from nlp.numbers import find_quantities
from nlp.stance import log_odds
from nlp.weights import SHIPPED

JUDGING_WEIGHT = 3.0  # of a clause that judges: one in six does
OWN_WEIGHT = 10.0  # one judgement of our stories weighs as many of the public sets; chosen on dev
PENALTY = 0.02  # of the squared weights; chosen on dev
PUBLIC = ("newsmtsc/train.jsonl", "rusentne2023/train.tsv", "ruopinionne2024/train.jsonl")
PARTS = ("train1", "train2", "train3", "train4")
HELD_OUT = ("newsmtsc/mt-dev.jsonl", "newsmtsc/rw-dev.jsonl")

Row = dict[str, Any]
Span = tuple[int, int]
Judged = tuple[str, bool]  # the words, and whether they are for their target
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """A trained layer over unscaled states."""

    weights: Vectors
    bias: float

    def __call__(self, states: Vectors) -> Vectors:
        """Log odds [n]."""
        odds: Vectors = states @ self.weights + np.float32(self.bias)
        return odds


def newsmtsc(path: Path) -> Iterator[Judged]:
    """Sentences with a judged target; neutral ones are left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["polarity"]:
            yield row["sentence"], row["polarity"] > 0


def rusentne(path: Path) -> Iterator[Judged]:
    """The same of the Russian set."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if int(row["label"]):
                yield row["sentence"], int(row["label"]) > 0


def ruopinionne(path: Path) -> Iterator[Judged]:
    """One row per opinion of the Russian set."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for opinion in row["opinions"]:
            yield row["text"], opinion["Polarity"] == "POS"


READERS = {"newsmtsc": newsmtsc, "rusentne2023": rusentne, "ruopinionne2024": ruopinionne}


def public(data: Path, names: Sequence[str]) -> list[Judged]:
    """The judgements of the named files."""
    return [one for name in names for one in READERS[Path(name).parent.name](data / name)]


def own(rows: Sequence[Row]) -> Iterator[Judged]:
    """The evidence of every judgement of gold stories."""
    for row in rows:
        for stance in _judgements(row):
            yield row["text"][stance["start"] : stance["end"]], stance["label"] == "favor"


def told_clauses(row: Row) -> list[tuple[Span, bool]]:
    """The clauses of a gold story's body, and whether each is the one that carries a judgement best."""
    text = row["text"]
    cut = clauses(text, find_quantities(text, row["lang"]))
    judging = {max(cut, key=lambda c: likeness(c, (s["start"], s["end"]))) for s in _judgements(row)} if cut else set()
    return [(clause, clause in judging) for clause in cut]


def _judgements(row: Row) -> list[Row]:
    return [stance for stance in row["gold"].get("stance") or () if stance["label"] != "neutral"]


def exchanges(rows: Sequence[Row]) -> list[Row]:
    """The stories in which judgements are annotated."""
    return [row for row in rows if row["gold"]["is_exchange_story"]]


def states(encoder: Encoder, judged: Sequence[Judged]) -> tuple[Vectors, NDArray[np.bool_]]:
    """Mean states [n, h] and labels [n]."""
    return np.stack([mean_state(encoder, words) for words, _ in judged]), np.array([label for _, label in judged])


def fitted(vectors: Vectors, labels: NDArray[np.bool_], *, weight: Sequence[float]) -> Layer:
    """Logistic regression on scaled states, the scale folded back into the layer."""
    x = torch.tensor(vectors, dtype=torch.float64)
    y = torch.tensor(labels, dtype=torch.float64)
    w = torch.tensor(weight, dtype=torch.float64)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / spread
    layer = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([layer], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = x @ layer[:-1] + layer[-1]
        wrong = functional.binary_cross_entropy_with_logits(odds, y, weight=w, reduction="sum") / w.sum()
        total: torch.Tensor = wrong + PENALTY * (layer[:-1] ** 2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    scaled = layer.detach()[:-1] / spread
    return Layer(scaled.float().numpy(), float(layer.detach()[-1] - scaled @ mean))


@dataclass(frozen=True, slots=True)
class Seen:
    """Clauses or evidences of dev, each as the story heads and this head see it; log odds [n], and the truth [n]."""

    story: Vectors
    alone: Vectors
    truth: NDArray[np.bool_]


def seen(encoder: Encoder, rows: Sequence[Row], layer: Layer, *, favors: bool) -> Seen:
    """What both heads say of the clauses (do they judge) or the evidences (do they favour) of gold stories."""
    story, alone, truth = [], [], []
    for row in rows:
        head = f"{row['title'].strip()}\n\n" if row["title"].strip() else ""
        evidences = [((s["start"], s["end"]), s["label"] == "favor") for s in _judgements(row)]
        asked = evidences if favors else told_clauses(row)
        spans = [(start + len(head), end + len(head)) for (start, end), _ in asked]
        for scores in encoder.relate(encoder.read(head + row["text"]), spans, []).kinds if spans else ():
            favor, against = float(scores[KINDS.index("favor")]), float(scores[KINDS.index("against")])
            story.append(log_odds(favor, against) if favors else log_odds(max(favor, against)))
        for (start, end), label in asked:
            alone.append(layer(mean_state(encoder, row["text"][start:end])[None])[0])
            truth.append(label)
    return Seen(np.array(story), np.array(alone), np.array(truth))


def average_precision(odds: Vectors, truth: NDArray[np.bool_]) -> float:
    """Mean precision at each true one, best first."""
    ranked = truth[np.argsort(-odds, kind="stable")]
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean())


def right(odds: Vectors, labels: NDArray[np.bool_]) -> float:
    """Share of right labels."""
    return float(((odds > 0) == labels).mean())


def write(folder: Path, layers: dict[str, Layer], *, version: str, trained_on: dict[str, str]) -> None:
    """Write the head beside the graphs and pin it in their manifest."""
    told = {
        name: {"weights": [round(float(one), 6) for one in layer.weights], "bias": round(layer.bias, 6)}
        for name, layer in layers.items()
    }
    body = json.dumps(told).encode() + b"\n"
    (folder / FILE).write_bytes(body)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["version"] = version
    manifest["files"][FILE] = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    manifest["judgement"] = {
        "command": "benchmarks/train/judgement.py",
        "settings": {"judging_weight": JUDGING_WEIGHT, "own_weight": OWN_WEIGHT, "penalty": PENALTY},
        "trained_on": trained_on,
    }
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Read, pass, fit, judge, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, default=Path("benchmarks/gold"))
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()
    started = time.monotonic()
    encoder = Encoder.open(asked.model)
    told = exchanges(read_rows(asked.gold, PARTS))
    cut = [(row["text"][start:end], judges) for row in told for (start, end), judges in told_clauses(row)]
    judges = fitted(*states(encoder, cut), weight=[JUDGING_WEIGHT if yes else 1.0 for _, yes in cut])
    taught, others = list(own(told)), public(asked.data, PUBLIC)
    weight = [OWN_WEIGHT] * len(taught) + [1.0] * len(others)
    favors = fitted(*states(encoder, taught + others), weight=weight)
    report(encoder, exchanges(read_rows(asked.gold, ("dev",))), judges, favors)
    far, truth = states(encoder, public(asked.data, HELD_OUT))
    print(f"NewsMTSC validation, {len(truth)} judged targets: for or against right {right(favors(far), truth):.3f}")
    digests = {name: _sha256(asked.data / name) for name in PUBLIC}
    digests |= {f"gold/{part}": _sha256(asked.gold / part / "stories.jsonl") for part in PARTS}
    write(asked.model, {"judges": judges, "favors": favors}, version=asked.version, trained_on=digests)
    print(f"taught on {len(cut)} clauses, {len(taught)} judgements, {len(others)} of public sets", end="; ")
    print(f"{time.monotonic() - started:.0f} s")


def report(encoder: Encoder, dev: Sequence[Row], judges: Layer, favors: Layer) -> None:
    """Print what the head is worth on stories it never saw."""
    one = seen(encoder, dev, judges, favors=False)
    print(f"dev, {len(one.truth)} clauses, {one.truth.mean():.3f} of them judge; average precision:")
    figures = [average_precision(odds, one.truth) for odds in (one.story, one.alone, one.story + one.alone)]
    print("  story heads {:.3f}, this head {:.3f}, both {:.3f}".format(*figures))
    two = seen(encoder, dev, favors, favors=True)
    majority = max(two.truth.mean(), 1 - two.truth.mean())
    print(f"dev, {len(two.truth)} judgements, majority {majority:.3f}; for or against right:")
    figures = [right(odds, two.truth) for odds in (two.story, two.alone, two.story + two.alone)]
    print("  story heads {:.3f}, this head {:.3f}, both {:.3f}".format(*figures))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
