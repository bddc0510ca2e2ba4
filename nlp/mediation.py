"""Who mediated by what the model marks, and the phrases of seven languages by which a text says that nobody did.

Annotation guide, section 6: `none` only when a voice in the text rules mediators out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.records import Mention
from nlp.clauses import sentences
from nlp.encoder import Floats

_RATHER: Final = 0.5  # rather a mediator than not
_BORNE_OUT: Final = 0.25  # enough where the sentence speaks of mediation

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
_STANDS_BY: Final = re.compile(
    r"\b(?:welcom\w+|prais\w+|hail\w+|applaud\w+|call(?:ed|s)\b|hop(?:e|es|ed)\b|congratulat\w+|check\w+|visit\w+|"
    r"examin\w+|health|seen the|приветств\w+|поздрав\w+|провер\w+|осмотр\w+|посети\w+|здоровь\w+|привітал\w*|"
    r"alqışla\w*|salamla\w*|yoxla\w*|sağlamlı\w*|baş çək\w*|memnuniyet\w*|karşıla\w*|kontrol\w*|sağlık\w*|ziyaret\w*|"
    r"ողջուն\w+|ստուգ\w+|այցել\w+|առողջ\w+|მიესალმ\w+|შეამოწმ\w+)",
    re.IGNORECASE,
)
_BROKERS: Final = re.compile(
    r"\b(?:mediat\w+|broker\w*|intermediar\w+|go-between\w*|host(?:ed|s|ing)\b|chair\w*|negotiat\w+|facilitat\w+|"
    r"arrang\w+|good offices|thank\w*|assist\w+|help\w*|role|effort\w*|посредни\w+|содейств\w+|благодар\w+|помо[гщ]\w+|"
    r"посередн\w+|vasitəç\w*|köməy\w*|köməkl\w*|təşəkkür\w*|arabulucu\w*|aracı\w*|teşekkür\w*|yardım\w*|"
    r"միջնորդ\w*|օժանդակ\w*|աջակց\w*|շնորհակալ\w*|შუამავ\w*|მადლობ\w*)",
    re.IGNORECASE,
)


def only_stands_by(sentence: str) -> bool:
    """Whether a sentence tells that somebody welcomed, visited or checked, and nothing of mediation.

    Annotation guide, section 6: who welcomes a deal did not broker it, and the Red Cross that only sees to the health
    of captives, or visits them, is no mediator.
    """
    return _STANDS_BY.search(sentence) is not None and _BROKERS.search(sentence) is None


def rules_mediators_out(text: str) -> bool:
    """Whether the text has one of the phrases."""
    return _RULED_OUT.search(text) is not None


def mediating(text: str, mentions: Sequence[Mention], scores: Floats) -> Iterator[Mention]:
    """The mentions that the model marks as mediators, in order, without those that only stand by.

    Args:
        text: the text.
        mentions: its actors.
        scores: of each, 0-1.
    """
    cut = sentences(text)
    for mention, score in zip(mentions, scores, strict=True):
        told = next((text[start:end] for start, end in cut if start <= mention.start < end), "")
        needed = _BORNE_OUT if _BROKERS.search(told) else _RATHER
        if score > needed and not only_stands_by(told):
            yield mention
