"""The codebook: docs/warehouse.md says what the declarations say, and no column of a view goes without words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from models import codebook
from models.codebook import comments, diagram_markdown, tables_markdown, view_columns, views_markdown
from models.tables import METADATA
from models.view_words import WORDS, ViewWords
from models.views import VIEWS
from models.warehouse import Warehouse

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "warehouse.md"


def test_the_document_is_what_the_declarations_say() -> None:
    said = DOCUMENT.read_text(encoding="utf-8")
    assert views_markdown() in said
    assert tables_markdown() in said
    assert diagram_markdown() in said


def test_every_view_and_each_of_its_columns_is_described_in_the_order_it_has(warehouse: Warehouse) -> None:
    assert set(WORDS) == set(VIEWS)
    with warehouse.read() as connection:
        for view in VIEWS:
            described = view_columns(view)
            assert [one.name for one in described] == list(connection.execute(text(f"SELECT * FROM {view}")).keys())
            assert all(one.about and one.kind for one in described)
            assert set(WORDS[view].derived) <= {one.name for one in described}


def test_a_derived_column_without_words_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "v_new", "SELECT COUNT(*) AS many FROM story s")
    monkeypatch.setitem(WORDS, "v_new", ViewWords(about="one more"))
    with pytest.raises(LookupError, match=r"v_new\.many is derived: say in models/view_words\.py"):
        view_columns("v_new")


def test_a_column_taken_over_through_another_view_keeps_its_meaning() -> None:
    through = {one.name: one for one in view_columns("v_claim_ledger")}
    (house,) = [one for one in view_columns("v_origin") if one.name == "house"]
    assert through["independent_origin"].about == house.about
    assert through["published_at"].kind == "time"
    assert through["count_best"].kind == "integer"


def test_a_comment_may_hold_quotes_and_signs(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    words = 'it\'s 50% \\ "quoted" :name – §'
    monkeypatch.setitem(WORDS, "v_origin", ViewWords(about=words, derived=WORDS["v_origin"].derived))
    if warehouse.engine.dialect.name == "postgresql":
        with warehouse.write() as connection:
            codebook.comment_on_everything(connection)
            told = connection.exec_driver_sql("SELECT obj_description('v_origin'::regclass)").scalar_one()
        assert told == words
    assert ('VIEW "v_origin"', words) in set(comments())


def test_the_diagram_draws_every_table_and_every_reference() -> None:
    drawn = diagram_markdown()
    assert {table.name for table in METADATA.sorted_tables} == set(re.findall(r"^    (\w+) \{$", drawn, re.MULTILINE))
    references = sum(len(table.foreign_keys) for table in METADATA.sorted_tables)
    assert len(re.findall(r"^    \w+ (?:\|\||\|o)--o[{|] \w+ : \w+$", drawn, re.MULTILINE)) == references
