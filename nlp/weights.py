"""The model folder: which files it holds, pinned by digest; anything else is refused before it is opened.

Only ONNX graphs, safetensors and plain JSON are read. Pickles can run code when they are loaded; they are refused by
name and by their first bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import TaggerError
from models.records import ModelStamp

SHIPPED: Final = Path(__file__).parent / "weights"
_READABLE: Final = frozenset({".onnx", ".safetensors", ".json"})
_PICKLE_MAGICS: Final = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
_MEND: Final = "restore it: `git checkout -- nlp/weights`, or name another folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A checked model folder."""

    folder: Path
    stamp: ModelStamp


def check(folder: Path = SHIPPED) -> Weights:
    """Check every file of a model folder against its manifest.

    Raises:
        TaggerError: the manifest or a file is missing, is not the pinned one, or is of a kind that may hold code.
    """
    manifest = _manifest(folder)
    for name, pinned in manifest["files"].items():
        _check_file(folder / name, pinned["sha256"])
    return Weights(folder=folder, stamp=_stamp(manifest))


def require_pinned(folder: Path, *names: str) -> None:
    """Refuse a folder whose manifest does not pin what is about to be opened: `check` looks at pinned files only.

    Raises:
        TaggerError: the manifest cannot be read, or a file is not in it.
    """
    listed = _manifest(folder)["files"]
    if loose := [name for name in names if name not in listed]:
        raise TaggerError(str(folder / "manifest.json"), f"does not pin {', '.join(loose)}", hint=_MEND)


def calibration(folder: Path) -> dict[str, tuple[float, float]]:
    """Slope and shift that make a head's log odds those of a chance, by head; empty when none are known.

    Raises:
        TaggerError: the manifest cannot be read.
    """
    found = _manifest(folder).get("calibration", {}).get("heads", {})
    return {name: (float(one["slope"]), float(one["shift"])) for name, one in found.items()}


def pinned(folder: Path = SHIPPED) -> ModelStamp:
    """What the manifest of a model folder says it is; its files are not looked at.

    Raises:
        TaggerError: the manifest cannot be read.
    """
    return _stamp(_manifest(folder))


def _stamp(manifest: Mapping[str, Any]) -> ModelStamp:
    digest = hashlib.sha256(json.dumps(manifest["files"], sort_keys=True).encode()).hexdigest()
    return ModelStamp(name=manifest["name"], version=manifest["version"], weights_sha256=digest)


def refuse_code(path: Path) -> None:
    """Refuse a file that may run code when it is loaded.

    Raises:
        TaggerError: by its name or its first bytes it is no ONNX, safetensors or JSON file.
    """
    if path.suffix not in _READABLE:
        raise TaggerError(str(path), "is neither ONNX, safetensors nor JSON", hint="convert it to safetensors")
    with path.open("rb") as file:
        start = file.read(4)
    if any(start.startswith(magic) for magic in _PICKLE_MAGICS):
        raise TaggerError(str(path), "holds a pickle or an archive under another name", hint=_MEND)


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TaggerError(str(path), f"cannot be read: {error}", hint=_MEND) from error
    missing = {"name", "version", "files"} - set(manifest)
    if missing:
        raise TaggerError(str(path), f"lacks {', '.join(sorted(missing))}", hint=_MEND)
    return manifest


def _check_file(path: Path, pinned: str) -> None:
    if not path.is_file():
        raise TaggerError(str(path), "is missing", hint=_MEND)
    refuse_code(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != pinned:
        raise TaggerError(str(path), "is not the pinned file", hint=_MEND)
