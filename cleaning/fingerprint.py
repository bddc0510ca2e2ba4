"""What a text is compared by: its words, its shingles (runs of words) and their MinHash signature.

The signature is 64 numbers of 32 bits, the same in every process and on every machine: the hash (BLAKE2b), the
permutations and the seed are fixed here, so that stored signatures stay comparable. To change any of them, change
`SCHEME` and sign every stored text again.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from hashlib import blake2b

import numpy as np
from datasketch import MinHash

SCHEME = "minhash64-w3-v1"
SIZE = 64  # numbers in a signature
SHINGLE = 3  # words
_SEED = 20_231  # fixed for good, see above
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…։])[\"”»)\]]*\s+|\n+")


def words(text: str) -> list[str]:
    """The words of a text in one spelling: compatibility forms and case folded, punctuation left out."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of three words; a shorter text is one shingle, a text without words has none."""
    found = words(text)
    if not found:
        return frozenset()
    return frozenset(tuple(found[at : at + SHINGLE]) for at in range(max(len(found) - SHINGLE + 1, 1)))


def sentences(text: str) -> tuple[tuple[str, ...], ...]:
    """The sentences of a text, each as its words; cut at full stops and line breaks, good enough to compare copies."""
    return tuple(found for part in _SENTENCE_END.split(text) if (found := tuple(words(part))))


def signature(text: str) -> tuple[int, ...]:
    """The MinHash signature of a text; empty for a text without words."""
    keys = [" ".join(shingle).encode() for shingle in shingles(text)]
    if not keys:
        return ()
    sketch = _empty().copy()
    sketch.update_batch(keys)
    return tuple(int(value) for value in np.asarray(sketch.hashvalues))


@cache
def _empty() -> MinHash:
    """The sketch of nothing: making the permutations once is most of the work."""
    return MinHash(num_perm=SIZE, seed=_SEED, hashfunc=_hash, scheme="affine32")


def _hash(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=4).digest(), "little")
