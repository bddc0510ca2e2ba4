"""DAG files: few, short, documented, and made of Airflow and the standard library only."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[2] / "dags"
FILES = sorted(DAGS.glob("*.py"))
MAX_LINES = 40


def _imports(path: Path) -> set[str]:
    """Top-level names that a file imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0] if not node.level else ".")
    return found


def test_the_folder_holds_the_dags_we_know() -> None:
    assert [path.stem.removeprefix("wirewatch_") for path in FILES] == [
        "alert",
        "daily",
        "digest",
        "flash",
        "process",
        "retag",
        "upkeep",
        "watch",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_imports_only_airflow_and_the_standard_library(path: Path) -> None:
    assert _imports(path) - {"airflow"} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_has_at_most_forty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_says_airflow_and_dag_or_airflow_skips_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert "airflow" in text
    assert "dag" in text


def test_the_import_reader_sees_imports_inside_functions(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    import torch\n    from ..x import y\n", encoding="utf-8")
    assert _imports(planted) == {"torch", "."}
