"""Loaded naming: words that judge by how they name, in the writer's own voice.

Annotation guide, section 8: loaded naming without attribution is the author's stance against what is named. The words
themselves become the target; the desk's neutral name for it is not guessed from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]
VERSION: Final = "1"
_LEXICON: Final = re.compile(
    r"""\b(?:
        (?:(?:former\s+)?leaders?\s+of\s+the\s+)?so-called\s+
            (?:\w+\s+)?(?:regime|republic|government|authorities|leaders?|state)
      | (?:other\s+)?(?:separatist|terrorist|puppet|criminal|occupation)\s+
            (?:leaders?|regime|authorities|government|forces)
      | так\s+называем\w+\s+(?:\w+\s+)?(?:режим|республик|власт|руководств|лидер)\w*
      | (?:сепаратистск|террористическ|марионеточн|преступн)\w+\s+(?:режим|лидер|власт|руководств)\w*
      | qondarma\s+(?:\w+\s+)?(?:rejim|qurum|respublika)\w*
      | (?:separatçı|terrorçu|kriminal)\s+(?:rejim|lider|rəhbər|qurum)\w*
      | sözde\s+(?:\w+\s+)?(?:yönetim|rejim|cumhuriyet|hükümet)\w*
      | (?:ayrılıkçı|terörist|kukla)\s+(?:rejim|lider|yönetim)\w*
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[“\"«„][^”\"»“]{0,600}[”\"»“]")


def loaded_names(text: str) -> Iterator[Span]:
    """Spans of loaded names outside quotation marks, in order; offsets are code points, half-open."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    for found in _LEXICON.finditer(text):
        if not any(start <= found.start() < end for start, end in quoted):
            yield found.span()
