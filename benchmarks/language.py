"""Measure `cleaning.language` on labelled stories: F1 per language, for whole texts and for titles alone.

Run: python benchmarks/language.py --gold benchmarks/gold
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from cleaning.language import detect


def stories(gold: Path) -> list[dict[str, str]]:
    """Every labelled story of the sets under the folder."""
    lines = [line for path in sorted(gold.glob("*/stories.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def print_f1(name: str, pairs: list[tuple[str, str]]) -> None:
    """Print F1 per language and what was mistaken for what; pairs are (true, found)."""
    right = Counter(true for true, found in pairs if true == found)
    trues, founds = Counter(true for true, _ in pairs), Counter(found for _, found in pairs)
    print(f"{name}: {len(pairs)} texts, accuracy {sum(right.values()) / len(pairs):.4f}")
    for code in sorted(trues):
        print(f"  {code}  n={trues[code]:4d}  F1={2 * right[code] / (trues[code] + founds[code]):.4f}")
    print("  mistaken:", dict(Counter(f"{true}>{found}" for true, found in pairs if true != found).most_common(12)))


def main() -> None:
    """Read the arguments and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="folder of the labelled sets")
    rows = stories(parser.parse_args().gold)
    print_f1("texts", [(row["lang"], detect(row["text"])[0]) for row in rows])
    print_f1("titles", [(row["lang"], detect(row["title"])[0]) for row in rows if row["title"]])


if __name__ == "__main__":
    main()
