"""Child process that parses one feed or sitemap: bytes on standard input, one JSON object on standard output.

A process of its own, because feedparser's work can be quadratic in what a hostile feed holds; the parent sets the
deadline, this process its own memory cap.
"""

from __future__ import annotations

import calendar
import codecs
import json
import re
import resource
import sys
from datetime import UTC, datetime
from typing import Any, Final

_XML_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CHARACTER: Final = re.compile(rb"&#(?:x([0-9a-fA-F]{1,10})|(\d{1,10}));")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_DIGITS: Final = 10  # longer references are no characters either
_SURROGATES: Final = range(0xD800, 0xE000)


def main() -> None:
    """Parse standard input; the arguments are the memory cap in MiB and, for a sitemap, what `SitemapAsked` takes."""
    cap = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    body = sys.stdin.buffer.read()
    if len(sys.argv) > 2:  # noqa: PLR2004 - the second argument is there
        from spiders.sitemap_file import SitemapAsked, parse_sitemap

        told = parse_sitemap(body, SitemapAsked(**json.loads(sys.argv[2])))
    else:
        told = parse(body)
    json.dump(told, sys.stdout)


def parse(body: bytes) -> dict[str, Any]:
    """Kind and items of a feed; `error` says why when it is none."""
    bare = body.removeprefix(codecs.BOM_UTF8).lstrip()
    if bare[:1] == b"{":
        return _json_feed(bare)
    import feedparser

    found = feedparser.parse(_harmless(body), sanitize_html=False, resolve_relative_uris=False)
    version = found.get("version") or ""
    if not version and not found.entries:
        return {
            "kind": "",
            "items": [],
            "error": f"not a feed: {found.get('bozo_exception') or 'no known root element'}",
        }
    return {"kind": version, "items": [_item(entry) for entry in found.entries], "error": ""}


def _harmless(body: bytes) -> bytes:
    """The feed without what makes a parser raise or expand: one bad item must not lose the others."""
    without = _DOCTYPE.sub(b"", _XML_FORBIDDEN.sub(b" ", body) if b"\x00<" not in body else body)
    return _CHARACTER.sub(_kept, without)


def _kept(found: re.Match[bytes]) -> bytes:
    value = int(found[1], 16) if found[1] else int(found[2])
    bad = value in _SURROGATES or value > 0x10FFFF or (value < 0x20 and value not in (9, 10, 13))  # noqa: PLR2004 - Unicode
    return b"\xef\xbf\xbd" if bad else found[0]


def _item(entry: Any) -> dict[str, Any]:
    words = entry.get("published") or entry.get("updated") or ""
    return {
        "url": str(entry.get("link") or ""),
        "title": str(entry.get("title") or ""),
        "published_text": str(words),
        "published_at": _moment(entry.get("published_parsed") or entry.get("updated_parsed")),
    }


def _moment(parsed: Any) -> str | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat() if parsed else None
    except (ValueError, OverflowError, OSError):  # the year 10000, or a clock that cannot count so far
        return None


def _json_feed(body: bytes) -> dict[str, Any]:
    """A JSON Feed 1.0 or 1.1 (jsonfeed.org); one odd item loses only itself."""
    try:
        feed = json.loads(body.decode("utf-8", "replace"), parse_int=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError) as error:
        return {"kind": "", "items": [], "error": f"not a JSON feed: {error}"}
    items = feed.get("items")
    if "jsonfeed" not in str(feed.get("version", "")) or not isinstance(items, list):
        return {"kind": "", "items": [], "error": "not a JSON feed: no version or no items"}
    return {"kind": "json", "items": [_json_item(item) for item in items], "error": ""}


def _no_number(_: str) -> None:
    """Nothing that we read is a number, and Python refuses the whole feed for one of five thousand digits."""


def _json_item(item: Any) -> dict[str, Any]:
    """An item; what is no object has no address and so is counted as unusable."""
    fields: dict[str, Any] = item if isinstance(item, dict) else {}
    words = _text(fields, "date_published") or _text(fields, "date_modified")
    return {
        "url": _text(fields, "url") or _text(fields, "external_url") or _permalink(fields),
        "title": _text(fields, "title"),
        "published_text": words,
        "published_at": words or None,
    }


def _permalink(fields: dict[str, Any]) -> str:
    """Of an item without an address, its id: the format advises that it be the address."""
    name = _text(fields, "id")
    return name if name.startswith(("https://", "http://")) else ""


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    main()
