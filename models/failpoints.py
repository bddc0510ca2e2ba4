"""Places where a test can kill, fail or slow a process: `WIREWATCH_FAIL_AT=<name>:<hit>:<kill|raise|enospc|sleep>`.

Off unless the variable is set. The hit counts the passes of this process through the named place, from 1.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections import Counter

_PASSES: Counter[str] = Counter()
_SLEEP_S = 60.0


def fail_point(name: str) -> None:
    """Do nothing, or what the environment asks for at this pass through this place.

    Raises:
        RuntimeError: the environment asked for `raise`.
        OSError: the environment asked for `enospc`: no space left on device.
    """
    asked = os.environ.get("WIREWATCH_FAIL_AT")
    if not asked:
        return
    where, hit, deed = asked.split(":")
    if where != name:
        return
    _PASSES[name] += 1
    if _PASSES[name] == int(hit):
        _do(deed, name)


def _do(deed: str, name: str) -> None:
    if deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif deed == "raise":
        raise RuntimeError(f"asked to fail at {name}")
    elif deed == "enospc":
        raise OSError(errno.ENOSPC, f"no space left on device (asked at {name})")
    elif deed == "sleep":
        time.sleep(_SLEEP_S)
    else:
        raise ValueError(f"WIREWATCH_FAIL_AT asks for {deed!r}: kill, raise, enospc or sleep")
