"""Full text: FTS5 on SQLite, tsvector on PostgreSQL, one question for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.exc import DBAPIError

from models.errors import WarehouseError

CREATE: Final = {
    "sqlite": ("CREATE VIRTUAL TABLE story_search USING fts5(title, text, tokenize = 'unicode61')",),
    "postgresql": (
        "CREATE TABLE story_search (rowid integer PRIMARY KEY, title text NOT NULL, text text NOT NULL)",
        "CREATE INDEX ix_story_search ON story_search USING gin (to_tsvector('simple', title || ' ' || text))",
    ),
}
_INSERT: Final = text("INSERT INTO story_search (rowid, title, text) VALUES (:id, :title, :text)")
_ASK: Final = {
    "sqlite": text("""
        SELECT v.key, v.title, v.published_at, v.language, o.name AS outlet,
               snippet(story_search, 1, :opens, :closes, '…', 24) AS words
        FROM story_search JOIN story_version v ON v.id = story_search.rowid
        JOIN story st ON st.id = v.story_id JOIN source s ON s.id = st.source_id JOIN outlet o ON o.id = s.outlet_id
        WHERE story_search MATCH :query AND (:language = '' OR v.language = :language)
        ORDER BY rank, v.id LIMIT :limit"""),
    "postgresql": text("""
        SELECT v.key, v.title, v.published_at, v.language, o.name AS outlet,
               ts_headline('simple', f.text, q,
                           'StartSel=' || :opens || ', StopSel=' || :closes || ', MaxWords=24, MinWords=12') AS words
        FROM story_search f JOIN story_version v ON v.id = f.rowid
        JOIN story st ON st.id = v.story_id JOIN source s ON s.id = st.source_id JOIN outlet o ON o.id = s.outlet_id,
             websearch_to_tsquery('simple', :query) q
        WHERE to_tsvector('simple', f.title || ' ' || f.text) @@ q AND (:language = '' OR v.language = :language)
        ORDER BY ts_rank(to_tsvector('simple', f.text), q) DESC, v.id LIMIT :limit"""),
}
_LANGUAGES: Final = {
    "sqlite": text("""
        SELECT v.language, COUNT(*) AS stories FROM story_search JOIN story_version v ON v.id = story_search.rowid
        WHERE story_search MATCH :query GROUP BY v.language ORDER BY stories DESC, v.language"""),
    "postgresql": text("""
        SELECT v.language, COUNT(*) AS stories FROM story_search f JOIN story_version v ON v.id = f.rowid,
             websearch_to_tsquery('simple', :query) q
        WHERE to_tsvector('simple', f.title || ' ' || f.text) @@ q
        GROUP BY v.language ORDER BY stories DESC, v.language"""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A story version that answers a search."""

    story_id: str
    outlet: str
    published_at: str  # ISO 8601, empty when unknown
    title: str
    words: str  # the place that answers, matches in brackets
    language: str  # BCP 47


def index(connection: Connection, version_id: int, title: str, body: str) -> None:
    """Make a version findable."""
    connection.execute(_INSERT, {"id": version_id, "title": title, "text": body})


def search(
    connection: Connection, query: str, *, limit: int = 20, language: str = "", brackets: tuple[str, str] = ("[", "]")
) -> tuple[Hit, ...]:
    """Versions that answer the query, best first. Words, "phrases", prefix*, OR, NOT.

    Args:
        connection: a transaction.
        query: what is asked.
        limit: greatest number of versions.
        language: only versions in this one, BCP 47; any when left out.
        brackets: what stands before and behind each match in the words of a hit.

    Raises:
        WarehouseError: the query cannot be read.
    """
    asked = {"query": query, "limit": limit, "language": language, "opens": brackets[0], "closes": brackets[1]}
    return tuple(
        Hit(
            story_id=row.key,
            outlet=row.outlet,
            published_at=str(row.published_at or ""),
            title=row.title,
            words=row.words,
            language=row.language,
        )
        for row in _answer(connection, _ASK, asked)
    )


def languages(connection: Connection, query: str) -> tuple[tuple[str, int], ...]:
    """In which languages the query is answered, and by how many versions; the most first.

    Raises:
        WarehouseError: the query cannot be read.
    """
    return tuple((row.language, row.stories) for row in _answer(connection, _LANGUAGES, {"query": query}))


def _answer(
    connection: Connection, statements: Mapping[str, TextClause], asked: Mapping[str, object]
) -> Sequence[Row[Any]]:
    query = asked["query"]
    try:
        return connection.execute(statements[connection.dialect.name], asked).all()
    except DBAPIError as error:
        raise WarehouseError(f"search {query!r}", "cannot be read", hint='quote it: "words like-these"') from error
