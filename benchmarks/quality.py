"""Score the shipped taggers on the stories they never saw, and hold them to their floors.

    ./run bench quality                      # prints every figure; ends with 1 when one lies below its floor
    ./run bench quality --fp32               # beside it the same weights before quantisation (needs torch and onnx)
    ./run bench quality --raise              # pins what stands now, where it is higher
    ./run bench quality --lower METRIC REASON    # pins what stands now although it is lower; the reason is kept

The dev stories are never trained on, but thresholds were chosen on them: unseen stories will score a little lower. An
interval is the middle 95 % of figures over 300 draws of events with replacement (stories of one event are drawn
together), so it says what other events of the same kind would have given.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from models.records import ModelStamp
from nlp.actors import Gazetteer, read_entries
from nlp.taggers import open_taggers
from nlp.weights import SHIPPED
from wirewatch.evaluate import evaluate
from wirewatch.settings import VERSION

HERE: Final = Path(__file__).parent
GOLD: Final = HERE / "gold"
FLOORS: Final = HERE / "floors.json"
DRAWS: Final = 300
SLACK: Final = 0.0005  # figures are printed to three places
ELSEWHERE: Final = 0.02  # where the processor multiplies int8 otherwise than where the floors were pinned
FEWEST: Final = 5  # stories of a group that is worth a line

Row = dict[str, Any]
Figures = dict[str, float]

# what is aimed at, and what a blind second reader under the same guide reaches
AIMS: Final[Mapping[str, tuple[float, float | None]]] = {
    "is_exchange_story": (0.95, 1.0),
    "alert_worthy": (0.94, 0.99),
    "modality_acc_lenient": (0.88, 1.0),
    "sides_count_only": (0.85, 0.97),
    "sides_full": (0.75, 0.93),
    "mediators_acc": (0.88, 0.96),
    "date_acc": (0.75, 0.91),
    "claims_span_type": (0.55, 0.62),
    "claimer_acc_on_matched": (0.75, 0.90),
    "stance_target_label": (0.60, 0.90),
    "event_b3": (0.0, None),
    "syndication_pairs": (0.0, None),
}
GROUPS: Final[Mapping[str, Callable[[Row], str]]] = {
    "language": lambda row: str(row["lang"]),
    "wording": lambda row: str(row["gold"]["wording"]),
    "words": lambda row: _length(len(row["text"].split())),
    "outlet of": lambda row: str(row["outlet_country"]),
}


def main() -> int:
    """Score, print, compare."""
    asked = _arguments()
    rows = [json.loads(line) for line in asked.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    stamp, predicted = _predicted(asked.gold, asked.model)
    figures = _figures(rows, predicted)
    _head(asked.gold, stamp, rows)
    floors = _read_floors()
    _table(figures, _intervals(rows, predicted), floors["floors"])
    for title, group in GROUPS.items():
        _parity(title, group, rows, predicted)
    if asked.fp32:
        _beside_fp32(asked, rows, figures)
    return _settle(asked, figures, floors)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=GOLD / "dev" / "stories.jsonl")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--fp32", action="store_true")
    parser.add_argument("--raise", dest="lift", action="store_true")
    parser.add_argument("--lower", nargs=2, action="append", default=[], metavar=("METRIC", "REASON"))
    return parser.parse_args()


# ---------------------------------------------------------------- scoring


def _predicted(gold: Path, model: Path) -> tuple[ModelStamp, dict[str, Row]]:
    """What the taggers of a model folder say of every story."""
    gazetteer = Gazetteer.of(read_entries(HERE.parent / "watch" / "actors.toml"))
    taggers = open_taggers(gazetteer, folder=model)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "predictions.jsonl"
        evaluate(gold, taggers, scorer=GOLD / "score.py", predictions=out, tick=lambda _: None)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return taggers.encoder.stamp, {line["id"]: line["pred"] for line in lines}


def _figures(rows: Sequence[Row], predicted: Mapping[str, Row]) -> Figures:
    """Each figure of the scorer, as one number; those with nothing to score are left out."""
    scored = SCORER.score(rows, predicted, NAMES)
    found = {name: value["f1"] if isinstance(value, dict) else value for name, value in scored.items() if name in AIMS}
    return {name: float(value) for name, value in found.items() if value is not None}


def _intervals(rows: Sequence[Row], predicted: Mapping[str, Row]) -> dict[str, tuple[float, float]]:
    events: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        events[row["gold"]["event_id"] or row["id"]].append(row)
    drawn: dict[str, list[float]] = defaultdict(list)
    chance = random.Random(1)  # noqa: S311 - draws of a bootstrap
    for _ in range(DRAWS):
        sample = [row for event in chance.choices(list(events), k=len(events)) for row in events[event]]
        for name, value in _figures(sample, predicted).items():
            drawn[name].append(value)
    return {name: (_quantile(values, 0.025), _quantile(values, 0.975)) for name, values in drawn.items()}


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# ---------------------------------------------------------------- printing


def _head(gold: Path, stamp: ModelStamp, rows: Sequence[Row]) -> None:
    digest = hashlib.sha256(gold.read_bytes()).hexdigest()[:12]
    print(f"wirewatch {VERSION}, {stamp.name} {stamp.version} ({stamp.weights_sha256[:12]})")
    print(f"onnxruntime {version('onnxruntime')}, python {platform.python_version()}")
    print(f"{gold.parent.name}: {len(rows)} stories, sha256 {digest}\n")


def _table(figures: Figures, intervals: Mapping[str, tuple[float, float]], floors: Figures) -> None:
    print(f"{'figure':24}{'now':>7}{'95 % interval':>16}{'floor':>8}{'aim':>8}{'reader':>8}")
    for name, (wanted, reader) in AIMS.items():
        low, high = intervals[name]
        shown = f"{low:.3f}-{high:.3f}"
        goal = f"{wanted:.2f}" if wanted else "-"
        print(
            f"{name:24}{figures[name]:7.3f}{shown:>16}{floors.get(name, 0.0):8.3f}{goal:>8}"
            f"{'-' if reader is None else f'{reader:.2f}':>8}"
        )


def _parity(title: str, group: Callable[[Row], str], rows: Sequence[Row], predicted: Mapping[str, Row]) -> None:
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        members[group(row)].append(row)
    shown = ("is_exchange_story", "alert_worthy", "modality_acc_lenient", "sides_full", "stance_target_label")
    print(f"\n{title:16}{'n':>4}" + "".join(f"{name[:14]:>16}" for name in shown))
    for name, some in sorted(members.items(), key=lambda pair: -len(pair[1])):
        if len(some) >= FEWEST:
            figures = _figures(some, predicted)
            print(f"{name:16}{len(some):4}" + "".join(f"{_shown(figures.get(key)):>16}" for key in shown))


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _length(words: int) -> str:
    return "under 60" if words < 60 else "60 to 149" if words < 150 else "150 and more"


def _beside_fp32(asked: argparse.Namespace, rows: Sequence[Row], figures: Figures) -> None:
    """The same weights, multiplied as floats."""
    sys.path.insert(0, str(HERE / "train"))
    from export import write_unquantised  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        write_unquantised(asked.model, Path(folder))
        _, predicted = _predicted(asked.gold, Path(folder))
    full = _figures(rows, predicted)
    print(f"\n{'figure':24}{'int8':>7}{'fp32':>8}")
    for name in AIMS:
        print(f"{name:24}{figures[name]:7.3f}{full[name]:8.3f}")


# ---------------------------------------------------------------- floors


def _read_floors() -> dict[str, Any]:
    if not FLOORS.exists():
        return {"floors": {}, "lowered": [], "processor": _processor()}
    found: dict[str, Any] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return found


def _settle(asked: argparse.Namespace, figures: Figures, floors: dict[str, Any]) -> int:
    """Move the floors as asked, then tell what lies below them; gives the exit status."""
    pinned: Figures = floors["floors"]
    for name, reason in asked.lower:
        floors["lowered"].append(
            {"figure": name, "from": pinned.get(name), "to": round(figures[name], 3), "why": reason}
        )
        pinned[name] = round(figures[name], 3)
    if asked.lift:
        pinned |= {name: round(max(pinned.get(name, 0.0), value), 3) for name, value in figures.items()}
    if asked.lower or asked.lift:
        floors["processor"] = _processor()
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    slack = SLACK if floors["processor"] == _processor() else ELSEWHERE
    if slack == ELSEWHERE:
        print(
            f"\npinned on {floors['processor']}, this is {_processor()}: a figure may lie {ELSEWHERE} below its floor"
        )
    below = [name for name, floor in pinned.items() if figures.get(name, 0.0) < floor - slack]
    for name in below:
        print(f"below its floor: {name} {figures.get(name, 0.0):.3f} < {pinned[name]:.3f}", file=sys.stderr)
    if not below:
        print(f"\nno figure lies below its floor ({FLOORS.name})")
    return 1 if below else 0


def _processor() -> str:
    """What of this processor decides how int8 products are rounded."""
    known = Path("/proc/cpuinfo")
    flags = known.read_text(encoding="utf-8").split() if known.exists() else []
    return next((word for word in ("avx512_vnni", "avx_vnni", "avx512bw", "avx2") if word in flags), platform.machine())


def _scorer() -> Any:
    spec = spec_from_file_location("gold_score", GOLD / "score.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{GOLD}: no score.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCORER: Final = _scorer()
NAMES: Final = SCORER.Names()

if __name__ == "__main__":
    sys.exit(main())
