"""VOICES: whose paper a story speaks for: that of who wrote it, not of who passed it on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from models.records import Outlet, Story

NO_OUTLET: Final = "files"  # the source of ingested files that name no outlet: nobody's paper


def voice(story: Story, carried_by: Outlet, known: Iterable[Outlet]) -> Outlet | None:
    """The outlet a story was written for; None when nobody knows.

    Args:
        story: the story, with the origin that its own words name.
        carried_by: the outlet that was crawled.
        known: every outlet of the warehouse, which may have the origin's country.
    """
    if story.origin is None or _same(story.origin, carried_by.name):
        return None if story.source_id == NO_OUTLET else carried_by
    return next((one for one in known if _same(one.name, story.origin)), Outlet(name=story.origin))


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
