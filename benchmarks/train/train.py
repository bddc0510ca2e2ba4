"""Train the shipped model on the gold training stories and write it as int8 ONNX.

    python benchmarks/train/train.py --gold benchmarks/gold --encoder FOLDER --out FOLDER

Trains all twelve layers and every head at once on `train1` to `train3`; `dev` is only looked at (document figures after
each epoch). The weights that are written are a running mean over the last steps: epochs differ by ±0.03 on dev, the
mean does not have to be picked. Seed, order and threads are fixed, so the command repeats.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import torch
from examples import SKIP, Aligner, Example, Question, labels, read_rows, scorer, with_masthead
from export import write
from names import STATES
from network import Reader, Relations
from resume import restored, tokenizer_of
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from twins import twins

from nlp.actors import Gazetteer, read_entries
from nlp.heads import DISTANCES, KINDS, MEDIATION, PHASES, RELATIONS, RELEASED, STAND_INS, YES_NO

TRAINED_ON = ("train1", "train2", "train3", "train4")
EMA_KEEP = 0.98  # a window of about 50 steps, a little over one epoch
TAG_WEIGHTS = (1.0, 3.0, 2.0)  # outside, begin, inside: tokens outside are twenty to one
KIND_WEIGHT = 2.0  # a clause that carries nothing is three times as common as one that does
LOSS_SHARES = {
    "yes_no": 1.0,
    "phase": 1.0,
    "mediation": 0.5,
    "tags": 0.7,
    "relations": 1.0,
    "status": 0.3,
    "kinds": 3.0,
    "counts": 2.0,
    "mediators": 1.0,
}


class Model(nn.Module):
    """Both networks, so that one optimiser and one running mean see them."""

    def __init__(self, reader: Reader, relations: Relations) -> None:
        """Join the two."""
        super().__init__()
        self.reader = reader
        self.relations = relations


def opened(asked: argparse.Namespace) -> tuple[Model, PreTrainedTokenizerFast]:
    """The networks to train and their tokenizer: an encoder under fresh heads, or a model folder to go on from."""
    if asked.encoder:
        reader = Reader.of(asked.encoder)
        tokenizer = AutoTokenizer.from_pretrained(asked.encoder)
        return Model(reader, Relations(reader.encoder.config.hidden_size)), tokenizer
    return Model(*restored(asked.resume)), tokenizer_of(asked.resume)


def batches(examples: list[Example], size: int, order: random.Random) -> Iterator[list[Example]]:
    """Batches of similar length in random order: padding stays small."""
    shuffled = sorted(examples, key=lambda e: len(e.ids) + order.uniform(0, 24))
    cut = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    order.shuffle(cut)
    yield from cut


def padded(batch: list[Example], pad: int) -> tuple[Tensor, Tensor]:
    """Token ids and mask [b, t]."""
    longest = max(len(e.ids) for e in batch)
    ids = torch.tensor([e.ids + [pad] * (longest - len(e.ids)) for e in batch])
    mask = torch.tensor([[1] * len(e.ids) + [0] * (longest - len(e.ids)) for e in batch])
    return ids, mask


def document_losses(document: Tensor, batch: list[Example]) -> dict[str, Tensor]:
    """Losses of the yes/no questions, the phase and the mediation."""
    asked = torch.tensor([e.yes_no for e in batch])
    yes_no, phase, mediation = document.split([len(YES_NO), len(PHASES), len(MEDIATION)], dim=1)
    soft = asked.clamp(0.05, 0.95)
    answered = functional.binary_cross_entropy_with_logits(yes_no, soft, reduction="none")
    kept = (asked >= 0).float()
    phases = torch.tensor([e.phase for e in batch])
    known = torch.tensor([e.mediation for e in batch])
    losses = {"yes_no": (answered * kept).sum() / kept.sum().clamp(min=1)}
    if bool((phases != SKIP).any()):
        losses["phase"] = functional.cross_entropy(phase, phases, ignore_index=SKIP, label_smoothing=0.1)
    if bool((known != SKIP).any()):
        losses["mediation"] = functional.cross_entropy(mediation, known, ignore_index=SKIP, label_smoothing=0.05)
    return losses


def tag_loss(tokens: Tensor, batch: list[Example]) -> Tensor | None:
    """Loss over every channel of every token of the exchange stories."""
    rows = [i for i, e in enumerate(batch) if e.ask_tokens]
    if not rows:
        return None
    length = tokens.shape[1]
    marks = torch.tensor([labels(batch[i], length) for i in rows])  # [b, channels, t]
    for row, i in enumerate(rows):
        marks[row, :, len(batch[i].ids) :] = SKIP
    logits = tokens[rows].permute(0, 3, 2, 1)  # [b, 3, channels, t]
    return functional.cross_entropy(logits, marks, ignore_index=SKIP, weight=torch.tensor(TAG_WEIGHTS))


def pooled(states: Tensor, spans: list[tuple[int, int]]) -> Tensor:
    """Mean state of each span of tokens [n, h]."""
    if not spans:
        return states.new_zeros((0, states.shape[-1]))
    return torch.stack([states[a:b].mean(0) for a, b in spans])


def buckets(spans: list[tuple[int, int]], mentions: list[tuple[int, int]]) -> Tensor:
    """Numbered distance from each span to each mention [s, m]."""
    if not mentions:
        return torch.zeros((len(spans), 0), dtype=torch.long)
    apart = torch.tensor([[(m[0] - s[0]) for m in mentions] for s in spans])
    return torch.bucketize(apart, torch.tensor(DISTANCES))


def question_loss(logits: Tensor, question: Question) -> Tensor:
    """Minus log of the probability mass on the right candidates."""
    column = list(RELATIONS).index(question.relation)
    scores = logits[:, column]
    mentions = logits.shape[0] - len(STAND_INS)
    stand_in = mentions + STAND_INS.index(RELATIONS[question.relation])
    allowed = torch.tensor([*range(mentions), stand_in])
    right = torch.tensor([stand_in if i < 0 else i for i in question.right])
    return torch.logsumexp(scores[allowed], 0) - torch.logsumexp(scores[right], 0)


def relation_losses(model: Model, states: Tensor, batch: list[Example]) -> dict[str, Tensor]:
    """Losses of everything asked about spans and mentions, each a mean over the batch."""
    sums: dict[str, list[Tensor]] = {}
    for row, example in enumerate(batch):
        if example.ask_tokens:
            for name, loss in story_losses(model, states[row], example).items():
                sums.setdefault(name, []).append(loss)
    return {name: torch.cat(losses).mean() for name, losses in sums.items()}


def story_losses(model: Model, states: Tensor, example: Example) -> dict[str, Tensor]:
    """Losses of one story, one value per question."""
    asked = {q.span for q in example.questions} | {s for s, _ in example.statuses}
    spans = sorted(asked | {s for s, _ in example.kinds} | {s for s, _ in example.counts})
    pairs, kinds, statuses, mediators = model.relations(
        pooled(states, spans), pooled(states, example.mentions), buckets(spans, example.mentions), states[:1]
    )
    place = {span: i for i, span in enumerate(spans)}
    losses = {
        "relations": [question_loss(pairs[place[q.span]], q).reshape(1) for q in example.questions],
        "kinds": [kind_loss(kinds[place[s]], carried) for s, carried in example.kinds],
        "counts": [count_loss(kinds[place[s]], is_flow=is_flow) for s, is_flow in example.counts],
        "status": [
            functional.cross_entropy(statuses[place[s]], torch.tensor(k), label_smoothing=0.05).reshape(1)
            for s, k in example.statuses
        ],
    }
    if example.mediators:
        answers = torch.tensor(example.mediators).unsqueeze(1)
        losses["mediators"] = [functional.binary_cross_entropy_with_logits(mediators, answers).reshape(1)]
    return {name: torch.cat(parts) for name, parts in losses.items() if parts}


def kind_loss(logits: Tensor, carried: tuple[int, ...]) -> Tensor:
    """Loss of the claims and judgements of one clause."""
    answers = torch.zeros(len(KINDS) - 1)
    answers[list(carried)] = 1.0
    weight = torch.full_like(answers, KIND_WEIGHT)
    loss = functional.binary_cross_entropy_with_logits(logits[: len(KINDS) - 1], answers, pos_weight=weight)
    return loss.reshape(1)


def count_loss(logits: Tensor, *, is_flow: bool) -> Tensor:
    """Loss of one number of people: is it the count of a flow."""
    answer = torch.tensor(0.97 if is_flow else 0.03)
    return functional.binary_cross_entropy_with_logits(logits[KINDS.index(RELEASED)], answer).reshape(1)


def total_loss(model: Model, batch: list[Example], pad: int, *, half: bool) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum and its parts; `half` runs the encoder in bfloat16."""
    ids, mask = padded(batch, pad)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        states, tokens, document = (part.float() for part in model.reader(ids, mask))
    losses = document_losses(document, batch) | relation_losses(model, states, batch)
    tags = tag_loss(tokens, batch)
    if tags is not None:
        losses["tags"] = tags
    total = torch.stack([LOSS_SHARES[name] * loss for name, loss in losses.items()]).sum()
    return total, {name: float(loss.detach()) for name, loss in losses.items()}


