"""How the pages of the bundled wire's sites look, and where they lie, as bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from html import escape
from importlib.resources import files
from string import Template

from wirewatch.wire.library import Outlet, WireStory

_RELATED = 4
_HEADING = "## "


def story_path(outlet: Outlet, story: WireStory) -> str:
    """Where a story lies on its site."""
    at = local(outlet, story.at)
    parts = {"y": f"{at:%Y}", "m": f"{at:%m}", "d": f"{at:%d}", "slug": story.slug, "section": story.section}
    return outlet.path.format(**parts)


def layout_of(outlet: Outlet, story: WireStory) -> str:
    """The layout of a story's page: a wall, its own, or the outlet's of the time when it was published."""
    if story.wall:
        return "wall"
    is_new = outlet.redesign is not None and story.at >= outlet.redesign.at
    return story.layout or (outlet.redesign.layout if outlet.redesign and is_new else outlet.layout)


def page(outlet: Outlet, story: WireStory, others: Sequence[WireStory], base: str, *, layout: str = "") -> bytes:
    """A story's page in the outlet's layout, in the outlet's own charset."""
    url = base + story_path(outlet, story)
    at = local(outlet, story.at)
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
        "iso": at.isoformat(),
        "edited": local(outlet, story.edited).isoformat(),
        "day": f"{at:%Y-%m-%d}",
        "shown": f"{at:%d.%m.%Y %H:%M}" if outlet.zone else f"{at:%d %B %Y, %H:%M} GMT",
        "body": _body(outlet, story),
        "related": "\n".join(_item(outlet, other, base) for other in others[:_RELATED]),
        "jsonld": _json_ld(outlet, story, url),
    }
    chosen = "wall" if story.wall else layout or layout_of(outlet, story)
    text = Template((files(__package__) / "layouts" / f"{chosen}.html").read_text(encoding="utf-8")).substitute(values)
    return text.encode(outlet.charset, errors="xmlcharrefreplace")


def robots(outlet: Outlet, sitemap: str = "") -> bytes:
    """The outlet's robots.txt, with the full address of its sitemap where it has one."""
    rules = "".join(f"Disallow: {path}\n" for path in outlet.disallow) or "Disallow:\n"
    named = f"\nSitemap: {sitemap}\n" if sitemap else ""
    return f"User-agent: *\n{rules}{named}".encode()


def local(outlet: Outlet, at: datetime) -> datetime:
    """A time as the outlet's clock shows it."""
    return at.astimezone(timezone(timedelta(hours=outlet.zone)))


def _body(outlet: Outlet, story: WireStory) -> str:
    """The paragraphs, with what a carrier puts around them."""
    paragraphs = list(filter(None, (story.header, *story.paragraphs, story.footer)))
    if outlet.role == "syndicator" and story.copy_of:
        paragraphs[0] = f"({outlet.name}- {story.byline}) {paragraphs[0]}"
    return "\n".join(_block(text) for text in paragraphs)


def _block(text: str) -> str:
    """A paragraph, or a heading inside the text."""
    if text.startswith(_HEADING):
        return f"<h2>{escape(text.removeprefix(_HEADING), quote=False)}</h2>"
    return f"<p>{escape(text, quote=False)}</p>"


def _item(outlet: Outlet, story: WireStory, base: str) -> str:
    return f'<li><a href="{base}{story_path(outlet, story)}">{escape(story.title)}</a></li>'


def _json_ld(outlet: Outlet, story: WireStory, url: str) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if story.layout == "liveblog" else "NewsArticle",
        "headline": story.title,
        "datePublished": local(outlet, story.at).isoformat(),
        "dateModified": local(outlet, story.edited).isoformat(),
        "author": {"@type": "Person", "name": story.byline},
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
        "mainEntityOfPage": url,
    }
    return json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")
