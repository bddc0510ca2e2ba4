"""REFERENCE: the DAGs as Markdown, made from what their files say; Airflow is not needed to read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_DAGS: Final = Path(__file__).resolve().parent.parent / "dags"
_SHOWN: Final = {"schedule": "schedule", "tags": "tags", "max_active_runs": "runs at once"}


def dags_markdown(folder: Path = _DAGS) -> str:
    """Every DAG: its docstring, and what its schedule and tags say."""
    return "\n".join(line for file in sorted(folder.glob("*.py")) for line in _lines(file))


def _lines(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    given = _arguments(tree)
    yield f"## `{file.stem}`\n"
    yield f"{(ast.get_docstring(tree) or '').strip()}\n"
    for name, shown in _SHOWN.items():
        if name in given:
            yield f"* {shown}: `{given[name]}`"
    yield ""


def _arguments(tree: ast.Module) -> dict[str, str]:
    """The arguments of the DAG, as they are written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DAG":
            return {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg}
    return {}
