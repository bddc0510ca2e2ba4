"""How the sites of the bundled wire look: pages, feeds and robots.txt as bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from string import Template

from wirewatch.wire.library import Outlet, WireStory

_RELATED = 4


def story_path(outlet: Outlet, story: WireStory) -> str:
    """Where a story lies on its site."""
    local = _local(outlet, story.at)
    parts = {"y": f"{local:%Y}", "m": f"{local:%m}", "d": f"{local:%d}", "slug": story.slug, "section": story.section}
    return outlet.path.format(**parts)


def feed_link(outlet: Outlet, story: WireStory) -> str:
    """The path that the feed gives for a story: with tracking, or to the AMP page, where the outlet does so."""
    path = story_path(outlet, story)
    return ("/amp" + path if outlet.amp else path) + outlet.tracking


def page(outlet: Outlet, story: WireStory, others: Sequence[WireStory], base: str, *, layout: str = "") -> bytes:
    """A story's page in the outlet's layout, in the outlet's own charset."""
    url = base + story_path(outlet, story)
    local = _local(outlet, story.at)
    values = {
        "base": base,
        "site": escape(outlet.name),
        "lang": outlet.language,
        "charset": outlet.charset,
        "title": escape(story.title),
        "lead": escape(story.lead),
        "byline": escape(story.byline),
        "section": escape(story.section),
        "url": url,
        "amp": base + "/amp" + story_path(outlet, story),
        "iso": local.isoformat(),
        "day": f"{local:%Y-%m-%d}",
        "shown": f"{local:%d.%m.%Y %H:%M}" if outlet.zone else f"{local:%d %B %Y, %H:%M} GMT",
        "body": _body(outlet, story),
        "related": "\n".join(_item(outlet, other, base) for other in others[:_RELATED]),
        "jsonld": _json_ld(outlet, story, url),
    }
    chosen = "wall" if story.wall else layout or outlet.layout
    text = Template((files(__package__) / "layouts" / f"{chosen}.html").read_text(encoding="utf-8")).substitute(values)
    return text.encode(outlet.charset, errors="xmlcharrefreplace")


def feed(outlet: Outlet, stories: Sequence[WireStory], base: str) -> bytes:
    """The outlet's feed, newest story first."""
    newest = sorted(stories, key=lambda story: story.at, reverse=True)
    make = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}[outlet.feed]
    return make(outlet, newest, base).encode("utf-8")


def robots(outlet: Outlet) -> bytes:
    """The outlet's robots.txt."""
    rules = "".join(f"Disallow: {path}\n" for path in outlet.disallow) or "Disallow:\n"
    return f"User-agent: *\n{rules}".encode()


def _local(outlet: Outlet, at: datetime) -> datetime:
    return at.astimezone(timezone(timedelta(hours=outlet.zone)))


def _body(outlet: Outlet, story: WireStory) -> str:
    """The paragraphs, with what a carrier puts around them."""
    paragraphs = list(filter(None, (story.header, *story.paragraphs, story.footer)))
    if outlet.role == "syndicator" and story.copy_of:
        paragraphs[0] = f"({outlet.name}- {story.byline}) {paragraphs[0]}"
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)


def _item(outlet: Outlet, story: WireStory, base: str) -> str:
    return f'<li><a href="{base}{story_path(outlet, story)}">{escape(story.title)}</a></li>'


def _json_ld(outlet: Outlet, story: WireStory, url: str) -> str:
    stamp = _local(outlet, story.at).isoformat()
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": stamp,
        "dateModified": stamp,
        "author": {"@type": "Person", "name": story.byline},
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
        "mainEntityOfPage": url,
    }
    return json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")


def _rss(outlet: Outlet, stories: Sequence[WireStory], base: str) -> str:
    items = [_rss_item(outlet, story.title, base + feed_link(outlet, story), story.at, story) for story in stories]
    items += [_rss_item(outlet, gone.title, f"{base}/gone/{gone.slug}", gone.at, None) for gone in outlet.gone]
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
        f"<pubDate>{format_datetime(_local(outlet, at))}</pubDate>{more}</item>"
    )


def _atom(outlet: Outlet, stories: Sequence[WireStory], base: str) -> str:
    entries = "\n".join(
        f'<entry><id>tag:{outlet.id},2023:{story.slug}</id><title type="text">{escape(story.title)}</title>'
        f'<link rel="alternate" href="{base}{feed_link(outlet, story)}"/>'
        f"<published>{story.at:%Y-%m-%dT%H:%M:%SZ}</published><updated>{story.at:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<author><name>{escape(story.byline)}</name></author>"
        f'<summary type="text">{escape(story.lead)}</summary></entry>'
        for story in stories
    )
    updated = f"{stories[0].at:%Y-%m-%dT%H:%M:%SZ}" if stories else "2023-12-07T00:00:00Z"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:{outlet.id},2023:feed</id><title>{escape(outlet.name)}</title><updated>{updated}</updated>"
        f'<link rel="self" href="{base}{outlet.feed_path}"/>\n{entries}\n</feed>\n'
    )


def _rdf(outlet: Outlet, stories: Sequence[WireStory], base: str) -> str:
    links = [base + feed_link(outlet, story) for story in stories]
    listed = "".join(f'<rdf:li rdf:resource="{link}"/>' for link in links)
    items = "\n".join(
        f'<item rdf:about="{link}"><title>{escape(story.title)}</title><link>{link}</link>'
        f"<dc:date>{_local(outlet, story.at).isoformat()}</dc:date>"
        f"<description>{escape(story.lead)}</description></item>"
        for link, story in zip(links, stories, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/"><title>{escape(outlet.name)}</title><link>{base}/</link>'
        f"<description>{escape(outlet.name)}</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n"
        f"{items}\n</rdf:RDF>\n"
    )


def _json(outlet: Outlet, stories: Sequence[WireStory], base: str) -> str:
    items = [
        {
            "id": story.slug,
            "url": base + feed_link(outlet, story),
            "title": story.title,
            "summary": story.lead,
            "date_published": _local(outlet, story.at).isoformat(),
        }
        for story in stories
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": f"{base}/"}
    return json.dumps({**head, "language": outlet.language, "items": items}, ensure_ascii=False, indent=1)
