"""The child process: it answers like `clean`, survives what pages do to it, and gives every page exactly one answer."""

from __future__ import annotations

from datetime import UTC, datetime

from cleaning.clean import clean
from cleaning.worker import clean_safely
from models.records import Discard, DiscardReason, Page, Story

REPORT = (
    "<p>The clerk of the district said on Monday that nine ferrymen had come home over the footbridge before noon.</p>"
)


def page(name: str, body: bytes) -> Page:
    """A captured answer."""
    return Page(
        url=f"https://site.example/{name}",
        final_url=f"https://site.example/{name}",
        source_id="site",
        fetched_at=datetime(2024, 5, 3, 12, tzinfo=UTC),
        status=200,
        content_type="text/html",
        body=body,
    )


GOOD = page("good", f"<html><body><article>{REPORT}</article></body></html>".encode())
SLOW = page("slow", b"<html><body>" + b"<p>words of a long list stand here</p>" * 25_000 + b"</body></html>")


def test_good_pages_pass_beside_one_that_takes_too_long() -> None:
    answers = list(clean_safely([GOOD, SLOW, GOOD], deadline_s=0.3, memory_mib=1024))
    assert answers[0] == answers[2] == clean(GOOD)
    assert isinstance(answers[0], Story)
    assert answers[1] == Discard(url=SLOW.final_url, reason=DiscardReason.UNREADABLE, detail="took longer than 0.3 s")


def test_a_page_that_needs_too_much_memory_is_too_large_and_the_next_passes() -> None:
    answers = list(clean_safely([SLOW, GOOD], deadline_s=60, memory_mib=16))
    assert isinstance(answers[0], Discard)
    assert answers[0].reason in {DiscardReason.TOO_LARGE, DiscardReason.UNREADABLE}
    assert isinstance(answers[1], Story)


def test_no_pages_start_no_child() -> None:
    assert list(clean_safely([], deadline_s=1, memory_mib=64)) == []
