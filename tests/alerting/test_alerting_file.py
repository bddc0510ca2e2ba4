"""The file channel: each key once, whatever a crash, another sender or a full disk did to the file."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerting.file import FileChannel
from models.errors import DeliveryError
from models.records import Delivery

# A sender of its own that dies in the middle of the line that it writes.
KILLED = """
import os, signal, sys, datetime, pathlib
from alerting import file
from models.records import Delivery

def torn(target, line):
    target.write(line[: int(sys.argv[2])])
    os.kill(os.getpid(), signal.SIGKILL)

file._append = torn
delivery = Delivery(key="k:2", channel="duty", title="t", body="b", payload='{"exchange": "x"}', attempt=1)
file.FileChannel(pathlib.Path(sys.argv[1])).send(delivery, now=datetime.datetime.now(datetime.timezone.utc))
"""


@pytest.fixture(scope="session")
def delivery() -> Delivery:
    return Delivery(
        key="k:1",
        channel="duty",
        title="A title",
        body="A\nbody “ё”",
        payload='{"exchange": "x"}',
        attempt=1,
    )


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_file_keeps_every_key_once(tmp_path: Path, delivery: Delivery, now: datetime) -> None:
    channel = FileChannel(tmp_path / "deep" / "alerts.jsonl")
    assert channel.send(delivery, now=now).response == "appended"
    assert channel.send(replace(delivery, key="k:10"), now=now).response == "appended"
    assert channel.send(delivery, now=now).response == "stood there already"
    assert keys(channel.path) == ["k:1", "k:10"]
    line = json.loads(channel.path.read_text(encoding="utf-8").splitlines()[0])
    assert line == {
        "key": "k:1",
        "at": "2024-05-02T12:00:00Z",
        "title": "A title",
        "body": "A\nbody “ё”",
        "alert": {"exchange": "x"},
    }


def test_a_key_inside_another_alert_is_not_that_alert(tmp_path: Path, delivery: Delivery, now: datetime) -> None:
    channel = FileChannel(tmp_path / "alerts.jsonl")
    channel.send(replace(delivery, key="k:0", body='see "k:1"', payload='{"key": "k:1"}'), now=now)
    channel.send(delivery, now=now)
    assert keys(channel.path) == ["k:0", "k:1"]


@pytest.mark.parametrize("written", [0, 1, 5, 30])
def test_a_sender_that_is_killed_in_mid_line_leaves_nothing_behind(
    tmp_path: Path, delivery: Delivery, now: datetime, written: int
) -> None:
    channel = FileChannel(tmp_path / "alerts.jsonl")
    channel.send(delivery, now=now)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(channel.path), str(written)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(channel.path.read_bytes().rpartition(b"\n")[2]) == written
    channel.send(replace(delivery, key="k:2"), now=now)
    assert keys(channel.path) == ["k:1", "k:2"]


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_torn_at_any_byte_mends_itself(
    tmp_path: Path, delivery: Delivery, now: datetime, data: st.DataObject
) -> None:
    channel = FileChannel(tmp_path / "alerts.jsonl")
    channel.path.unlink(missing_ok=True)
    for number in (1, 2):
        channel.send(replace(delivery, key=f"k:{number}"), now=now)
    whole = channel.path.read_bytes()
    channel.path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for number in (1, 2):
        channel.send(replace(delivery, key=f"k:{number}"), now=now)
    assert channel.path.read_bytes() == whole


def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path, delivery: Delivery, now: datetime) -> None:
    channel = FileChannel(tmp_path / "notes.txt")
    channel.path.write_bytes(b"my notes\nwithout an end")
    with pytest.raises(DeliveryError, match="no line of alerts") as refused:
        channel.send(delivery, now=now)
    assert refused.value.final
    assert channel.path.read_bytes() == b"my notes\nwithout an end"


def test_lines_of_others_are_kept(tmp_path: Path, delivery: Delivery, now: datetime) -> None:
    channel = FileChannel(tmp_path / "alerts.jsonl")
    channel.path.write_bytes(b'no json "k:1"\n\xff "k:1"\n[1, "k:1"]\n{"other": "k:1"}')
    channel.send(delivery, now=now)
    assert channel.path.read_bytes().count(b"\n") == 5
    assert keys_of_last(channel.path) == "k:1"


def keys_of_last(path: Path) -> str:
    return str(json.loads(path.read_bytes().splitlines()[-1])["key"])


def test_a_full_disk_is_an_error_that_may_pass(
    tmp_path: Path, delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    channel = FileChannel(tmp_path / "alerts.jsonl")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DeliveryError, match="No space left") as refused:
            channel.send(delivery, now=now)
    assert not refused.value.final
    channel.send(delivery, now=now)
    assert keys(channel.path) == ["k:1"]


def test_a_pipe_or_folder_is_no_file_to_write_alerts_to(tmp_path: Path, delivery: Delivery, now: datetime) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DeliveryError, match="is no plain file") as refused:
        FileChannel(tmp_path / "pipe").send(delivery, now=now)
    assert refused.value.final
    with pytest.raises(DeliveryError, match="cannot be written"):
        FileChannel(tmp_path).send(delivery, now=now)


def test_a_sender_that_hangs_on_the_file_stops_nobody_for_ever(
    tmp_path: Path, delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerting.locked_file._PAUSE_S", 0.001)
    path = tmp_path / "alerts.jsonl"
    with path.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DeliveryError, match="held by another sender") as refused:
            FileChannel(path).send(delivery, now=now)
    assert not refused.value.final
    assert FileChannel(path).send(delivery, now=now).response == "appended"
