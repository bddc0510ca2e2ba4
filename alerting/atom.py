"""An Atom feed of alerts (RFC 4287): one entry for each thread, the same id for ever, updated in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from models.records import Severity, ThreadNews

ATOM: Final = "http://www.w3.org/2005/Atom"
OURS: Final = "urn:wirewatch:alerts"  # namespace of the events that an entry holds
_TAG: Final = "tag:wirewatch.org,2023:"  # RFC 4151; what follows it never changes for a thread
_SCHEMES: Final = {"severity": f"{_TAG}severity", "party": f"{_TAG}party"}
_NO_XML: Final = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom_feed(news: Sequence[ThreadNews], *, pages: str, now: datetime) -> bytes:
    """The feed as bytes, its entries in the given order.

    Args:
        news: one for each thread.
        pages: where the pages are.
        now: what an empty feed says it was updated at; one with entries says when the latest of them was.
    """
    ET.register_namespace("", ATOM)
    ET.register_namespace("wirewatch", OURS)
    home = pages.rstrip("/")
    feed = ET.Element(_atom("feed"))
    _text(feed, "id", f"{_TAG}alerts")
    _text(feed, "title", "Wirewatch alerts")
    _text(feed, "subtitle", "Exchanges of captives, one entry for each, updated when something is new")
    _text(feed, "updated", _z(max((one.updated_at for one in news), default=now)))
    _text(ET.SubElement(feed, _atom("author")), "name", "Wirewatch")
    ET.SubElement(feed, _atom("link"), rel="self", type="application/atom+xml", href=f"{home}/alerts.atom")
    ET.SubElement(feed, _atom("link"), rel="alternate", type="text/html", href=f"{home}/exchanges")
    feed.extend(_entry(one) for one in news)
    ET.indent(feed, space=" ")
    made: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def read_feed(feed: bytes) -> tuple[ThreadNews, ...]:
    """The threads of a feed that `atom_feed` made.

    Raises:
        ValueError: it is none of ours.
    """
    try:
        root = ET.fromstring(feed)  # noqa: S314 - a file that we wrote ourselves, in a folder of ours
        if root.findtext(_atom("id")) != f"{_TAG}alerts":
            raise ValueError("it is no feed of ours")
        return tuple(_news(entry) for entry in root.iter(_atom("entry")))
    except (ET.ParseError, TypeError, KeyError) as error:
        raise ValueError(f"it is no feed of ours: {error}") from error


def _entry(one: ThreadNews) -> ET.Element:
    entry = ET.Element(_atom("entry"))
    _text(entry, "id", f"{_TAG}{one.thread_key}")
    _text(entry, "title", one.title)
    _text(entry, "published", _z(one.opened_at))
    _text(entry, "updated", _z(one.updated_at))
    ET.SubElement(entry, _atom("link"), rel="alternate", type="text/html", href=one.url)
    terms = [("severity", one.severity.value), *(("party", party) for party in one.parties)]
    for scheme, term in terms:
        ET.SubElement(entry, _atom("category"), scheme=_SCHEMES[scheme], term=_clean(term))
    _text(entry, "content", one.body).set("type", "text")
    for key in one.event_keys:
        ET.SubElement(entry, f"{{{OURS}}}event").text = _clean(key)
    return entry


def _news(entry: ET.Element) -> ThreadNews:
    terms = {scheme: [one.attrib["term"] for one in _categories(entry, scheme)] for scheme in _SCHEMES.values()}
    (link,) = entry.findall(_atom("link"))
    (severity,) = terms[_SCHEMES["severity"]]
    return ThreadNews(
        thread_key=_said(entry, "id").removeprefix(_TAG),
        title=_said(entry, "title"),
        body=_said(entry, "content"),
        severity=Severity(severity),
        parties=tuple(terms[_SCHEMES["party"]]),
        url=link.attrib["href"],
        opened_at=datetime.fromisoformat(_said(entry, "published")),
        updated_at=datetime.fromisoformat(_said(entry, "updated")),
        event_keys=tuple(event.text or "" for event in entry.iter(f"{{{OURS}}}event")),
    )


def _categories(entry: ET.Element, scheme: str) -> list[ET.Element]:
    return [one for one in entry.iter(_atom("category")) if one.attrib.get("scheme") == scheme]


def _said(entry: ET.Element, name: str) -> str:
    found = entry.findtext(_atom(name))
    if found is None:
        raise KeyError(name)
    return found


def _text(parent: ET.Element, name: str, words: str) -> ET.Element:
    made = ET.SubElement(parent, _atom(name))
    made.text = _clean(words)
    return made


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _clean(words: str) -> str:
    """Words without what XML 1.0 cannot hold at all, however it is escaped, and with the line breaks that it keeps."""
    return _NO_XML.sub("\ufffd", words.replace("\r\n", "\n").replace("\r", "\n"))


def _z(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def latest_first(news: Iterable[ThreadNews], *, most: int) -> tuple[ThreadNews, ...]:
    """The threads that told last, the latest first."""
    return tuple(sorted(news, key=lambda one: one.updated_at, reverse=True)[:most])
