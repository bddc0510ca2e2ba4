"""METRICS: what Prometheus' own parser reads in the exposition, and that the document names every metric."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.errors import WarehouseError
from models.migrate import upgrade
from models.records import DiscardReason, Phase, Report
from models.runs import logged
from models.warehouse import Warehouse
from wirewatch.metrics import CONTENT_TYPE, FAMILIES, exposition, reference_markdown
from wirewatch.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "metrics.md"
Read = dict[str, dict[tuple[str, ...], float]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "var").mkdir()
    made = load_settings(root=ROOT, environment={"WIREWATCH_VAR": str(tmp_path / "var")})
    upgrade(made.warehouse)
    return made


def read(settings: Settings) -> Read:
    """Sample name → label values → number, by the client library's own parser."""
    warehouse = Warehouse.open(settings.warehouse)
    try:
        text = exposition(warehouse, settings).decode()
    finally:
        warehouse.close()
    found: Read = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_an_empty_warehouse_already_has_a_zero_for_everything_that_can_be_counted(settings: Settings) -> None:
    found = read(settings)
    assert set(found["wirewatch_discards_total"]) == {(reason.value,) for reason in DiscardReason}
    assert set(found["wirewatch_exchanges"]) == {(phase.value,) for phase in Phase}
    assert set(found["wirewatch_queue_items"].values()) == {0.0}
    assert found["wirewatch_warehouse_bytes"][()] > 0
    assert CONTENT_TYPE.startswith("text/plain")


def test_the_figures_are_those_of_the_runs_whichever_process_asks(settings: Settings) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    with logged(warehouse, "clean") as going:
        going.report = Report(step="clean", read=5, written=3, discarded=1, failed=1)
    warehouse.close()
    for found in (read(settings), read(settings)):
        items = {labels: number for labels, number in found["wirewatch_items_total"].items() if "clean" in labels}
        assert {(*sorted(labels),): number for labels, number in items.items()} == {
            ("clean", "read"): 5, ("clean", "written"): 3, ("clean", "discarded"): 1, ("clean", "failed"): 1,
        }  # fmt: skip
        assert found["wirewatch_last_run_ok"] == {("clean",): 1}
        assert found["wirewatch_last_success_timestamp_seconds"]["clean",] > 1.6e9


def test_the_build_says_which_model_tags_and_a_scrape_goes_on_without_one(settings: Settings, tmp_path: Path) -> None:
    ((labels, number),) = read(settings)["wirewatch_build_info"].items()
    assert number == 1
    assert any(re.fullmatch("[0-9a-f]{64}", label) for label in labels)
    lacking = replace(settings, tag=replace(settings.tag, folder=tmp_path / "no-model"))
    ((labels, _),) = read(lacking)["wirewatch_build_info"].items()
    assert sorted(labels)[:3] == ["", "", ""]


def test_a_label_from_outside_cannot_break_the_exposition(settings: Settings) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    odd = 'duty"} 1\nwirewatch_build_info{version="\\'
    with warehouse.write() as connection:
        connection.exec_driver_sql("INSERT INTO outlet (name, country, owner, role) VALUES ('a', 'ZZ', 'a', 'outlet')")
        connection.exec_driver_sql(
            "INSERT INTO source (id, outlet_id, kind, url, language, flash, verified) "
            "VALUES (?, 1, 'rss', 'https://a.example', 'en', 0, 1)",
            (odd,),
        )
    warehouse.close()
    found = read(settings)
    assert (odd,) in found["wirewatch_source_verified"]
    assert len(found["wirewatch_build_info"]) == 1


def test_every_family_is_scraped_under_the_name_that_the_document_gives(settings: Settings) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert reference_markdown() in text
    sampled = set(read(settings))
    late = {"wirewatch_last_", "wirewatch_source_", "wirewatch_deliveries"}  # nothing ran, is watched or was told yet
    assert {f.name for f in FAMILIES if not f.name.startswith(tuple(late))} == sampled
    assert all(f.meaning and f.name.startswith("wirewatch_") for f in FAMILIES)
    assert all(f.name.endswith("_total") == (f.kind == "counter") for f in FAMILIES)


def test_the_rules_to_begin_with_name_metrics_and_labels_that_exist() -> None:
    (rules,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    labels = {family.name: family.labels for family in FAMILIES}
    named = re.findall(r"(wirewatch_\w+)(?:\{(\w+)=)?", rules)
    assert named
    assert [name for name, _ in named if name not in labels] == []
    assert [(name, label) for name, label in named if label and label not in labels[name]] == []


def test_a_warehouse_that_is_not_there_is_an_error_and_no_empty_exposition(settings: Settings) -> None:
    warehouse = Warehouse.open(settings.warehouse)
    with warehouse.write() as connection:
        connection.exec_driver_sql("DROP TABLE discard")
    with pytest.raises(WarehouseError):
        exposition(warehouse, settings)
    warehouse.close()
