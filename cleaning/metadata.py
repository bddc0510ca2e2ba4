"""What a page says about itself to machines: JSON-LD, OpenGraph and meta tags, `<time>`, `<link>`, `<title>`."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cleaning.days import Moment, read_moment
from cleaning.markup import Tag, attributes, tags_of

_PUBLISHED_METAS = {"article:published_time", "og:published_time", "og:article:published_time"}
_DATE_METAS = {
    *("date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "parsely-pub-date"),
    *(
        "sailthru.date",
        "dc.date",
        "dc.date.issued",
        "dcterms.created",
        "dcterms.issued",
        "cxenseparse:recs:publishtime",
    ),
    *("article.published", "article:created", "datepublished", "last-published", "mediator_published_time"),
}
_MODIFIED_METAS = {
    *("article:modified_time", "og:updated_time", "last-modified", "datemodified", "dcterms.modified"),
}
_AUTHOR_METAS = {
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "byl",
    "sailthru.author",
    "mediator_author",
}
_SITE_METAS = {"og:site_name", "application-name"}
_ARTICLES = re.compile(r"Article$|Posting$|^Report$")
_MAX_JSON = 300_000  # characters of one JSON-LD block that are read
_MAX_NODES = 2_000
_MAX_WORDS = 300  # characters of one value that are kept


@dataclass(slots=True)
class Metadata:
    """The page's own statements, as found; times as (rule, moment) in the order of the source."""

    titles: list[str] = field(default_factory=list)  # best first after `title`
    site: str | None = None
    language: str | None = None
    canonical: str = ""
    kind: str = ""  # og:type
    times: list[tuple[str, Moment]] = field(default_factory=list)
    modified: Moment | None = None
    authors: list[tuple[str, bool]] = field(default_factory=list)  # (name, is an organisation)
    based_on: list[str] = field(default_factory=list)  # names or addresses of what it was made from
    publisher: str | None = None
    is_article: bool = False
    is_free: bool = True
    has_password_field: bool = False
    heading: str = ""  # first <h1>
    page_title: str = ""  # <title>

    @property
    def title(self) -> str:
        """The headline: JSON-LD, then `<h1>`, then OpenGraph, then `<title>`."""
        return next(
            (title for title in (*self.titles[:1], self.heading, *self.titles[1:], self.page_title) if title), ""
        )


def read_metadata(source: str) -> Metadata:
    """Read the page's metadata; what cannot be read is left out."""
    found = Metadata()
    graph_titles: list[str] = []
    for tag, inner in tags_of(source, {"script", "title", "h1"}):
        if tag.name == "script":
            for node in _json_ld(tag, inner):
                _take_node(node, found, graph_titles)
        else:
            _take_tag(tag, inner, found)
    found.titles = [*graph_titles, *found.titles] if graph_titles else ["", *found.titles]
    return found


def _take_tag(tag: Tag, inner: str, found: Metadata) -> None:
    if tag.name == "title":
        found.page_title = found.page_title or _plain(inner)
    elif tag.name == "h1":
        found.heading = found.heading or _plain(inner)
    elif tag.name == "meta":
        _take_meta(attributes(tag.attributes), found)
    elif tag.name == "link":
        _take_link(attributes(tag.attributes), found)
    elif tag.name == "html":
        found.language = attributes(tag.attributes).get("lang") or found.language
    elif tag.name == "time":
        _take_time(attributes(tag.attributes), found)
    elif tag.name == "input" and attributes(tag.attributes).get("type", "").lower() == "password":
        found.has_password_field = True


