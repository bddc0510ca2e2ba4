"""`/search?q=`: full text over all stories, with the places that answer, and a facet of languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.errors import WarehouseError
from models.search import Hit, languages, search
from models.warehouse import Warehouse
from wirewatch.pages.answer import Shown
from wirewatch.pages.words import language_tag

_MOST: Final = 50  # stories on one page; the best ones
_LONGEST: Final = 300  # characters of a query
_OPENS, _CLOSES = "\ue000", "\ue001"  # for private use: no text of a newspaper holds them
_MATCH: Final = re.compile(f"{_OPENS}(.*?){_CLOSES}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """A stretch of the words around a match."""

    text: str
    matches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One story that answers."""

    story_id: str
    outlet: str
    title: str
    published_at: str  # ISO 8601; "" when unknown
    language: str
    words: tuple[Bit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How many stories of a language answer."""

    code: str
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the search page shows."""

    query: str
    language: str  # "" = any
    found: int  # in the chosen language
    in_all: int  # in any
    languages: tuple[Language, ...]
    stories: tuple[Answer, ...]  # the best of those found
    problem: str  # why the query could not be read; "" when it could


def look_up(warehouse: Warehouse, request: Request) -> Shown:
    """The answers to a query, or the advice that makes it one.

    Raises:
        HTTPException: the language is none, or the query is too long (400).
    """
    query = request.query_params.get("q", "").replace("\x00", " ").strip()
    language = request.query_params.get("language", "").strip()
    if language and not language_tag(language):
        raise HTTPException(400, "A language is a tag such as en or az.")
    if len(query) > _LONGEST:
        raise HTTPException(400, f"A query has at most {_LONGEST} characters.")
    view = _answers(warehouse, query, language)
    title = f"{query} – search" if query else "Search"
    return Shown(template="search.html", title=title, view=view, status=400 if view.problem else 200)


def _answers(warehouse: Warehouse, query: str, language: str) -> Answers:
    if not query:
        return _none(query, language, problem="")
    try:
        with warehouse.read() as connection:
            facet = languages(connection, query)
            hits = search(connection, query, limit=_MOST, language=language, brackets=(_OPENS, _CLOSES))
    except WarehouseError as error:
        if not error.subject.startswith("search "):
            raise
        return _none(query, language, problem=f"This query {error.problem}. Perhaps {error.hint}.")
    counted = dict(facet)
    return Answers(
        query=query,
        language=language,
        found=counted.get(language, 0) if language else sum(counted.values()),
        in_all=sum(counted.values()),
        languages=tuple(Language(code=code, stories=stories) for code, stories in facet),
        stories=tuple(_answer(hit) for hit in hits),
        problem="",
    )


def _none(query: str, language: str, *, problem: str) -> Answers:
    return Answers(query=query, language=language, found=0, in_all=0, languages=(), stories=(), problem=problem)


def _answer(hit: Hit) -> Answer:
    parts = _MATCH.split(hit.words)  # text, match, text, match … text
    bits = (Bit(text=text, matches=bool(place % 2)) for place, text in enumerate(parts))
    return Answer(
        story_id=hit.story_id,
        outlet=hit.outlet,
        title=hit.title,
        published_at=hit.published_at,
        language=hit.language,
        words=tuple(bit for bit in bits if bit.text),
    )
