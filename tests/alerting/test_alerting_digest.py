"""The digest: what was new, by kind; nothing new is one line; escaped, cut, counted; the test message beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from alerting.digest import Period, compose, digest_key
from alerting.rehearsal import rehearsal
from models.records import AlertReason, DigestFacts, SilentSource, ToldEvent, Trust

PAGES = "http://127.0.0.1:8080"
DAY = date(2024, 5, 2)
AT = datetime(2024, 5, 2, 9, 30, tzinfo=UTC)
NOW = datetime(2024, 5, 3, 6, 0, tzinfo=UTC)
SINCE, UNTIL = Period.DAY.span(DAY)
NOTHING = DigestFacts(since=SINCE, until=UNTIL, events=(), suppressed=0, silent=())
FIRST = ToldEvent(
    exchange="nr-sr-2024-05-02a", reasons=(AlertReason.FIRST_REPORT,), changes=("new",),
    title="[urgent] Exchange agreed: Norland 12 ⇄ Suderia 3", trust=Trust.UNCONFIRMED,
    url=f"{PAGES}/exchanges/nr-sr-2024-05-02a", decided_at=AT,
)  # fmt: skip
LATER = replace(
    FIRST,
    reasons=(AlertReason.PHASE_CHANGED, AlertReason.CONTRADICTION, AlertReason.FIGURE_CHANGED),
    changes=("phase agreed → completed", "Norland → Suderia: 12/14", "Norland→Suderia 12 → 14"),
    title="[urgent] ↻ Now completed: Norland 14 ⇄ Suderia 3",
    trust=Trust.CONFIRMED,
    decided_at=AT + timedelta(hours=2),
)
FACTS = replace(
    NOTHING,
    events=(FIRST, LATER),
    suppressed=2,
    silent=(
        SilentSource(source_id="north-post", last_heard_at=AT - timedelta(days=3), last_error=""),
        SilentSource(source_id="suder-times", last_heard_at=None, last_error="HTTP 503\nplease wait"),
    ),
)


def test_a_digest_tells_each_kind_of_news_under_its_head() -> None:
    made = compose(FACTS, Period.DAY, DAY, pages=PAGES, now=NOW)
    assert made.key == digest_key(Period.DAY, DAY) == "digest:day:2024-05-02"
    assert made.title == "[digest] 2024-05-02: 1 new exchange, 1 phase, 1 figure, 1 contradiction"
    assert made.is_news
    assert made.body.splitlines() == [
        "DIGEST · 2024-05-02 (UTC)",
        "",
        "New exchanges (1)",
        "  05-02 09:30Z nr-sr-2024-05-02a: [urgent] Exchange agreed: Norland 12 ⇄ Suderia 3 · unconfirmed",
        "",
        "Phases that changed (1)",
        "  05-02 11:30Z nr-sr-2024-05-02a: phase agreed → completed · confirmed",
        "",
        "Figures that changed (1)",
        "  05-02 11:30Z nr-sr-2024-05-02a: Norland→Suderia 12 → 14 · confirmed",
        "",
        "New contradictions (1)",
        "  05-02 11:30Z nr-sr-2024-05-02a: Norland → Suderia: 12/14 · confirmed",
        "",
        "Kept (1)",
        "  2 changes of long ago went into the ledger and were not told",
        "",
        "Silent sources (2)",
        "  north-post: last heard 2024-04-29 09:30Z",
        "  suder-times: never heard; its last poll failed: HTTP 503 please wait",
        "",
        f"Open  {PAGES}/exchanges",
        "key digest:day:2024-05-02",
    ]


def test_nothing_new_is_one_line() -> None:
    made = compose(NOTHING, Period.DAY, DAY, pages=PAGES, now=NOW)
    assert made.title == "[digest] 2024-05-02: nothing new"
    assert made.body.splitlines()[:3] == ["DIGEST · 2024-05-02 (UTC)", "nothing new", ""]
    assert "<p>nothing new</p>" in made.html
    assert not made.is_news


def test_a_source_that_is_silent_makes_no_news() -> None:
    made = compose(replace(NOTHING, silent=FACTS.silent), Period.DAY, DAY, pages=PAGES, now=NOW)
    assert not made.is_news
    assert "nothing new" in made.body
    assert "Silent sources (2)" in made.body


def test_a_week_ends_with_its_day() -> None:
    since, until = Period.WEEK.span(DAY)
    assert (since, until) == (datetime(2024, 4, 26, tzinfo=UTC), datetime(2024, 5, 3, tzinfo=UTC))
    made = compose(replace(NOTHING, since=since, until=until), Period.WEEK, DAY, pages=PAGES, now=NOW)
    assert (made.key, made.title) == ("digest:week:2024-05-02", "[digest] week to 2024-05-02: nothing new")


class Tags(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep its name and attributes."""
        self.tags.append(" ".join([tag, *(f"{name}={value}" for name, value in attrs)]))

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words += data


def test_the_words_of_strangers_stay_words_in_html() -> None:
    hostile = '<script>alert(1)</script>" onclick="x'
    facts = replace(FACTS, events=(replace(FIRST, title=hostile, url=f"{PAGES}/exchanges/x"),))
    page = Tags()
    page.feed(compose(facts, Period.DAY, DAY, pages=PAGES, now=NOW).html)
    assert hostile in page.words
    plain = {"html", "head", "meta", "title", "body", "h1", "h2", "ul", "li", "a", "p"}
    assert {tag.split()[0] for tag in page.tags} <= plain
    links = [tag for tag in page.tags if tag.startswith("a ")]
    assert links == [f"a href={PAGES}/exchanges/x", f"a href={PAGES}/exchanges"]


def test_a_storm_gives_a_message_of_bounded_length_and_a_complete_payload() -> None:
    storm = tuple(replace(FIRST, exchange=f"x-{number}", title="t" * 500) for number in range(1000))
    made = compose(replace(FACTS, events=storm), Period.DAY, DAY, pages=PAGES, now=NOW)
    assert "New exchanges (1000)" in made.body
    assert "  and 975 more" in made.body
    assert len(made.body) < 10_000
    assert len(json.loads(made.payload)["events"]) == 1000


def test_the_payload_says_what_it_is() -> None:
    payload = json.loads(compose(FACTS, Period.DAY, DAY, pages=PAGES, now=NOW).payload)
    assert payload["schema"] == "wirewatch.digest.v1"
    assert (payload["since"], payload["until"], payload["decided_at"]) == (
        "2024-05-02T00:00:00Z",
        "2024-05-03T00:00:00Z",
        "2024-05-03T06:00:00Z",
    )
    assert payload["events"][1]["changes"] == list(LATER.changes)
    assert payload["silent"][1] == {
        "source": "suder-times",
        "last_heard_at": None,
        "last_error": "HTTP 503\nplease wait",
    }
    assert len(payload["short"]) <= 160


def test_events_whose_changes_do_not_fit_their_reasons_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        compose(replace(FACTS, events=(replace(FIRST, changes=()),)), Period.DAY, DAY, pages=PAGES, now=NOW)


def test_a_test_message_says_so_in_every_part() -> None:
    made = rehearsal("duty", now=NOW, pages=PAGES)
    payload = json.loads(made.payload)
    assert made.key == payload["key"] == "test:duty:2024-05-03T06:00:00Z"
    assert made.title.startswith("[TEST]")
    assert made.body.startswith("TEST · ")
    assert payload["short"].startswith("TEST ")
    assert payload["schema"] == "wirewatch.test.v1"
