"""Feeds → listings: parsed in a child process with a deadline and a memory cap."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from models.errors import FetchError
from models.records import CrawlLimits

_LONGEST_URL: Final = 2048
_MOST_ITEMS: Final = 5_000
_ZONE: Final = re.compile(r"\s([A-Z]{3,5})$")
# Names that the feed parser reads rightly.
_PARSER_KNOWS: Final = frozenset(["UTC", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"])
# Names it silently takes for UTC: hours east of it. A name in neither list leaves the time unknown.
_HOURS_EAST: Final[Mapping[str, float]] = {
    "MSK": 3, "AZT": 4, "AMT": 4, "GET": 4, "TRT": 3, "EET": 2, "EEST": 3, "CET": 1, "CEST": 2, "WET": 0, "WEST": 1,
    "BST": 1, "IDT": 3, "IRST": 3.5, "GST": 4, "PKT": 5, "JST": 9, "KST": 9, "SAMT": 4, "EAT": 3, "CAT": 2, "WAT": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry of a feed with an address that may be asked for."""

    url: str
    title: str
    published_text: str
    published_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that was read."""

    kind: str
    items: tuple[FeedItem, ...]
    unusable: int  # entries without an http(s) address


def read_feed(body: bytes, *, base: str, limits: CrawlLimits) -> Feed:
    """The listings of a feed, in its order, each address once.

    Args:
        body: the feed as it came.
        base: its own address, for relative links.
        limits: deadline and memory of the child process.

    Raises:
        FetchError: it is no feed, or reading it took too long or too much memory.
    """
    told = _told(body, base, limits)
    if told["error"]:
        raise FetchError(base, told["error"], hint="is the address a feed?")
    items: dict[str, FeedItem] = {}
    entries = told["items"][:_MOST_ITEMS]
    for position, entry in enumerate(entries):
        item = _item(entry, base, position)
        if item:
            items.setdefault(item.url, item)
    return Feed(kind=told["kind"], items=tuple(items.values()), unusable=len(entries) - len(items))


def _told(body: bytes, base: str, limits: CrawlLimits) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "spiders.feed_child", str(limits.feed_parse_mib)]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=limits.feed_parse_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise FetchError(
            base, f"not read within {limits.feed_parse_s:g} s", hint="the feed is hostile or huge"
        ) from error
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"signal {-done.returncode}"]
        raise FetchError(base, f"its reader died: {last[0]}", hint="the feed is hostile or huge")
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told


def _item(entry: Mapping[str, Any], base: str, position: int) -> FeedItem | None:
    url = _absolute(entry["url"], base)
    if url is None:
        return None
    return FeedItem(
        url=url,
        title=" ".join(entry["title"].split()),
        published_text=entry["published_text"],
        published_at=_instant(entry["published_at"], entry["published_text"]),
        position=position,
    )


def _absolute(link: str, base: str) -> str | None:
    try:
        url = urljoin(base, link.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    usable = bool(link.strip()) and parts.scheme in ("http", "https") and parts.netloc and len(url) <= _LONGEST_URL
    return parts._replace(fragment="").geturl() if usable else None


def _instant(read: str | None, words: str) -> datetime | None:
    """The time as UTC; None when its zone cannot be told."""
    if not read:
        return None
    try:
        at = datetime.fromisoformat(read)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    zone = _ZONE.search(words.strip())
    if zone and zone[1] not in _PARSER_KNOWS:
        if zone[1] not in _HOURS_EAST:
            return None
        at -= timedelta(hours=_HOURS_EAST[zone[1]])
    return at.astimezone(UTC)
