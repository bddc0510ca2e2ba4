"""Lines of a plain text, and lines put together into paragraphs again.

A blank line ends a paragraph. A single line break ends one too, unless the line was broken by width: it stops in the
middle of a sentence and the next line goes on in lower case, or it is as wide as lines of typewritten text are.
"""

from __future__ import annotations

import re

from cleaning.offsets import Spotted

_LINE = re.compile(r"[^\r\n]+")
_ENDS = re.compile(r"[.!?…։:;»\"”)\]]\s*$")
_WRAP = range(55, 101)  # characters of a line that an editor broke by width
_BLANK = re.compile(r"(?:\r\n|\n|\r)[ \t\f\v\u00a0]*(?:\r\n|\n|\r)")


def lines_of(text: Spotted) -> list[Spotted]:
    """The lines of a text as they stand, lines broken by width joined, white space at both ends left out."""
    spans: list[tuple[int, int]] = []
    for match in _LINE.finditer(text.text):
        if not match.group().strip():
            continue
        if spans and _goes_on(text.text, spans[-1], match.span()):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return [text.cut(start, end) for start, end in spans]


def _goes_on(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether a line is continued by the next one."""
    between = text[line[1] : following[0]]
    if _BLANK.search(between):
        return False
    above = text[slice(*line)].splitlines()[-1].strip()
    below = text[slice(*following)].strip()
    if _ENDS.search(above) or not below:
        return False
    return below[0].islower() or (len(above) in _WRAP and (len(below) in _WRAP or bool(_ENDS.search(below))))
