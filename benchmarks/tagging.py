"""How fast stories are tagged on one core, beside the same weights through the Hugging Face pipeline.

    ./run bench tagging [--stories 12] [--rounds 5]      # needs torch and transformers (`./run torch`)

Both read the same stories of about 25 sentences, made of dev stories laid end to end. *Ours* is all that
`wirewatch tag` does with a story: the encoder, rules, relations, claims, stances. *Naive* is what a build from the
pipeline does with the same encoder and no rules at all: the document once, every sentence once for its spans, and every
sentence once more with a target for its stance; nothing is assembled from it. Rounds alternate; medians are shown.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import torch
from transformers import pipeline

from cleaning.record import RECORD_TYPE, clean_record
from models.records import Page, Story
from nlp.actors import Gazetteer, read_entries
from nlp.clauses import sentences
from nlp.tag import tag
from nlp.taggers import Taggers, open_taggers
from nlp.weights import SHIPPED
from wirewatch.settings import VERSION

HERE: Final = Path(__file__).parent
SENTENCES: Final = 25
TARGET: Final = "the other side"
LONGEST: Final = 320  # tokens of one pass, as ours


def main() -> None:
    """Read the stories both ways, in turn."""
    asked = _arguments()
    torch.set_num_threads(1)
    stories = list(_stories(asked.gold, asked.stories))
    gazetteer = Gazetteer.of(read_entries(HERE.parent / "watch" / "actors.toml"))
    taggers, naive = open_taggers(gazetteer), _pipeline()
    ways: dict[str, Callable[[Sequence[Story]], None]] = {
        "ours": lambda some: _ours(taggers, some),
        "naive": lambda some: _naive(naive, some),
    }
    for way in ways.values():
        way(stories[:1])  # what is loaded on first use is loaded now
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, way in ways.items():
            begun = time.process_time()
            way(stories)
            seconds[name].append((time.process_time() - begun) / len(stories))
    _print(stories, seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=HERE / "gold" / "dev" / "stories.jsonl")
    parser.add_argument("--stories", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _stories(gold: Path, wanted: int) -> Iterator[Story]:
    """Stories of about 25 sentences: dev stories laid end to end, in their order."""
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    text, made = "", 0
    for row in rows:
        text = f"{text}\n\n{row['text']}".strip()
        if len(sentences(text)) >= SENTENCES and made < wanted:
            made += 1
            story = clean_record(_page(row | {"text": text}))
            if isinstance(story, Story):
                yield story
            text = ""


def _page(row: dict[str, Any]) -> Page:
    given = {name: row.get(name) for name in ("url", "title", "text", "published")}
    return Page(
        url=row["url"],
        final_url=row["url"],
        source_id="bench",
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
        status=200,
        content_type=RECORD_TYPE,
        body=json.dumps(given, ensure_ascii=False).encode(),
    )


def _ours(taggers: Taggers, stories: Sequence[Story]) -> None:
    for story in stories:
        tag([story], taggers)


def _pipeline() -> Any:
    sys.path.insert(0, str(HERE / "train"))
    from resume import restored, tokenizer_of  # type: ignore[import-not-found]

    reader, _ = restored(SHIPPED)
    reader.eval()
    tokenizer = tokenizer_of(SHIPPED)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    return pipeline("feature-extraction", model=reader.encoder, tokenizer=tokenizer, device="cpu")


def _naive(encode: Any, stories: Sequence[Story]) -> None:
    cut = {"tokenize_kwargs": {"truncation": True, "max_length": LONGEST}}
    for story in stories:
        told = [story.text[start:end] for start, end in sentences(story.text)]
        for text in (story.text, *told, *(f"{one} {TARGET}" for one in told)):
            encode(text, **cut)


def _print(stories: Sequence[Story], seconds: dict[str, list[float]]) -> None:
    words = statistics.median(len(story.text.split()) for story in stories)
    rounds = len(seconds["ours"])
    print(f"wirewatch {VERSION}; torch {torch.__version__}, transformers {version('transformers')}, ", end="")
    print(f"onnxruntime {version('onnxruntime')}, python {platform.python_version()}")
    print(f"{len(stories)} stories of {words:.0f} words (median); CPU seconds on one thread, {rounds} rounds")
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        low, high = 1000 * min(seconds[name]), 1000 * max(seconds[name])
        print(f"{name:6} {1000 * median:7.0f} ms a story ({low:.0f} to {high:.0f}), {1 / median:.1f} stories/s/core")
    print(f"naive / ours: {medians['naive'] / medians['ours']:.1f}")


if __name__ == "__main__":
    main()
