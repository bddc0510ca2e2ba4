"""Quiet hours: when a channel is to be left alone, by the clock on the wall where its people are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.records import ChannelConfig, Held

_FORM: Final = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d) (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From a time of day to another, over midnight where the second is the earlier; the end itself is loud."""

    start: time
    end: time
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str) -> QuietHours:
        """Quiet hours as the main file writes them: "22:00-06:00 Europe/Paris".

        Raises:
            ValueError: it is written in another way, a time or zone does not exist, or they begin when they end.
        """
        written = _FORM.fullmatch(text)
        if not written:
            raise ValueError(f"{text!r} is not written as 22:00-06:00 Europe/Paris")
        start, end = (time.fromisoformat(part) for part in written.groups()[:2])
        if start == end:
            raise ValueError(f"{text!r} begins when it ends")
        return cls(start=start, end=end, zone=_zone(written[3]))

    def hold(self, at: datetime) -> bool:
        """Whether it is quiet at an instant; a change of the clock moves them with it."""
        there = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= there < self.end
        return there >= self.start or there < self.end


def held_at(channels: Iterable[ChannelConfig], at: datetime) -> tuple[Held, ...]:
    """The channels that are to be left alone at an instant."""
    return tuple(
        Held(channel=one.name, urgent_too=one.quiet_urgent)
        for one in channels
        if one.quiet and QuietHours.read(one.quiet).hold(at)
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # a folder of the database, or a name that leaves it
        raise ValueError(f"{name!r} is no time zone") from None
