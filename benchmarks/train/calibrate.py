"""Make the scores of the two decisions chances, and show how far they can be trusted.

    .venv/bin/python benchmarks/train/calibrate.py [--model nlp/weights] [--gold benchmarks/gold/dev/stories.jsonl]

Fits slope and shift of each head's log odds on the dev stories (which are for choosing) and writes them into the
manifest of the model folder. Prints the expected calibration error before and after, each story judged by numbers that
were fitted without its event (five folds); what share of the stories can be decided at which accuracy; and what a
border costs when a missed alert is as bad as ten false ones.
"""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.records import Outlet
from nlp.actors import Gazetteer, read_entries
from nlp.encoder import Encoder
from nlp.masthead import laid_out, masthead
from nlp.weights import SHIPPED

HEADS = {"is_exchange": "is_exchange_story", "alert_worthy": "alert_worthy"}
FOLDS = 5
BINS = 10
MISSED_COSTS = 10  # false alerts that one missed alert is as bad as
RIDGE = 0.5  # keeps the slope near 1 where few stories lie near the border

Floats = NDArray[np.float64]


def main() -> None:
    """Read, fit, print, write."""
    asked = _arguments()
    rows = [json.loads(line) for line in asked.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    odds = _odds(rows, asked)
    folds = np.array([zlib.crc32((row["gold"]["event_id"] or row["id"]).encode()) % FOLDS for row in rows])
    heads = {}
    for name, field in HEADS.items():
        true = np.array([bool(row["gold"][field]) for row in rows])
        held_out = _held_out(odds[name], true, folds)
        slope, shift = _fit(odds[name], true)
        heads[name] = {"slope": round(slope, 4), "shift": round(shift, 4)}
        print(f"{name}: slope {slope:.3f}, shift {shift:+.3f}, {len(true)} stories, {int(true.sum())} yes")
        print(f"  expected calibration error {_error(_chance(odds[name]), true):.3f} as trained, ", end="")
        print(f"{_error(held_out, true):.3f} calibrated (by other events)")
        _coverage(held_out, true)
    _borders(held_out, true)
    manifest_file = asked.model / "manifest.json"
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    manifest["calibration"] = {"command": "benchmarks/train/calibrate.py", "on": "gold/dev", "heads": heads}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    manifest_file.write_text(text + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=Path("benchmarks/gold/dev/stories.jsonl"))
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--actors", type=Path, default=Path("watch/actors.toml"))
    return parser.parse_args()


def _odds(rows: list[dict[str, Any]], asked: argparse.Namespace) -> dict[str, Floats]:
    """Log odds of each head for each story, as they were trained."""
    gazetteer, encoder = Gazetteer.of(read_entries(asked.actors)), Encoder.open(asked.model, calibrated=False)
    found: dict[str, list[float]] = {name: [] for name in HEADS}
    for row in rows:
        head = masthead(Outlet(name=row["outlet"], country=row["outlet_country"]), gazetteer)
        scores = encoder.read(laid_out(head, row["title"], row["text"])[0]).yes_no
        for name in HEADS:
            score = min(max(scores[name], 1e-7), 1 - 1e-7)
            found[name].append(float(np.log(score / (1 - score))))
    return {name: np.array(values) for name, values in found.items()}


def _fit(odds: Floats, true: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift by Newton's steps on the likelihood, with a ridge toward (1, 0)."""
    at, design = np.array([1.0, 0.0]), np.stack([odds, np.ones_like(odds)], axis=1)
    for _ in range(50):
        chance = _chance(design @ at)
        gradient = design.T @ (chance - true) + RIDGE * (at - [1.0, 0.0])
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + RIDGE * np.eye(2)
        at = at - np.linalg.solve(curve, gradient)
    return float(at[0]), float(at[1])


def _held_out(odds: Floats, true: NDArray[np.bool_], folds: NDArray[np.int64]) -> Floats:
    chances = np.zeros_like(odds)
    for fold in range(FOLDS):
        slope, shift = _fit(odds[folds != fold], true[folds != fold])
        chances[folds == fold] = _chance(slope * odds[folds == fold] + shift)
    return chances


def _chance(odds: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-odds))
    return chances


def _error(chances: Floats, true: NDArray[np.bool_]) -> float:
    """Expected calibration error over bins of as many stories each."""
    parts = np.array_split(np.argsort(chances), BINS)
    return float(sum(len(part) * abs(chances[part].mean() - true[part].mean()) for part in parts) / len(true))


def _coverage(chances: Floats, true: NDArray[np.bool_]) -> None:
    """How right the decisions are when only the surest are taken, and the rest is left to people."""
    sure = np.argsort(-np.abs(chances - 0.5))
    right = (chances > 0.5) == true
    shown = [
        f"{share:.0%} at {right[sure[: int(share * len(true))]].mean():.3f}" for share in (1.0, 0.9, 0.8, 0.7, 0.5)
    ]
    print(f"  decided, and right: {', '.join(shown)}")


def _borders(chances: Floats, true: NDArray[np.bool_]) -> None:
    for border in (1 / (1 + MISSED_COSTS), 0.2, 0.3, 0.4, 0.5, 0.6):
        missed, false = int((true & (chances <= border)).sum()), int((~true & (chances > border)).sum())
        cost = MISSED_COSTS * missed + false
        found = int(true.sum()) - missed
        f1 = 2 * found / (2 * found + missed + false)
        print(f"  alert above {border:.2f}: {missed} missed, {false} false, cost {cost}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
