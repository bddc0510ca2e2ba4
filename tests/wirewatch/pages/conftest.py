"""A warehouse filled through the real steps with stories of our own, and the pages over it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from starlette.testclient import TestClient

from models.warehouse import Warehouse
from wirewatch.pages.app import make_app
from wirewatch.wire.library import outlets, stories

ROOT = Path(__file__).resolve().parents[3]
OUTLETS = frozenset(
    {"meridian-wire", "caspian-ledger", "xezri", "arpi-lur", "kontur-kavkaza", "globe-relay", "velmora-presidency"}
)
SCRIPT = "</title><script>document.title='taken'</script><img src=x onerror=alert(1)>"
TURNED = "Captives \u202eemoh era\u2066 said"
LONG = "Donaudampfschiffahrts" * 20
SWAP = """North Office of Records said on Monday that Velmora released 14 Tarsenian prisoners and Tarsenia released
three Velmoran servicemen. The exchange of prisoners was agreed without mediators."""
OWN: list[dict[str, str]] = [
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/script", "title": SCRIPT, "text": SWAP},
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/turned", "title": TURNED,
     "text": "The harbour was quiet \u202eyad eht lla\u202c, the master said.\n\n\u2067He wrote it down <b>twice</b>."},
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/long", "title": LONG,
     "text": f"A word without an end was read out in the square on Monday: {LONG}."},
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/changed", "title": "Ferry timetable",
     "text": "The ferry leaves the northern pier at seven in the morning and comes back at noon."},
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/changed", "title": "Ferry timetable, corrected",
     "text": "The ferry leaves the northern pier at eight in the morning and comes back at one."},
    {"outlet": "plain-sheet", "url": "https://plain-sheet.example/loaded", "title": "Moscow tells of a swap",
     "text": "Russia said on Tuesday that the Kiev regime released 45 Russian soldiers and Russia released 45 "
     "Ukrainian soldiers in an exchange of prisoners. The United Arab Emirates mediated the exchange."},
]  # fmt: skip
RULES = """[[rule]]
id = "any"
phases = ["planned", "announced", "agreed", "under_way", "completed", "stalled", "denied"]
to = ["duty-file"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Where the warehouse lies, and what asks it beside the pages."""

    folder: Path
    environment: dict[str, str]

    @property
    def file(self) -> Path:
        """The warehouse."""
        return self.folder / "var" / "warehouse.db"

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, asked without any code of the pages."""
        with sqlite3.connect(self.file) as connection:
            rows = connection.execute(query, values).fetchall()
        connection.close()
        return rows

    def open(self) -> Warehouse:
        """The warehouse as the pages have it: only read."""
        return Warehouse.open(f"sqlite:///{self.file}", read_only=True)


def _corpus() -> Iterator[dict[str, str]]:
    for story in stories():
        if story.outlet in OUTLETS and not story.wall:
            text = "\n\n".join(filter(None, (story.header, *story.paragraphs, story.footer)))
            url = f"https://{story.outlet}.example/{story.slug}"
            yield {
                "outlet": story.outlet,
                "url": url,
                "title": story.title,
                "text": text,
                "published": f"{story.at:%FT%TZ}",
            }
    for number, story in enumerate(OWN):
        yield {"published": f"2023-12-1{number}T09:30:00Z", **story}


def _sources() -> list[dict[str, Any]]:
    """The sources that ingest gives to the outlets of the corpus, with what analysts say of each."""
    declared = []
    for outlet in (one for one in outlets() if one.id in OUTLETS):
        about = {"id": f"file-{outlet.id}", "outlet": outlet.name, "kind": outlet.source, "owner": outlet.owner}
        about |= {"url": f"https://{outlet.id}.example{outlet.ways[outlet.source]}", "language": outlet.language}
        about |= {"country": outlet.country, "role": outlet.role, "verified": outlet.id != "xezri"}
        declared.append(about | ({"side": outlet.side} if outlet.side else {}))
    return declared


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A warehouse with some thirty stories, carried through every step by the command."""
    folder = tmp_path_factory.mktemp("pages")
    watch = folder / "watch"
    watch.mkdir()
    own = (ROOT / "wirewatch" / "wire" / "parties.toml").read_text(encoding="utf-8")
    known = (ROOT / "watch" / "actors.toml").read_text(encoding="utf-8")
    (watch / "actors.toml").write_text(f"{known}\n{own}", encoding="utf-8")
    (watch / "sources.toml").write_text(tomlkit.dumps({"source": _sources()}), encoding="utf-8")
    (watch / "rules.toml").write_text(RULES, encoding="utf-8")
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(one) + "\n" for one in _corpus()), encoding="utf-8")
    environment = {**os.environ, "WIREWATCH_VAR": str(folder / "var"), "WIREWATCH_WATCH": str(watch)}
    for words in (("db", "upgrade"), ("ingest", str(corpus))):
        command = [sys.executable, "-m", "wirewatch.cli", *words]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    made = Filled(folder=folder, environment=environment)
    _note_polls(made)
    return made


def _note_polls(made: Filled) -> None:
    """One source that works and one that fails; and a slug that a merge left behind."""
    polls = [("2023-12-13T18:00:00.000000Z", None, None, 0, "file-meridian-wire"),
             (None, "HTTP 503 from <caspian-ledger.example>", "soft", 1, "file-caspian-ledger")]  # fmt: skip
    with sqlite3.connect(made.file) as connection:
        connection.executemany(
            "UPDATE source SET last_ok_at = ?, last_error = ?, failure = ?, failures = ? WHERE id = ?", polls
        )
        connection.execute(
            "INSERT INTO exchange (slug, parties, opened_on, phase, stage, revision, created_at, redirect_to)"
            " SELECT 'am-az-2023-12-01a', parties, opened_on, phase, 'alerted', 1, created_at, id FROM exchange"
            " WHERE parties = 'AM,AZ'"
        )
    connection.close()


@pytest.fixture(scope="session")
def warehouse(filled: Filled) -> Iterator[Warehouse]:
    opened = filled.open()
    yield opened
    opened.close()


@pytest.fixture
def pages(warehouse: Warehouse) -> Iterator[TestClient]:
    with TestClient(make_app(warehouse), raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def slug(filled: Filled) -> str:
    """The exchange with the most stories."""
    return str(filled.ask("SELECT exchange FROM v_exchange ORDER BY stories DESC LIMIT 1")[0][0])


@pytest.fixture(scope="session")
def keys(filled: Filled) -> dict[str, str]:
    """Story ids by title."""
    return dict(filled.ask("SELECT title, story_id FROM v_story"))


@pytest.fixture(scope="session")
def served(filled: Filled) -> Iterator[str]:
    """The address of the pages, served by the command."""
    command = [sys.executable, "-m", "wirewatch.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=filled.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        try:
            assert found, said + process.stderr.read()
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser lies."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(path for path in found if path)
