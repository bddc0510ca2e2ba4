"""Whose paper a story speaks for: who wrote it, as far as it says so."""

from __future__ import annotations

import pytest

from models.records import Outlet, Story
from wirewatch.voices import NO_OUTLET, voice

CARRIER = Outlet(name="Meridian Feeds", country="JO")
WRITER = Outlet(name="Sorvane Today", country="AZ")


def story(*, origin: str | None, source_id: str = "meridian") -> Story:
    return Story(
        url="https://a.example/1",
        canonical_url="https://a.example/1",
        source_id=source_id,
        title="",
        text="They are home.",
        language="en",
        language_score=1.0,
        published=None,
        origin=origin,
    )


@pytest.mark.parametrize(
    ("origin", "known", "speaks"),
    [
        (None, (), CARRIER),
        ("meridian  feeds", (), CARRIER),
        ("Sorvane Today", (CARRIER, WRITER), WRITER),
        ("Sorvane Today", (CARRIER,), Outlet(name="Sorvane Today", country="ZZ")),
    ],
)
def test_a_story_speaks_for_its_writer(origin: str | None, known: tuple[Outlet, ...], speaks: Outlet) -> None:
    assert voice(story(origin=origin), CARRIER, known) == speaks


def test_an_ingested_file_is_nobodys_paper_unless_it_names_its_writer() -> None:
    files = Outlet(name="ingested files")
    assert voice(story(origin=None, source_id=NO_OUTLET), files, (WRITER,)) is None
    assert voice(story(origin="Sorvane Today", source_id=NO_OUTLET), files, (WRITER,)) == WRITER
