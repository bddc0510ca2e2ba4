"""The line above a story that says whose paper it is: the reader needs it to know who "we", "our boys" and "they" are.

A story is read as its masthead, its headline and its body. Nothing that stands in the masthead is told as a finding of
the story; it only names the outlet's own state, so that "the Ministry of Defence" and "our soldiers" have an owner.
"""

from __future__ import annotations

from typing import Final

from models.records import Outlet
from nlp.actors import Gazetteer

_GAP: Final = "\n\n"
_NOWHERE: Final = "ZZ"  # an international body, or a seat that nobody knows


def masthead(outlet: Outlet | None, gazetteer: Gazetteer) -> str:
    """The outlet's name, and its state in brackets where the gazetteer knows that; "" for no outlet."""
    name = " ".join(outlet.name.split()) if outlet else ""
    state = gazetteer.names.get(outlet.country, "") if outlet and outlet.country != _NOWHERE else ""
    return f"{name} ({state})" if name and state else name


def laid_out(head: str, title: str, body: str) -> tuple[str, int]:
    """Masthead, headline and body as one text, and where in it the body begins."""
    above = "".join(f"{line}{_GAP}" for line in (head, title.strip()) if line)
    return f"{above}{body}", len(above)
