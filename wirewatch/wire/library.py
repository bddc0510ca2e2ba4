"""What the bundled wire publishes, read from its data files: outlets and their stories, as they stood at a moment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
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
class Redesign:
    """The layout of all that is published from a moment on."""

    layout: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """How a site fails from a moment on."""

    since: datetime
    how: str  # "error" or "closed"


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
    source: str
    ways: Mapping[str, str]
    path: str
    zone: int
    side: str | None = None
    charset: str = "utf-8"
    amp: bool = False
    tracking: str = ""
    disallow: tuple[str, ...] = ()
    gone: tuple[Gone, ...] = ()
    redesign: Redesign | None = None
    slow_s: float = 0.0
    outage: tuple[Outage, ...] = ()

    def fails(self, moment: datetime | None) -> str:
        """How it fails at a moment, "" when it answers."""
        begun = [outage.how for outage in self.outage if _is_past(outage.since, moment)]
        return begun[-1] if begun else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireStory:
    """One story as one outlet publishes it, in one of its editions.

    `copy_of` names the story whose paragraphs it carries; `cut` lists paragraphs that it leaves out, counted from 0.
    """

    outlet: str
    slug: str
    title: str
    at: datetime  # first published, UTC
    edited: datetime  # when this edition came out, UTC; `at` for the first
    byline: str
    section: str
    lead: str
    paragraphs: tuple[str, ...] = ()
    copy_of: str = ""
    cut: tuple[int, ...] = ()
    header: str = ""
    footer: str = ""
    layout: str = ""  # of this page alone; "" = the outlet's
    wall: bool = False  # the page shows a consent wall and nothing else
    removed: datetime | None = None  # from then on the page is gone, though the feed still lists it

    @property
    def key(self) -> str:
        """Names the story on the whole wire: `<outlet>/<slug>`."""
        return f"{self.outlet}/{self.slug}"

    def is_removed(self, moment: datetime | None) -> bool:
        """Whether its page is gone at a moment."""
        return self.removed is not None and _is_past(self.removed, moment)


@cache
def outlets() -> tuple[Outlet, ...]:
    """All sites, in the order of their ports."""
    data = tomllib.loads((files(__package__) / "outlets.toml").read_text(encoding="utf-8"))
    return tuple(_outlet(entry) for entry in data["outlet"])


@cache
def editions() -> tuple[WireStory, ...]:
    """Every edition of every story, in the order in which they came out, with the paragraphs of copies filled in."""
    folder = files(__package__) / "stories"
    read = [
        edition
        for outlet in folder.iterdir()
        for entry in outlet.iterdir()
        for edition in _editions(outlet.name, entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8"))
    ]
    first = {story.key: story for story in read if story.edited == story.at}
    return tuple(sorted((_filled(story, first) for story in read), key=lambda story: (story.edited, story.key)))


def stories(until: datetime | None = None) -> tuple[WireStory, ...]:
    """The stories published until a moment, each in its edition of then; those published first come first.

    Stories that were removed later are among them: `WireStory.is_removed` tells.
    """
    latest = {story.key: story for story in editions() if _is_past(story.edited, until)}
    return tuple(sorted(latest.values(), key=lambda story: (story.at, story.key)))


def _is_past(at: datetime, moment: datetime | None) -> bool:
    """None stands for the end of the story: everything has happened."""
    return moment is None or at <= moment


def _outlet(entry: Mapping[str, Any]) -> Outlet:
    made = {
        "gone": tuple(Gone(**item) for item in entry.get("gone", ())),
        "outage": tuple(Outage(**item) for item in entry.get("outage", ())),
        "redesign": Redesign(**entry["redesign"]) if "redesign" in entry else None,
        "disallow": tuple(entry.get("disallow", ())),
    }
    return Outlet(**{**entry, **made})


def _editions(outlet: str, slug: str, text: str) -> Iterator[WireStory]:
    """Read one file: TOML between two fences, then paragraphs; a later edition follows in the same way.

    The head of a later edition names what has changed, and `edited`.
    """
    parts = text.split(_FENCE)[1:]
    fields: dict[str, Any] = {}
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        fields |= _head(head)
        paragraphs = tuple(part.strip() for part in body.strip().split("\n\n") if part.strip())
        yield WireStory(**{"edited": fields["at"], **fields}, outlet=outlet, slug=slug, paragraphs=paragraphs)


def _head(text: str) -> dict[str, Any]:
    """The fields of a head, times in UTC."""
    fields = tomllib.loads(text)
    times = {name: value.astimezone(UTC) for name, value in fields.items() if isinstance(value, datetime)}
    return {**fields, **times, **({"cut": tuple(fields["cut"])} if "cut" in fields else {})}


def _filled(story: WireStory, first: Mapping[str, WireStory]) -> WireStory:
    """A copy carries the first edition of its origin."""
    if not story.copy_of:
        return story
    taken = first[story.copy_of].paragraphs
    return replace(story, paragraphs=tuple(text for place, text in enumerate(taken) if place not in story.cut))
