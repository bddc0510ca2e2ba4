"""Lines that belong to the page and not to the story: invitations, legal tails, story codes.

Known by structure (the whole line, its opening, its length) and by the lists `furniture.*` of `phrases.toml`; a
sentence that merely contains such words stays.
"""

from __future__ import annotations

import re

from cleaning.phrases import any_of, pattern

_LINE = 240  # characters; a longer line is a paragraph
_LEGAL = 900  # characters of the longest legal notice that is looked at
_ALONE = pattern("furniture.alone")
_OPENING = pattern("furniture.opening")
_LEGAL_WORDS = pattern("furniture.legal")
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright\b|авторские права)\s*(?:©\s*)?[\w\d]", re.IGNORECASE)
_STORY_CODE = re.compile(r"[A-Z]{1,10}-?\d{5,}[A-Z0-9-]*(?:\s*[|·]\s*(?P<rest>.*))?")
_LABELLED_LEGAL = re.compile(r"(?:legal |news |important )?(?:disclaimer|notice)\s*[:.–—-]", re.IGNORECASE)
_CLOSING = re.compile(rf"(?<=[.!?…»”\"։)])\s+{any_of('furniture.closing')}\s*[.…>»→]*$")
_TRIM = " \t\r\n.…:!?»>→|•*-–—[]"


def is_furniture(line: str) -> bool:
    """Whether a whole line, wherever it stands, is an invitation or a label and no part of a story."""
    line = line.strip()
    if len(line) > _LINE:
        return False
    bare = line.strip(_TRIM)
    return not bare or bool(_ALONE.fullmatch(bare) or _OPENING.match(line))


def is_closing_matter(line: str) -> bool:
    """Whether a line at the end of a text is a legal notice, a copyright line or a story code."""
    line = line.strip()
    if is_furniture(line):
        return True
    if len(line) > _LEGAL:
        return False
    code = _STORY_CODE.fullmatch(line)
    if code:
        return not code["rest"] or is_closing_matter(code["rest"])
    return bool(
        _LEGAL_WORDS.search(line) or _LABELLED_LEGAL.match(line) or (len(line) < _LINE and _COPYRIGHT.match(line))
    )


def split_leading(line: str) -> str:
    """The line without furniture that hangs at its end ("Name Read more" → "Name")."""
    words = line.split(" ")
    for size in range(4, 0, -1):
        if len(words) > size and _ALONE.fullmatch(" ".join(words[-size:]).strip(_TRIM)):
            return " ".join(words[:-size])
    return line


def closing_start(paragraph: str) -> int:
    """Where furniture hung behind the last sentence of a paragraph begins; its length when there is none."""
    match = _CLOSING.search(paragraph)
    return match.start() if match else len(paragraph)
