"""What an answer or an error says of a source, and how long a host asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from models.errors import FetchError
from models.records import FailureClass
from spiders.failures import AskedToWaitError, SiteIsIllError, of_error, of_status, wait_of
from spiders.guarded import NotReadInTimeError
from spiders.middlewares import Patience, PolicyMiddleware, host_of
from spiders.policy import Policy

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "words", "wait_s"),
    [
        (429, "120", 120.0),
        (503, " 7 ", 7.0),
        (503, "Wed, 01 May 2024 12:01:30 GMT", 90.0),
        (429, "Wednesday, 01-May-24 12:01:30 GMT", 90.0),
        (429, "Wed, 01 May 2024 16:01:30 +0400", 90.0),
        (429, "Wed, 01 May 2024 11:00:00 GMT", None),
        (429, "9" * 5000, 1e9),
        (429, "0", None),
        (429, "-5", None),
        (429, "1.5", None),
        (429, "٣", None),
        (429, "soon", None),
        (429, "", None),
        (500, "120", None),
        (200, "120", None),
    ],
)
def test_a_wait_is_read_in_seconds_or_as_a_date(status: int, words: str, wait_s: float | None) -> None:
    assert wait_of(status, words, now=AT) == wait_s


@given(st.text(max_size=60))
def test_any_words_are_a_wait_or_none(words: str) -> None:
    wait_s = wait_of(429, words, now=AT)
    assert wait_s is None or wait_s > 0


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "hard"), (410, "hard"), (403, "hard"), (500, "soft"), (503, "soft"), (429, "soft"), (408, "soft")],
)
def test_a_status_says_whether_the_address_is_wrong_or_the_site_is_ill(status: int, kind: str) -> None:
    assert of_status("n", status, None).kind == kind
    assert of_status("n", status, 5.0).kind == "temporary"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (IgnoreRequest("Forbidden by robots.txt"), FailureClass.HARD),
        (IgnoreRequest("address policy: port 22"), FailureClass.HARD),
        (DownloadCancelledError("larger than download max size"), FailureClass.HARD),
        (CannotResolveHostError("north.example: 127.0.0.1 is not a global address"), FailureClass.HARD),
        (CannotResolveHostError("north.example"), FailureClass.SOFT),
        (FetchError("north.example", "not a feed"), FailureClass.HARD),
        (NotReadInTimeError("north.example", "not read within 10 s"), FailureClass.SOFT),
        (DownloadTimeoutError("took longer than 30 s"), FailureClass.SOFT),
        (SiteIsIllError("robots.txt: HTTP 503"), FailureClass.SOFT),
        (AskedToWaitError("north.example", 5.0), FailureClass.TEMPORARY),
    ],
)
def test_an_error_says_whether_the_address_is_wrong_or_the_way_to_it(error: Exception, kind: FailureClass) -> None:
    assert of_error("n", error).kind is kind


def test_a_host_that_asked_for_a_pause_is_asked_nothing_more_and_others_are() -> None:
    patience = Patience()
    asked = Request("https://north.example/a")
    answer = Response("https://north.example/a", status=429, headers={"Retry-After": "60"})
    patience.process_request(asked)
    patience.heed(asked, answer)
    assert asked.meta["dont_retry"]
    with pytest.raises(AskedToWaitError, match=r"north\.example asked us to wait (60|59) s"):
        patience.process_request(Request("https://NORTH.example./b"))
    patience.process_request(Request("https://south.example/"))


def test_a_shorter_wait_takes_nothing_from_a_longer_one() -> None:
    patience = Patience()
    for wait in ("900", "1"):  # two answers that were on their way together
        answer = Response("https://north.example/a", status=429, headers={"Retry-After": wait})
        patience.heed(Request("https://north.example/a"), answer)
    with pytest.raises(AskedToWaitError, match=r"asked us to wait (900|899) s"):
        patience.judge(Request("https://north.example/b"))


def test_requests_queue_by_the_host_they_go_to_whichever_host_sent_them_there() -> None:
    policy = PolicyMiddleware(Policy())
    request = Request("https://north.example/", meta={"download_slot": "south.example"})
    policy.process_request(request)
    assert request.meta["download_slot"] == "north.example"


def test_a_host_is_one_however_it_is_spelled() -> None:
    spellings = ("http://North.Example/a", "https://north.example.:443/", "http://north.example:80")
    assert {host_of(url) for url in spellings} == {"north.example"}
    assert host_of("http://127.1:8080/") == "127.0.0.1:8080"
