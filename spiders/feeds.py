"""Feeds → listings: parsed in a child process with a deadline and a memory cap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from models.errors import FetchError
from models.records import CrawlLimits
from spiders.guarded import told_by_child

_LONGEST_URL: Final = 2048
_LONGEST_TITLE: Final = 2000
_EARLIEST: Final = 1990  # before it, no page can be
# What no database takes as text: halves of surrogate pairs, and NUL.
_NO_TEXT: Final = re.compile("[\ud800-\udfff\x00]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
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
    told = told_by_child(body, base, limits)
    if told["error"]:
        raise FetchError(base, told["error"], hint="is the address a feed?")
    items: dict[str, FeedItem] = {}
    entries = told["items"][:_MOST_ITEMS]
    for position, entry in enumerate(entries):
        item = item_of(entry, base, position)
        if item:
            items.setdefault(item.url, item)
    return Feed(kind=told["kind"], items=tuple(items.values()), unusable=len(entries) - len(items))


def item_of(entry: Mapping[str, Any], base: str, position: int) -> FeedItem | None:
    """An entry as the child told it; None when it has no address that may be asked for."""
    url = absolute(entry["url"], base)
    if url is None:
        return None
    return FeedItem(
        url=url,
        title=_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", " ".join(entry["title"].split()))[:_LONGEST_TITLE],
        published_text=_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", entry["published_text"])[:_LONGEST_TITLE],
        published_at=_instant(entry["published_at"], entry["published_text"]),
        position=position,
    )


def absolute(link: str, base: str) -> str | None:
    """The whole address of a link, without its fragment; None when it is no web address."""
    try:
        url = urljoin(base, link.strip())
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not link.strip() or not usable or len(url) > _LONGEST_URL or _CONTROL.search(url):
        return None
    return parts._replace(fragment="").geturl()


def _instant(read: str | None, words: str) -> datetime | None:
    """The time as UTC; None when its zone cannot be told, or no page can be so old."""
    if not read:
        return None
    try:
        at = datetime.fromisoformat(read)
        zone = _ZONE.search(words.strip())
        if at.tzinfo is None or (zone and zone[1] not in _PARSER_KNOWS and zone[1] not in _HOURS_EAST):
            return None
        hours = _HOURS_EAST.get(zone[1], 0) if zone else 0
        moment = (at - timedelta(hours=hours)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None
