"""DOCTOR names every planted fault and what mends it, and is content with a whole set-up."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from models.migrate import upgrade
from models.runs import logged
from models.warehouse import Warehouse
from wirewatch import doctor
from wirewatch.doctor import Check, examine
from wirewatch.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
SLOW = {"model", "airflow"}  # seconds each: looked at once, in the test of a whole set-up


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings over an empty warehouse and a copy of the watch files."""
    shutil.copytree(ROOT / "watch", tmp_path / "watch")
    (tmp_path / "var").mkdir()
    given = {"WIREWATCH_VAR": str(tmp_path / "var"), "WIREWATCH_WATCH": str(tmp_path / "watch")}
    made = load_settings(root=ROOT, environment=given)
    upgrade(made.warehouse)
    return made


def looked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Check]:
    """The quick checks, by name."""
    for name in SLOW:
        monkeypatch.setattr(doctor, f"_{name}", lambda _: "left out")
    return {check.name: check for check in doctor._checks(settings)}


def test_a_whole_set_up_has_no_fault(settings: Settings) -> None:
    checks = {check.name: check for check in doctor._checks(settings)}
    assert [check for check in checks.values() if check.state == "bad"] == []
    assert all(check.detail for check in checks.values())
    assert checks["sources"].state == "warn"
    assert checks["sources"].mend_with == "`wirewatch source test ID`"
    assert "tells an exchange from a tram line" in checks["model"].detail
    assert "6 DAG files can be read" in checks["airflow"].detail or checks["airflow"].state == "warn"


def test_wrong_settings_are_the_first_fault(tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text("[crawl]\ngap = 1\n", encoding="utf-8")
    first, *_ = examine(tmp_path / "wirewatch.toml")
    assert (first.name, first.state, first.mend_with) == ("configuration", "bad", "did you mean 'gap_s'?")
    assert first.detail.endswith("wirewatch.toml:2 crawl.gap: unknown key 'gap'")


def test_a_wrong_watch_file_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.watch / "rules.toml").write_text('[[rule]]\nid = "a"\nto = ["duty"]\n', encoding="utf-8")
    found = looked(settings, monkeypatch)["configuration"]
    assert (found.state, found.mend_with) == ("bad", "did you mean 'duty-file'?")


def test_a_warehouse_that_was_never_made_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.var / "warehouse.db").unlink()
    found = looked(settings, monkeypatch)["warehouse"]
    assert (found.state, found.mend_with) == ("bad", "run `wirewatch db upgrade`")


def test_a_search_that_lost_step_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(settings.var / "warehouse.db")) as connection, connection:
        connection.execute("INSERT INTO story_search (rowid, title, text) VALUES (1, 'a', 'b')")
    found = looked(settings, monkeypatch)["full text"]
    assert (found.state, found.detail) == ("bad", "search: knows 1 of 0 story versions")


@pytest.mark.parametrize(("ago", "state"), [(None, "warn"), (0, "ok"), (3, "bad")])
def test_a_day_without_its_crawl_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ago: int | None, state: str
) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    if ago is not None:
        with logged(warehouse, "collect", day=datetime.now(UTC).date() - timedelta(days=ago)):
            pass
    warehouse.close()
    found = looked(settings, monkeypatch)["daily run"]
    assert found.state == state
    assert ("is missing" in found.detail) == (state == "bad")


def test_a_channel_without_its_secret_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUTY_SECRET", raising=False)
    reference = "env:DUTY_SECRET"
    webhook = replace(settings.channels[0], kind="webhook", path="", url="https://x.example", secret=reference)
    found = looked(replace(settings, channels=(webhook,)), monkeypatch)["channels"]
    assert (found.state, found.mend_with) == ("bad", "export DUTY_SECRET before sending")


def test_a_distribution_that_brings_a_package_of_our_name_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = packages_distributions()
    monkeypatch.setattr(doctor, "packages_distributions", lambda: {**real, "nlp": ["wirewatch", "other-nlp"]})
    found = looked(settings, monkeypatch)["package names"]
    assert (found.state, found.detail) == ("bad", "nlp: other-nlp brings a package of our name")
    assert found.mend_with.startswith("pip uninstall other-nlp")


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LEAST_ROOM", 2**80)
    assert looked(settings, monkeypatch)["disk"].mend_with == "make room: 1 GiB at least"
    (settings.var / "file").touch()
    found = looked(replace(settings, var=settings.var / "file"), monkeypatch)["disk"]
    assert (found.state, found.mend_with) == ("bad", "set WIREWATCH_VAR to a folder of yours")


def test_a_model_that_is_not_the_pinned_one_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.weights.check.__defaults__", (tmp_path,))
    found = looked(settings, monkeypatch)["weights"]
    assert found.state == "bad"
    assert "restore it" in found.mend_with


def test_a_dag_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "broken.py").write_text("import airflow_no_such\n", encoding="utf-8")
    settings = load_settings(root=tmp_path, environment={})
    found = doctor._look("airflow", lambda: doctor._airflow(settings))
    assert (found.state, found.detail) == (
        "bad",
        "dags/broken.py: ModuleNotFoundError: No module named 'airflow_no_such'",
    )
