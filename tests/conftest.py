"""What the tests need besides Python: which engines are here, and one line for each that is not.

A test that needs an engine says `@pytest.mark.needs("redis")` and is skipped where there is none. The environment
variable WIREWATCH_REQUIRE (names separated by commas) turns an absence into an error before the first test.

The PostgreSQL server is our own: made for the session in a folder of its own, reached over a socket in that folder.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wirewatch.private_postgres import is_installed, private_server

NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Something outside the lock that some tests need, and the command that brings it."""

    name: str
    is_here: Callable[[], bool]
    install: str


def _any_of(*commands: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(command) for command in commands)


ENGINES = (
    Engine(name="postgres", is_here=is_installed, install="apt-get install postgresql"),
    Engine(name="redis", is_here=_any_of("redis-server"), install="apt-get install redis-server"),
    Engine(
        name="browser",
        is_here=_any_of("chromium", "chromium-browser", "google-chrome"),
        install="apt-get install chromium",
    ),
    Engine(name="torch", is_here=lambda: importlib.util.find_spec("torch") is not None, install="./run torch"),
)


def absent() -> tuple[Engine, ...]:
    """The engines that are not on this machine."""
    return tuple(engine for engine in ENGINES if not engine.is_here())


def required(names: str) -> frozenset[str]:
    """The engines that WIREWATCH_REQUIRE names.

    Raises:
        pytest.UsageError: it names something that is no engine.
    """
    wanted = frozenset(filter(None, (name.strip() for name in names.split(","))))
    if unknown := wanted - {engine.name for engine in ENGINES}:
        message = f"WIREWATCH_REQUIRE names no engine: {', '.join(sorted(unknown))}"
        raise pytest.UsageError(message)
    return wanted


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to start without an engine that is required, and register the marker."""
    config.addinivalue_line("markers", "needs(engine): skipped where postgres, redis, browser or torch is absent")
    wanted = required(os.environ.get("WIREWATCH_REQUIRE", ""))
    if lacking := [engine for engine in absent() if engine.name in wanted]:
        lines = "; ".join(f"{engine.name}: {engine.install}" for engine in lacking)
        message = f"WIREWATCH_REQUIRE asks for what is not here: {lines}"
        raise pytest.UsageError(message)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose engine is absent."""
    names = {engine.name for engine in ENGINES}
    lacking = {engine.name for engine in absent()}
    for mark in item.iter_markers("needs"):
        if unknown := set(mark.args) - names:
            pytest.fail(f"needs() names no engine: {', '.join(sorted(unknown))}")
        if gone := lacking & set(mark.args):
            pytest.skip(f"absent: {', '.join(sorted(gone))}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each absent engine, above pytest's closing line."""
    skipped = Counter(str(report.longrepr) for report in terminalreporter.stats.get("skipped", ()))
    for engine in absent():
        count = sum(number for reason, number in skipped.items() if f"absent: {engine.name}" in reason)
        terminalreporter.write_line(
            f"absent: {engine.name} ({count} tests skipped for it by name); to have it: {engine.install}"
        )


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """A tiny classifier with random weights, in safetensors."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=64, id2label={0: "other", 1: "exchange"}, label2id={"other": 0, "exchange": 1},
    )  # fmt: skip
    made = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "exchange": 2}, unk_token="[UNK]"))  # noqa: S106 - a word
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]"}
    PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=64, **special).save_pretrained(tmp_path)
    return tmp_path


# ---------------------------------------------------------------- a server of our own


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a server with a migrated database called `template`; `{}` stands for the database."""
    from models.migrate import upgrade

    with private_server(Path(tempfile.mkdtemp(prefix="warehouse-")), "fsync=off") as server:
        url = server.url("{}")
        _server(url, "CREATE DATABASE template")
        upgrade(url.format("template"))
        yield url


def _server(url: str, statement: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def server_url(postgres: str) -> Iterator[str]:
    """A migrated PostgreSQL warehouse without rows."""
    name = f"test_{next(NUMBERS)}"
    _server(postgres, f"CREATE DATABASE {name} TEMPLATE template")
    yield postgres.format(name)
    _server(postgres, f"DROP DATABASE {name} WITH (FORCE)")
