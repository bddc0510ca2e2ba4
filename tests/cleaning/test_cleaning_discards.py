"""Inputs that are no story: each leaves with its reason, whatever it is dressed as."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaning.clean import MAX_BYTES, clean
from cleaning.markup import MAX_DEPTH, MAX_TAGS
from models.records import Discard, DiscardReason, Page, Story

HEADING = "<h1>Toll quarrel ends</h1>"
REPORT = (
    "<p>The clerk of the district said on Monday that nine ferrymen had come home over the footbridge before noon.</p>"
    "<p>Nobody had been hurt in the quarrel about the toll, and the customs house was open again by the evening.</p>"
)


def page(body: str | bytes, *, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Page:
    """A captured answer."""
    return Page(
        url="https://site.example/a",
        final_url="https://site.example/a",
        source_id="site",
        fetched_at=datetime(2024, 5, 3, 12, tzinfo=UTC),
        status=status,
        content_type=content_type,
        body=body.encode() if isinstance(body, str) else body,
    )


def html(title: str, body: str, head: str = "") -> str:
    """A whole page."""
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


LINKS = "".join(
    f'<li><a href="/{n}">What the council said on day {n} of the talks about the bridge</a></li>' for n in range(40)
)


@pytest.mark.parametrize(
    ("captured", "reason"),
    [
        (page("", status=200), DiscardReason.EMPTY),
        (page(b" \n\x00"), DiscardReason.EMPTY),
        (page(REPORT, status=404), DiscardReason.HTTP_STATUS),
        (page(REPORT, status=503), DiscardReason.HTTP_STATUS),
        (page(b"%PDF-1.7 ...", content_type="application/pdf"), DiscardReason.NOT_HTML_OR_TEXT),
        (page(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x01\x02\x03\x04"), DiscardReason.NOT_HTML_OR_TEXT),
        (page('{"a": 1}', content_type="text/html"), DiscardReason.NOT_HTML_OR_TEXT),
        (page(b"x" * (MAX_BYTES + 1)), DiscardReason.TOO_LARGE),
        (page(html("a", "<p>a few words here</p>" + "<i></i>" * MAX_TAGS)), DiscardReason.TOO_LARGE),
        (page(html("a", "<p>" + "word " * 250_000)), DiscardReason.TOO_LARGE),
        (page(html("a", "<div>" * (MAX_DEPTH + 1) + REPORT)), DiscardReason.TOO_DEEP),
        (
            page(html("Page not found", "<h1>404</h1><p>The page you are looking for does not exist.</p>")),
            DiscardReason.SOFT_404,
        ),
        (
            page(html("Сайт", "<h1>Страница не найдена</h1><p>Вернитесь на главную страницу сайта.</p>")),
            DiscardReason.SOFT_404,
        ),
        (page(html("Sayt", "<h1>Səhifə tapılmadı</h1><p>Axtardığınız material silinib.</p>")), DiscardReason.SOFT_404),
        (page(html("Кайк", "<h1>Էջը չի գտնվել</h1><p>Վերադարձեք գլխավոր էջ։</p>")), DiscardReason.SOFT_404),
        (
            page(
                html(
                    "Before you continue",
                    "<p>We value your privacy. We use cookies to measure our site.</p><button>Accept</button>",
                )
            ),
            DiscardReason.CONSENT_WALL,
        ),
        (
            page(
                html(
                    "Toll quarrel ends",
                    "<article><p>It is over.</p><p>Subscribe now to continue reading this story.</p></article>",
                )
            ),
            DiscardReason.PAYWALL_STUB,
        ),
        (
            page(
                html(
                    "Toll quarrel ends",
                    "<article><p>The quarrel was over for good, the clerk said.</p></article>",
                    '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>',
                )
            ),
            DiscardReason.PAYWALL_STUB,
        ),
        (
            page(
                html(
                    "Log in",
                    "<form><p>Log in to your account to go on.</p><input type=text><input type=password></form>",
                )
            ),
            DiscardReason.LOGIN_PAGE,
        ),
        (
            page(html("Just a moment...", "<p>Checking your browser before accessing the site.</p>")),
            DiscardReason.NOT_AN_ARTICLE,
        ),
        (page(html("News", f"<h1>News</h1><ul>{LINKS}</ul>")), DiscardReason.NO_BODY),
        (page(html("A picture", '<img src="/bridge.jpg">')), DiscardReason.NO_BODY),
        (page(html("Hidden", '<div style="display:none">' + REPORT + "</div>")), DiscardReason.NO_BODY),
    ],
)
def test_an_input_without_a_story_leaves_with_its_reason(captured: Page, reason: DiscardReason) -> None:
    told = clean(captured)
    assert isinstance(told, Discard), told
    assert told.reason == reason
    assert told.url == captured.final_url


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{HEADING}{REPORT * 6}<p>Subscribe now to continue reading our other stories.</p></article>",
        f"<div><p>We use cookies and similar techniques.</p></div><article>{HEADING}{REPORT}</article>",
        f"<form><input type=password></form><article>{HEADING}{REPORT}{REPORT.replace('nine', 'ten') * 3}</article>",
        f"<article><h1>Error 404 and the toll</h1>{REPORT.replace('nine', 'ten') * 5}</article>",
    ],
)
def test_a_report_beside_a_wall_is_still_a_story(body: str) -> None:
    told = clean(page(html("Toll quarrel ends", body)))
    assert isinstance(told, Story), told
    assert "cookies" not in told.text
    assert "ferrymen had come home" in told.text


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display: none">{}</p>',
        '<div style="DISPLAY:NONE !important"><p>{}</p></div>',
        "<p hidden>{}</p>",
        '<p style="visibility:hidden">{}</p>',
        '<p style="font-size:1px">{}</p>',
        '<p style="font-size:0">{}</p>',
        '<p style="color:#FFF">{}</p>',
        '<p style="color: rgb(255, 255, 255)">{}</p>',
        '<p><font color="#ffffff">{}</font></p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="width:1px;height:1px;overflow:hidden">{}</p>',
        '<p style="opacity:0">{}</p>',
        '<p class="x gone">{}</p>',
        '<p id="trap">{}</p>',
        "<template><p>{}</p></template>",
        "<noscript><p>{}</p></noscript>",
        "<!-- <p>{}</p> -->",
        "<script>document.write('<p>{}</p>')</script>",
    ],
)
def test_text_that_readers_cannot_see_is_not_in_the_body(hidden: str) -> None:
    trap = hidden.format("Eight hundred hostages were killed tonight, the secret committee of the ferrymen announced.")
    last = "<p>The harvest begins on Thursday, weather permitting, he said.</p>"
    body = f"<article>{HEADING}{REPORT}{trap}{last}</article>"
    told = clean(page(html("Toll quarrel ends", body, "<style>p{margin:0} .gone, #trap {display:none}</style>")))
    assert isinstance(told, Story), told
    assert "hostages" not in told.text
    assert "harvest begins on Thursday" in told.text


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="color:#fff;background:#000">{}</p>',
        '<p style="font-size:12px">{}</p>',
        '<p style="opacity:0.9">{}</p>',
        '<p style="width:100%">{}</p>',
        '<p class="printed">{}</p>',
    ],
)
def test_text_that_readers_do_see_stays(shown: str) -> None:
    words = "The clerk showed the signed paper to everybody who had come to the footbridge."
    head = "<style>@media print{.printed{display:none}}</style>"
    told = clean(page(html("Toll quarrel ends", f"<article>{HEADING}{REPORT}{shown.format(words)}</article>", head)))
    assert isinstance(told, Story), told
    assert words in told.text


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (
            "Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode("cp1251"),
            "text/plain; charset=windows-1251",
        ),
        (
            "Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode("cp1251"),
            "text/plain; charset=utf-8",
        ),
        ("Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode("utf-16"), "text/plain"),
        (
            "Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode(),
            "text/plain; charset=iso-8859-1",
        ),
        (
            "Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode("utf-8-sig"),
            "text/plain; charset=no-such",
        ),
        ("Паромщики вернулись домой, сообщил в понедельник секретарь района.".encode(), ""),
    ],
)
def test_a_lying_or_missing_character_set_is_seen_through(body: bytes, declared: str) -> None:
    told = clean(page(body, content_type=declared))
    assert isinstance(told, Story), told
    assert told.text == "Паромщики вернулись домой, сообщил в понедельник секретарь района."
    assert told.language == "ru"


def test_a_flash_that_is_only_a_headline_is_kept() -> None:
    flash = "LOWER SUND AND CUSTOMS HOUSE SWAP FIVE MEN - DISTRICT CLERK"
    head = '<meta property="og:type" content="article">'
    told = clean(page(html(f"{flash} - Polarnet", f"<header><a href=/>Polarnet</a></header><h1>{flash}</h1>", head)))
    assert isinstance(told, Story), told
    assert told.text == flash
    assert "short" in told.flags
