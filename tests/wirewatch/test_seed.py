"""A real partisan article, carried by a syndicator: its facts come out, and not because any rule knows its text.

The article is not part of the project: WIREWATCH_SHARED names the folder that holds it (`seed/*.txt`) and its labelled
facts (`gold/seed.json`).
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = os.environ.get("WIREWATCH_SHARED")
pytestmark = pytest.mark.skipif(not SHARED, reason="WIREWATCH_SHARED is not set: it names the folder with the article")
# Other parties, figures, places and people, in an order that never collides.
RENAMED = {
    "Azerbaijani": "Ukrainian", "Azerbaijan": "Ukraine", "AzerNews": "DniproNews", "Armenian": "Russian",
    "Armenia": "Russia", "Yerevan": "Moscow", "MENAFN": "GLOBWIRE", "Elnur Enveroglu": "Petro Savchuk",
    "Ilham Aliyev": "Taras Boyko", "Hadrut": "Kupiansk", "32": "45", "2 Ukrainian": "3 Ukrainian", "26": "38",
    "6 people": "7 people", "2023-12-07": "2024-03-05",
}  # fmt: skip


def article() -> str:
    (path,) = Path(str(SHARED), "seed").glob("*.txt")
    return path.read_text(encoding="utf-8")


def renamed(text: str) -> str:
    for old, new in RENAMED.items():
        text = re.sub(rf"(?<!\d){re.escape(old)}", new, text)
    return text


def turned(text: str) -> str:
    """The same in another word order: active for passive, the second flow first, the judgement before the facts."""
    text = re.sub(r"(\d+ [A-Z\w ]+?) were released by (\w+)", r"\2 released \1", text)
    text = re.sub(r"(\w+ released \d+[\w ]+), and (\w+ released \d+ \w+ \w+)", r"\2, and \1", text)
    text = re.sub(r"(President \w+ \w+) once again (\w+)", r"Once again \1 \2", text)
    head, *paragraphs = re.split(r"\n(?=\w[^\n]{60})", text)
    return "\n".join([head, paragraphs[-2], *paragraphs[:-2], paragraphs[-1]])


class Warehouse:
    """A warehouse into which one text was ingested."""

    def __init__(self, folder: Path, text: str) -> None:
        self.var = folder / "var"
        (folder / "wire.txt").write_text(text, encoding="utf-8")
        self.run("db", "upgrade")
        self.run("ingest", str(folder / "wire.txt"))

    def run(self, *words: str) -> str:
        """One command; gives what it printed."""
        env = {**os.environ, "WIREWATCH_VAR": str(self.var)}
        command = [sys.executable, "-m", "wirewatch.cli", *words]
        return subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with sqlite3.connect(self.var / "warehouse.db") as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("seed"), article())


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("twin"), renamed(article()))


@pytest.fixture(scope="module")
def other_order(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("turned"), turned(renamed(article())))


def test_the_twin_in_another_order_differs_in_its_order() -> None:
    other = turned(renamed(article()))
    assert "Russia released 3 Ukrainian" in other
    assert other.index("Once again President Taras Boyko") < other.index("Ukraine released 45")
    assert "were released" not in other


def test_origin_carrier_byline_and_day(seed: Warehouse) -> None:
    rows = seed.ask("SELECT origin, carrier, substr(published_at, 1, 10), published_precision FROM v_story")
    assert rows == [("AzerNews", "MENAFN", "2023-12-07", "day")]
    assert json.loads(seed.ask("SELECT bylines FROM story_version")[0][0]) == ["Elnur Enveroglu"]


def test_the_same_of_its_twin(twin: Warehouse) -> None:
    rows = twin.ask("SELECT origin, carrier, substr(published_at, 1, 10), published_precision FROM v_story")
    assert rows == [("DniproNews", "GLOBWIRE", "2024-03-05", "day")]


def test_both_legs_and_no_other_figure(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    legs = "SELECT releasing, receiving, count_low, count_best, count_high FROM v_exchange ORDER BY releasing"
    assert seed.ask(legs) == [("AM", "AZ", 2, 2, 2), ("AZ", "AM", 32, 32, 32)]
    for renamed_too in (twin, other_order):
        assert renamed_too.ask(legs) == [("RU", "UA", 3, 3, 3), ("UA", "RU", 45, 45, 45)]


def test_the_phase_and_that_nobody_mediated(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    for warehouse in (seed, twin, other_order):
        ((phase, mediation),) = warehouse.ask("SELECT phase, mediation FROM report")
        assert phase in {"agreed", "completed"}
        assert mediation == "explicitly_none"


def test_persons_who_are_left_out_are_no_captives_released(seed: Warehouse) -> None:
    facts = json.loads(Path(str(SHARED), "gold", "seed.json").read_text(encoding="utf-8"))
    names = [person["span"] for person in facts["gold"]["excluded_persons"]]
    counted = " ".join(words for (words,) in seed.ask("SELECT words FROM v_claim_ledger WHERE slot = 'count'"))
    assert len(names) == 6
    assert [name for name in names if name in counted] == []


def test_exactly_one_alert_is_told_as_on_its_own_day(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    for warehouse, day in ((seed, "2023-12-07"), (twin, "2024-03-05"), (other_order, "2024-03-05")):
        ((decided_at, suppressed),) = warehouse.ask("SELECT decided_at, suppressed FROM alert")
        assert (decided_at[:10], suppressed) == (day, None)
        assert warehouse.ask("SELECT state FROM delivery") == [("sent",)]


def test_the_figure_is_followed_from_the_leg_to_the_characters_of_the_file(seed: Warehouse) -> None:
    slug = seed.ask("SELECT slug FROM exchange")[0][0]
    rows = json.loads(seed.run("trace", slug, "--slot", "count", "--leg", "AZ->AM", "--format", "json"))
    assert rows
    text = article()
    for row in rows:
        start, end = map(int, row["input"].split("-"))
        assert text[start:end] == row["input_words"]
        assert "32 people of Armenian origin" in row["input_words"]
        assert len(row["sha256"]) == len(row["weights_sha256"]) == 64


def test_the_writers_own_stance(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    """For the deal and for the president whose country releases, against the former leaders; nothing of it reversed."""
    asked = "SELECT target, label FROM stance WHERE holder = 'author'"
    by_country = ((seed, "Azerbaijan"), (twin, "Ukraine"), (other_order, "Ukraine"))
    for warehouse, country in by_country:
        told, president = set(warehouse.ask(asked)), f"{country} president"
        assert {("DEAL", "favor"), (president, "favor"), ("leaders of the so-called regime", "against")} <= told
        assert not {("DEAL", "against"), (president, "against"), (country, "against")} & told


def test_nobody_judges_himself(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    for warehouse in (seed, twin, other_order):
        assert warehouse.ask("SELECT words FROM stance WHERE holder = target") == []


def test_every_claim_is_the_authors_own(seed: Warehouse, twin: Warehouse, other_order: Warehouse) -> None:
    for warehouse in (seed, twin, other_order):
        assert warehouse.ask("SELECT DISTINCT claimer FROM claim") == [("author",)]
