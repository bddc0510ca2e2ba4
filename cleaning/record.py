"""A story that came as a JSON record: title, text and time are given, the wire text inside is cleaned like any other.

Offsets count the characters of the record's `text`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cleaning.wire import clean_text
from models.records import Discard, DiscardReason, Instant, Page, Precision, Story

RECORD_TYPE: Final = "application/vnd.wirewatch.story+json"


def clean_record(page: Page) -> Story | Discard:
    """Clean one record: an object with `text`, and perhaps `title`, `url`, `published` (ISO 8601) and `lang`.

    Returns:
        The story, or a discard when the record is none.
    """
    try:
        fields = json.loads(page.body)
        text = fields["text"]
        published = _published(fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return Discard(url=page.url, reason=DiscardReason.UNREADABLE, detail=f"no story record: {error}")
    if not isinstance(text, str):
        return Discard(url=page.url, reason=DiscardReason.UNREADABLE, detail="no story record: text is no text")
    return clean_text(
        text,
        url=str(fields.get("url") or page.url),
        source_id=page.source_id,
        title=str(fields.get("title") or ""),
        published=published,
        language=str(fields.get("lang") or "") or None,
        fetched_at=None,
    )


def record_text(body: bytes) -> str:
    """The text that a record's offsets count.

    Raises:
        ValueError: the bytes are no story record.
    """
    try:
        return str(json.loads(body)["text"])
    except (TypeError, KeyError) as error:
        raise ValueError(f"no story record: {error}") from error


def _published(fields: Mapping[str, Any]) -> Instant | None:
    words = fields.get("published")
    if not words:
        return None
    at = datetime.fromisoformat(str(words))
    if at.tzinfo is None:
        raise ValueError(f"published {words!r} has no zone")
    precision = Precision.SECOND if "T" in str(words) else Precision.DAY
    return Instant(at=at, precision=precision, rule="record", verbatim=str(words))
