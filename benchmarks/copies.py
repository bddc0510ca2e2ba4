"""Measure `cleaning.copies` on labelled copies: precision and recall over pairs of stories, per set.

Run: python benchmarks/copies.py --gold benchmarks/gold [--set dev] [--show]

The thresholds of `cleaning.copies` were set by hand before the first measurement and have not been moved since; none of
the three sets is a blind one. Stories without a labelled cluster must stay alone.
"""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from cleaning.copies import SignedText, are_copies, cluster, contained, shared_sentences
from cleaning.wire import clean_text
from models.records import Discard, Story


def signed(row: dict[str, Any]) -> SignedText | None:
    """A labelled story, cleaned and signed."""
    told: Story | Discard = clean_text(row["text"], url=row["url"], source_id="gold", title=row["title"])
    if isinstance(told, Discard):
        return None
    at = datetime.fromisoformat(row["published"])
    return SignedText(
        key=row["id"],
        text_sha256=told.text_sha256,
        signature=told.signature,
        text=told.text,
        published_at=at,
        origin=told.origin,
        carrier=told.carrier,
        outlet=row["outlet"],
        first_seen_at=at,
    )


def measure(rows: list[dict[str, Any]]) -> tuple[set[frozenset[str]], set[frozenset[str]], int]:
    """True pairs, found pairs, and how many labelled clusters have the true text as their origin."""
    texts = [text for row in rows if (text := signed(row))]
    found = cluster(texts)
    truth: dict[str, list[str]] = {}
    for row in rows:
        if row["gold"]["syndication_cluster"]:
            truth.setdefault(row["gold"]["syndication_cluster"], []).append(row["id"])
    copies = {row["id"] for row in rows if row["gold"].get("copy_of")}
    right = sum(made.members[0].key not in copies for made in found if len(made.members) > 1)
    return pairs(truth.values()), pairs([[member.key for member in made.members] for made in found]), right


def pairs(groups: Any) -> set[frozenset[str]]:
    """All pairs within groups."""
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def main() -> None:
    """Read the arguments and print one line per set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--set", default="", help="one set only")
    parser.add_argument("--show", action="store_true", help="print every mistaken pair with its figures")
    chosen = parser.parse_args()
    for path in sorted(chosen.gold.glob("*/stories.jsonl")):
        if chosen.set and path.parent.name != chosen.set:
            continue
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        true, found, right = measure(rows)
        hits = len(true & found)
        precision, recall = hits / len(found) if found else 1.0, hits / len(true) if true else 1.0
        print(f"{path.parent.name}: {len(rows)} stories, pairs true {len(true)}, found {len(found)}")
        print(f"  P {precision:.4f} R {recall:.4f}, clusters whose origin is no copy {right}")
        if chosen.show:
            show(rows, true ^ found, true)


def show(rows: list[dict[str, Any]], mistaken: set[frozenset[str]], true: set[frozenset[str]]) -> None:
    """Print mistaken pairs with the figures they were judged by."""
    texts = {row["id"]: text for row in rows if (text := signed(row))}
    for one, other in sorted(map(sorted, mistaken)):
        first, second = texts[one], texts[other]
        short, long = sorted((first.text, second.text), key=len)
        kind = "missed" if frozenset((one, other)) in true else "wrong"
        shared = f"contained {contained(short, long):.2f} sentences {shared_sentences(short, long):.2f}"
        figures = f"{shared} sizes {len(short) / len(long):.2f}"
        print(f"  {kind} {one} {other} {figures} judged {are_copies(first, second)}")


if __name__ == "__main__":
    main()
