"""What `conftest.py` does about engines that are absent: skip, say so at the end, or refuse to start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
INNER = """
import pytest

@pytest.mark.needs({engine!r})
def test_that_needs_an_engine():
    pass
"""


@pytest.fixture
def inner(tmp_path: Path) -> Path:
    """A folder of tests under our conftest.py, with nothing on the PATH."""
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def pytest_in(folder: Path, engine: str, *, require: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "test_inner.py").write_text(INNER.format(engine=engine), encoding="utf-8")
    environment = {**os.environ, "PATH": str(folder), "WIREWATCH_REQUIRE": require}
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_test_without_its_engine_is_skipped_and_the_command_is_told_above_the_closing_line(inner: Path) -> None:
    done = pytest_in(inner, "redis")
    lines = done.stdout.strip().splitlines()
    assert done.returncode == 0
    assert "absent: redis (1 tests skipped for it by name); to have it: apt-get install redis-server" in lines
    assert "1 skipped" in lines[-1]


def test_an_engine_that_is_here_is_not_spoken_of(inner: Path) -> None:
    program = inner / "redis-server"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    done = pytest_in(inner, "redis")
    assert "absent: redis" not in done.stdout
    assert "1 passed" in done.stdout.strip().splitlines()[-1]


def test_a_required_engine_that_is_absent_stops_everything(inner: Path) -> None:
    done = pytest_in(inner, "redis", require="browser, redis")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "redis: apt-get install redis-server" in done.stderr
    assert "browser: apt-get install chromium" in done.stderr


def test_a_name_that_is_no_engine_is_refused(inner: Path) -> None:
    done = pytest_in(inner, "redis", require="redsi")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "redsi" in done.stderr


def test_a_test_that_needs_what_is_no_engine_fails(inner: Path) -> None:
    done = pytest_in(inner, "redsi")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "needs() names no engine: redsi" in done.stdout
