"""Plain wire text → Story: a header line, bylines, dateline and tails around paragraphs that are kept word for word."""

from __future__ import annotations

from datetime import datetime

from cleaning.moments import given
from cleaning.normal import has_bidi_controls, normal
from cleaning.offsets import whole
from cleaning.paragraphs import lines_of
from cleaning.peel import peel
from cleaning.story import Surroundings, tell
from models.records import Discard, DiscardReason, Instant, Story

MAX_CHARACTERS = 1_000_000  # a wire story has a few thousand; a larger file is something else


def clean_text(
    text: str,
    *,
    url: str,
    source_id: str,
    title: str = "",
    published: Instant | None = None,
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> Story | Discard:
    """Clean one plain wire text; offsets and segments refer to `text` as given.

    Args:
        text: the whole text, header and footer lines included.
        url: where it came from.
        source_id: the source that gave it.
        title: its headline, "" when none came with it (the first line is then taken when it looks like one).
        published: its time of publication, when the record that carried the text gives one.
        language: its language as declared; it settles close calls only.
        fetched_at: when it was captured (aware UTC); bounds its time of publication, None leaves the future open.

    Returns:
        The story, or a discard: EMPTY, TOO_LARGE or NO_BODY.
    """
    if not text.strip("\ufeff \t\r\n\x00"):
        return Discard(url=url, reason=DiscardReason.EMPTY)
    if len(text) > MAX_CHARACTERS:
        return Discard(url=url, reason=DiscardReason.TOO_LARGE, detail=f"{len(text)} characters")
    peeled = peel(lines_of(normal(whole(text))), title=" ".join(title.split()))
    around = Surroundings(
        url=url,
        source_id=source_id,
        source=text,
        fetched_at=fetched_at,
        language=language,
        times=[given(published)] if published else [],
        flags=["bidi-controls"] if has_bidi_controls(text) else [],
    )
    story = tell(peeled, around) if peeled.body else None
    if story is None or not any(char.isalnum() for char in story.text):
        return Discard(url=url, reason=DiscardReason.NO_BODY)
    return story
