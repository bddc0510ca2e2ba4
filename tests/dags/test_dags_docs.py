"""docs/dags.md says of every DAG what its file says."""

from __future__ import annotations

from pathlib import Path

from wirewatch.dag_reference import dags_markdown

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_what_the_files_say() -> None:
    assert dags_markdown().strip() in (ROOT / "docs" / "dags.md").read_text(encoding="utf-8")


def test_every_dag_is_told_with_its_docstring_and_its_schedule(tmp_path: Path) -> None:
    text = '"""What it does."""\n\nwith DAG(dag_id="a", schedule=None, tags=["x"]):\n    ...\n'
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert dags_markdown(tmp_path) == "## `a`\n\nWhat it does.\n\n* schedule: `None`\n* tags: `['x']`\n"
