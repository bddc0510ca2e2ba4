"""Times: what is read from the words of seven languages and from machines, and which of them is chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from cleaning.days import Moment, day_in_words, read_moment
from cleaning.moments import ORDER, Candidate, choose, given
from models.records import Instant, Precision

FETCHED = datetime(2024, 5, 3, 12, tzinfo=UTC)


def candidate(rule: str, text: str) -> Candidate:
    """A candidate from a written time that must be readable."""
    moment = read_moment(text)
    assert moment is not None, text
    return Candidate(rule=rule, moment=moment)


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        ("2024-05-03", "2024-05-03T00:00:00+00:00", "day"),
        ("2024-05-03T09:12:00+02:00", "2024-05-03T07:12:00+00:00", "second"),
        ("2024-05-03T09:12Z", "2024-05-03T09:12:00+00:00", "minute"),
        ("2024-05-03 09:12:33.250 +0400", "2024-05-03T05:12:33+00:00", "second"),
        ("Fri, 03 May 2024 09:12:00 GMT", "2024-05-03T09:12:00+00:00", "second"),
        ("3 May 2024, 7:50 PM", "2024-05-03T19:50:00+00:00", "minute"),
        ("May 3rd, 2024 12:05 a.m. EST", "2024-05-03T05:05:00+00:00", "minute"),
        ("3 мая 2024, 14:35 (МСК)", "2024-05-03T11:35:00+00:00", "minute"),
        ("3 травня 2024", "2024-05-03T00:00:00+00:00", "day"),
        ("3 may 2024 12:30", "2024-05-03T12:30:00+00:00", "minute"),
        ("3 Mayıs 2024 Cuma", "2024-05-03T00:00:00+00:00", "day"),
        ("2024 թ. մայիսի 3, 15:20", "2024-05-03T15:20:00+00:00", "minute"),
        ("3 მაისი 2024", "2024-05-03T00:00:00+00:00", "day"),
        ("03.05.2024 09:15", "2024-05-03T09:15:00+00:00", "minute"),
        ("/2024/05/03/a-story", "2024-05-03T00:00:00+00:00", "day"),
        ("story-20240503", "2024-05-03T00:00:00+00:00", "day"),
    ],
)
def test_a_written_time_is_read(written: str, at: str, precision: str) -> None:
    moment = read_moment(written)
    assert moment is not None
    assert (moment.at.isoformat(), moment.precision.value) == (at, precision)
    assert moment.verbatim in written


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2024-02-30", "May 2024", "31 April 2024", "12345678", "3 people in May", "99.99.2024"]
)
def test_what_is_no_full_day_gives_nothing(written: str) -> None:
    assert read_moment(written) is None


def test_a_day_without_a_year_takes_the_year_that_brings_it_nearest() -> None:
    day = day_in_words("December 30")
    assert day is not None
    assert day.nearest(date(2024, 1, 2)) == date(2023, 12, 30)
    assert day.nearest(date(2024, 12, 1)) == date(2024, 12, 30)


def test_the_first_rule_that_gave_a_time_wins() -> None:
    found = [
        candidate("url", "2024-05-01"),
        candidate("meta:date", "2024-05-02T10:00:00Z"),
        candidate("jsonld:datePublished", "2024-05-02T09:00:00Z"),
    ]
    choice = choose(found, fetched_at=FETCHED)
    assert choice.published is not None
    assert choice.published.rule == "jsonld:datePublished"
    assert [one.rule for one in choice.candidates] == ["jsonld:datePublished", "meta:date", "url"]


def test_a_day_gives_way_to_a_time_on_that_day_and_to_no_other() -> None:
    header, feed = candidate("wire-header", "2024-05-02"), candidate("line", "2024-05-02 18:00 UTC")
    chosen = choose([header, feed], fetched_at=FETCHED).published
    assert chosen is not None
    assert chosen.rule == "line"
    kept = choose([header, candidate("line", "2024-04-20 18:00 UTC")], fetched_at=FETCHED)
    assert kept.published is not None
    assert (kept.published.rule, kept.flags) == ("wire-header", ("date-conflict",))


def test_a_missing_zone_is_borrowed_from_the_same_wall_clock_or_stated() -> None:
    bare = candidate("jsonld:datePublished", "2024-05-02T09:00:00")
    borrowed = choose([bare, candidate("meta:date", "2024-05-02T09:00:00+04:00")], fetched_at=FETCHED).published
    assert borrowed is not None
    assert (borrowed.at.hour, borrowed.rule) == (5, "jsonld:datePublished:zone-of-meta:date")
    stated = choose([bare, candidate("meta:date", "2024-05-02T11:00:00+04:00")], fetched_at=FETCHED).published
    assert stated is not None
    assert (stated.at.hour, stated.rule) == (9, "jsonld:datePublished:no-zone")


@pytest.mark.parametrize(
    ("written", "flag"), [("2031-01-01T00:00:00Z", "future-date"), ("1970-01-01T00:00:00Z", "early-date")]
)
def test_an_impossible_time_is_flagged_and_not_chosen(written: str, flag: str) -> None:
    alone = choose([candidate("meta:date", written)], fetched_at=FETCHED)
    assert (alone.published, alone.flags, len(alone.candidates)) == (None, (flag,), 1)
    beside = choose([candidate("meta:date", written), candidate("url", "2024-05-01")], fetched_at=FETCHED)
    assert beside.published is not None
    assert (beside.published.rule, beside.flags) == ("url", (flag,))


def test_the_clock_of_a_page_may_be_a_day_ahead() -> None:
    assert choose([candidate("meta:date", "2024-05-04T11:59:00Z")], fetched_at=FETCHED).published is not None


# a wall clock has no zone
WALLS = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2099-01-01"))


@any_of(st.lists(st.tuples(st.sampled_from(ORDER), WALLS, st.sampled_from(list(Precision))), max_size=6))
def test_the_chosen_time_is_always_possible_and_one_of_the_candidates(
    found: list[tuple[str, datetime, Precision]],
) -> None:
    moments = [
        Candidate(rule=rule, moment=Moment(wall=wall, offset=None, precision=precision, verbatim=""))
        for rule, wall, precision in found
    ]
    choice = choose(moments, fetched_at=FETCHED)
    if choice.published:
        assert datetime(1990, 1, 1, tzinfo=UTC) <= choice.published.at <= FETCHED + timedelta(hours=24)
        assert choice.published in choice.candidates


def test_a_known_instant_keeps_its_time_and_a_rule_of_ours() -> None:
    known = Instant(at=FETCHED, precision=Precision.SECOND, rule="somebody:else", verbatim="3 May")
    assert (given(known).rule, given(known).moment.at) == ("given", FETCHED)
    assert given(Instant(at=FETCHED, precision=Precision.SECOND, rule="feed")).rule == "feed"
