"""Versions on their way back to the tag step: the ledger holds them all the while, and alerts wait for whole cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from models import findings, ledger, outbox, stories
from models.queue import LINK, TAG, Worker, claim, finish, waiting
from models.records import (
    Actor,
    CellClaim,
    Claim,
    ClaimType,
    CountRole,
    Exchange,
    ExchangeReport,
    Findings,
    Flow,
    LegKey,
    ModelStamp,
    Phase,
    PhaseStep,
    ReportPhase,
)
from models.retag import send_back, tagged
from models.tables import story_version
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
TEXT = "Aland released 12 soldiers to Borea, officials said."
LEG = LegKey(releasing="AA", receiving="BB")
STAMP = ModelStamp(name="m", version="1", weights_sha256="0" * 64)


def found(count: int) -> Findings:
    """What a text says that tells of so many captives."""
    flow = Flow(releasing=Actor(code="AA", name="Aland"), receiving=Actor(code="BB", name="Borea"), count=count)
    return Findings(
        report=ExchangeReport(
            is_exchange=True, is_exchange_score=0.9, alert_worthy=True, alert_score=0.9, phase=ReportPhase.COMPLETED,
            phase_score=0.8, flows=(flow,),
        ),
        claims=(
            Claim(
                start=0, end=38, words=TEXT[:38], type=ClaimType.COUNT, claimer="author", claimer_code=None,
                value=f"Aland->Borea={count}", role=CountRole.RELEASED, releasing="AA", receiving="BB",
                low=count, best=count, high=count, score=0.9,
            ),
        ),
        stances=(), mentions=(), quantities=(),
        stamps=tuple((name, STAMP) for name in ("exchange", "claims", "stance")),
    )  # fmt: skip


def exchange(keys: list[str]) -> Exchange:
    """One exchange that all these stories report."""
    return Exchange(
        key="k", parties=("AA", "BB"), opened_on=date(2024, 5, 1), phase=Phase.COMPLETED,
        phases=(PhaseStep(phase=Phase.COMPLETED, story_key=min(keys), reported_at=AT),),
        legs=(LEG,),
        cells=tuple(CellClaim(story_key=key, claim_index=0, leg=LEG, slot="count") for key in keys),
        members=tuple(sorted(keys)),
    )  # fmt: skip


def keys_of(connection: Connection, versions: list[int]) -> list[str]:
    return [one.key for one in stories.load(connection, versions)]


@pytest.fixture
def linked(warehouse: Warehouse, add_version: Callable[..., int]) -> list[int]:
    """Row ids of three linked stories of one exchange, each published a day after the other."""
    versions = [add_version(f"https://north.example/{i}", f"{TEXT} {i}", hours=24 * i) for i in range(3)]
    with warehouse.write() as connection:
        for version in versions:
            findings.save(connection, version, found(12))
        ledger.save_exchanges(connection, [exchange(keys_of(connection, versions))])
        connection.execute(update(story_version).values(stage="linked"))
        outbox.record(connection, outbox.undecided(connection)[0], [])
    return versions


def link(warehouse: Warehouse) -> int:
    worker = Worker(name="linker")
    joining = claim(warehouse, LINK, worker, limit=100)
    with finish(warehouse, LINK, worker, joining, stage="linked", alone=True) as connection:
        reported = [report.story_key for report in findings.linked_reports(connection, joining=joining)]
        return ledger.save_exchanges(connection, [exchange(reported)] if reported else [])


def tag_one(warehouse: Warehouse, count: int) -> None:
    worker = Worker(name="tagger")
    (version,) = claim(warehouse, TAG, worker, limit=1)
    with finish(warehouse, TAG, worker, [version], stage="link") as connection:
        findings.save(connection, version, found(count))


def slugs(warehouse: Warehouse) -> list[tuple[str, int]]:
    with warehouse.read() as connection:
        rows = connection.exec_driver_sql("SELECT slug, count(*) FROM exchange e JOIN exchange_member m"
                                          " ON m.exchange_id = e.id GROUP BY slug")  # fmt: skip
        return [(slug, count) for slug, count in rows]


def test_a_time_of_publication_is_half_open(warehouse: Warehouse, linked: list[int]) -> None:
    assert tagged(warehouse, since=None, until=None) == len(linked)
    assert tagged(warehouse, since=AT, until=AT + timedelta(days=1)) == 1
    assert tagged(warehouse, since=AT + timedelta(days=1), until=None) == 2
    assert send_back(warehouse, since=AT, until=AT + timedelta(days=1)) == 1
    with warehouse.read() as connection:
        assert waiting(connection, TAG) == 1


def test_what_the_link_step_holds_is_left_to_it(warehouse: Warehouse, linked: list[int]) -> None:
    with warehouse.write() as connection:
        connection.execute(update(story_version).values(stage="link"))
    worker = Worker(name="linker")
    held = claim(warehouse, LINK, worker, limit=2)
    assert send_back(warehouse, since=None, until=None) == len(linked) - 2
    with finish(warehouse, LINK, worker, held, stage="linked"):
        pass


def test_a_link_step_before_they_are_tagged_again_changes_nothing(warehouse: Warehouse, linked: list[int]) -> None:
    before = slugs(warehouse)
    send_back(warehouse, since=None, until=None)
    assert link(warehouse) == 0
    assert slugs(warehouse) == before == [("aa-bb-2024-05-01a", len(linked))]


def test_the_exchange_keeps_its_slug_while_its_stories_come_back_one_by_one(
    warehouse: Warehouse, linked: list[int]
) -> None:
    send_back(warehouse, since=None, until=None)
    for _ in linked:
        tag_one(warehouse, 13)
        assert link(warehouse) == 1
    assert slugs(warehouse) == [("aa-bb-2024-05-01a", len(linked))]
    with warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT best FROM claim").scalars().all() == [13]
        assert connection.exec_driver_sql("SELECT count(*) FROM claim_link").scalar_one() == len(linked)


@pytest.mark.usefixtures("linked")
def test_no_alert_is_decided_on_cells_that_are_not_whole(warehouse: Warehouse) -> None:
    send_back(warehouse, since=None, until=None)
    tag_one(warehouse, 13)
    link(warehouse)
    tag_one(warehouse, 13)
    with warehouse.read() as connection:
        assert outbox.undecided(connection) == ()
    link(warehouse)
    with warehouse.read() as connection:
        assert [one.slug for one in outbox.undecided(connection)] == ["aa-bb-2024-05-01a"]
