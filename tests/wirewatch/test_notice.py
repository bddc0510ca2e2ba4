"""The operator is told by a channel, without a warehouse, and once under a key."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.atom import read_feed
from models.errors import ConfigError, DeliveryError
from models.records import ChannelConfig, Delivery, Severity
from wirewatch.cli import main
from wirewatch.notice import Notice, tell
from wirewatch.settings import load_settings
from wirewatch.wire.receiver import receive

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
NOTICE = Notice(key="failed:d:1", reason="run_failed", subject="d", title="d failed", text="run 1: task collect")


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def to_file(tmp_path: Path) -> ChannelConfig:
    return ChannelConfig(name="operator", kind="file", path=str(tmp_path / "operator.jsonl"))


def test_a_notice_is_told_once_under_its_key(tmp_path: Path) -> None:
    for _ in range(2):
        tell(to_file(tmp_path), NOTICE, told=tmp_path / "told", now=NOW)
    (line,) = lines(tmp_path / "operator.jsonl")
    assert (line["title"], line["body"]) == ("d failed", "run 1: task collect")


def test_a_key_is_forgotten_after_a_month(tmp_path: Path) -> None:
    tell(to_file(tmp_path), NOTICE, told=tmp_path / "told", now=NOW)
    (mark,) = (tmp_path / "told").iterdir()
    os.utime(mark, times=(NOW.timestamp(), NOW.timestamp()))
    tell(to_file(tmp_path), Notice(key="b", reason="r", subject="s", title="t", text=""), told=tmp_path / "told",
         now=NOW + timedelta(days=31))  # fmt: skip
    assert mark not in (tmp_path / "told").iterdir()


def test_what_another_process_forgets_meanwhile_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    for _ in range(2):
        tell(to_file(tmp_path), NOTICE, told=tmp_path / "told", now=NOW)
    assert len(lines(tmp_path / "operator.jsonl")) == 1


def test_a_feed_and_a_service_of_apprise_take_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port_row: int
) -> None:
    feed = ChannelConfig(name="feed", kind="atom", path=str(tmp_path / "operator.atom"))
    tell(feed, NOTICE, told=tmp_path / "told", now=NOW, pages="http://127.0.0.1:8080/")
    (entry,) = read_feed((tmp_path / "operator.atom").read_bytes())
    assert (entry.title, entry.severity, entry.url) == ("d failed", Severity.NOTICE, "http://127.0.0.1:8080")
    with receive(tmp_path / "got.jsonl", port=port_row + 15) as receiver:
        monkeypatch.setenv("OPERATOR_URL", receiver.url.replace("http://", "json://"))
        tell(ChannelConfig(name="ops", kind="apprise", url="env:OPERATOR_URL"), NOTICE, told=tmp_path / "told", now=NOW)
        (got,) = receiver.deliveries()
    assert (json.loads(got["body"])["title"], json.loads(got["body"])["message"]) == ("d failed", NOTICE.text)


def test_a_channel_that_takes_it_later_is_tried_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Sulking:
        tries = 0

        def send(self, delivery: Delivery, *, now: datetime) -> None:
            self.tries += 1
            raise DeliveryError(delivery.channel, f"not at {now:%H:%M}")

    channel, pauses = Sulking(), []
    monkeypatch.setattr("wirewatch.notice.open_channel", lambda *_, **__: channel)
    with pytest.raises(DeliveryError, match="operator: not at 12:00"):
        tell(to_file(tmp_path), NOTICE, told=tmp_path / "told", now=NOW, pause=pauses.append)
    assert (channel.tries, len(pauses)) == (3, 2)
    assert not (tmp_path / "told").exists()


def test_a_webhook_gets_it_as_an_event_that_is_of_no_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port_row: int
) -> None:
    monkeypatch.setenv("OPERATOR_SECRET", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")
    with receive(tmp_path / "got.jsonl", port=port_row + 14) as receiver:
        channel = ChannelConfig(name="ops", kind="webhook", url=receiver.url, secret="env:OPERATOR_SECRET")  # noqa: S106 - a reference
        tell(channel, NOTICE, told=tmp_path / "told", now=NOW)
        (got,) = receiver.deliveries()
    event = json.loads(got["body"])
    assert (event["type"], event["subject"]) == ("org.wirewatch.operator.run_failed", "d")
    assert event["data"]["title"] == "d failed"


def test_the_operator_reads_a_file_of_its_own_unless_a_channel_is_named(tmp_path: Path) -> None:
    assert load_settings(root=tmp_path, environment={}).operator.path == str(tmp_path / "var" / "operator.jsonl")
    (tmp_path / "wirewatch.toml").write_text('[operator]\nchannel = "duty-file"\n', encoding="utf-8")
    assert load_settings(root=tmp_path, environment={}).operator.path == str(tmp_path / "var" / "alerts.jsonl")
    (tmp_path / "wirewatch.toml").write_text('[operator]\nchannel = "duty-fle"\n', encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"toml:2 operator.channel: no channel is called 'duty-fle'.*did you mean 'duty-file'"
    ):
        load_settings(root=tmp_path, environment={})


def test_the_command_needs_no_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path))
    for _ in range(2):
        with pytest.raises(SystemExit) as end:
            main(["tell-operator", "it rains", "--key", "k", "--text", "into the rack"])
        assert not end.value.code
    (line,) = lines(tmp_path / "operator.jsonl")
    assert (line["title"], line["body"]) == ("it rains", "into the rack")
    assert not (tmp_path / "warehouse.db").exists()
