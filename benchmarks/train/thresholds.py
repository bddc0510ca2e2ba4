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
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from examples import scorer

from cleaning.offsets import to_input
from cleaning.record import RECORD_TYPE, clean_record
from models.records import Findings, Outlet, Page, Story
from nlp import claims, directions, exchange, mediation, stance
from nlp.actors import Gazetteer, read_entries
from nlp.judgement import JudgementHead
from nlp.predictions import prediction
from nlp.read_story import ReadStory, read_story
from nlp.taggers import open_taggers
from nlp.weights import SHIPPED

Row = dict[str, Any]
DOCUMENT: Final = ("is_exchange_story", "alert_worthy", "modality_acc_lenient")
SIDES: Final = ("sides_full", "sides_count_only")
CLAIMS: Final = ("claims_span_type", "claims_overlap", "claimer_acc_on_matched")
SWEPT: Final[tuple[tuple[ModuleType, str, Sequence[float], Sequence[str]], ...]] = (
    (exchange, "_SURE", (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95), DOCUMENT),
    (exchange, "_ALERT_WORTHY", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8), DOCUMENT),
    (exchange, "_IN_RETURN", (0.01, 0.03, 0.1, 0.3), SIDES),
    (exchange, "_SEEN", (0.3, 0.5, 0.7, 0.9), SIDES),
    (directions, "_THIRD", (0.03, 0.1, 0.2, 0.4), SIDES),
    (directions, "_NOBODY", (0.005, 0.02, 0.05, 0.1), SIDES),
    (directions, "_TURNED", (0.5, 1.0, 1.5, 3.0), SIDES),
    (directions, "_APART", (1.0, 3.0, 10.0, 30.0), SIDES),
    (mediation, "_RATHER", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8), ("mediators_acc",)),
    (mediation, "_BORNE_OUT", (0.05, 0.1, 0.15, 0.25, 0.4), ("mediators_acc",)),
    (stance, "_ALSO", (0.1, 0.15, 0.2, 0.3, 1.0), ("stance_target_label",)),
    (stance, "_DOUBTFUL", (0.0, 0.25, 0.5, 0.75, 1.0, 1.5), ("stance_target_label",)),
    (stance, "_RATHER", (0.2, 0.3, 0.4, 0.43, 0.5, 0.6, 0.7), ("stance_target_label",)),
)
ROLES: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


class _Once:
    """The judgement head, which reads the same clause once."""

    def __init__(self, head: JudgementHead) -> None:
        self.log_odds = cache(head.log_odds)


class Bench:
    """The gold stories, read once."""

    def __init__(self, gold: Path, model: Path, actors: Path) -> None:
        """Read every story with the model."""
        self.gold = gold
        self.scorer = scorer(gold.parent.parent)
        taggers = open_taggers(Gazetteer.of(read_entries(actors)), folder=model)
        once: Any = _Once(taggers.stance.head)
        self.taggers = replace(taggers, stance=replace(taggers.stance, head=once))
        rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        self.read: list[tuple[str, ReadStory]] = []
        for row in rows:
            story = clean_record(page_of(row))
            if isinstance(story, Story):
                outlet = Outlet(name=str(row["outlet"]), country=str(row["outlet_country"]))
                read = read_story(self.taggers.encoder, self.taggers.gazetteer, story, outlet)
                self.read.append((str(row["id"]), read))

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
    yield from _each(bench, "exchange._NEEDED", exchange._NEEDED, SIDES)  # noqa: SLF001 - its entries are what is swept
    yield from _each(bench, "claims._NEEDED", claims._NEEDED, CLAIMS)  # noqa: SLF001 - as above


def _each(bench: Bench, name: str, needed: dict[Any, float], shown: Sequence[str]) -> Iterator[str]:
    for key, kept in list(needed.items()):
        for value in sorted({*ROLES, kept}):
            needed[key] = value
            yield line(f"{name}[{key}]", value, bench.figures(), shown, in_force=value == kept)
        needed[key] = kept


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
