"""How well reports are linked into exchanges: B³ and pairwise F1 on the gold stories, from their gold fields.

    python benchmarks/link.py [--gold benchmarks/gold] [--set dev] [--errors]
    python benchmarks/link.py --fit        prints weights fitted on train1 and train2 (needs scikit-learn)

"Crowded" is the same stories with every pair of parties swapping every 3 to 21 days, the hardest calendar there is.
The reports are built straight from the annotations, so the figures say what linking loses when tagging is perfect.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from models.records import (
    Actor,
    CaptiveStatus,
    ExchangeReport,
    Flow,
    LinkedReport,
    ReportPhase,
)
from nlp.actors import read_entries
from nlp.link import link
from nlp.link_profile import profiles_of
from nlp.link_score import WEIGHTS, features, may_meet
from nlp.parties import slug

_CROWDS = 6  # draws of the crowded calendar
_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Read the arguments, print the figures or the fitted weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=_ROOT / "benchmarks" / "gold")
    parser.add_argument("--set", nargs="+", default=["train1", "train2", "dev"])
    parser.add_argument("--errors", action="store_true", help="list the events that were split or mixed")
    parser.add_argument("--fit", action="store_true", help="fit the weights on train1 and train2 and print them")
    arguments = parser.parse_args()
    if arguments.fit:
        _fit([read(arguments.gold, name) for name in ("train1", "train2")])
        return
    for name in arguments.set:
        stories = read(arguments.gold, name)
        _print_figures(name, stories, with_errors=arguments.errors)
        for seed in range(100, 103):
            _print_figures(f"{name}, crowded {seed}", _crowded(stories, seed), with_errors=False)


def read(gold: Path, name: str) -> list[tuple[str, LinkedReport]]:
    """(event, report) of the exchange stories of one set, in file order."""
    entries = read_entries(_ROOT / "watch" / "actors.toml")
    codes = {form: entry.code for entry in entries for form in (*entry.aliases, entry.name)}
    lines = (gold / name / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    stories = [json.loads(line) for line in lines]
    return [
        (story["gold"]["event_id"], _report(story, codes)) for story in stories if story["gold"]["is_exchange_story"]
    ]


def _report(story: dict[str, Any], codes: dict[str, str]) -> LinkedReport:
    told = story["gold"]
    published = datetime.fromisoformat(story["published"])
    return LinkedReport(
        story_key=story["id"],
        report=ExchangeReport(
            is_exchange=True,
            is_exchange_score=1.0,
            alert_worthy=told["alert_worthy"],
            alert_score=1.0,
            phase=ReportPhase(told["modality"]),
            phase_score=1.0,
            flows=tuple(_flow(side, codes) for side in told["sides"]),
            exchange_on=date.fromisoformat(told["date_of_exchange"]) if told["date_of_exchange"] else None,
            place=told["place"],
        ),
        published_at=published,
        first_seen_at=published,
        outlet=story["outlet"],
        outlet_side=None,
        origin_key=told["syndication_cluster"] or story["id"],
        language=story["lang"],
        title=story["title"],
        text=story["text"],
    )


def _flow(side: dict[str, Any], codes: dict[str, str]) -> Flow:
    return Flow(
        releasing=_actor(side["releasing_party"], codes),
        receiving=_actor(side["receiving_party"], codes),
        count=side.get("count"),
        status=CaptiveStatus(side["status"]) if side.get("status") else CaptiveStatus.UNKNOWN,
    )


def _actor(name: str | None, codes: dict[str, str]) -> Actor | None:
    if not name:
        return None
    first = name.split(";")[0].strip()
    return Actor(code=codes.get(first, f"x-{slug(first)}"), name=first)


def _print_figures(name: str, stories: list[tuple[str, LinkedReport]], *, with_errors: bool) -> None:
    labels = labelled(stories)
    exchanges = {key for _, key in labels}
    precision, recall, f1 = b_cubed(labels)
    pair_precision, pair_recall, pair_f1 = _pairwise(labels)
    print(
        f"{name}: {len(stories)} reports, {len({gold for gold, _ in labels})} events, {len(exchanges)} found;"
        f" B3 P {precision:.3f} R {recall:.3f} F1 {f1:.3f};"
        f" pairs P {pair_precision:.3f} R {pair_recall:.3f} F1 {pair_f1:.3f}"
    )
    if with_errors:
        _print_errors(stories, labels)


def labelled(stories: list[tuple[str, LinkedReport]]) -> list[tuple[str, str]]:
    """(gold event, linked exchange) by story; a report in no exchange stands alone."""
    exchanges = link([report for _, report in stories])
    home = {member: exchange.key for exchange in exchanges for member in exchange.members}
    return [(event, home.get(report.story_key, report.story_key)) for event, report in stories]


def b_cubed(labels: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 per story, 0 to 1."""
    gold, found = Counter(event for event, _ in labels), Counter(key for _, key in labels)
    both = Counter(labels)
    precision = sum(both[label] / found[label[1]] for label in labels) / len(labels)
    recall = sum(both[label] / gold[label[0]] for label in labels) / len(labels)
    return precision, recall, _harmonic(precision, recall)


