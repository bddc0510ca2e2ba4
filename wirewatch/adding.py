"""ADD: an entry written into a file that people edit, so that nothing else in it changes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import tomlkit

from models.records import Source
from wirewatch.config import read_watch


def add_source(source: Source, watch: Path, *, channels: Sequence[str]) -> None:
    """Write a source at the end of a folder's sources.toml, as not verified; comments and order stay.

    The three files are checked as they would be; only then does the new file take the place of the old one.

    Raises:
        ConfigError: the files would be wrong with it (its id is used already, its side is no party …), or are now.
    """
    file = watch / "sources.toml"
    keys = {name: value for name, value in asdict(source).items() if value is not None and name != "flash"}
    entry = tomlkit.dumps({"source": [{**keys, "verified": False}]})
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder)
        for name in ("actors.toml", "rules.toml"):
            shutil.copy(watch / name, tried)
        before = file.read_text(encoding="utf-8")
        (tried / file.name).write_text(f"{before.rstrip()}\n\n{entry}", encoding="utf-8")
        read_watch(tried, channels=channels)
        text = (tried / file.name).read_bytes()
    unfinished = file.with_suffix(".toml.unfinished")
    unfinished.write_bytes(text)
    shutil.copymode(file, unfinished)
    unfinished.replace(file)
