"""The house itself: import rules that hold when broken on purpose, sizes, names, errors, and no host of an index."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from models import errors, records

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("spiders", "cleaning", "nlp", "models", "alerting", "wirewatch")


def tracked() -> list[Path]:
    done = subprocess.run(["/usr/bin/env", "git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True)
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


VIOLATIONS = {
    "a step that imports another": ("cleaning/planted.py", "import spiders.feeds"),
    "the warehouse that imports a step": ("models/planted.py", "import alerting.trust"),
    "a step that imports the product": ("nlp/planted.py", "import wirewatch.settings"),
    "scrapy outside its folder": ("cleaning/planted.py", "import scrapy"),
    "onnxruntime outside its folder": ("alerting/planted.py", "import onnxruntime"),
    "the ORM outside the warehouse": ("spiders/planted.py", "import sqlalchemy"),
    "Airflow in the command": ("wirewatch/steps.py", "import airflow"),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages without their weights, in a folder of their own."""
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("weights", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_the_import_rules_hold(copied: Path) -> None:
    done = lint(copied)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_import_rules_fail_on(copied: Path, name: str) -> None:
    place, line = VIOLATIONS[name]
    path = copied / place
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        done = lint(copied)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert done.returncode != 0, done.stdout
    assert "BROKEN" in done.stdout


# where each engine may be imported, in a function's body too: the fewer places, the fewer to change with it
ENGINES = {
    "scrapy": {"spiders"},
    "twisted": {"spiders"},
    "feedparser": {"spiders"},
    "warcio": {"spiders"},
    "lxml": {"spiders", "cleaning"},
    "trafilatura": {"cleaning"},
    "htmldate": {"cleaning"},
    "py3langid": {"cleaning"},
    "datasketch": {"cleaning"},
    "charset_normalizer": {"cleaning"},
    "transformers": {"nlp"},
    "onnxruntime": {"nlp"},
    "tokenizers": {"nlp"},
    "torch": {"nlp"},
    "sqlalchemy": {"models"},
    "alembic": {"models"},
    "psycopg": {"models"},
    "typer": {"wirewatch"},
    "rich": {"wirewatch"},
    "pydantic": {"wirewatch"},
    "structlog": {"wirewatch"},
    "prometheus_client": {"wirewatch"},
    "airflow": {"wirewatch/airflow"},
}


def imported(text: str) -> Iterator[str]:
    """The distributions' packages that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def misplaced(path: Path, text: str) -> list[str]:
    """The engines that a module imports and may not."""
    place = path.relative_to(ROOT).as_posix()
    return sorted(
        name
        for name in set(imported(text))
        if name in ENGINES and not any(place.startswith(f"{folder}/") for folder in ENGINES[name])
    )


def test_every_engine_is_imported_in_its_own_folder_alone() -> None:
    found = {str(path): misplaced(path, path.read_text(encoding="utf-8")) for path in sources()}
    assert {path: names for path, names in found.items() if names} == {}


def test_an_engine_that_is_imported_late_and_elsewhere_is_found() -> None:
    planted = "def f() -> None:\n    import trafilatura.core\n    from airflow.sdk import DAG\n"
    assert misplaced(ROOT / "wirewatch" / "planted.py", planted) == ["airflow", "trafilatura"]
    assert misplaced(ROOT / "cleaning" / "planted.py", planted) == ["airflow"]


def test_every_folder_has_tests_of_its_own() -> None:
    assert [name for name in (*PACKAGES, "dags") if not list((ROOT / "tests" / name).glob("test_*.py"))] == []


def test_no_other_distribution_brings_one_of_our_packages() -> None:
    providers = packages_distributions()
    assert {name: set(providers.get(name, [])) - {"wirewatch"} for name in PACKAGES} == {
        name: set() for name in PACKAGES
    }


# "no dict crosses a folder border": the few that do, and why a record would only copy them
OPEN_TABLES = {
    "spiders/crawl.py:settings": "Scrapy takes its settings so; nobody outside calls it",
    "spiders/feed_child.py:parse": "what a child process writes as JSON",
    "spiders/sitemap_file.py:parse_sitemap": "what a child process writes as JSON",
    "spiders/guarded.py:told_by_child": "what a child process wrote as JSON",
    "spiders/feeds.py:item_of": "one entry of what a child process wrote as JSON",
    "nlp/predictions.py:prediction": "one line of JSON in the gold format",
    "models/read_ledger.py:exchange_rows": "rows of a documented view, shown as they are",
    "models/read_ledger.py:ledger_rows": "rows of a documented view, shown as they are",
    "models/read_ledger.py:phase_rows": "rows of a documented view, shown as they are",
    "models/read_ledger.py:story_row": "a row of a documented view, shown as it is",
}


def open_tables(path: Path) -> Iterator[str]:
    """The public functions of a module that take or give a table of anything."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            types = [ast.unparse(one) for one in [*(a.annotation for a in given), node.returns] if one]
            if any(re.search(r"(dict|Mapping)\[str, (Any|object)\]", one) for one in types):
                yield f"{path.relative_to(ROOT).as_posix()}:{node.name}"


def test_no_table_of_anything_crosses_a_folder_border() -> None:
    below = [path for path in sources() if not path.is_relative_to(ROOT / "wirewatch")]  # nobody imports wirewatch
    assert {name for path in below for name in open_tables(path)} <= set(OPEN_TABLES)


def test_modules_and_functions_stay_short() -> None:
    long = []
    for path in sources():
        if "migrations/versions" in path.as_posix():
            continue
        text = path.read_text(encoding="utf-8")
        if sum(bool(line.strip()) for line in text.splitlines()) > 400:
            long.append(str(path))
        for node in ast.walk(ast.parse(text)):
            is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            if is_function and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path}:{node.name}")
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [p for p in sources() if p.stem in {"utils", "util", "helpers", "common", "base", "misc"}] == []


