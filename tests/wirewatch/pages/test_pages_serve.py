"""`wirewatch serve`: on this machine and nowhere else, and gone when told to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.errors import ConfigError
from wirewatch.pages.serve import loopback

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_may_be_served(host: str) -> None:
    assert loopback(host) in {"127.0.0.1", "127.8.9.1", "::1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "", "::ffff:192.0.2.7"])  # noqa: S104 - refused
def test_what_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="no accounts yet"):
        loopback(host)


def command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "wirewatch.cli", "serve", *words]
    return subprocess.run(asked, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_a_bind_beyond_this_machine_ends_at_once_with_a_clear_error(filled: Any) -> None:
    done = command(filled.environment, "--host", "0.0.0.0")  # noqa: S104 - refused
    assert (done.returncode, done.stdout) == (2, "")
    assert "--host 0.0.0.0: can be reached from other machines" in done.stderr


@pytest.mark.slow
def test_a_taken_port_is_told(filled: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command(filled.environment, "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "in use" in done.stderr


@pytest.mark.slow
def test_without_a_warehouse_the_command_says_how_to_make_one(tmp_path: Path) -> None:
    done = command({**os.environ, "WIREWATCH_VAR": str(tmp_path)}, "--port", "0")
    assert done.returncode == 1
    assert "wirewatch db upgrade" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


@pytest.mark.slow
def test_the_served_pages_are_guarded_and_know_their_names(served: str) -> None:
    answered = httpx.get(f"{served}exchanges", trust_env=False)
    assert answered.status_code == 200
    assert "server" not in answered.headers
    assert httpx.get(f"{served}exchanges", headers={"Host": "evil.example"}, trust_env=False).status_code == 421
    assert httpx.get(f"{served}exchanges", headers={"Host": "localhost"}, trust_env=False).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_the_word_to_stop_ends_it(filled: Any, word: signal.Signals) -> None:
    asked = [sys.executable, "-m", "wirewatch.cli", "serve", "--port", "0"]
    with subprocess.Popen(asked, env=filled.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "pages on http://127.0.0.1:" in process.stderr.readline()
        process.send_signal(word)
        assert process.wait(timeout=20) in {0, 130, -word}
        assert process.stderr.read() == ""
