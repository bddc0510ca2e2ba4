"""Who mediated by what the model marks, and the phrases of seven languages by which a text says that nobody did.

Annotation guide, section 6: `none` only when a voice in the text rules mediators out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.records import Mention
from nlp.encoder import Floats

_RATHER: Final = 0.5  # rather a mediator than not

_RULED_OUT: Final = re.compile(
    r"""(?:
        \bwithout\s+(?:\w+\s+){0,3}(?:mediat\w+|intermediar\w+|go-betweens?|third[\s-]part(?:y|ies))
      | \bno\s+(?:\w+\s+){0,2}(?:mediators?|mediation|intermediar(?:y|ies)|go-betweens?)\b
      | \bnot\s+(?:\w+\s+){0,4}(?:through|via|with|by)\s+(?:the\s+)?
            (?:mediation|intermedia\w+|help)\s+of\s+(?:any|a)\s+third
      | \bneeded\s+no\s+mediat\w+
      | \bбез\s+(?:\w+\s+){0,3}посредни\w+ | \bпосредник\w*\s+не\s+(?:было|участв\w+|привлека\w+)
      | \bбез\s+(?:\w+\s+){0,3}посередник\w+
      | \bvasitəçi\w*\s+olmadan | \bvasitəçisiz | \bvasitəçiliy\w*\s+olmadan
      | \barabulucu\w*\s+olmadan | \barabulucusuz | \barabuluculuk\s+olmadan
      | առանց\s+(?:\w+\s+){0,3}միջնորդ\w+
      | შუამავლ\w+\s+გარეშე
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def rules_mediators_out(text: str) -> bool:
    """Whether the text has one of the phrases."""
    return _RULED_OUT.search(text) is not None


def mediating(mentions: Sequence[Mention], scores: Floats) -> Iterator[Mention]:
    """The mentions that the model marks as mediators, in order.

    Args:
        mentions: the actors of the text.
        scores: of each, 0-1.
    """
    return (mention for mention, score in zip(mentions, scores, strict=True) if score > _RATHER)
