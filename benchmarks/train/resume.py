"""The int8 graphs of a model folder back into the networks they were exported from, to train on from there.

A weight that was quantised comes back as the value that the graph computes with, so training goes on from exactly what
was shipped. Names of weights that the exporter lost are found by the node that uses them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from network import WITHOUT_ATTENTION_DROPOUT, Reader, Relations
from onnx import numpy_helper
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

_PRODUCTS: Final = ("MatMulInteger", "MatMul")
_STAND_INS: Final = "onnx::Concat"
_SIZES: Final = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 1536}


def restored(folder: Path) -> tuple[Reader, Relations]:
    """Both networks with the weights of a model folder.

    Raises:
        RuntimeError: a weight of a network is not in the graphs.
    """
    reader = _weights(folder / "reader.onnx", prefix="reader.")
    words = reader["encoder.embeddings.word_embeddings.weight"]
    config = BertConfig(vocab_size=words.shape[0], **_SIZES, **WITHOUT_ATTENTION_DROPOUT)
    network = Reader(BertModel(config, add_pooling_layer=False))
    _load(network, reader)
    relations = Relations(config.hidden_size)
    _load(relations, _weights(folder / "relations.onnx", prefix=""))
    return network, relations


def tokenizer_of(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a model folder, with the names of its special tokens."""
    return PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=512,
    )


def _load(network: torch.nn.Module, weights: dict[str, Tensor]) -> None:
    missing, _ = network.load_state_dict(weights, strict=False)
    lost = [name for name in missing if not name.endswith("position_ids")]
    if lost:
        raise RuntimeError(f"not in the graph: {', '.join(lost)}")


def _weights(path: Path, *, prefix: str) -> dict[str, Tensor]:
    graph = onnx.load(str(path)).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {name.removeprefix(prefix): array for name, array in stored.items() if not name.startswith("onnx::")}
    whole = {name for name in found if name.endswith("_quantized")}
    for name in whole:
        plain = name.removesuffix("_quantized")
        found[plain] = _dequantised(found, plain)
    for name in [name for name in found if name.endswith(".weight_Transposed")]:
        found[name.removesuffix("_Transposed")] = found[name].T
    for node in graph.node:
        if node.op_type in _PRODUCTS and node.input[1].startswith("onnx::"):
            found[_module(node.name, prefix) + ".weight"] = _product(stored, node.input[1]).T
    for name, array in stored.items():
        if name.startswith(_STAND_INS):
            found["stand_ins"] = array
    whole_numbers = [name for name, array in found.items() if array.dtype != np.float32]
    return {name: torch.tensor(np.array(array)) for name, array in found.items() if name not in whole_numbers}


def _product(stored: dict[str, Any], name: str) -> Any:
    return _dequantised(stored, name.removesuffix("_quantized")) if name.endswith("_quantized") else stored[name]


def _dequantised(arrays: dict[str, Any], plain: str) -> Any:
    whole, scale, zero = (arrays[f"{plain}_{part}"] for part in ("quantized", "scale", "zero_point"))
    return ((whole.astype(np.float32) - zero.astype(np.float32)) * scale).astype(np.float32)


def _module(node: str, prefix: str) -> str:
    """`/reader/encoder/encoder/layer.0/…/query/MatMul_quant` → `encoder.encoder.layer.0.….query`."""
    parts = node.strip("/").split("/")[:-1]
    if len(parts) > 1 and parts[-1].startswith(f"{parts[-2]}."):  # `/score/score.0/MatMul`
        parts = parts[-1:]
    return ".".join(parts).removeprefix(prefix)
