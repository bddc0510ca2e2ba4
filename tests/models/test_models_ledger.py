"""The ledger: slugs that stay, origins that are counted once, a second saving that changes nothing, figures by view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models import findings, ledger, ledger_state, outbox, stories
from models.errors import WarehouseError
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
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
TEXT = "Aland released 12 soldiers to Borea, officials said."
ALAND, BOREA = Actor(code="AA", name="Aland"), Actor(code="BB", name="Borea")
LEG = LegKey(releasing="AA", receiving="BB")
STAMP = ModelStamp(name="m", version="1", weights_sha256="0" * 64)


def found(count: int) -> Findings:
    return Findings(
        report=ExchangeReport(
            is_exchange=True, is_exchange_score=0.9, alert_worthy=True, alert_score=0.9, phase=ReportPhase.COMPLETED,
            phase_score=0.8,
            flows=(Flow(releasing=ALAND, receiving=BOREA, count=count),),
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


def exchange(*keys: str) -> Exchange:
    return Exchange(
        key="k", parties=("AA", "BB"), opened_on=date(2024, 5, 1), phase=Phase.COMPLETED,
        phases=(PhaseStep(phase=Phase.COMPLETED, story_key=keys[0], reported_at=AT),),
        legs=(LEG,),
        cells=tuple(CellClaim(story_key=key, claim_index=0, leg=LEG, slot="count") for key in keys),
        members=tuple(sorted(keys)),
    )  # fmt: skip


@pytest.fixture
def told(warehouse: Warehouse, add_version: Callable[[str, str], int]) -> list[str]:
    """Keys of three stories of one outlet, two telling 12 and one 13."""
    keys = []
    for number, count in enumerate((12, 12, 13)):
        version = add_version(f"https://north.example/{number}", f"{TEXT} {number}")
        with warehouse.write() as connection:
            findings.save(connection, version, found(count))
            keys.append(stories.load(connection, [version])[0].key)
    return keys


def save(warehouse: Warehouse, *exchanges: Exchange) -> int:
    with warehouse.write() as connection:
        return ledger.save_exchanges(connection, exchanges)


def slugs(warehouse: Warehouse) -> list[str]:
    with warehouse.read() as connection:
        rows = connection.exec_driver_sql("SELECT slug FROM exchange WHERE redirect_to IS NULL ORDER BY slug")
        return list(rows.scalars())


def test_saving_the_same_twice_changes_nothing(warehouse: Warehouse, told: list[str]) -> None:
    assert save(warehouse, exchange(*told)) == 1
    assert save(warehouse, exchange(*told)) == 0
    assert slugs(warehouse) == ["aa-bb-2024-05-01a"]


def test_figures_are_those_of_the_claims(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))
    with warehouse.read() as connection:
        state = ledger_state.state(connection, "aa-bb-2024-05-01a")
    (leg,) = state.legs
    assert (leg.low, leg.best, leg.high) == (12, 12, 13)
    assert state.conflicts == ("Aland → Borea: 12 (North Post) / 13 (North Post)",)


def test_three_stories_of_one_house_are_one_independent_origin(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))
    with warehouse.read() as connection:
        state = ledger_state.state(connection, "aa-bb-2024-05-01a")
        row = connection.exec_driver_sql("SELECT stories, independent_origins FROM v_exchange").one()
    assert (state.stories, state.independent_origins, state.origins) == (3, 1, ("North Post",))
    assert tuple(row) == (3, 1)


def test_a_slug_stays_when_reports_join_and_a_second_deal_gets_the_next_letter(
    warehouse: Warehouse, told: list[str]
) -> None:
    save(warehouse, exchange(told[0]))
    save(warehouse, exchange(told[0], told[1]), replace(exchange(told[2]), key="other"))
    assert slugs(warehouse) == ["aa-bb-2024-05-01a", "aa-bb-2024-05-01b"]


def test_a_merge_keeps_the_older_and_leads_the_other_there(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(told[0]), replace(exchange(told[1], told[2]), key="other"))
    save(warehouse, exchange(*told))
    assert slugs(warehouse) == ["aa-bb-2024-05-01a"]
    with warehouse.read() as connection:
        assert ledger_state.resolve(connection, "aa-bb-2024-05-01b") == "aa-bb-2024-05-01a"
        assert [one.slug for one in outbox.undecided(connection)] == ["aa-bb-2024-05-01a"]


def test_an_exchange_that_changed_meanwhile_is_decided_again(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(told[0]))
    with warehouse.read() as connection:
        (waiting,) = outbox.undecided(connection)
    save(warehouse, exchange(told[0], told[1]))
    with pytest.raises(WarehouseError, match="changed meanwhile"), warehouse.write() as connection:
        outbox.record(connection, waiting, [])
