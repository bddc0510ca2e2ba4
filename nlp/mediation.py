"""That a text says nobody mediated: the usual phrases of seven languages, beside what the model thinks.

Annotation guide, section 6: `none` only when a voice in the text rules mediators out.
"""

from __future__ import annotations

import re
from typing import Final

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
