"""Free ports in a row, for the bundled wire."""

from __future__ import annotations

import socket

import pytest

_ROW = 16


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def port_row() -> int:
    """The first of sixteen free ports in a row, below the range from which the system gives ports away."""
    for first in range(20100, 32000, 50):
        if all(_is_free(first + place) for place in range(_ROW)):
            return first
    pytest.fail("no free row of ports")
