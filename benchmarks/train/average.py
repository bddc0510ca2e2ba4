"""The mean of two checkpoints of one training, exported.

    .venv/bin/python benchmarks/train/average.py --encoder FOLDER --first A.pt --second B.pt --share 0.55 --out FOLDER

What a later run learned about flashes and buried news costs it some doubt about confusers; the mean keeps both better
than either (measured with `wirewatch eval exchange` on the dev stories).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from export import write
from train import Model
from transformers import AutoTokenizer


def main() -> None:
    """Average, export."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("--encoder", "--first", "--second", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.55, help="of the second checkpoint, 0 to 1")
    parser.add_argument("--version", default="1")
    asked = parser.parse_args()
    first, second = (torch.load(path, weights_only=True) for path in (asked.first, asked.second))
    model = Model(asked.encoder)
    model.load_state_dict({name: torch.lerp(first[name].float(), second[name].float(), asked.share) for name in first})
    settings: dict[str, str | bool] = {
        "average": f"{1 - asked.share:.2f} of the first, {asked.share:.2f} of the second"
    }
    tokenizer = AutoTokenizer.from_pretrained(asked.encoder)
    write(model.reader, model.relations, tokenizer, asked.out, version=asked.version, settings=settings)


if __name__ == "__main__":
    main()
