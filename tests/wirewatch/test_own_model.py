"""A model of one's own is named in wirewatch.toml: a folder instead of the shipped one, a classifier as judge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import TaggerError
from nlp.weights import SHIPPED
from wirewatch.settings import load_settings
from wirewatch.steps import load_taggers

ROOT = Path(__file__).resolve().parents[2]


def wirewatch(folder: Path, *words: str) -> str:
    env = {**os.environ, "WIREWATCH_CONFIG": str(folder / "wirewatch.toml"), "WIREWATCH_VAR": str(folder / "var")}
    command = [sys.executable, "-m", "wirewatch.cli", *words]
    return subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_a_folder_is_checked_like_the_shipped_one_and_answers_in_its_place(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "mine")
    manifest = json.loads((tmp_path / "mine" / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "mine" / "manifest.json").write_text(json.dumps(manifest | {"name": "mine"}), encoding="utf-8")
    (tmp_path / "wirewatch.toml").write_text(f'[tag]\nfolder = "{tmp_path / "mine"}"\n', encoding="utf-8")
    listed = json.loads(wirewatch(tmp_path, "models", "list", "--format", "json"))
    assert {row["model"] for row in listed} == {"mine"}
    (tmp_path / "mine" / "relations.onnx").unlink()
    settings = load_settings(root=ROOT, config=tmp_path / "wirewatch.toml", environment={})
    with pytest.raises(TaggerError, match=r"relations\.onnx: is missing"):
        load_taggers(settings)


@pytest.mark.needs("torch")
def test_a_judge_decides_on_every_story_and_every_finding_says_so(tmp_path: Path, own_model: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text(f'[tag]\njudge = "{own_model}"\n', encoding="utf-8")
    (tmp_path / "wire.txt").write_text("LISSA, May 2 (North Post) - A new tram line was opened on Thursday.\n")
    wirewatch(tmp_path, "db", "upgrade")
    wirewatch(tmp_path, "ingest", str(tmp_path / "wire.txt"))
    asked = "SELECT DISTINCT m.name FROM report r JOIN model m ON m.id = r.model_id"
    rows = json.loads(wirewatch(tmp_path, "sql", asked, "--format", "json"))
    assert rows == [{"name": str(own_model)}]


@pytest.mark.needs("torch")
def test_a_judge_without_the_label_is_a_clear_error(tmp_path: Path, own_model: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text(f'[tag]\njudge = "{own_model}"\nlabel = "swap"\n', encoding="utf-8")
    settings = load_settings(root=ROOT, config=tmp_path / "wirewatch.toml", environment={})
    with pytest.raises(TaggerError, match="has no label 'swap'"):
        load_taggers(settings)
