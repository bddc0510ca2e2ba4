"""The demo as a user runs it: real sites, real scheduler, real models; and a second time, when nothing is new."""

from __future__ import annotations

import json
import sqlite3
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from wirewatch.config import read_main, read_rules, read_sources
from wirewatch.demo import CHECKOUT, demo
from wirewatch.demo_desk import DemoDesk, write_desk
from wirewatch.wire import library
from wirewatch.wire.receiver import receive
from wirewatch.wire.server import serve

EXPECTED = tomllib.loads((Path(library.__file__).parent / "expected.toml").read_text(encoding="utf-8"))
LOGS = {"run", "sighting", "source_event"}  # what happened, as against what is known


def test_the_desk_that_the_demo_writes_is_one_that_the_product_reads(tmp_path: Path) -> None:
    desk = DemoDesk(var=tmp_path)
    with serve() as wire, receive(tmp_path / "got.jsonl") as receiver:
        env = write_desk(desk, wire, receiver, actors=CHECKOUT / "watch" / "actors.toml")
    main = read_main(desk.config, must_exist=True).table
    assert read_sources(desk.watch / "sources.toml") == wire.sources
    (rule,) = read_rules(desk.watch / "rules.toml", channels=list(main.channel))
    assert set(rule.to) == set(main.channel)
    assert env["WIREWATCH_ALLOW"].split(",") == [*wire.hosts.values(), receiver.host]


def test_the_desk_adds_the_wires_own_parties_to_the_checkouts(tmp_path: Path) -> None:
    actors = CHECKOUT / "watch" / "actors.toml"
    with serve() as wire, receive(tmp_path / "got.jsonl") as receiver:
        write_desk(DemoDesk(var=tmp_path), wire, receiver, actors=actors)
    codes = [entry["code"] for entry in tomllib.loads((tmp_path / "watch" / "actors.toml").read_text())["actor"]]
    known = [entry["code"] for entry in tomllib.loads(actors.read_text(encoding="utf-8"))["actor"]]
    own = (Path(library.__file__).parent / "parties.toml").read_text(encoding="utf-8")
    assert codes == [*known, *(entry["code"] for entry in tomllib.loads(own)["actor"])]


def test_the_webhook_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    read = []
    for _ in range(2):
        with serve() as wire, receive(tmp_path / "got.jsonl") as receiver:
            write_desk(DemoDesk(var=tmp_path), wire, receiver, actors=CHECKOUT / "watch" / "actors.toml")
        read.append((tmp_path / "webhook-secret").read_text(encoding="utf-8"))
    assert read[0] == read[1]
    assert stat.S_IMODE((tmp_path / "webhook-secret").stat().st_mode) == 0o600
    assert read[0] not in (tmp_path / "wirewatch.toml").read_text(encoding="utf-8")


def tables(warehouse: Path) -> dict[str, int]:
    """Rows of each table that holds what is known."""
    with sqlite3.connect(f"file:{warehouse}?mode=ro", uri=True) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if name not in LOGS and not name.startswith("story_search")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept}


def members(warehouse: Path) -> dict[str, set[str]]:
    """Stories of each exchange, by the last part of their address that names them."""
    slugs = {story.slug: story.key for story in library.stories()}
    with sqlite3.connect(f"file:{warehouse}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT exchange, source, url FROM v_story WHERE exchange IS NOT NULL").fetchall()
    found: dict[str, set[str]] = {}
    for exchange, source, url in rows:
        slug = url.rstrip("/").rpartition("/")[2].partition(".")[0]
        assert slug in slugs
        found.setdefault(exchange, set()).add(f"{source}/{slug}")
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, port_row: int) -> dict[str, Any]:
    """Two runs of the demo at one desk."""
    var = tmp_path_factory.mktemp("demo")
    kept: dict[str, Any] = {"var": var, "ends": [], "lines": [], "tables": []}
    for _ in range(2):
        lines: list[str] = []
        kept["ends"].append(demo(var=var, first_port=port_row, receiver_port=port_row + 15, show=lines.append))
        kept["lines"].append("\n".join(lines))
        kept["tables"].append(tables(var / "warehouse.db"))
    kept["got"] = [json.loads(line) for line in (var / "deliveries.jsonl").read_text(encoding="utf-8").splitlines()]
    return kept


@pytest.mark.slow
def test_both_runs_end_well(finished: dict[str, Any]) -> None:
    assert finished["ends"] == [0, 0]


@pytest.mark.slow
def test_it_shows_the_exchange_and_the_alert(finished: dict[str, Any]) -> None:
    first = finished["lines"][0]
    assert "$ wirewatch exchange show am-az-2023-12-07a" in first
    assert "$ wirewatch alert show 1" in first
    assert "exchange:am-az-2023-12-07a" in first


@pytest.mark.slow
def test_each_exchange_has_exactly_its_stories_and_no_confuser_has_one(finished: dict[str, Any]) -> None:
    found = members(finished["var"] / "warehouse.db")
    assert sorted(map(sorted, found.values())) == sorted(sorted(one["stories"]) for one in EXPECTED["exchange"])


@pytest.mark.slow
def test_each_exchange_is_told_once_to_the_webhook_signed_and_under_its_key(finished: dict[str, Any]) -> None:
    keys = [one["headers"]["idempotency-key"] for one in finished["got"]]
    assert len(keys) == len(set(keys)) == len(EXPECTED["exchange"])
    assert all(":first_report:" in key for key in keys)
    assert all(one["headers"]["webhook-signature"].startswith("v1,") for one in finished["got"])


@pytest.mark.slow
def test_a_second_run_adds_no_row_and_tells_nobody(finished: dict[str, Any]) -> None:
    first, second = finished["tables"]
    assert first == second
    assert finished["lines"][1].splitlines()[-2].endswith("0 deliveries to the webhook")
