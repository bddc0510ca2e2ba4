"""Full text: FTS5 on SQLite, tsvector on PostgreSQL; one question, the same hits in the same order on both.

Both engines hold the words as `models.folding` folds them and are asked for nothing but those words, so neither's own
ideas of a word matter. The newest hit comes first. What is marked is found in the story's text itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from models.folding import Word, folded, words_of
from models.query import AllOf, AnyOf, Phrase, Query, phrases, read_query
from models.rows import parts
from models.tables import outlet, source, story, story_version

COMMENT: Final = "the words of each story version, folded, for full-text search"
# one row per story version: title and text as folded words with one space between
STORED: Final = table("story_search", column("rowid"), column("title"), column("text"), column("words"))
_SHOWN: Final = 24  # words around the first mark
_BEFORE: Final = 6  # of these, before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A story version that answers a search."""

    story_id: str
    outlet: str
    published_at: str  # ISO 8601, empty when unknown
    title: str
    language: str  # BCP 47
    words: str  # the place that answers, matches in brackets
    marks: tuple[tuple[int, int], ...]  # every match in the story's text: code points, half-open, in order


def index(connection: Connection, version_id: int, title: str, body: str) -> None:
    """Make a version findable."""
    connection.execute(insert(STORED).values(rowid=version_id, title=folded(title), text=folded(body)))


def index_anew(connection: Connection) -> int:
    """Make every stored version findable, and nothing else; gives how many there are."""
    connection.execute(delete(STORED))
    ids = connection.execute(select(story_version.c.id).order_by(story_version.c.id)).scalars().all()
    wanted = select(story_version.c.id, story_version.c.title, story_version.c.text)
    for some in parts(ids):
        for row in connection.execute(wanted.where(story_version.c.id.in_(some))):
            index(connection, row.id, row.title, row.text)
    return len(ids)


def search(
    connection: Connection, query: str, *, limit: int = 20, language: str = "", brackets: tuple[str, str] = ("[", "]")
) -> tuple[Hit, ...]:
    """Versions that answer the query, the newest first. Words, "phrases", prefix*, OR, NOT, parentheses.

    Args:
        connection: a transaction.
        query: what is asked.
        limit: greatest number of versions.
        language: only versions in this one, BCP 47; any when left out.
        brackets: what stands before and behind each match in the words of a hit.

    Raises:
        WarehouseError: the query cannot be read.
    """
    asked = read_query(query)
    shown = ("key", "title", "text", "published_at", "language")
    rows = connection.execute(
        select(*(story_version.c[name] for name in shown))
        .add_columns(outlet.c.name.label("outlet"))
        .join(STORED, STORED.c.rowid == story_version.c.id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .where(_answers(connection, asked), *([story_version.c.language == language] if language else []))
        .order_by(func.coalesce(story_version.c.published_at, story_version.c.first_seen_at).desc())
        .order_by(story_version.c.key)
        .limit(limit)
    )
    return tuple(_hit(row, tuple(phrases(asked)), brackets) for row in rows)


def languages(connection: Connection, query: str) -> tuple[tuple[str, int], ...]:
    """In which languages the query is answered, and by how many versions; the most first.

    Raises:
        WarehouseError: the query cannot be read.
    """
    found = (
        select(story_version.c.language, func.count().label("versions"))
        .join(STORED, STORED.c.rowid == story_version.c.id)
        .where(_answers(connection, read_query(query)))
        .group_by(story_version.c.language)
    )
    counted = ((str(row.language), int(row.versions)) for row in connection.execute(found))
    return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def _answers(connection: Connection, asked: Query) -> ColumnElement[bool]:
    return _match(asked) if connection.dialect.name == "sqlite" else _holds(asked)


# ---------------------------------------------------------------- SQLite


def _match(query: Query) -> ColumnElement[bool]:
    return literal_column("story_search").bool_op("MATCH")(literal(_fts5(query)))


def _fts5(query: Query) -> str:
    """The query in the words of FTS5; every word is quoted, so none is an operator."""
    match query:
        case Phrase():
            return f'"{" ".join(query.words)}"{" *" if query.is_prefix else ""}'
        case AnyOf():
            return f"({' OR '.join(map(_fts5, query.parts))})"
        case AllOf():
            wanted = f"({' AND '.join(map(_fts5, query.parts))})"
            return f"({' NOT '.join([wanted, *map(_fts5, query.left_out)])})"


# ---------------------------------------------------------------- PostgreSQL


def _holds(query: Query) -> ColumnElement[bool]:
    match query:
        case Phrase():
            return _holds_phrase(query)
        case AnyOf():
            return or_(*map(_holds, query.parts))
        case AllOf():
            return and_(*map(_holds, query.parts), *(not_(_holds(part)) for part in query.left_out))


def _holds_phrase(phrase: Phrase) -> ColumnElement[bool]:
    """The index finds the words, the text whether they stand side by side: positions in a tsvector end at 16,383."""
    lexemes = [f"'{word}'" for word in phrase.words]
    if phrase.is_prefix:
        lexemes[-1] += ":*"
    has_words = STORED.c.words.bool_op("@@")(cast(" & ".join(lexemes), TSQUERY))
    if len(phrase.words) == 1:
        return has_words
    sought = f"% {' '.join(phrase.words)}{'' if phrase.is_prefix else ' '}%"
    side_by_side = (func.concat(" ", field, " ").like(sought) for field in (STORED.c.title, STORED.c.text))
    return and_(has_words, or_(*side_by_side))


# ---------------------------------------------------------------- what is shown


def _hit(row: Any, sought: Sequence[Phrase], brackets: tuple[str, str]) -> Hit:
    words = tuple(words_of(row.text))
    marks = tuple(_marks(words, sought))
    return Hit(
        story_id=row.key,
        outlet=row.outlet,
        published_at=f"{row.published_at:%Y-%m-%dT%H:%M:%SZ}" if row.published_at else "",
        title=row.title,
        language=row.language,
        words=_place(row.text, words, marks, brackets),
        marks=marks,
    )


def _marks(words: Sequence[Word], sought: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Where the phrases stand; of two that begin at one word the longer, and none within another."""
    end = 0
    for place, word in enumerate(words):
        lengths = [len(phrase.words) for phrase in sought if _stands_at(words, place, phrase)]
        if lengths and word.start >= end:
            end = words[place + max(lengths) - 1].end
            yield word.start, end


def _stands_at(words: Sequence[Word], place: int, phrase: Phrase) -> bool:
    here = [word.folded for word in words[place : place + len(phrase.words)]]
    if phrase.is_prefix and len(here) == len(phrase.words):
        return here[:-1] == list(phrase.words[:-1]) and here[-1].startswith(phrase.words[-1])
    return here == list(phrase.words)


def _place(text: str, words: Sequence[Word], marks: Sequence[tuple[int, int]], brackets: tuple[str, str]) -> str:
    """Some words around the first mark, or the first words where only the title answers; marks in brackets."""
    if not words:
        return ""
    first = next((place for place, word in enumerate(words) if marks and word.start >= marks[0][0]), 0)
    begin, last = max(0, first - _BEFORE), min(len(words), max(0, first - _BEFORE) + _SHOWN) - 1
    start, end = (words[begin].start if begin else 0), (words[last].end if last + 1 < len(words) else len(text))
    pieces, at = ["…" if begin else ""], start
    for mark_start, mark_end in marks:
        if mark_end <= end:
            pieces += [text[at:mark_start], brackets[0], text[mark_start:mark_end], brackets[1]]
            at = mark_end
    shown = "".join([*pieces, text[at:end], "…" if last + 1 < len(words) else ""])
    return " ".join(shown.split())
