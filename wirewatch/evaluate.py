"""EVAL: the same clean → tag → link over labelled stories, without a warehouse, judged by the gold scorer."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cleaning.copies import SignedText, cluster
from cleaning.offsets import to_input
from cleaning.record import RECORD_TYPE, clean_record
from models.errors import ConfigError
from models.records import Findings, LinkedReport, Outlet, Page, Story
from nlp.link import link
from nlp.predictions import prediction
from nlp.tag import tag
from nlp.taggers import Taggers
from wirewatch.steps import Tick

_LONG_AGO: Final = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """One gold story on its way through the steps; no story when cleaning discarded it."""

    id: str
    outlet: str
    story: Story | None
    findings: Findings | None


def evaluate(gold: Path, taggers: Taggers, *, scorer: Path, predictions: Path | None, tick: Tick) -> dict[str, Any]:
    """Predict every story of a gold file and score the predictions.

    Args:
        gold: JSONL of stories with their `gold` fields; only the story's own fields are read for predicting.
        taggers: the taggers under test.
        scorer: the scorer, a Python file with `main(gold, predictions)`.
        predictions: where to leave the prediction rows; None leaves them beside nothing.
        tick: called after every story.

    Returns:
        The scorer's figures, under its own keys.

    Raises:
        ConfigError: the file holds no stories, or the scorer is not there.
    """
    rows = _rows(gold)
    judged = [_judge(row, taggers, tick) for row in rows]
    events, copies = _events(judged), _clusters(judged)
    lines = [_line(one, events, copies) for one in judged]
    out = predictions or gold.with_suffix(".predictions.jsonl.tmp")
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    try:
        figures: dict[str, Any] = _scorer(scorer).main(gold, out)
    finally:
        if predictions is None:
            out.unlink()
    return figures


def _rows(gold: Path) -> list[Mapping[str, Any]]:
    try:
        rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise ConfigError(str(gold), f"cannot be read: {error}", hint="one JSON object per line") from error
    if not rows or any("id" not in row or "text" not in row for row in rows):
        raise ConfigError(str(gold), "holds no stories with id and text", hint="see benchmarks/gold/README.md")
    return rows


def _judge(row: Mapping[str, Any], taggers: Taggers, tick: Tick) -> _Judged:
    given = {name: row.get(name) for name in ("url", "title", "text", "published")}
    page = Page(
        url=str(row.get("url") or row["id"]),
        final_url=str(row.get("url") or row["id"]),
        source_id=str(row.get("outlet") or "gold"),
        fetched_at=_LONG_AGO,
        status=200,
        content_type=RECORD_TYPE,
        body=json.dumps(given, ensure_ascii=False).encode(),
    )
    cleaned = clean_record(page)
    story = cleaned if isinstance(cleaned, Story) else None
    outlet = Outlet(name=page.source_id, country=str(row.get("outlet_country") or "ZZ"))
    findings = tag([story], taggers, outlets=[outlet])[0] if story else None
    tick(1)
    return _Judged(id=str(row["id"]), outlet=page.source_id, story=story, findings=findings)


def _clusters(judged: Sequence[_Judged]) -> dict[str, str]:
    """Story id → cluster, for the stories that have copies."""
    signed = [
        SignedText(
            key=one.id,
            text_sha256=one.story.text_sha256,
            signature=one.story.signature,
            text=one.story.text,
            published_at=one.story.published.at if one.story.published else None,
            origin=one.story.origin,
            carrier=one.story.carrier,
            outlet=one.outlet,
            first_seen_at=_LONG_AGO,
        )
        for one in judged
        if one.story
    ]
    return {member.key: group.key for group in cluster(signed) for member in group.members}


def _events(judged: Sequence[_Judged]) -> dict[str, str]:
    """Story id → exchange."""
    copies = _clusters(judged)
    reports = [
        LinkedReport(
            story_key=one.id,
            report=one.findings.report,
            published_at=one.story.published.at if one.story.published else None,
            first_seen_at=one.story.published.at if one.story.published else _LONG_AGO,
            outlet=one.outlet,
            outlet_side=None,
            origin_key=copies[one.id],
            language=one.story.language,
            title=one.story.title,
            text=one.story.text,
            claims=one.findings.claims,
        )
        for one in judged
        if one.story and one.findings and one.findings.report.is_exchange
    ]
    return {key: exchange.key for exchange in link(reports) for key in exchange.members}


def _line(one: _Judged, events: Mapping[str, str], copies: Mapping[str, str]) -> dict[str, Any]:
    story = one.story
    if story is None or one.findings is None:
        return {"id": one.id, "pred": {}}
    fields = prediction(one.findings, lambda start, end: to_input(story, start, end))
    fields["event_id"] = events.get(one.id)
    fields["syndication_cluster"] = copies.get(one.id)
    return {"id": one.id, "pred": fields}


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("gold_score", path)
    if spec is None or spec.loader is None or not path.exists():
        raise ConfigError(str(path), "is no scorer", hint="benchmarks/gold/score.py comes with the project")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
