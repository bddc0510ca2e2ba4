"""Three evenings of the bundled wire, collected as an operator would: a slow and a failing site stop nobody."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from wirewatch.demo import CHECKOUT
from wirewatch.demo_desk import DemoDesk, write_desk
from wirewatch.wire import library
from wirewatch.wire.moment import set_moment
from wirewatch.wire.receiver import receive
from wirewatch.wire.server import serve

EXPECTED = tomllib.loads((Path(library.__file__).parent / "expected.toml").read_text(encoding="utf-8"))
DAYS = {day["date"].day: day for day in EXPECTED["day"]}
WALLS = len(EXPECTED["not_stories"]["consent_wall"])  # captured as well, and known for what they are only later


def wirewatch(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wirewatch.cli", *words],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def give_time(config: Path) -> None:
    """Deadlines that a machine under load keeps too: which pages come is the question here, not how fast."""
    main = tomlkit.parse(config.read_text(encoding="utf-8"))
    main["crawl"].update({"feed_parse_s": 120.0, "request_s": 120.0})  # type: ignore[union-attr] # a table
    config.write_text(tomlkit.dumps(main), encoding="utf-8")


def pages_by_source(warehouse: Path) -> dict[str, int]:
    with sqlite3.connect(f"file:{warehouse}?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT source_id, count(DISTINCT url) FROM capture GROUP BY source_id"))


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """Exit code, words and captured pages of each evening."""
    var = tmp_path_factory.mktemp("days")
    moment, found = var / "moment", {}
    set_moment(moment, datetime(2023, 12, 7, tzinfo=UTC))
    with serve(until=moment) as wire, receive(var / "got.jsonl") as receiver:
        env = write_desk(DemoDesk(var=var), wire, receiver, actors=CHECKOUT / "watch" / "actors.toml")
        give_time(var / "wirewatch.toml")
        assert wirewatch(env, "db", "upgrade").returncode == 0
        for number in (11, 12, 13):
            set_moment(moment, datetime.combine(DAYS[number]["date"], time(23, 59), tzinfo=UTC))
            done = wirewatch(env, "collect", "--partial-ok")
            found[number] = {
                "code": done.returncode,
                "said": done.stdout + done.stderr,
                "pages": pages_by_source(var / "warehouse.db"),
            }
    return found


@pytest.mark.slow
def test_each_evening_brings_exactly_the_new_pages_of_its_day(evenings: dict[int, dict[str, Any]]) -> None:
    totals = {number: sum(evening["pages"].values()) for number, evening in evenings.items()}
    assert totals[11] == sum(DAYS[number]["new_stories"] for number in range(7, 12)) + WALLS
    assert totals[12] - totals[11] == DAYS[12]["new_stories"]
    assert totals[13] - totals[12] == DAYS[13]["new_stories"]


@pytest.mark.slow
def test_a_failing_site_is_named_and_stops_nobody(evenings: dict[int, dict[str, Any]]) -> None:
    assert [evening["code"] for evening in evenings.values()] == [0, 0, 0]
    assert "ostrel-dispatch:" not in evenings[11]["said"]
    assert "ostrel-dispatch:" in evenings[12]["said"]
    assert [evening["pages"]["ostrel-dispatch"] for evening in evenings.values()] == [2, 2, 2]


@pytest.mark.slow
def test_a_slow_site_is_read_like_the_others(evenings: dict[int, dict[str, Any]]) -> None:
    assert [evening["pages"]["ada-postasi"] for evening in evenings.values()] == [1, 2, 3]
