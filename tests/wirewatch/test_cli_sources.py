"""Sources at the command: what a list and the health of them show, and that who waits is not polled."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models import polls
from models.errors import FetchError
from models.migrate import upgrade
from models.records import FailureClass, Listing, PollFailure, PollRules, Validators
from models.sources import mark_verified
from wirewatch import steps
from wirewatch.cli import main
from wirewatch.desk import Desk, open_desk
from wirewatch.settings import load_settings

SOURCE = """
[[source]]
id = "{id}"
outlet = "{id}"
kind = "{kind}"
url = "https://{id}.example/feed"
language = "en"
country = "GB"
owner = "{id}"
role = "outlet"
verified = {verified}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk that watches three invented sources, one of them unproven."""
    watch = tmp_path / "watch"
    watch.mkdir()
    named = {"north": "true", "south": "true", "unproven": "false"}
    text = "".join(SOURCE.format(id=name, kind="rss", verified=word) for name, word in named.items())
    (watch / "sources.toml").write_text(text, encoding="utf-8")
    for name in ("actors.toml", "rules.toml"):
        (watch / name).write_text("", encoding="utf-8")
    monkeypatch.setenv("WIREWATCH_WATCH", str(watch))
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    settings = load_settings()
    upgrade(settings.warehouse)
    with open_desk(settings) as opened:
        yield opened


def told(*words: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), pytest.raises(SystemExit) as ended:
        main([*words, "--format", "json"])
    assert not ended.value.code
    rows: list[dict[str, Any]] = json.loads(out.getvalue())
    return rows


def failing(name: str, kind: FailureClass, wait_s: float | None = None) -> PollFailure:
    return PollFailure(source_id=name, kind=kind, reason="HTTP 410", wait_s=wait_s)


def test_health_shows_who_works_who_fails_and_when_each_is_polled_next(desk: Desk) -> None:
    polls.note_listed(desk.warehouse, Listing(source_id="north", sightings=(), validators=Validators()))
    polls.note_failed(desk.warehouse, failing("south", FailureClass.HARD), PollRules())
    north, south, unproven = told("source", "health")
    assert (north["state"], north["next_poll_at"], north["last_error"]) == ("ok", None, None)
    assert north["last_ok_at"] == north["last_new_at"] is not None
    assert (south["state"], south["failure"], south["last_error"]) == ("failing", "hard", "HTTP 410")
    assert south["next_poll_at"] > f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
    assert unproven["state"] == "unverified"
    assert [row["state"] for row in told("source", "list")] == ["ok", "failing", "unverified"]


def test_after_how_many_days_a_source_is_silent_is_a_setting(desk: Desk, tmp_path: Path) -> None:
    from models.tables import source

    polls.note_listed(desk.warehouse, Listing(source_id="north", sightings=(), validators=Validators()))
    with desk.warehouse.write() as connection:
        connection.execute(source.update().values(last_new_at=datetime.now(UTC) - timedelta(days=3)))
    main_file = tmp_path / "wirewatch.toml"
    for days, state in {2: "silent", 4: "ok"}.items():
        main_file.write_text(f"[poll]\nsilent_days = {days}.0\n", encoding="utf-8")
        assert told("source", "health", "--config", str(main_file))[0]["state"] == state


def test_who_was_asked_to_wait_or_is_disabled_is_not_polled_and_is_named(desk: Desk) -> None:
    polls.note_failed(desk.warehouse, failing("north", FailureClass.TEMPORARY, 900.0), PollRules())
    polls.note_failed(desk.warehouse, failing("south", FailureClass.HARD), PollRules(disable_after=1))
    report = steps.collect(desk)
    assert (report.read, report.partial) == (0, False)
    first, *waits = report.notes
    assert first == "no source is due"
    assert [words.partition(" until ")[0] for words in waits] == ["north waits", "south waits"]


def test_a_second_try_right_after_every_source_failed_is_no_success(desk: Desk) -> None:
    polls.note_failed(desk.warehouse, failing("north", FailureClass.TEMPORARY, 900.0), PollRules())
    polls.note_failed(desk.warehouse, failing("south", FailureClass.SOFT), PollRules())
    with pytest.raises(FetchError, match=r"every source failed and waits: north waits until .*; south waits until "):
        steps.collect(desk)


def test_a_test_that_passes_ends_the_wait(desk: Desk) -> None:
    polls.note_failed(desk.warehouse, failing("south", FailureClass.HARD), PollRules())
    mark_verified(desk.warehouse, "south")
    assert polls.waiting(desk.warehouse) == {}


def test_a_backfill_polls_no_feed(desk: Desk) -> None:
    assert steps.collect(desk, day=date(2024, 5, 1)).notes == ("2024-05-01 is over and no source lists past days",)
