"""The channels: a file that keeps each key once, a webhook that signs, and secrets that are shown nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from alerting.channels import open_channel
from alerting.file import FileChannel
from alerting.secret import Secret
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery

NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)
MARKER = "q7-planted-secret-z9"
DELIVERY = Delivery(
    key="exchange:a-b-2024:first_report:abc:duty",
    alert_id=1,
    channel="duty",
    title="A title",
    body="A body",
    payload=json.dumps({"reasons": ["first_report"], "exchange": "a-b-2024"}),
    attempt=1,
)


class Receiver(BaseHTTPRequestHandler):
    """Answers as its server was told to, and remembers what came."""

    def do_POST(self) -> None:
        """Take one delivery."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((dict(self.headers), body))  # type: ignore[attr-defined] # set in `receiver`
        status, headers, answer = self.server.answers.pop(0)  # type: ignore[attr-defined] # set in `receiver`
        if status == 0:
            self.connection.close()
            return
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiver(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.answers, server.came = list(answers), []  # type: ignore[attr-defined] # what the handler reads
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", server.came  # type: ignore[attr-defined] # set above
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def webhook(url: str) -> ChannelConfig:
    return ChannelConfig(name="duty", kind="webhook", url=url, secret="env:WIREWATCH_TEST_SECRET")  # noqa: S106 - a reference


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TEST_SECRET", MARKER)


def test_a_file_keeps_every_key_once(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "deep" / "alerts.jsonl")
    assert channel.send(DELIVERY, now=NOW).response == "appended"
    assert channel.send(DELIVERY, now=NOW).response == "stood there already"
    (line,) = channel.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["key"] == DELIVERY.key


def test_a_line_that_a_crash_tore_is_cut_off_and_written_again(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "alerts.jsonl")
    channel.path.write_bytes(b'{"key": "other"}\n{"key": "exchange:a-b-20')
    channel.send(DELIVERY, now=NOW)
    assert [json.loads(line)["key"] for line in channel.path.read_text(encoding="utf-8").splitlines()] == [
        "other",
        DELIVERY.key,
    ]


def test_a_webhook_is_a_signed_cloud_event() -> None:
    with receiver((200, {}, b"thanks")) as (url, came):
        assert open_channel(webhook(url)).send(DELIVERY, now=NOW).response == "HTTP 200"
    ((headers, body),) = came
    event = json.loads(body)
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert headers["Idempotency-Key"] == event["id"] == DELIVERY.key
    assert (event["specversion"], event["type"]) == ("1.0", "org.wirewatch.exchange.first_report")
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(MARKER.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["Webhook-Signature"] == f"v1,{wanted}"


@pytest.mark.parametrize(
    ("answer", "final", "wait"),
    [
        ((500, {}, b""), False, None),
        ((429, {"Retry-After": "7"}, b""), False, 7.0),
        ((503, {"Retry-After": "Thu, 02 May 2024 12:00:30 GMT"}, b""), False, 30.0),
        ((404, {}, b""), True, None),
        ((302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""), True, None),
        ((0, {}, b""), False, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(
    answer: tuple[int, dict[str, str], bytes], *, final: bool, wait: float | None
) -> None:
    with receiver(answer) as (url, came), pytest.raises(DeliveryError) as refused:
        open_channel(webhook(url)).send(DELIVERY, now=NOW)
    assert (refused.value.final, refused.value.retry_after_s, len(came)) == (final, wait, 1)


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with receiver((200, {}, b"x" * 5_000_000)) as (url, _):
        assert open_channel(webhook(url)).send(DELIVERY, now=NOW).response == "HTTP 200"


def test_a_secret_stands_in_no_error_log_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver((500, {}, b"")) as (url, _), pytest.raises(DeliveryError) as refused:
        open_channel(webhook(url)).send(DELIVERY, now=NOW)
    said = f"{refused.value!r} {refused.value} {open_channel(webhook(url))!r} {caplog.text}"
    assert MARKER not in said


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(MARKER)
    file.chmod(0o644)
    with pytest.raises(DeliveryError, match="chmod 600"):
        Secret(f"file:{file}").reveal()
    file.chmod(0o600)
    assert Secret(f"file:{file}").reveal() == MARKER


def test_a_secret_that_is_not_set_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREWATCH_TEST_SECRET")
    with pytest.raises(DeliveryError, match="export WIREWATCH_TEST_SECRET"):
        Secret("env:WIREWATCH_TEST_SECRET").reveal()
