"""The loopback receiver: every delivery is written down, with its headers."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from models.errors import WirewatchError
from wirewatch.wire.receiver import receive


def test_a_delivery_is_kept_with_headers_and_body(tmp_path: Path) -> None:
    with receive(tmp_path / "log" / "got.jsonl") as receiver:
        answer = httpx.post(receiver.url, content="Երկու – 2", headers={"Idempotency-Key": "exchange:a:b:c:duty"})
        assert answer.status_code == 204
        (got,) = receiver.deliveries()
    assert got["path"] == "/hook"
    assert got["headers"]["idempotency-key"] == "exchange:a:b:c:duty"
    assert got["body"] == "Երկու – 2"


def test_deliveries_of_an_earlier_run_stay(tmp_path: Path) -> None:
    for _ in range(2):
        with receive(tmp_path / "got.jsonl") as receiver:
            httpx.post(receiver.url, content="x")
    assert len(receiver.deliveries()) == 2


def test_before_the_first_delivery_there_is_none(tmp_path: Path) -> None:
    with receive(tmp_path / "got.jsonl") as receiver:
        assert receiver.deliveries() == ()


def test_a_huge_body_is_refused(tmp_path: Path) -> None:
    with receive(tmp_path / "got.jsonl") as receiver:
        connection = HTTPConnection(receiver.host)
        connection.putrequest("POST", "/hook")
        connection.putheader("Content-Length", "2000000")
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
        assert receiver.deliveries() == ()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with receive(tmp_path / "a") as first:
        port = int(first.host.rpartition(":")[2])
        with pytest.raises(WirewatchError, match="another program listens there"), receive(tmp_path / "b", port=port):
            pass
