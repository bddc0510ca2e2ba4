"""What each threshold of the taggers costs and gains on the dev stories: one line per value, the one in force marked.

    .venv/bin/python benchmarks/train/thresholds.py [--model FOLDER] [--gold benchmarks/gold/dev/stories.jsonl]

Every story passes the encoder once; then the taggers answer again and again with one constant changed. Dev is for
choosing: what is chosen here does a little worse on stories that nobody has looked at.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from examples import scorer

from cleaning.offsets import to_input
from cleaning.record import RECORD_TYPE, clean_record
from models.records import CountRole, Findings, Page, Story
from nlp import claims, exchange, mediation, stance
from nlp.actors import Gazetteer, read_entries
from nlp.predictions import prediction
from nlp.read_story import ReadStory, read_story
from nlp.taggers import Taggers, open_taggers
from nlp.weights import SHIPPED

Row = dict[str, Any]
DOCUMENT: Final = ("is_exchange_story", "alert_worthy", "modality_acc_lenient")
SIDES: Final = ("sides_full", "sides_count_only")
SWEPT: Final[tuple[tuple[ModuleType, str, Sequence[float], Sequence[str]], ...]] = (
    (exchange, "_SURE", (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95), DOCUMENT),
    (exchange, "_ALERT_WORTHY", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8), DOCUMENT),
    (exchange, "_UNSAID", (0.05, 0.1, 0.15, 0.25, 0.4), SIDES),
    (exchange, "_SEEN", (0.3, 0.5, 0.7, 0.9), SIDES),
    (mediation, "_RATHER", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8), ("mediators_acc",)),
    (claims, "_RATHER", (0.2, 0.3, 0.4, 0.5, 0.6, 0.7), ("claims_overlap", "claims_core_overlap")),
    (stance, "_DOUBTFUL", (0.0, 0.25, 0.5, 0.75, 1.0, 1.5), ("stance_target_label",)),
    (stance, "_RATHER", (0.2, 0.3, 0.4, 0.43, 0.5, 0.6, 0.7), ("stance_target_label",)),
)
ROLES: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


class Bench:
    """The gold stories, read once."""

    def __init__(self, gold: Path, model: Path, actors: Path) -> None:
        """Read every story with the model."""
        self.gold = gold
        self.scorer = scorer(gold.parent.parent)
        self.taggers: Taggers = open_taggers(Gazetteer.of(read_entries(actors)), folder=model)
        rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        self.read: list[tuple[str, ReadStory]] = []
        for row in rows:
            story = clean_record(page_of(row))
            if isinstance(story, Story):
                self.read.append((str(row["id"]), read_story(self.taggers.encoder, self.taggers.gazetteer, story)))

    def figures(self) -> Row:
        """The scorer's figures with the constants as they are now."""
        stories = [read for _, read in self.read]
        told = self.taggers.exchange.tag(stories)
        parts = zip(self.read, told, self.taggers.claims.tag(stories), self.taggers.stance.tag(stories), strict=True)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as out:
            for (key, read), report, found, judged in parts:
                yes = report.is_exchange
                findings = Findings(
                    report=report,
                    claims=found if yes else (),
                    stances=judged if yes else (),
                    mentions=(),
                    quantities=(),
                    stamps=(),
                )
                pred = prediction(findings, lambda start, end, story=read.story: to_input(story, start, end))
                out.write(json.dumps({"id": key, "pred": pred}, ensure_ascii=False) + "\n")
            out.flush()
            figures: Row = self.scorer.main(self.gold, out.name)
        return figures


def page_of(row: Row) -> Page:
    """A gold story as the page that cleaning gets."""
    given = {name: row.get(name) for name in ("url", "title", "text", "published")}
    return Page(
        url=str(row["url"]),
        final_url=str(row["url"]),
        source_id=str(row["outlet"]),
        fetched_at=datetime(1990, 1, 1, tzinfo=UTC),
        status=200,
        content_type=RECORD_TYPE,
        body=json.dumps(given, ensure_ascii=False).encode(),
    )


def plain(value: Any) -> float:
    """F1 of a figure that has one, else the figure."""
    return float(value["f1"] if isinstance(value, dict) else value)


def sweep(bench: Bench) -> Iterator[str]:
    """One line per value of each threshold."""
    for module, name, values, shown in SWEPT:
        kept = getattr(module, name)
        for value in sorted({*values, kept}):
            setattr(module, name, value)
            yield line(f"{module.__name__}.{name}", value, bench.figures(), shown, in_force=value == kept)
        setattr(module, name, kept)
    needed = exchange._NEEDED  # noqa: SLF001 - its entries are what is swept
    for role in CountRole:
        if role not in needed:
            continue
        kept = needed[role]
        for value in sorted({*ROLES, kept}):
            needed[role] = value
            yield line(f"exchange._NEEDED[{role}]", value, bench.figures(), SIDES, in_force=value == kept)
        needed[role] = kept


def line(name: str, value: float, figures: Row, shown: Sequence[str], *, in_force: bool) -> str:
    """A threshold, its value, and the figures that it moves."""
    told = "  ".join(f"{key} {plain(figures[key]):.3f}" for key in shown)
    return f"{'*' if in_force else ' '} {name:36} {value:5.2f}  {told}"


def main() -> None:
    """Sweep and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=Path("benchmarks/gold/dev/stories.jsonl"))
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--actors", type=Path, default=Path("watch/actors.toml"))
    asked = parser.parse_args()
    for told in sweep(Bench(asked.gold, asked.model, asked.actors)):
        print(told, flush=True)


if __name__ == "__main__":
    main()
