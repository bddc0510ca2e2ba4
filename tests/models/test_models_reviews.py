"""Reviews: doubtful reports wait for a word, every word is kept, and the latest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from models import findings, reviews, stories
from models.errors import WarehouseError
from models.records import ExchangeReport, Findings, ModelStamp, ReportPhase, Reviewed
from models.warehouse import Warehouse

STAMP = ModelStamp(name="m", version="1", weights_sha256="0" * 64)


def found(score: float, *, doubtful: bool) -> Findings:
    """What was found in a text that looks like an exchange to this degree."""
    report = ExchangeReport(
        is_exchange=score > 0.5, is_exchange_score=score, alert_worthy=False, alert_score=0.1,
        phase=ReportPhase.AGREED if score > 0.5 else ReportPhase.NONE, phase_score=0.5, doubtful=doubtful,
    )  # fmt: skip
    stamps = tuple((name, STAMP) for name in ("exchange", "claims", "stance"))
    return Findings(report=report, claims=(), stances=(), mentions=(), quantities=(), stamps=stamps)


@pytest.fixture
def keys(warehouse: Warehouse, add_version: Callable[..., int]) -> list[str]:
    """Ids of four tagged stories: three in doubt, the last one sure."""
    versions = [add_version(f"https://north.example/{i}", f"They came home, {i} of them.") for i in range(4)]
    with warehouse.write() as connection:
        for version, score in zip(versions, (0.9, 0.45, 0.6, 0.99), strict=True):
            findings.save(connection, version, found(score, doubtful=score < 0.99))
        return [one.key for one in stories.load(connection, versions)]


def test_the_doubtful_wait_the_nearest_to_the_border_first(warehouse: Warehouse, keys: list[str]) -> None:
    with warehouse.read() as connection:
        assert [one.story_key for one in reviews.waiting(connection, limit=9)] == [keys[1], keys[2], keys[0]]
        (first,) = reviews.waiting(connection, limit=1)
    assert (first.exchange, first.exchange_score, first.alert, first.phase) == ("no", 0.45, "no", "none")


def test_who_is_judged_waits_no_longer_and_every_word_is_kept(warehouse: Warehouse, keys: list[str]) -> None:
    with warehouse.write() as connection:
        (kept,) = reviews.say(connection, keys[1], {Reviewed.EXCHANGE: "yes"}, by="ana", note="bodies")
        reviews.say(connection, keys[1], {Reviewed.EXCHANGE: "no", Reviewed.PHASE: "none"}, by="ben", note="")
    assert (kept.said, kept.meant, kept.by, kept.note) == ("no", "yes", "ana", "bodies")
    with warehouse.read() as connection:
        assert [one.story_key for one in reviews.waiting(connection, limit=9)] == [keys[2], keys[0]]
        (text,) = reviews.judged(connection)
        assert reviews.agreement(connection) == {Reviewed.EXCHANGE: (1, 1), Reviewed.PHASE: (1, 1)}
        rows = connection.exec_driver_sql("SELECT judged_by, about, meant FROM v_review ORDER BY 1, 2").all()
    assert text.meant == {Reviewed.EXCHANGE: "no", Reviewed.PHASE: "none"}
    assert (text.story_key, text.text) == (keys[1], "They came home, 1 of them.")
    assert [tuple(row) for row in rows] == [
        ("ana", "exchange", "yes"),
        ("ben", "exchange", "no"),
        ("ben", "phase", "none"),
    ]


def test_a_verdict_survives_another_tagging(warehouse: Warehouse, keys: list[str]) -> None:
    with warehouse.write() as connection:
        reviews.say(connection, keys[0], {Reviewed.ALERT: "yes"}, by="ana", note="")
        version = stories.by_key(connection, keys[0])
        assert version is not None
        findings.save(connection, version.id, replace(found(0.2, doubtful=True)))
    with warehouse.read() as connection:
        assert [one.meant for one in reviews.judged(connection)] == [{Reviewed.ALERT: "yes"}]
        assert keys[0] not in [one.story_key for one in reviews.waiting(connection, limit=9)]


@pytest.mark.parametrize(
    ("about", "word", "problem"),
    [
        (Reviewed.EXCHANGE, "maybe", "exchange: 'maybe' is not one of yes, no"),
        (Reviewed.PHASE, "over", "is not one of"),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused_and_nothing_is_kept(
    warehouse: Warehouse, keys: list[str], about: Reviewed, word: str, problem: str
) -> None:
    with pytest.raises(WarehouseError, match=problem), warehouse.write() as connection:
        reviews.say(connection, keys[0], {Reviewed.ALERT: "no", about: word}, by="ana", note="")
    with warehouse.read() as connection:
        assert list(reviews.judged(connection)) == []


def test_a_story_that_is_none_is_named(warehouse: Warehouse, keys: list[str]) -> None:
    with pytest.raises(WarehouseError, match="no tagged story has this id"), warehouse.write() as connection:
        reviews.say(connection, f"{keys[0]}x", {Reviewed.ALERT: "no"}, by="ana", note="")