def schedule(step: int, steps: int) -> float:
    """A tenth of warm-up, then a cosine down to a twentieth."""
    warm = max(1, steps // 10)
    if step < warm:
        return (step + 1) / warm
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


@torch.no_grad()
def look(model: Model, examples: list[Example], pad: int) -> dict[str, float]:
    """Document figures: F1 of the two decisions, accuracy of the phase in exchange stories."""
    model.eval()
    counts = {name: [0, 0, 0] for name in ("is_exchange", "alert_worthy")}
    phase_right = phase_asked = 0
    for start in range(0, len(examples), 16):
        batch = sorted(examples, key=lambda e: len(e.ids))[start : start + 16]
        _, _, document = model.reader(*padded(batch, pad))
        for row, example in zip(document, batch, strict=True):
            for i, name in enumerate(("is_exchange", "alert_worthy")):
                said, true = bool(row[i] > 0), bool(example.yes_no[i])
                counts[name][0] += said and true
                counts[name][1] += said and not true
                counts[name][2] += true and not said
            if example.yes_no[0]:
                phase_asked += 1
                phase_right += int(row[len(YES_NO) : len(YES_NO) + len(PHASES)].argmax()) == example.phase
    model.train()
    figures = {name: 2 * tp / max(1, 2 * tp + fp + fn) for name, (tp, fp, fn) in counts.items()}
    return figures | {"phase": phase_right / max(1, phase_asked)}


def average(mean: Model, model: Model, keep: float) -> None:
    """Move the running mean toward the model."""
    with torch.no_grad():
        for kept, new in zip(mean.parameters(), model.parameters(), strict=True):
            kept.mul_(keep).add_(new, alpha=1 - keep)


def train(model: Model, examples: list[Example], dev: list[Example], asked: argparse.Namespace, pad: int) -> Model:
    """Run the epochs; gives the running mean."""
    heads = [p for n, p in model.named_parameters() if "encoder." not in n]
    body = [p for n, p in model.named_parameters() if "encoder." in n and "word_embeddings" not in n]
    words = [p for n, p in model.named_parameters() if "word_embeddings" in n]
    optimiser = torch.optim.AdamW(
        [
            {"params": body, "lr": asked.rate},
            {"params": heads, "lr": asked.rate * 8},
            {"params": words, "lr": asked.rate * 0.2},
        ],
        weight_decay=0.01,
    )
    steps = asked.epochs * math.ceil(len(examples) / asked.batch)
    slope = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, steps))
    order = random.Random(asked.seed)  # noqa: S311 - the order of training, not a secret
    mean: Model | None = None
    begun = time.monotonic()
    for epoch in range(asked.epochs):
        sums: dict[str, list[float]] = {}
        for batch in batches(examples, asked.batch, order):
            loss, parts = total_loss(model, batch, pad, half=asked.bfloat16)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            slope.step()
            for name, value in parts.items():
                sums.setdefault(name, []).append(value)
            if epoch >= asked.epochs - 3:
                if mean is None:
                    mean = deepcopy(model)
                average(mean, model, EMA_KEEP)
        shown = " ".join(f"{n} {sum(v) / len(v):.3f}" for n, v in sorted(sums.items()))
        looked = {n: round(v, 3) for n, v in look(mean or model, dev, pad).items()}
        print(f"epoch {epoch + 1} {time.monotonic() - begun:.0f} s  {shown}  dev {looked}", flush=True)
        torch.save((mean or model).state_dict(), asked.out / "checkpoint.pt")
    return mean or model


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=Path("benchmarks/gold"))
    parser.add_argument("--actors", type=Path, default=Path("watch/actors.toml"))
    begin = parser.add_mutually_exclusive_group(required=True)
    begin.add_argument("--encoder", type=Path, help="an encoder folder (`convert.py`): every head is new")
    begin.add_argument("--resume", type=Path, help="a model folder, e.g. nlp/weights, to go on from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reviews", type=Path, help="what people said of reports: lines of `wirewatch review export`")
    parser.add_argument("--version", default="1")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--tokens", type=int, default=384)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action="store_true", help="half the time where the processor knows bfloat16")
    return parser.parse_args()


