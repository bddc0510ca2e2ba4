"""Page → Story or Discard: the whole of the step, for HTML pages and for plain wire texts."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from htmldate import find_date

from cleaning import bylines
from cleaning.article import body_blocks, flash_block
from cleaning.attribution import BYLINE, ELSEWHERE, META, Credit, is_organisation, names_nobody, tidy
from cleaning.canonical import host_of, is_same_site
from cleaning.days import Moment, read_moment
from cleaning.decoding import decode
from cleaning.markup import MAX_DEPTH, MarkupLimitError, read
from cleaning.metadata import Metadata, read_metadata
from cleaning.moments import AHEAD, Candidate, given, instant
from cleaning.normal import has_bidi_controls, normal
from cleaning.peel import peel
from cleaning.record import RECORD_TYPE, clean_record
from cleaning.story import Surroundings, tell
from cleaning.verdict import judge
from cleaning.wire import clean_text
from models.records import Discard, DiscardReason, Instant, Page, Precision, Sighting, Story

MAX_BYTES = 10 * 1024 * 1024  # the cap of collect; what is larger came from somewhere else
MAX_VISIBLE = 1_000_000  # characters that a reader sees; no article has a twentieth of it
_OK = range(200, 300)
_PLAIN = {"", "text/plain", "application/octet-stream"}  # declared for files without markup, or nothing declared
_ALSO_HTML = {"application/xhtml+xml", "application/xml"}
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p|table|meta)\b", re.IGNORECASE)
_SNIFF = 4096  # characters in which markup is looked for
_MAX_CONTROL = 0.02  # share of control characters from which on bytes are no text
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_TITLE_TAIL = re.compile(r"\s+[|–—·»:-]\s+[^|–—·»]{2,60}$")


def clean(page: Page) -> Story | Discard:
    """Clean one captured page.

    Returns:
        The story, whose segments refer to `cleaning.decoding.decode(page)` (for a story record, to its `text`), or the
        reason why there is none. Never raises for what a page holds; hostile pages may take long: the steps call
        `cleaning.worker.clean_safely`.
    """
    unfit = _unfit(page)
    if unfit:
        return unfit
    kind = _kind(page)
    if kind == RECORD_TYPE:
        return clean_record(page)
    text = decode(page)
    if len(_CONTROL.findall(text[:_SNIFF])) > _MAX_CONTROL * len(text[:_SNIFF]) + 1:
        return _discard(page, DiscardReason.NOT_HTML_OR_TEXT, "binary")
    if kind != "text/plain" and _HTML.search(text[:_SNIFF]):
        return _with_redirect(page, _clean_html(page, text))
    if kind in _PLAIN:
        return _with_redirect(page, _clean_plain(page, text))
    return _discard(page, DiscardReason.NOT_HTML_OR_TEXT, f"{kind} without markup")


def _unfit(page: Page) -> Discard | None:
    """What the answer itself, before its text is read, says against it."""
    if page.status not in _OK:
        return _discard(page, DiscardReason.HTTP_STATUS, str(page.status))
    if len(page.body) > MAX_BYTES:
        return _discard(page, DiscardReason.TOO_LARGE, f"{len(page.body)} bytes")
    if not page.body.strip(b" \t\r\n\x00"):
        return _discard(page, DiscardReason.EMPTY)
    if not _kind(page).startswith("text/") and _kind(page) not in _PLAIN | _ALSO_HTML | {RECORD_TYPE}:
        return _discard(page, DiscardReason.NOT_HTML_OR_TEXT, _kind(page))
    return None


def _with_redirect(page: Page, told: Story | Discard) -> Story | Discard:
    """Flag a story that another site than the one asked has answered with: its outlet is not the registered one."""
    away = host_of(page.final_url) and host_of(page.url) and not is_same_site(page.final_url, page.url)
    return replace(told, flags=(*told.flags, "redirected-elsewhere")) if away and isinstance(told, Story) else told


def _kind(page: Page) -> str:
    return page.content_type.partition(";")[0].strip().lower()


def _discard(page: Page, reason: DiscardReason, detail: str = "") -> Discard:
    return Discard(url=page.final_url or page.url, reason=reason, detail=detail)


def _clean_plain(page: Page, text: str) -> Story | Discard:
    sighting = page.sighting
    return clean_text(
        text,
        url=page.final_url or page.url,
        source_id=page.source_id,
        title=sighting.title if sighting else "",
        published=_from_feed(sighting),
        fetched_at=page.fetched_at,
    )


def _from_feed(sighting: Sighting | None) -> Instant | None:
    if sighting is None or sighting.published_at is None:
        return None
    return Instant(at=sighting.published_at, precision=Precision.SECOND, rule="feed", verbatim=sighting.published_text)


def _clean_html(page: Page, source: str) -> Story | Discard:
    url = page.final_url or page.url
    try:
        reading = read(source)
    except MarkupLimitError as limit:
        reason = DiscardReason.TOO_DEEP if str(MAX_DEPTH) in limit.problem else DiscardReason.TOO_LARGE
        return _discard(page, reason, limit.problem)
    visible = sum(len(block.spotted.text) for block in reading.blocks)
    if visible > MAX_VISIBLE:
        return _discard(page, DiscardReason.TOO_LARGE, f"{visible} visible characters")
    metadata = read_metadata(source)
    title = _title(metadata, page.sighting)
    body = body_blocks(reading.blocks, reading.visible, url=url)
    if not body and metadata.is_article:
        body = flash_block(reading.blocks)
    verdict = judge(title, reading.blocks, body, metadata)
    if verdict:
        return _discard(page, verdict)
    peeled = peel([normal(block.spotted) for block in body], title=title)
    if not peeled.body or not any(char.isalnum() for part in peeled.body for char in part.text):
        return _discard(page, DiscardReason.NO_BODY)
    told = tell(peeled, _surroundings(page, source, metadata))
    disguised = any(has_bidi_controls(block.spotted.text) for block in body)
    return replace(told, flags=(*told.flags, "bidi-controls")) if disguised else told


def _title(metadata: Metadata, sighting: Sighting | None) -> str:
    """The headline, without the name of the site behind it where only `<title>` gives one."""
    title = metadata.title
    if title == metadata.page_title:
        title = _TITLE_TAIL.sub("", title)
    return title or (sighting.title if sighting else "")


def _surroundings(page: Page, source: str, metadata: Metadata) -> Surroundings:
    url = page.final_url or page.url
    declared = urljoin(url, metadata.canonical) if metadata.canonical else ""
    elsewhere = bool(declared) and bool(host_of(declared)) and not is_same_site(declared, url)
    site = tidy(metadata.publisher) or tidy(metadata.site)
    names, credited = _authors(metadata)
    if elsewhere:
        credited.append(Credit(origin=host_of(declared), weight=ELSEWHERE))
    return Surroundings(
        url=url,
        source_id=page.source_id,
        source=source,
        canonical=_accepted(declared, url),
        fetched_at=page.fetched_at,
        language=metadata.language,
        times=_times(metadata, page, source),
        modified=_instant(metadata.modified, metadata.times),
        credits=[*credited, *_based_on(metadata, url)],
        bylines=names,
        carrier=site,
        flags=["canonical-elsewhere"] if elsewhere else [],
    )


def _accepted(declared: str, url: str) -> str:
    """A declared canonical address is followed on its own host and no further; a home page is nobody's address."""
    is_home = urlsplit(declared).path in {"", "/"} and urlsplit(url).path not in {"", "/"}
    return declared if declared and not is_home and host_of(declared) == host_of(url) else ""


