"""Pages that are no story: error pages that answer 200, walls, log-ins, captchas, lists of links.

Each judgement asks for two things: the words of such a page, and that there is no report beside them (`_STORY` words).
"""

from __future__ import annotations

from collections.abc import Sequence

from cleaning.markup import Block
from cleaning.metadata import Metadata
from cleaning.phrases import pattern
from models.records import DiscardReason

_STORY = 120  # words; a page with more than that below its walls and warnings is read as a story
_STUB = 90  # words; what a paywall lets through
_TOP = 300  # characters that a reader sees first
_WINDOW = 2_500  # characters that are searched for the words of a wall

_CONSENT_REST = 8  # words that a consent wall may hold beside its own
_NOT_FOUND = pattern("page.not_found")
_CONSENT = pattern("page.consent")
_PAYWALL = pattern("page.paywall")
_LOGIN = pattern("page.login")
_CAPTCHA = pattern("page.captcha")
_LINKED = 0.6  # share of linked characters from which on a page is a list of links


def judge(title: str, blocks: Sequence[Block], body: Sequence[Block], metadata: Metadata) -> DiscardReason | None:
    """Why a page is no story, or None; `blocks` is all that is visible, `body` what was taken for the report."""
    everything = " ".join(block.spotted.text for block in blocks)
    seen = f"{title}\n{everything[:_WINDOW]}\n{everything[-_WINDOW:]}"
    top = f"{title}\n{metadata.page_title}\n{metadata.heading}\n{everything[:_TOP]}"
    size = _words(body)
    told = _words([block for block in body if not _CONSENT.search(block.spotted.text)])
    judgements = (
        (size < _STORY and _NOT_FOUND.search(top), DiscardReason.SOFT_404),
        (size < _STORY and _CAPTCHA.search(top), DiscardReason.NOT_AN_ARTICLE),
        (size < _STUB and metadata.has_password_field and _LOGIN.search(seen), DiscardReason.LOGIN_PAGE),
        (size < _STUB and (_PAYWALL.search(seen) or not metadata.is_free), DiscardReason.PAYWALL_STUB),
        (body and told < _CONSENT_REST and _CONSENT.search(seen), DiscardReason.CONSENT_WALL),
        (not metadata.is_article and _linked_share(body) > _LINKED, DiscardReason.NOT_AN_ARTICLE),
    )
    return next((reason for applies, reason in judgements if applies), None)


def _words(blocks: Sequence[Block]) -> int:
    return sum(len(block.spotted.text.split()) for block in blocks)


def _linked_share(body: Sequence[Block]) -> float:
    size = sum(len(block.spotted.text) for block in body)
    return sum(block.linked for block in body) / size if size else 0.0
