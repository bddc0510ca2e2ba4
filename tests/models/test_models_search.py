"""Full text: the same hits, in the same order, with the same marks on both engines, in every script."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models.errors import WarehouseError
from models.folding import LONGEST, fold, folded, words_of
from models.query import AllOf, AnyOf, Phrase, Query, read_query
from models.search import Hit, index, index_anew, search
from models.warehouse import Warehouse

TEXTS = {
    "en": "Thirty-two prisoners crossed the river bridge at dawn.",
    "ru": "Тридцать два военнопленных перешли мост через реку. Пленные дома.",
    "hy": "Երեսուներկու ռազմագերի անցան կամուրջը։ Ի՞նչ եղավ։",
    "az": "Otuz iki hərbi əsir körpüdən keçdi, Bakıya qayıtdı.",
}


@pytest.fixture
def shelf(warehouse: Warehouse, add_version: Callable[..., int]) -> Callable[..., tuple[Hit, ...]]:
    """Search a warehouse of four stories; the last in the table is the newest."""
    for hours, (language, body) in enumerate(TEXTS.items()):
        add_version(f"https://north.example/{language}", body, hours=hours)

    def ask(query: str, *, limit: int = 20) -> tuple[Hit, ...]:
        with warehouse.read() as connection:
            return search(connection, query, limit=limit)

    return ask


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("bridge", ["bridge"]), ("BRIDGE", ["bridge"]), ('"river bridge"', ["river bridge"]),
        ("thirty-two", ["Thirty-two"]), ("bridge river", ["river", "bridge"]), ("brid* dawn", ["bridge", "dawn"]),
        ('"the riv*"', ["the river"]), ("плен*", ["Пленные"]), ("военнопленных", ["военнопленных"]),
        ("МОСТ OR elephant", ["мост"]), ("կամուրջը", ["կամուրջը"]), ("ինչ", ["Ի՞նչ"]),
        ("korpuden OR körpüdən", ["körpüdən"]), ("river bridge*", ["river", "bridge"]),
        ("bakiya", ["Bakıya"]), ("crossed NOT elephant", ["crossed"]), ("crossed -elephant", ["crossed"]),
        ("(bridge OR мост) -реку", ["bridge"]), ("“river bridge”", ["river bridge"]),
    ],
)  # fmt: skip
def test_what_answers_is_marked_in_code_points_of_the_text(
    shelf: Callable[..., tuple[Hit, ...]], query: str, marked: list[str]
) -> None:
    (hit,) = shelf(query)
    (body,) = [body for body in TEXTS.values() if marked[0] in body]
    assert [body[start:end] for start, end in hit.marks] == marked
    assert f"[{marked[0]}]" in hit.words
    assert (hit.outlet, hit.published_at[:11]) == ("North Post", "2024-05-01T")


@pytest.mark.parametrize(
    "query", ["elephant", "bri", '"bridge river"', "crossed NOT river", "ем*", "bridge -dawn", '"at dawn Thirty"']
)
def test_what_does_not_answer_is_not_found(shelf: Callable[..., tuple[Hit, ...]], query: str) -> None:
    assert shelf(query) == ()


def test_a_title_answers_too_the_newest_comes_first_and_the_limit_holds(
    shelf: Callable[..., tuple[Hit, ...]],
) -> None:
    hits = shelf("title", limit=3)
    assert [hit.published_at for hit in hits] == [f"2024-05-01T{hour}:00:00Z" for hour in (15, 14, 13)]
    assert hits[0].marks == ()
    assert hits[0].words == TEXTS["az"]


@pytest.mark.parametrize(
    "query", ['un"closed', "(bridge", "bridge)", "NOT bridge", "$$$", "", "a OR", "(" * 20, "a " * 101, "a NOT OR b"]
)
def test_a_query_that_cannot_be_read_is_refused_with_advice(shelf: Callable[..., tuple[Hit, ...]], query: str) -> None:
    with pytest.raises(WarehouseError, match=r"cannot be read.*quote it"):
        shelf(query)


def test_a_long_text_is_shown_around_its_first_mark(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    body = " ".join(f"word{number}" for number in range(40_000))  # beyond the last position of a tsvector
    add_version("https://north.example/1", body)
    with warehouse.read() as connection:
        (hit,) = search(connection, '"word39000 word39001"')
        assert search(connection, '"word39001 word39000"') == ()
    assert body[slice(*hit.marks[0])] == "word39000 word39001"
    assert hit.words.startswith("…word38994")
    assert hit.words.endswith("word39017…")
    assert "word38999 [word39000 word39001] word39002" in hit.words


def test_a_story_beyond_all_measure_is_indexed_as_far_as_the_engines_hold_it(
    warehouse: Warehouse, add_version: Callable[..., int]
) -> None:
    body = " ".join(f"{number:x}" * 30 for number in range(40_000))
    add_version("https://north.example/1", body)
    with warehouse.read() as connection:
        assert len(search(connection, "1" * 30)) == 1
        assert search(connection, f"{39_999:x}" * 30) == ()


@pytest.mark.usefixtures("shelf")
def test_the_index_made_anew_is_the_one_that_was_there(warehouse: Warehouse) -> None:
    query = text("SELECT rowid, title, text FROM story_search ORDER BY rowid")
    with warehouse.write() as connection:
        before = connection.execute(query).all()
        index(connection, 99, "left over", "from a row that is gone")
        assert index_anew(connection) == len(before) == 4
        assert connection.execute(query).all() == before


# ---------------------------------------------------------------- folding


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("Bakı", "baki"), ("BAKI", "baki"), ("İstanbul", "istanbul"), ("плённых", "пленных"), ("мой", "мой"),
        ("мои", "мои"), ("їжа", "їжа"), ("ᲡᲐᲥ", "საქ"), ("straße", "strasse"), ("ﬁn", "fin"), ("e\u0301t", "et"),
        ("عَرَبي", "عربي"), ("ԵՒ", "եւ"), ("և", "եւ"), ("x" * 99, "x" * LONGEST),
    ],
)  # fmt: skip
def test_a_word_is_folded_without_asking_for_its_language(word: str, plain: str) -> None:
    assert fold(word) == plain


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_any_text_gives_words_that_fold_to_themselves(body: str) -> None:
    found = list(words_of(body))
    assert folded(body) == " ".join(word.folded for word in found)
    assert all(word.folded.isalnum() and body[word.start : word.end].strip() for word in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


# ---------------------------------------------------------------- any query, against plain Python

WORDS = ["мост", "река", "bridge", "bridges", "körpü", "Ի՞նչ", "12"]
BODIES = st.lists(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), min_size=1, max_size=4)
UNITS = st.builds(
    lambda words, star: f'"{" ".join(words)}{"*" if star else ""}"',
    st.lists(st.sampled_from([*WORDS, "br", "м"]), min_size=1, max_size=3),
    st.booleans(),
)
QUERIES = st.recursive(
    UNITS,
    lambda inner: (
        st.builds(lambda a, b: f"({a} OR {b})", inner, inner)
        | st.builds(lambda a, b: f"({a} {b})", inner, inner)
        | st.builds(lambda a, b: f"({a} NOT {b})", inner, inner)
    ),
    max_leaves=4,
)


def answers(query: Query, body: str) -> bool:
    """Whether a text answers a query, word by word."""
    match query:
        case Phrase():
            words = folded(body).split()
            runs = [words[at : at + len(query.words)] for at in range(len(words) - len(query.words) + 1)]
            last = query.words[-1]
            return any(
                run[:-1] == list(query.words[:-1])
                and (run[-1].startswith(last) if query.is_prefix else run[-1] == last)
                for run in runs
            )
        case AnyOf():
            return any(answers(part, body) for part in query.parts)
        case AllOf():
            return all(answers(p, body) for p in query.parts) and not any(answers(p, body) for p in query.left_out)


@pytest.fixture
def emptied(warehouse: Warehouse, add_version: Callable[..., int]) -> Warehouse:
    """A warehouse of four versions whose searched words are put anew each time."""
    for number in range(4):
        add_version(f"https://north.example/{number}", f"text {number}", hours=-number)
    return warehouse


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=BODIES, query=QUERIES)
def test_any_query_finds_what_answers_it(emptied: Warehouse, bodies: list[str], query: str) -> None:
    with emptied.write() as connection:
        connection.execute(text("DELETE FROM story_search"))
        for number, body in enumerate(bodies, 1):
            connection.execute(text("UPDATE story_version SET text = :t WHERE id = :id"), {"t": body, "id": number})
            index(connection, number, "", body)
        found = search(connection, query)
    asked = read_query(query)
    expected = [body for body in bodies if answers(asked, body)]
    with emptied.read() as connection:
        rows = dict(map(tuple, connection.execute(text("SELECT key, text FROM story_version")).all()))
    assert [rows[hit.story_id] for hit in found] == expected
