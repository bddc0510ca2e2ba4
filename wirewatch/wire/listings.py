"""How the sites of the bundled wire list their stories: RSS, Atom, RDF, JSON Feed and sitemaps as bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import groupby
from typing import Final

from wirewatch.wire.library import Gone, Outlet, WireStory
from wirewatch.wire.render import local, story_path

TYPES: Final = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
    "sitemap": "application/xml",
}
SITEMAP_INDEX: Final = "/sitemap-index.xml"
_NEWS: Final = "/sitemap-news.xml"
_NEWS_DAYS: Final = 3  # how far back a news sitemap reaches
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SITEMAP_NEWS: Final = "http://www.google.com/schemas/sitemap-news/0.9"
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_BEGIN: Final = datetime(2023, 12, 7, tzinfo=UTC)  # of a feed that lists nothing yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What an outlet lists at one moment."""

    outlet: Outlet
    stories: Sequence[WireStory]  # the newest first
    gone: Sequence[Gone]
    base: str  # scheme and host of the site
    moment: datetime | None = None

    @property
    def standing(self) -> list[WireStory]:
        """The stories whose pages are still there: a sitemap forgets what was removed, a feed does not."""
        return [story for story in self.stories if not story.is_removed(self.moment)]

    def link(self, story: WireStory) -> str:
        """The address that a feed gives for a story: with tracking, or of the AMP page, where the outlet does so."""
        path = story_path(self.outlet, story)
        return self.base + ("/amp" + path if self.outlet.amp else path) + self.outlet.tracking


def listings(listed: Listed) -> Iterator[tuple[str, str, bytes]]:
    """Path, kind and body of everything that lists an outlet's stories."""
    make = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}
    for kind, path in listed.outlet.ways.items():
        if kind in make:
            yield path, kind, make[kind](listed).encode()
    if "sitemap" in listed.outlet.ways:
        yield from ((path, "sitemap", body.encode()) for path, body in _sitemaps(listed))


def _rss(listed: Listed) -> str:
    outlet, base = listed.outlet, listed.base
    items = [_rss_item(outlet, story.title, listed.link(story), story.at, story) for story in listed.stories]
    items += [_rss_item(outlet, gone.title, f"{base}/gone/{gone.slug}", gone.at, None) for gone in listed.gone]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{base}/</link><description>{escape(outlet.name)}</description>"
        f"<language>{outlet.language}</language>\n" + "\n".join(items) + "\n</channel></rss>\n"
    )


def _rss_item(outlet: Outlet, title: str, link: str, at: datetime, story: WireStory | None) -> str:
    more = ""
    if story is not None:
        more = f"<dc:creator>{escape(story.byline)}</dc:creator><description>{escape(story.lead)}</description>"
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="false">{outlet.id}-{escape(link.rsplit("/", 2)[-2])}-{at:%Y%m%d%H%M}</guid>'
        f"<pubDate>{format_datetime(local(outlet, at))}</pubDate>{more}</item>"
    )


def _atom(listed: Listed) -> str:
    outlet, base = listed.outlet, listed.base
    entries = "\n".join(
        f'<entry><id>tag:{outlet.id},2023:{story.slug}</id><title type="text">{escape(story.title)}</title>'
        f'<link rel="alternate" href="{listed.link(story)}"/>'
        f"<published>{story.at:{_STAMP}}</published><updated>{story.edited:{_STAMP}}</updated>"
        f"<author><name>{escape(story.byline)}</name></author>"
        f'<summary type="text">{escape(story.lead)}</summary></entry>'
        for story in listed.stories
    )
    updated = max((story.edited for story in listed.stories), default=_BEGIN)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:{outlet.id},2023:feed</id><title>{escape(outlet.name)}</title><updated>{updated:{_STAMP}}</updated>"
        f'<link rel="self" href="{base}{outlet.ways["atom"]}"/>\n{entries}\n</feed>\n'
    )


def _rdf(listed: Listed) -> str:
    outlet, base = listed.outlet, listed.base
    links = [listed.link(story) for story in listed.stories]
    seq = "".join(f'<rdf:li rdf:resource="{link}"/>' for link in links)
    items = "\n".join(
        f'<item rdf:about="{link}"><title>{escape(story.title)}</title><link>{link}</link>'
        f"<dc:date>{local(outlet, story.at).isoformat()}</dc:date>"
        f"<description>{escape(story.lead)}</description></item>"
        for link, story in zip(links, listed.stories, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/"><title>{escape(outlet.name)}</title><link>{base}/</link>'
        f"<description>{escape(outlet.name)}</description><items><rdf:Seq>{seq}</rdf:Seq></items></channel>\n"
        f"{items}\n</rdf:RDF>\n"
    )


def _json(listed: Listed) -> str:
    items = [
        {
            "id": story.slug,
            "url": listed.link(story),
            "title": story.title,
            "summary": story.lead,
            "date_published": local(listed.outlet, story.at).isoformat(),
            "date_modified": local(listed.outlet, story.edited).isoformat(),
        }
        for story in listed.stories
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": listed.outlet.name,
        "home_page_url": f"{listed.base}/",
        "feed_url": listed.base + listed.outlet.ways["json"],
        "language": listed.outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _sitemaps(listed: Listed) -> Iterator[tuple[str, str]]:
    """The news sitemap of the last days, one sitemap for each day, and the index of them all."""
    standing = listed.standing
    days = groupby(standing, key=lambda story: story.at.date())
    by_path = {_NEWS: _recent(standing)} | {f"/sitemap-{day}.xml": list(stories) for day, stories in days}
    yield from ((path, _urlset(listed, stories)) for path, stories in by_path.items())
    yield SITEMAP_INDEX, _sitemap_index(listed.base, {path: stories for path, stories in by_path.items() if stories})


def _recent(stories: list[WireStory]) -> list[WireStory]:
    """Those of the last days, counted from the newest."""
    if not stories:
        return []
    first = stories[0].at.date() - timedelta(days=_NEWS_DAYS - 1)
    return [story for story in stories if story.at.date() >= first]


def _urlset(listed: Listed, stories: Sequence[WireStory]) -> str:
    entries = "\n".join(_sitemap_entry(listed, story) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="{_SITEMAPS}" xmlns:news="{_SITEMAP_NEWS}">\n{entries}\n</urlset>\n'
    )


def _sitemap_entry(listed: Listed, story: WireStory) -> str:
    outlet = listed.outlet
    return (
        f"<url><loc>{escape(listed.base + story_path(outlet, story))}</loc><lastmod>{story.edited:{_STAMP}}</lastmod>"
        f"<news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{local(outlet, story.at).isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news></url>"
    )


def _sitemap_index(base: str, by_path: dict[str, list[WireStory]]) -> str:
    entries = "\n".join(
        f"<sitemap><loc>{base}{path}</loc>"
        f"<lastmod>{max(story.edited for story in stories):{_STAMP}}</lastmod></sitemap>"
        for path, stories in by_path.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_SITEMAPS}">\n{entries}\n</sitemapindex>\n'
