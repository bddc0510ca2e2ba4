"""What must hold for any input: an answer, a true map, stable addresses, times in range, cleaning twice as once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cleaning.canonical import canonical_url
from cleaning.clean import clean
from cleaning.decoding import decode
from cleaning.offsets import to_input
from cleaning.wire import clean_text
from models.records import Discard, Page, Story

FETCHED = datetime(2024, 5, 3, 12, tzinfo=UTC)
KINDS = st.sampled_from(
    ["text/html", "text/plain", "", "text/html; charset=utf-8", "application/xhtml+xml", "text/html; charset=koi8-r"]
)
WORDS = st.sampled_from(
    [
        *(
            "The",
            "clerk",
            "said",
            "ferrymen",
            "came",
            "home",
            "Monday",
            "released",
            "nine",
            "officers",
            "—",
            "“quoted”",
            "&",
        ),
        *(
            "<b>bold</b>",
            "&nbsp;",
            "&quot;x&quot;",
            "паром",
            "үч",
            "қайық",
            "ԳՅՈՒՄՐԻ",
            "მდინარე",
            "2024-02-30",
            "32",
            "May 3",
        ),
    ]
)
SENTENCES = st.lists(WORDS, min_size=3, max_size=30).map(" ".join)
TAGS = st.sampled_from(["p", "div", "td", "li", "h2", "blockquote", "span", "article", "section", "pre"])
MARKUP = st.lists(st.tuples(TAGS, SENTENCES), min_size=1, max_size=12).map(
    lambda parts: "<html><body>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts) + "</body></html>"
)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def page(body: bytes, content_type: str) -> Page:
    """A captured answer."""
    return Page(
        url="https://site.example/a",
        final_url="https://site.example/a",
        source_id="site",
        fetched_at=FETCHED,
        status=200,
        content_type=content_type,
        body=body,
    )


def assert_sound(story: Story, source: str) -> None:
    """What every story owes: a body, a verbatim map in order, spans that can be found again, a time in range."""
    assert story.text.strip() == story.text != ""
    assert "\x00" not in story.text
    assert 0 <= story.language_score <= 1
    end = 0
    for run in story.segments:
        assert run.text_start >= end
        end = run.text_start + run.length
        assert story.text[run.text_start : end] == source[run.input_start : run.input_start + run.length]
        assert to_input(story, run.text_start, end) is not None or not story.text[run.text_start : end].strip()
    if story.published:
        assert datetime(1990, 1, 1, tzinfo=UTC) <= story.published.at <= FETCHED + timedelta(hours=24)


@RELAXED
@given(st.binary(max_size=2000), KINDS)
@example(b"<html><body><p " + b'a="' * 300, "text/html")
@example(b"<html><body>" + b"<!--" * 300, "text/html")
@example(b"<html><p>&#xD800; &#x110000; &#xFFFFFFFF; words &notanentity; here</p>", "text/html")
@example("<html><body><p>\ud800 lone".encode("utf-8", "surrogatepass"), "text/html")
def test_any_bytes_become_a_story_or_a_discard(body: bytes, kind: str) -> None:
    captured = page(body, kind)
    told = clean(captured)
    if isinstance(told, Story):
        assert_sound(told, decode(captured))
    else:
        assert isinstance(told, Discard)


@RELAXED
@given(MARKUP, KINDS)
def test_any_markup_becomes_a_story_with_a_true_map_or_a_discard(markup: str, kind: str) -> None:
    captured = page(markup.encode(), kind)
    told = clean(captured)
    if isinstance(told, Story):
        assert_sound(told, decode(captured))
    else:
        assert isinstance(told, Discard)


@RELAXED
@given(st.text(max_size=800))
@example("BAKU, February 30 (X) - The clerk said so.")
@example("(A - B)(A - B)(A - B)(A - B) The clerk said so on Monday.")
@example("By A\n\nBy B\n\nBy C\n\n\n")
def test_any_text_becomes_a_story_with_a_true_map_or_a_discard(text: str) -> None:
    told = clean_text(text, url="https://site.example/a", source_id="site", fetched_at=FETCHED)
    if isinstance(told, Story):
        assert_sound(told, text)
    else:
        assert isinstance(told, Discard)


@RELAXED
@given(st.lists(SENTENCES, min_size=1, max_size=8).map("\n\n".join))
@example("VARDHOLM, March 4 (Polarnet) - The clerk said that nine ferrymen were home.\n\nRead more")
@example(
    "(Polar Press - Skerry Times)\n\nIda Holm Read more\n\nThe clerk said that nine men were home again.\n\n© Polar"
)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    once = clean_text(text, url="https://site.example/a", source_id="site", title="A title")
    if isinstance(once, Story):
        twice = clean_text(once.text, url="https://site.example/a", source_id="site", title="A title")
        assert isinstance(twice, Story)
        assert (twice.text, twice.text_sha256, twice.signature) == (once.text, once.text_sha256, once.signature)


@RELAXED
@given(MARKUP)
def test_cleaning_the_same_page_again_gives_the_same_story(markup: str) -> None:
    assert clean(page(markup.encode(), "text/html")) == clean(page(markup.encode(), "text/html"))


PATHS = st.text(alphabet="abCD/.-_%20АЯəամ&=", max_size=30)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["id", "utm_source", "fbclid", "amp", "p", "outputType", "q", "PAGE"]),
        st.text(alphabet="aB1%&+é ", max_size=6),
    ),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["http", "https"]),
    st.sampled_from(
        [
            "Example.org",
            "amp.example.org",
            "m.example.org:8443",
            "xn--80ak6aa92e.example",
            "192.0.2.7",
            "user@example.org",
        ]
    ),
    PATHS,
    QUERIES,
    st.sampled_from(["", "#top", "#a?b"]),
)
def test_a_canonical_address_is_stable_and_keeps_host_and_case(
    scheme: str, host: str, path: str, query: list[tuple[str, str]], fragment: str
) -> None:
    url = f"{scheme}://{host}/{path}" + ("?" + "&".join(f"{k}={v}" for k, v in query) if query else "") + fragment
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert urlsplit(once).netloc == urlsplit(url).netloc
    assert urlsplit(url).path.startswith(urlsplit(once).path.rstrip("/")) or ".amp" in urlsplit(url).path
    assert "utm_source=" not in once.partition("?")[2]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_an_address_has_a_stable_canonical_form(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
