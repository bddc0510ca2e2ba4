"""Quiet hours by the wall clock of a place, and the grouping of what comes soon after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.decide import decide
from alerting.group import pause_s
from alerting.quiet import QuietHours, held_at
from models.records import Alert, ChannelConfig, ExchangeState, Held, Phase, Rule, Told


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2024-01-15T20:59:59Z", False),  # 21:59:59 in Paris
        ("2024-01-15T21:00:00Z", True),
        ("2024-01-16T04:59:59Z", True),
        ("2024-01-16T05:00:00Z", False),  # 06:00: the end is loud
        ("2024-07-15T20:00:00Z", True),  # summer time: 22:00
        ("2024-07-16T04:00:00Z", False),
        ("2024-03-31T03:59:59Z", True),  # the night in which the clock goes forward: 05:59:59
        ("2024-03-31T04:00:00Z", False),
    ],
)
def test_quiet_hours_over_midnight_follow_the_wall_clock(moment: str, quiet: bool) -> None:  # noqa: FBT001 - a row
    assert QuietHours.read("22:00-06:00 Europe/Paris").hold(at(moment)) is quiet


def test_quiet_hours_within_a_day() -> None:
    hours = QuietHours.read("12:30-14:00 UTC")
    found = [hours.hold(at(f"2024-05-01T{clock}Z")) for clock in ("12:29:59", "12:30:00", "13:59:59", "14:00:00")]
    assert found == [False, True, True, False]


@given(moment=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis sets the zone
def test_an_instant_is_quiet_in_a_span_or_in_its_complement_never_in_both(moment: datetime) -> None:
    here, there = QuietHours.read("22:00-06:00 Asia/Baku"), QuietHours.read("06:00-22:00 Asia/Baku")
    assert here.hold(moment) is not there.hold(moment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("22-6 Europe/Paris", "is not written as"),
        ("22:00-06:00", "is not written as"),
        ("22:00-06:00 Europe/Pari", "is no time zone"),
        ("22:00-06:00 Europe", "is no time zone"),
        ("22:00-06:00 ../UTC", "is no time zone"),
        ("25:00-06:00 UTC", "hour must be in 0..23"),
        ("06:00-06:00 UTC", "begins when it ends"),
    ],
)
def test_quiet_hours_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        QuietHours.read(text)


def test_the_channels_that_are_to_be_left_alone() -> None:
    quiet = "22:00-06:00 UTC"
    channels = [
        ChannelConfig(name="loud", kind="file", path="x"),
        ChannelConfig(name="desk", kind="file", path="x", quiet=quiet),
        ChannelConfig(name="phone", kind="file", path="x", quiet=quiet, quiet_urgent=True),
    ]
    assert held_at(channels, at("2024-05-01T12:00:00Z")) == ()
    assert held_at(channels, at("2024-05-01T23:00:00Z")) == (
        Held(channel="desk", urgent_too=False),
        Held(channel="phone", urgent_too=True),
    )


# ---------------------------------------------------------------- grouping


@pytest.fixture
def first(state: ExchangeState, rule: Rule, now: datetime) -> tuple[Alert, Told]:
    ((alert, told),) = decide(state, Told(), rule, now=now, base_url="")
    return alert, told


@pytest.fixture
def denial(state: ExchangeState, rule: Rule, now: datetime, first: tuple[Alert, Told]) -> Alert:
    ((alert, _),) = decide(replace(state, phase=Phase.DENIED), first[1], rule, now=now, base_url="")
    return alert


def test_a_first_report_never_waits(now: datetime, first: tuple[Alert, Told], denial: Alert) -> None:
    assert pause_s([first[0]], None, now=now, group_s=180) == 0
    assert pause_s([first[0]], now, now=now, group_s=180) == 0
    assert pause_s([denial, first[0]], now, now=now, group_s=180) == 0  # of another rule's thread


@pytest.mark.parametrize(("gone_s", "wait_s"), [(0, 180), (60, 120), (180, 0), (9000, 0), (-5, 180)])
def test_later_news_waits_until_the_group_is_over(now: datetime, denial: Alert, gone_s: float, wait_s: float) -> None:
    assert pause_s([denial], now - timedelta(seconds=gone_s), now=now, group_s=180) == wait_s


def test_nothing_waits_for_what_nobody_is_told_of(now: datetime, denial: Alert) -> None:
    assert pause_s([], now, now=now, group_s=180) == 0
    assert pause_s([replace(denial, suppressed="stale")], now, now=now, group_s=180) == 0
    assert pause_s([denial], now, now=now, group_s=0) == 0
