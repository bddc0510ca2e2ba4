"""Words of strangers on a page: they stay what they are and can do nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from models.records import Precision
from wirewatch.pages.words import inert, is_web, language_tag, moment, plain, spoken, when

AT = datetime(2023, 12, 7, 16, 20, 5, tzinfo=UTC)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_any_text_comes_back_from_the_page_as_it_was(text: str) -> None:
    made = html.fragment_fromstring(f"<p>{inert(text)}</p>")
    assert made.text_content() == text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert {child.tag for child in made} <= {"bdi"}


def test_what_turns_the_direction_is_shut_in_and_named() -> None:
    assert inert("a\u202eb") == 'a<bdi class="turn" title="U+202E">\u202e</bdi>b'


def test_markup_is_text_and_controls_are_shown_as_a_mark() -> None:
    assert inert("<b>&\x00\x1b") == "&lt;b&gt;&amp;��"


def test_in_a_title_nothing_turns_breaks_or_runs_on() -> None:
    assert plain("a\u202eb\nc") == "a�b c"
    assert plain("x" * 200) == "x" * 159 + "…"


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        (Precision.SECOND, '<time datetime="2023-12-07T16:20:05Z">2023-12-07 16:20:05Z</time>'),
        (Precision.MINUTE, '<time datetime="2023-12-07T16:20:05Z">2023-12-07 16:20Z</time>'),
        (Precision.DAY, '<time datetime="2023-12-07">2023-12-07</time>'),
        (Precision.UNKNOWN, '<span class="none">not given</span>'),
    ],
)
def test_a_time_is_shown_as_fine_as_it_is_known(precision: Precision, shown: str) -> None:
    assert when(AT, precision) == shown


def test_times_of_both_engines_are_one_moment_in_utc() -> None:
    baku = AT.astimezone(timezone(timedelta(hours=4)))
    assert moment("2023-12-07T16:20:05.000000Z") == moment(baku) == moment("2023-12-07 16:20:05+00:00") == AT
    assert moment("") is moment(None) is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://", "http://[x"]
)
def test_what_is_no_address_of_the_web_is_no_link(url: str) -> None:
    assert not is_web(url)


def test_codes_are_spoken_and_tags_checked() -> None:
    assert (spoken("under_way"), spoken("pow")) == ("under way", "prisoner of war")
    assert (language_tag("az-Latn"), language_tag('en" onload="x')) == ("az-Latn", "")
