"""Who signed a text: `By Name and Name`, a name on its own line, `Reporting by …; Editing by …`."""

from __future__ import annotations

import re

from cleaning.attribution import UPPER, is_organisation, names_nobody, split_names
from cleaning.phrases import any_of

_LABELLED = re.compile(rf"(?:{any_of('byline.label')}\s*[:՝]\s*|(?i:by)\s+)(?P<names>{UPPER}[^\n:]{{1,100}}?)\s*[.]?")
_REPORTING = re.compile(
    r"\(?\s*(?i:(?:reporting|writing|additional reporting)\b[^\n]{0,20}?\bby)\s+(?P<names>[^;()\n]{2,140})"
    r"(?:;[^\n]{0,200})?\)?[.]?"
)
_ROLE = re.compile(
    rf"\s*(?:,\s*)?\b(?:in|en|из|в)\s+{UPPER}.*$|\s*[|–—/].*$|\s*,\s*(?i:staff|correspondent|reporter|special to).*$"
)
_PART = rf"(?!\d){UPPER}[^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
_PERSON = re.compile(rf"{_PART}(?:\s+(?:(?:van|von|de|der|den|al|el|bin|ibn|da|di|oğlu|qızı)\s+)*{_PART}){{1,3}}")
_MAX_NAME = 48  # characters


def labelled(line: str) -> tuple[str, ...]:
    """The names of a line that says that it is a byline; empty when it does not."""
    line = line.strip()
    match = _LABELLED.fullmatch(line) or _REPORTING.fullmatch(line)
    if not match:
        return ()
    names = [_without_role(name) for name in split_names(match["names"])]
    return (
        tuple(names)
        if names and all(is_person(name) or is_organisation(name) or names_nobody(name) for name in names)
        else ()
    )


def is_person(name: str) -> bool:
    """Whether words look like a person's name: two to four capitalised words, initials allowed, no digits."""
    name = name.strip()
    return len(name) <= _MAX_NAME and bool(_PERSON.fullmatch(name)) and not is_organisation(name) and not name.isupper()


def are_people(line: str) -> bool:
    """Whether a line is nothing but people's names."""
    names = [_without_role(name) for name in split_names(line)]
    return bool(names) and all(is_person(name) for name in names)


def people(written: str) -> tuple[str, ...]:
    """The names in a byline as a page's metadata gives it, without roles and addresses."""
    written = re.sub(r"^\s*by\s+", "", written, flags=re.IGNORECASE)
    if "://" in written or "@" in written:
        return ()
    return tuple(name for part in split_names(written) if (name := _without_role(part)) and not names_nobody(name))


def _without_role(name: str) -> str:
    return _ROLE.sub("", name).strip(" .,")
