"""Who signed a text: `By Name and Name`, a name on its own line, `Reporting by …; Editing by …`."""

from __future__ import annotations

import re

from cleaning.credits import is_organisation, names_nobody, split_names

_LABELLED = re.compile(
    r"(?i:(?:by|written by|story by|words by|author|автор(?:ы|и)?(?: статьи)?|текст|müəllif|yazan|yazar|haber|hazırladı|հեղինակ(?:ներ)?|ավտոր|ავტორი)\s*[:՝]\s*|by\s+)"
    r"(?P<names>[^\W_a-z][^\n:]{1,100}?)\s*[.]?"
)
_REPORTING = re.compile(
    r"\(?\s*(?i:(?:reporting|writing|additional reporting)\b[^\n]{0,20}?\bby)\s+(?P<names>[^;()\n]{2,140})(?:;[^\n]{0,200})?\)?[.]?"
)
_ROLE = re.compile(
    r"\s*(?:,\s*)?\b(?:in|en|из|в)\s+[^\W_a-zа-яё].*$|\s*[|–—/].*$|\s*,\s*(?i:staff|correspondent|reporter|special to).*$"
)
_PERSON = re.compile(
    r"(?:[^\W\d_a-z][^\W\d_]*['’.-]?[^\W\d_]*\.?)(?:\s+(?:(?:van|von|de|der|den|al|el|bin|ibn|da|di|oğlu|qızı)\s+)*[^\W\d_a-z][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?){1,3}"
)
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
