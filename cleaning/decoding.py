"""From the bytes of a page to the text that offsets refer to.

The order: byte order mark, declared character set (HTTP header, then the document), UTF-8, detection. A declaration
that does not fit the bytes is not believed. A byte order mark stays in the text as U+FEFF, so that offsets count it.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from models.records import Page

_HEAD = 4096  # bytes in which a document declares its character set
_SAMPLE = 65_536  # bytes that detection looks at
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_IN_DOCUMENT = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# labels that pages use for a superset (WHATWG Encoding Standard)
_SUPERSETS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
# codecs of Python that no page is written in, and UTF-7, which browsers refuse because it hides markup
_NOT_FOR_PAGES = {"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}


def decode(page: Page) -> str:
    """The page's text: never raises, bytes that fit no character set become U+FFFD."""
    for mark, name in _MARKS:
        if page.body.startswith(mark):
            return page.body.decode(name, errors="replace")
    for name in (*_declared(page), "utf-8"):
        text = _fits(page.body, name)
        if text is not None:
            return text
    return page.body.decode(_detected(page.body), errors="replace")


def _declared(page: Page) -> tuple[str, ...]:
    in_header = _IN_HEADER.search(page.content_type)
    in_document = _IN_DOCUMENT.search(page.body[:_HEAD])
    labels = [in_header.group(1)] if in_header else []
    labels += [in_document.group(1).decode("ascii", errors="replace")] if in_document else []
    names = [_name(label) for label in labels]
    # a single-byte set fits any bytes; real UTF-8 text is believed before such a claim
    return tuple(name for name in names if name and _is_credible(name, page.body))


def _is_credible(name: str, body: bytes) -> bool:
    if name.startswith(("utf-16", "utf-32")):  # any even number of bytes fits; real text of this kind has NUL bytes
        return b"\0" in body
    return name == "utf-8" or not _is_utf8(body)


def _name(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return None if name in _NOT_FOR_PAGES or not _is_text(name) else _SUPERSETS.get(name, name)


def _is_text(name: str) -> bool:
    """Whether the codec turns bytes into text (Python also lists codecs such as `hex`)."""
    try:
        b"".decode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _is_utf8(body: bytes) -> bool:
    return not body.isascii() and _fits(body, "utf-8") is not None


def _fits(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _detected(body: bytes) -> str:
    best = from_bytes(body[:_SAMPLE]).best()
    return best.encoding if best else "utf-8"
