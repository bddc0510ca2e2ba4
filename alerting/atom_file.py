"""A file that holds the Atom feed of what was delivered to it, for a web server that knows nothing of us."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from alerting.atom import atom_feed, latest_first, read_feed
from alerting.kind import Kind, kind_of
from alerting.locked_file import keep_name, locked
from alerting.refusal import later, never
from models.records import Delivery, Receipt, Severity, ThreadNews

_MOST: Final = 100  # entries


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomChannel:
    """Writes the feed anew beside itself and puts it in its place: a reader sees the old one or the new one, whole.

    An event that an entry holds already changes nothing; one that comes late, after a later one, is noted and does not
    take its place.
    """

    path: Path
    pages: str  # where the pages are

    def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """Put the delivery into the entry of its thread.

        Raises:
            DeliveryError: the file cannot be written; `final` when it is no feed of ours.
        """
        try:
            with locked(self.path.with_name(f".{self.path.name}.lock")):
                entries = self._entries()
                changed = _with(entries, _news(delivery))
                if changed is None:
                    return Receipt(response="stood there already")
                self._write(atom_feed(latest_first(changed, most=_MOST), pages=self.pages, now=now))
        except OSError as error:
            raise later(str(self.path), f"cannot be written: {error}", hint="is there room, may we?") from error
        return Receipt(response=f"{len(changed)} threads in the feed")

    def _entries(self) -> tuple[ThreadNews, ...]:
        if not self.path.exists():
            return ()
        try:
            return read_feed(self.path.read_bytes())
        except ValueError as error:
            raise never(str(self.path), str(error), hint="choose another path") from error

    def _write(self, feed: bytes) -> None:
        beside = self.path.with_name(f".{self.path.name}.new")
        with beside.open("wb") as file:
            file.write(feed)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        keep_name(self.path)


def _with(entries: Sequence[ThreadNews], news: ThreadNews) -> tuple[ThreadNews, ...] | None:
    """The entries with the news in its thread's; None when it is there already."""
    (key,) = news.event_keys
    old = next((one for one in entries if one.thread_key == news.thread_key), None)
    if old is None:
        return (*entries, news)
    if key in old.event_keys:
        return None
    shown = news if news.updated_at >= old.updated_at else old
    merged = replace(shown, opened_at=min(old.opened_at, news.opened_at), event_keys=(*old.event_keys, key))
    return tuple(merged if one is old else one for one in entries)


def _news(delivery: Delivery) -> ThreadNews:
    """A delivery as its thread's news; a digest or test is a thread of its own."""
    payload = json.loads(delivery.payload)
    is_alert = kind_of(delivery) is Kind.ALERT
    sides = [leg[end] for leg in payload["legs"] for end in ("releasing", "receiving")] if is_alert else []
    parties = {*sides, *payload["sides_heard"], *payload["sides_missing"]} - {None} if is_alert else set()
    at = datetime.fromisoformat(payload["decided_at"])
    return ThreadNews(
        thread_key=payload["thread"] if is_alert else payload["key"],
        title=delivery.title,
        body=delivery.body,
        severity=Severity(payload["severity"]),
        parties=tuple(sorted(parties)),
        url=payload["url"],
        opened_at=at,
        updated_at=at,
        event_keys=(delivery.key,),
    )
