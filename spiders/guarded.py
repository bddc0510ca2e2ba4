"""The guarded child: bytes that a stranger wrote are parsed in a process with a deadline and a memory cap."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from models.errors import FetchError
from models.records import CrawlLimits


class NotReadInTimeError(FetchError):
    """The child's time was over: what was to be read is hostile or huge, or this machine is busy."""


def told_by_child(body: bytes, base: str, limits: CrawlLimits, *asked: str) -> Mapping[str, Any]:
    """What `spiders.feed_child` tells of a feed or sitemap.

    Args:
        body: what came.
        base: its own address, for messages.
        limits: deadline and memory of the child.
        asked: further arguments of the child.

    Raises:
        NotReadInTimeError: it took too long.
        FetchError: it took too much memory.
    """
    command = [sys.executable, "-m", "spiders.feed_child", str(limits.feed_parse_mib), *asked]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=limits.feed_parse_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotReadInTimeError(
            base, f"not read within {limits.feed_parse_s:g} s", hint="the feed is hostile or huge"
        ) from error
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"signal {-done.returncode}"]
        raise FetchError(base, f"its reader died: {last[0]}", hint="the feed is hostile or huge")
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told