def _take_meta(named: dict[str, str], found: Metadata) -> None:
    key = (named.get("property") or named.get("name") or named.get("itemprop") or "").lower()
    value = named.get("content", "").strip()[:_MAX_WORDS]
    if not key or not value:
        return
    if key in _PUBLISHED_METAS:
        _take_moment("meta:article:published_time", value, found)
    elif key in _DATE_METAS:
        _take_moment("meta:date", value, found)
    elif key in _MODIFIED_METAS:
        found.modified = found.modified or read_moment(value)
    elif key in _AUTHOR_METAS:
        found.authors.append((value, False))
    elif key in _SITE_METAS:
        found.site = found.site or value
    elif key in {"og:title", "twitter:title"}:
        found.titles.append(value)
    elif key == "og:type":
        found.kind = value.lower()
        found.is_article = found.is_article or value.lower() == "article"
    elif key in {"og:locale", "content-language"} and not found.language:
        found.language = value


def _take_link(named: dict[str, str], found: Metadata) -> None:
    if "canonical" in named.get("rel", "").lower().split() and not found.canonical:
        found.canonical = named.get("href", "").strip()[:2048]


def _take_time(named: dict[str, str], found: Metadata) -> None:
    is_published = "pubdate" in named or "datepublished" in named.get("itemprop", "").lower()
    if "datemodified" in named.get("itemprop", "").lower():
        found.modified = found.modified or read_moment(named.get("datetime", ""))
    else:
        _take_moment("time:pubdate" if is_published else "time", named.get("datetime", ""), found)


def _take_moment(rule: str, value: str, found: Metadata) -> None:
    moment = read_moment(value)
    if moment and rule not in {known for known, _ in found.times}:
        found.times.append((rule, moment))


def _json_ld(tag: Tag, inner: str) -> Iterator[dict[str, Any]]:
    """The nodes of a JSON-LD block, outermost first; a block that is not JSON gives none."""
    if "ld+json" not in tag.attributes.lower():
        return
    try:
        document = json.loads(inner[:_MAX_JSON].strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return
    queue: list[Any] = [document]
    for _ in range(_MAX_NODES):
        if not queue:
            return
        node = queue.pop(0)
        if isinstance(node, list):
            queue.extend(node)
        elif isinstance(node, dict):
            yield node
            queue.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _take_node(node: dict[str, Any], found: Metadata, titles: list[str]) -> None:
    kinds = [kind for kind in _listed(node.get("@type")) if isinstance(kind, str)]
    if not any(_ARTICLES.search(kind) for kind in kinds):
        return
    found.is_article = True
    titles.extend(_plain(text) for text in _texts(node.get("headline"))[:1])
    for text in _texts(node.get("datePublished"))[:1]:
        _take_moment("jsonld:datePublished", text, found)
    for text in _texts(node.get("dateModified"))[:1]:
        found.modified = read_moment(text) or found.modified
    for author in _listed(node.get("author")):
        is_house = isinstance(author, dict) and "Organization" in str(author.get("@type"))
        found.authors.extend((_plain(name), is_house) for name in _names(author))
    found.publisher = next(iter(_names(node.get("publisher"))), None) or found.publisher
    for origin in [*_listed(node.get("isBasedOn")), *_listed(node.get("sourceOrganization"))]:
        found.based_on.extend(_origins(origin))
    if str(node.get("isAccessibleForFree", "true")).lower() == "false":
        found.is_free = False


def _origins(value: Any) -> list[str]:
    """Who is behind a work that a page is based on: its publisher or name, else its address."""
    if isinstance(value, dict):
        names = _names(value.get("publisher")) or _names(value.get("sourceOrganization"))
        return (names or _names(value) or _texts(value.get("url") or value.get("@id")))[:1]
    return _texts(value)[:1]


def _names(value: Any) -> list[str]:
    return [
        name
        for one in _listed(value)
        for name in (_texts(one.get("name")) if isinstance(one, dict) else _texts(one))
        if name
    ]


def _texts(value: Any) -> list[str]:
    return [one[:_MAX_WORDS] for one in _listed(value) if isinstance(one, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _plain(text: str) -> str:
    """Text without tags and entities, white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())[:_MAX_WORDS]
