"""What the bundled wire publishes, read from its data files: outlets and their stories."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

_FENCE = "+++"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An item that a feed still lists although its page is gone."""

    slug: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One site, as `outlets.toml` declares it; the file says what the fields mean."""

    id: str
    name: str
    language: str
    country: str
    owner: str
    role: str
    layout: str
    feed: str
    feed_path: str
    path: str
    zone: int
    side: str | None = None
    charset: str = "utf-8"
    amp: bool = False
    tracking: str = ""
    disallow: tuple[str, ...] = ()
    gone: tuple[Gone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireStory:
    """One story as one outlet publishes it.

    `copy_of` names the story whose paragraphs it carries; `cut` lists paragraphs that it leaves out, counted from 0.
    """

    outlet: str
    slug: str
    title: str
    at: datetime  # first published, UTC
    byline: str
    section: str
    lead: str
    paragraphs: tuple[str, ...] = ()
    copy_of: str = ""
    cut: tuple[int, ...] = ()
    header: str = ""
    footer: str = ""
    wall: bool = False  # the page shows a consent wall and nothing else

    @property
    def key(self) -> str:
        """Names the story on the whole wire: `<outlet>/<slug>`."""
        return f"{self.outlet}/{self.slug}"


@cache
def outlets() -> tuple[Outlet, ...]:
    """All sites, in the order of their ports."""
    data = tomllib.loads((files(__package__) / "outlets.toml").read_text(encoding="utf-8"))
    return tuple(_outlet(entry) for entry in data["outlet"])


@cache
def stories() -> tuple[WireStory, ...]:
    """All stories, oldest first, with the paragraphs of copies filled in."""
    folder = files(__package__) / "stories"
    read = [
        _story(outlet.name, entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8"))
        for outlet in folder.iterdir()
        for entry in outlet.iterdir()
    ]
    by_key = {story.key: story for story in read}
    return tuple(sorted((_filled(story, by_key) for story in read), key=lambda story: (story.at, story.key)))


def _outlet(entry: Mapping[str, Any]) -> Outlet:
    gone = tuple(Gone(**item) for item in entry.get("gone", ()))
    return Outlet(**{**entry, "gone": gone, "disallow": tuple(entry.get("disallow", ()))})


def _story(outlet: str, slug: str, text: str) -> WireStory:
    """Read one file: TOML between two fences, then paragraphs."""
    _, head, body = text.split(_FENCE, 2)
    fields = tomllib.loads(head)
    paragraphs = tuple(part.strip() for part in body.strip().split("\n\n") if part.strip())
    at = fields.pop("at").astimezone(UTC)
    cut = tuple(fields.pop("cut", ()))
    return WireStory(outlet=outlet, slug=slug, at=at, cut=cut, paragraphs=paragraphs, **fields)


def _filled(story: WireStory, by_key: Mapping[str, WireStory]) -> WireStory:
    if not story.copy_of:
        return story
    taken = by_key[story.copy_of].paragraphs
    return replace(story, paragraphs=tuple(text for place, text in enumerate(taken) if place not in story.cut))