def _times(metadata: Metadata, page: Page, source: str) -> list[Candidate]:
    """The times of metadata and feed; only when there is none, htmldate's reading of the page."""
    found = [Candidate(rule=rule, moment=moment) for rule, moment in metadata.times]
    fed = _from_feed(page.sighting)
    found += [given(fed)] if fed else []
    return found or _guessed(page, source)


def _guessed(page: Page, source: str) -> list[Candidate]:
    """A day that htmldate finds in the page's text or markup, within the bounds of `cleaning.moments`."""
    latest = (page.fetched_at + AHEAD).date().isoformat()
    url = page.final_url or page.url
    day = find_date(source, extensive_search=False, original_date=True, url=url, max_date=latest, min_date="1990-01-01")
    moment = read_moment(day) if day else None
    return [Candidate(rule="htmldate", moment=moment)] if moment else []


def _instant(moment: Moment | None, times: list[tuple[str, Moment]]) -> Instant | None:
    if moment is None:
        return None
    others = [Candidate(rule=rule, moment=other) for rule, other in times]
    return instant(Candidate(rule="modified", moment=moment), others)


def _authors(metadata: Metadata) -> tuple[list[str], list[Credit]]:
    """People who signed, and a credit when a house signed instead."""
    names: list[str] = []
    credited: list[Credit] = []
    for written, is_house in metadata.authors:
        for name in bylines.people(written):
            if is_house or is_organisation(name):
                credited.append(Credit(origin=tidy(name), weight=BYLINE))
            elif not names_nobody(name):
                names.append(name)
    return names, credited


def _based_on(metadata: Metadata, url: str) -> list[Credit]:
    """Credits for the works that the page says it is based on, when they are of another house."""
    found = []
    for origin in metadata.based_on:
        name = host_of(origin) if "://" in origin else tidy(origin)
        if name and not ("://" in origin and is_same_site(origin, url)):
            found.append(Credit(origin=name, weight=META))
    return found
