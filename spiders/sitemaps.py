"""Sitemaps → listings: the newest dated entries behind an address, or those of one day, with few files read.

An index may name other indexes; the walk stays on the site, takes each address once, and ends at a depth and a number
of files whatever the site says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from models.errors import FetchError
from models.records import CrawlLimits, PollFailure
from spiders.feeds import FeedItem, absolute, item_of
from spiders.guarded import told_by_child
from spiders.sitemap_file import SitemapAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """One file that was read."""

    is_index: bool  # of other sitemaps
    items: tuple[FeedItem, ...]  # dated, newest first; none of an index
    days: tuple[date, ...]  # of the items, one each
    files: tuple[str, ...]  # that an index leads to, in the order in which they should be read
    left_out: int  # entries without a date or an address


def read_sitemap(body: bytes, *, base: str, limits: CrawlLimits, day: date | None = None) -> Sitemap:
    """The dated entries of a sitemap, or the files that an index of sitemaps names.

    Args:
        body: the file as it came; gzip or not.
        base: its own address.
        limits: bounds of what is read, and of the child process that reads.
        day: only what is dated that day, UTC; files that cannot list it are left out.

    Raises:
        FetchError: it is no sitemap, declares a document type, is too large, or took too long to read.
    """
    asked = SitemapAsked(
        most=limits.sitemap_entries,
        most_bytes=limits.sitemap_bytes,
        latest=(datetime.now(UTC) + timedelta(days=1)).date().isoformat(),
        day=day.isoformat() if day else None,
    )
    told = told_by_child(body, base, limits, json.dumps(asdict(asked)))
    if told["error"]:
        raise FetchError(base, told["error"], hint="is the address a sitemap?")
    if told["kind"] == "sitemapindex":
        files = [url for item in told["items"] if (url := absolute(item["url"], base)) and _same_site(url, base)]
        return Sitemap(is_index=True, items=(), days=(), files=tuple(files), left_out=0)
    return _urlset(told["items"], told["undated"], base)


def _urlset(entries: list[Any], undated: int, base: str) -> Sitemap:
    found: dict[str, tuple[FeedItem, date]] = {}
    for position, entry in enumerate(entries):
        item = item_of(entry, base, position)
        if item:
            found.setdefault(item.url, (item, date.fromisoformat(entry["day"])))
    return Sitemap(
        is_index=False,
        items=tuple(item for item, _ in found.values()),
        days=tuple(day for _, day in found.values()),
        files=(),
        left_out=undated + len(entries) - len(found),
    )


def _same_site(url: str, base: str) -> bool:
    """Whether both lie on one host, www or a host below it aside: an index must not lead us to others."""
    one, other = ((urlsplit(address).hostname or "").removeprefix("www.") for address in (url, base))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@dataclass(slots=True)
class SitemapWalk:
    """The way through a source's sitemaps: what to read next, and what was listed so far."""

    url: str
    limits: CrawlLimits
    day: date | None = None
    failures: list[PollFailure] = field(default_factory=list)  # of files behind the first
    left_out: int = 0
    is_index: bool = False  # the source's own address gives an index
    _seen: set[str] = field(default_factory=set)
    _ahead: list[tuple[str, int]] = field(default_factory=list)
    _listed: dict[str, tuple[date, FeedItem]] = field(default_factory=dict)
    _read: int = 0

    def __post_init__(self) -> None:
        """Begin at the source's own address."""
        self._seen.add(self.url)

    def take(self, sitemap: Sitemap, *, depth: int) -> None:
        """Keep what a file gave.

        Args:
            sitemap: the file as read.
            depth: indexes above it; 0 for the source's own address.
        """
        self._read += 1
        self.left_out += sitemap.left_out
        self.is_index = self.is_index or sitemap.is_index
        for day, item in zip(sitemap.days, sitemap.items, strict=True):
            self._listed.setdefault(item.url, (day, item))
        if depth >= self.limits.sitemap_depth:
            return
        fresh = [url for url in sitemap.files if url not in self._seen]
        self._seen.update(fresh)
        self._ahead = [*((url, depth + 1) for url in dict.fromkeys(fresh)), *self._ahead]

    def fail(self, url: str, failure: PollFailure) -> None:
        """Keep that a file behind the first could not be read."""
        self._read += 1
        self.failures.append(replace(failure, reason=f"{url}: {failure.reason}"))

    def following(self) -> tuple[str, int] | None:
        """Address and depth of the file to read next; None when enough was read or nothing is left."""
        enough = self._read >= self.limits.sitemap_files or len(self._listed) >= self.limits.sitemap_entries
        return None if enough or not self._ahead else self._ahead.pop(0)

    @property
    def unread(self) -> int:
        """Files that are known and were not read."""
        return len(self._ahead)

    def items(self) -> tuple[FeedItem, ...]:
        """What was listed, newest first, as much as the limit allows."""
        in_order = sorted(self._listed.values(), key=lambda pair: pair[0], reverse=True)
        wanted = in_order[: self.limits.sitemap_entries]
        return tuple(replace(item, position=position) for position, (_, item) in enumerate(wanted))
