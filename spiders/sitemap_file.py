"""One sitemap file, read in the guarded child process: its entries, or the sitemaps that an index leads to.

Only the newest entries are kept while the file streams by, so that a file of a hundred thousand costs no more memory
than one of a few hundred.

Source: sitemaps.org protocol 0.9; the news extension of it.
"""

from __future__ import annotations

import heapq
import io
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from lxml import etree

_GZIP: Final = b"\x1f\x8b"
_ANY_GZIP: Final = 16 + zlib.MAX_WBITS
_EARLIEST: Final = 1990  # before it, no page can be
_DATED: Final = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_ENTRY: Final = {"urlset": "url", "sitemapindex": "sitemap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapAsked:
    """What is wanted of a file."""

    most: int  # entries, the newest
    most_bytes: int  # unpacked
    latest: str  # ISO day; what is dated later tells no date
    day: str | None = None  # ISO; only what is dated that day


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    url: str
    title: str
    day: date | None  # UTC; what the entry is dated
    moment: float  # seconds since 1970, for the order; of the day's begin when only the day is known
    published: str  # of the news extension, verbatim; lastmod is a change and no publication


class _RefusedError(Exception):
    """The file is not read any further."""


def parse_sitemap(body: bytes, asked: SitemapAsked) -> dict[str, Any]:
    """Kind (urlset or sitemapindex), dated items newest first, how many were undated; `error` says why when it is none.

    For a day, the files of an index that were last changed before it are left out, for they cannot list it, and the
    others come nearest first, before them those whose address names its month.
    """
    try:
        reading = _Reading(_unpacked(body, asked.most_bytes))
        first = heapq.nlargest(asked.most, reading.wanted(asked), key=lambda entry: reading.rank(entry, asked))
    except _RefusedError as error:
        return {"kind": "", "items": [], "undated": 0, "error": str(error)}
    except (etree.LxmlError, zlib.error, ValueError) as error:
        return {"kind": "", "items": [], "undated": 0, "error": f"not a sitemap: {error}"}
    items = [_item(entry) for entry in first]
    return {"kind": reading.kind, "items": items, "undated": reading.undated, "error": ""}


def _unpacked(body: bytes, most: int) -> bytes:
    """The file itself: sitemaps are often served as gzip files, and those may be bombs."""
    if not body.strip():
        raise _RefusedError("not a sitemap: it is empty")
    if not body.startswith(_GZIP):
        return body
    plain = b""
    while body.startswith(_GZIP):  # a gzip file may be several, one after the other
        unpacking = zlib.decompressobj(_ANY_GZIP)
        plain += unpacking.decompress(body, most - len(plain) + 1)
        if len(plain) > most or unpacking.unconsumed_tail:
            raise _RefusedError(f"larger than {most} bytes when unpacked")
        if not unpacking.eof:
            raise _RefusedError("its gzip data end too early")
        body = unpacking.unused_data
    if plain.startswith(_GZIP):
        raise _RefusedError("gzip within gzip")
    return plain


class _Reading:
    """A file while it streams by; `kind` and `undated` are known at its end."""

    def __init__(self, plain: bytes) -> None:
        self.kind = ""
        self.undated = 0
        self._events = etree.iterparse(
            io.BytesIO(plain),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=True,  # one ampersand that is not escaped must not lose the file
            remove_comments=True,
            remove_pis=True,
        )

    def wanted(self, asked: SitemapAsked) -> Iterator[_Entry]:
        """The entries that count, in the order of the file."""
        for entry in self._entries():
            day = entry.day.isoformat() if entry.day and entry.day.isoformat() <= asked.latest else None
            if self.kind == "sitemapindex":
                if not (asked.day and day and day < asked.day):
                    yield entry
            elif day is None:
                self.undated += 1
            elif asked.day in (None, day):
                yield entry

    def rank(self, entry: _Entry, asked: SitemapAsked) -> tuple[bool, float]:
        """What comes first, by the largest: the newest, or of an index what is likeliest to list the wanted day."""
        if self.kind == "sitemapindex" and asked.day:
            return _names_month(entry.url, asked.day), -entry.moment if entry.day else -math.inf
        return False, entry.moment

    def _entries(self) -> Iterator[_Entry]:
        for event, element in self._events:
            if not self.kind:
                self.kind = _root(element)
            if event == "end" and _name(element) == _ENTRY[self.kind]:
                yield _entry(element)
                _forget(element)
        if not self.kind:
            raise _RefusedError("not a sitemap: no element")


def _names_month(url: str, day: str) -> bool:
    """Whether a file's address names the month of an ISO day: archives are often cut so, and often tell no dates."""
    year, month, _ = day.split("-")
    return any(f"{year}{between}{month}" in url for between in ("-", "", "/", "_"))


def _root(element: Any) -> str:
    """The kind, from the first element that begins: what declares a document type is read no further."""
    if element.getroottree().docinfo.doctype:
        raise _RefusedError("declares a document type: not read")
    name = _name(element)
    if name not in _ENTRY:
        raise _RefusedError(f"not a sitemap: its root element is {name[:40]!r}")
    return name


def _name(element: Any) -> str:
    """The name without its namespace: files get theirs wrong in many ways."""
    return str(element.tag).rpartition("}")[2]


def _entry(element: Any) -> _Entry:
    own = _texts(element)
    news = next((_texts(child) for child in element if _name(child) == "news"), {})
    published = news.get("publication_date", "")
    moment = _moment(published) or _moment(own.get("lastmod", ""))
    return _Entry(
        url=own.get("loc", ""),
        title=news.get("title", ""),
        day=moment.date() if moment else None,
        moment=moment.timestamp() if moment else 0.0,
        published=published,
    )


def _texts(element: Any) -> dict[str, str]:
    """The words of an element's own children; of twins, the first."""
    found: dict[str, str] = {}
    for child in element:
        found.setdefault(_name(child), "".join(child.itertext()).strip())
    return found


def _forget(element: Any) -> None:
    """Give the memory of what was read back."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _moment(words: str) -> datetime | None:
    """A W3C date as UTC, a day or month at its begin; None when it is none, or no page can be so old."""
    moment: datetime | None
    try:
        at = datetime.fromisoformat(words)
        moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        parts = _DATED.match(words)
        moment = _begin(parts) if parts else None
    return None if moment is None or moment.year < _EARLIEST else moment


def _begin(parts: re.Match[str]) -> datetime | None:
    try:
        return datetime(int(parts[1]), int(parts[2]), int(parts[3] or 1), tzinfo=UTC)
    except ValueError:
        return None


def _item(entry: _Entry) -> dict[str, Any]:
    return {
        "url": entry.url,
        "title": entry.title,
        "day": entry.day.isoformat() if entry.day else None,
        "published_text": entry.published,
        "published_at": entry.published or None,
    }
