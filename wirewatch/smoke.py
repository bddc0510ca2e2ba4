"""SMOKE: two short stories of our own that any working model tells apart; says nothing of how good it is."""

from __future__ import annotations

from typing import Final

from cleaning.wire import clean_text
from models.errors import TaggerError
from models.records import Story
from nlp.tag import tag
from wirewatch.settings import Settings
from wirewatch.steps import load_taggers

_EXCHANGE: Final = """NORTHPORT, May 4 (North Post) - Olmeria and Dravia exchanged prisoners of war on Saturday, their
ministries said. Dravia handed over 14 captured soldiers, and Olmeria released three Dravian servicemen in return.

The exchange took place at a border crossing near Kestra after talks that lasted two weeks.
"""
_OTHER: Final = """NORTHPORT, May 4 (North Post) - The city opened its new tram line on Saturday after three years of
building. The mayor rode the first tram with a school class and thanked the builders.

The line has fourteen stops and will carry 20,000 passengers a day, the operator said.
"""


def smoke(settings: Settings) -> str:
    """Let the model read a story of an exchange and one of a tram line; gives what it made of them.

    Raises:
        TaggerError: the model cannot be loaded, or does not tell them apart.
    """
    stories = [_story("exchange", _EXCHANGE), _story("tram", _OTHER)]
    told, other = (found.report for found in tag(stories, load_taggers(settings)))
    scores = f"exchange {told.is_exchange_score:.2f}, tram line {other.is_exchange_score:.2f}"
    if not told.is_exchange or other.is_exchange:
        raise TaggerError(
            "model", f"does not tell an exchange from a tram line: {scores}", hint="`wirewatch models verify`"
        )
    return f"tells an exchange from a tram line ({scores})"


def _story(name: str, text: str) -> Story:
    story = clean_text(text, url=f"smoke:{name}", source_id="smoke")
    if not isinstance(story, Story):
        raise TaggerError("model", f"was given no story: {story.reason}", hint="reinstall: cleaning is broken")
    return story