def _version(folder: Path) -> str:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return f"{manifest['version']} {manifest['files']['reader.onnx']['sha256']}"


def main() -> None:
    """Align, train, export."""
    asked = arguments()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    asked.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = opened(asked)
    gold = scorer(asked.gold)
    names = gold.Names()
    names.party |= {gold.plain(form): state.name for state in STATES for form in state}
    gazetteer = Gazetteer.of(read_entries(asked.actors))
    aligner = Aligner(names=names, gazetteer=gazetteer, tokenizer=tokenizer, limit=asked.tokens)
    told = [with_masthead(row, gazetteer) for row in read_rows(asked.gold, TRAINED_ON)]
    again = twins(told, random.Random(asked.seed))  # noqa: S311 - which stories, not a secret
    examples = [aligner.example(row) for row in [*told, *again]]
    if asked.reviews:
        lines = asked.reviews.read_text(encoding="utf-8").splitlines()
        examples += [aligner.judged(json.loads(line)) for line in lines if line.strip()]
    dev = [aligner.example(with_masthead(row, gazetteer)) for row in read_rows(asked.gold, ("dev",))]
    questions = sum(len(e.questions) for e in examples)
    spans = sum(len(e.tags) for e in examples)
    print(f"{len(told)} stories and {len(again)} twins, {questions} questions, {spans} spans", flush=True)
    model = train(model, examples, dev, asked, tokenizer.pad_token_id)
    folders = {"gold", "encoder", "resume", "out", "actors", "reviews"}
    settings = {k: str(v) for k, v in vars(asked).items() if k not in folders}
    settings |= {"resumed": _version(asked.resume) if asked.resume else ""}
    settings |= {"reviews": hashlib.sha256(asked.reviews.read_bytes()).hexdigest() if asked.reviews else ""}
    write(model.reader, model.relations, tokenizer, asked.out, version=asked.version, settings=settings)
    print(json.dumps(look(model, dev, tokenizer.pad_token_id)))


if __name__ == "__main__":
    main()