def test_the_drawn_error_tree_is_the_real_one() -> None:
    drawn = re.findall(r"^(?:├─ |└─ )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    real = [name for name, kind in vars(errors).items() if inspect.isclass(kind) and kind.__module__ == errors.__name__]
    assert drawn == real
    assert len(real) <= 10


def test_every_record_is_frozen_slotted_and_named() -> None:
    kinds = [k for _, k in inspect.getmembers(records, dataclasses.is_dataclass)]
    assert kinds
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined] # dataclasses set it
        assert hasattr(kind, "__slots__"), kind
        assert all(f.kw_only for f in dataclasses.fields(kind)), kind


def test_every_silenced_rule_says_why() -> None:
    bare = re.compile(r"#\s*(?:noqa(?!: [A-Z]+\d+(?:, [A-Z]+\d+)*\s+\S+ \S)|type: ignore(?!\[[\w, -]+\]\s*#))")
    found = [
        f"{path}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_no_file_names_the_host_of_an_index() -> None:
    hosts = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.", "debian" + r"\.org"]))
    found = []
    for path in tracked():
        if path.suffix in {".onnx", ".png", ".gz"}:
            continue
        if hosts.search(path.read_text(encoding="utf-8", errors="replace")):
            found.append(str(path))
    assert found == []


def test_the_lock_pins_every_distribution_by_hash_and_holds_no_torch() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([a-zA-Z0-9._-]+)==", lock, re.MULTILINE)
    assert "torch" not in names
    assert len(names) > 100
    assert lock.count("--hash=sha256:") >= len(names)


def test_a_report_that_does_not_add_up_cannot_exist() -> None:
    records.Report(step="clean", read=3, written=1, discarded=1, failed=1)
    with pytest.raises(ValueError, match="read 3 is not"):
        records.Report(step="clean", read=3, written=1)
    with pytest.raises(ValueError, match="read 0 is not"):
        records.Report(step="clean", read=0, written=1, failed=-1)