def _pairwise(labels: list[tuple[str, str]]) -> tuple[float, float, float]:
    pairs = Counter((one[0] == other[0], one[1] == other[1]) for one, other in combinations(labels, 2))
    right = pairs[True, True]
    precision = right / max(1, right + pairs[False, True])
    recall = right / max(1, right + pairs[True, False])
    return precision, recall, _harmonic(precision, recall)


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _print_errors(stories: list[tuple[str, LinkedReport]], labels: list[tuple[str, str]]) -> None:
    rows: dict[str, list[str]] = defaultdict(list)
    mixed = {key for key, count in Counter(found for _, found in set(labels)).items() if count > 1}
    split = {event for event, count in Counter(gold for gold, _ in set(labels)).items() if count > 1}
    for (event, key), (_, report) in sorted(zip(labels, stories, strict=True), key=lambda row: row[0]):
        if event in split or key in mixed:
            flows = [(flow.releasing and flow.releasing.code, flow.count) for flow in report.report.flows]
            when = report.published_at.date() if report.published_at else None
            rows[event].append(
                f"  {key[:6]} {report.story_key} {when} {report.report.phase} {report.report.exchange_on} {flows}"
            )
    for event, lines in rows.items():
        print(event, *lines, sep="\n")


def _pairs(sets: Iterable[list[tuple[str, LinkedReport]]]) -> Iterator[tuple[tuple[float, ...], bool]]:
    for stories in sets:
        events = {report.story_key: event for event, report in stories}
        profiles = [
            profile
            for profile in profiles_of(report for _, report in stories)
            if profile.phase is not ReportPhase.HISTORICAL
        ]
        for one, other in combinations(profiles, 2):
            if may_meet(one, other) and one.parties and other.parties:
                yield features(one, other), events[one.keys[0]] == events[other.keys[0]]


def _crowded(stories: list[tuple[str, LinkedReport]], seed: int) -> list[tuple[str, LinkedReport]]:
    """The same stories as if each pair of parties had swapped every 3 to 21 days: whole events moved in time.

    Only parties with three events or more; the texts stay as they are.
    """
    events: dict[str, list[LinkedReport]] = defaultdict(list)
    for event, report in stories:
        if report.report.phase is not ReportPhase.HISTORICAL:
            events[event].append(report)
    pairs: dict[frozenset[str], list[str]] = defaultdict(list)
    for event, reports in sorted(events.items()):
        pairs[_parties(reports)].append(event)
    rng = Random(seed)  # noqa: S311  a calendar is no secret
    moved: list[tuple[str, LinkedReport]] = []
    for known in pairs.values():
        start = date(2030, 1, 1)
        for event in rng.sample(known, len(known)) if len(known) >= 3 else ():
            start += timedelta(days=rng.randint(3, 21))
            moved.extend((event, report) for report in _moved(events[event], start))
    return moved


def _parties(reports: list[LinkedReport]) -> frozenset[str]:
    flows = [flow for report in reports for flow in report.report.flows]
    return frozenset(actor.code for flow in flows for actor in (flow.releasing, flow.receiving) if actor)


def _moved(reports: list[LinkedReport], start: date) -> list[LinkedReport]:
    """The reports of an event, shifted so that its last handover, or else its last report, falls on a day."""
    days = [report.report.exchange_on for report in reports if report.report.exchange_on]
    shift = start - max(days or [report.first_seen_at.date() for report in reports])
    return [
        replace(
            report,
            published_at=report.first_seen_at + shift,
            first_seen_at=report.first_seen_at + shift,
            report=replace(report.report, exchange_on=report.report.exchange_on and report.report.exchange_on + shift),
        )
        for report in reports
    ]


def _fit(sets: list[list[tuple[str, LinkedReport]]]) -> None:
    from sklearn.linear_model import LogisticRegression

    crowds = [_crowded(stories, seed) for stories in sets for seed in range(_CROWDS)]
    rows = list(_pairs([*sets, *crowds]))
    model = LogisticRegression(C=1.0, max_iter=5000, fit_intercept=False)
    model.fit([list(row) for row, _ in rows], [same for _, same in rows])
    print(f"# {len(rows)} pairs, {sum(same for _, same in rows)} of one event")
    for name, weight in zip(WEIGHTS, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
