"""Which of a page's visible blocks are the report: trafilatura judges, we cut.

trafilatura gives a good opinion on what the body is, but not where it stands. So its answer only selects among the
blocks that `cleaning.markup` has read with their places; the text of a story is cut from the source itself.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from configparser import ConfigParser
from functools import cache

from trafilatura import bare_extraction
from trafilatura.settings import use_config

from cleaning.markup import Block

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TEXT_TAGS = {"p", "blockquote", "dd", "h2", "h3", "h4", "h5", "h6"}  # in which a few characters are text, not a label
_COVERED = 0.8  # share of a block's five-character runs that must stand in the judged text
_RUN = 12  # characters
_LINKED = 0.8  # share of linked characters from which on a block is a link, not a sentence
_PARAGRAPH = 60  # characters; a block of that size is counted among paragraphs
_FEW = 400  # characters; a judged text below it may be a flash that was passed over


def body_blocks(blocks: Sequence[Block], visible: str, *, url: str) -> tuple[Block, ...]:
    """The blocks of the report in the order of the page; empty when there is none."""
    judged = _squeezed(_judged(visible, url))
    chosen = [block for block in blocks if _stands_in(block, judged)] if judged else []
    return tuple(_outer_cut(chosen)) or _largest_paragraphs(blocks)


def flash_block(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The headline as the body, for a page that says it is an article and has nothing else: an agency's flash."""
    return tuple(block for block in blocks if block.tag == "h1")[:1]


def _judged(visible: str, url: str) -> str:
    """What trafilatura takes for the body; "" when it finds none."""
    logging.getLogger("trafilatura").setLevel(
        logging.CRITICAL
    )  # it reports a page without a body as an error; for us that is a discard
    document = bare_extraction(
        visible,
        url=url or None,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        with_metadata=False,
        config=_config(),
    )
    return (getattr(document, "text", "") or "") if document is not None else ""


@cache
def _config() -> ConfigParser:
    """Trafilatura's settings, with flashes of one sentence let through."""
    config: ConfigParser = use_config()
    for name in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE", "MIN_EXTRACTED_COMM_SIZE", "MIN_OUTPUT_COMM_SIZE"):
        config.set("DEFAULT", name, "1" if "OUTPUT" in name else "60")
    return config


def _squeezed(text: str) -> str:
    """The text without white space and list signs, so that only its characters count."""
    return re.sub(r"[\s|•·–—-]+", "", text)


def _stands_in(block: Block, judged: str) -> bool:
    """Whether a block is, for the most part, in the judged text."""
    text = _squeezed(block.spotted.text)
    if not text or _is_link(block):
        return False
    if len(text) <= _RUN:
        return text in judged and block.tag in _TEXT_TAGS
    runs = [text[at : at + _RUN] for at in range(0, len(text) - _RUN + 1, _RUN)]
    return sum(run in judged for run in runs) >= _COVERED * len(runs)


def _is_link(block: Block) -> bool:
    size = len(block.spotted.text)
    return block.linked > _LINKED * size and size < 2 * _PARAGRAPH


def _outer_cut(chosen: Sequence[Block]) -> list[Block]:
    """The chosen blocks without headings that have no text of theirs behind them."""
    kept: list[Block] = []
    for block in reversed(chosen):
        is_last_heading = block.tag in _HEADINGS and (not kept or kept[-1].tag in _HEADINGS)
        if not is_last_heading:
            kept.append(block)
    return kept[::-1]


def _largest_paragraphs(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """For a page on which nothing was judged the body: its unlinked paragraphs, if there are any."""
    return tuple(
        block for block in blocks if block.tag == "p" and not block.linked and len(block.spotted.text) >= _PARAGRAPH
    )
