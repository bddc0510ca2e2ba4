"""The line that says whose paper a story stands in, and what is told of it: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.records import Outlet
from nlp.actors import Gazetteer, read_entries
from nlp.masthead import laid_out, masthead

GAZETTEER = Gazetteer.of(read_entries(Path(__file__).parents[2] / "watch" / "actors.toml"))


@pytest.mark.parametrize(
    ("outlet", "line"),
    [
        (None, ""),
        (Outlet(name=""), ""),
        (Outlet(name="Sorvane  Today", country="ZZ"), "Sorvane Today"),
        (Outlet(name="Sorvane Today", country="XS"), "Sorvane Today"),
        (Outlet(name="Lusabac Lur", country="AM"), "Lusabac Lur (Armenia)"),
    ],
)
def test_a_masthead_names_the_outlet_and_its_state(outlet: Outlet | None, line: str) -> None:
    assert masthead(outlet, GAZETTEER) == line


@pytest.mark.parametrize("head", ["", "North Post (Armenia)"])
@pytest.mark.parametrize("title", ["", " They are home "])
def test_the_body_begins_where_it_is_said_to(head: str, title: str) -> None:
    text, begins = laid_out(head, title, "At noon.")
    assert text[begins:] == "At noon."
    assert [line for line in text.split("\n\n") if line] == [*filter(None, (head, title.strip())), "At noon."]
