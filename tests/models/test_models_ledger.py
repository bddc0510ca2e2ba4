"""The ledger: slugs that stay, origins that are counted once, a second saving that changes nothing, figures by view."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, insert, select, update

from models import findings, ledger, ledger_state, outbox, read_ledger, stories, tables, trace
from models.errors import WarehouseError
from models.records import (
    Actor,
    CellClaim,
    Claim,
    ClaimType,
    CountKind,
    CountRole,
    Exchange,
    ExchangeReport,
    Findings,
    Flow,
    LegKey,
    Mention,
    ModelStamp,
    Phase,
    PhaseStep,
    Precision,
    Quantity,
    ReportPhase,
    Source,
    Stance,
    StanceLabel,
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


def test_the_latest_time_is_a_day_where_a_story_of_it_tells_no_more(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))

    def of_last(*days: int) -> Precision:
        """With a story of each of these days that tells the day alone; the others tell the minute."""
        version = tables.story_version
        for key, at in zip(told, (AT, AT + timedelta(days=1), AT + timedelta(days=1, hours=1)), strict=True):
            with warehouse.write() as connection:
                connection.execute(update(version).where(version.c.key == key).values(published_at=at))
                is_day = version.c.key.in_([told[number] for number in days])
                connection.execute(update(version).values(published_precision=case((is_day, "day"), else_="minute")))
        with warehouse.read() as connection:
            return ledger_state.state(connection, "aa-bb-2024-05-01a").latest_published_precision

    assert (of_last(), of_last(0), of_last(1), of_last(2)) == (
        Precision.MINUTE,
        Precision.MINUTE,
        Precision.DAY,
        Precision.DAY,
    )


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


def stored(warehouse: Warehouse) -> dict[str, tuple[int, ...]]:
    """Row ids of the versions in each exchange that has any, by slug."""
    with warehouse.read() as connection:
        rows = connection.execute(
            select(tables.exchange.c.slug, tables.exchange_member.c.version_id)
            .join(tables.exchange_member)
            .order_by(tables.exchange_member.c.version_id)
        ).all()
    found: dict[str, tuple[int, ...]] = {}
    for slug, version in rows:
        found[slug] = (*found.get(slug, ()), version)
    return found


def test_a_split_leaves_the_slug_with_the_larger_part(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))
    save(warehouse, exchange(told[0]), replace(exchange(told[1], told[2]), key="other"))
    assert stored(warehouse) == {"aa-bb-2024-05-01a": (2, 3), "aa-bb-2024-05-01b": (1,)}


def test_losing_a_member_is_a_change_to_be_decided_on(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))
    with warehouse.write() as connection:
        outbox.record(connection, outbox.undecided(connection)[0], [])
    save(warehouse, exchange(told[0], told[1]), replace(exchange(told[2]), key="other"))
    with warehouse.read() as connection:
        assert [one.slug for one in outbox.undecided(connection)] == ["aa-bb-2024-05-01a", "aa-bb-2024-05-01b"]


def test_an_exchange_nobody_reports_any_more_keeps_its_slug_and_is_shown_no_more(
    warehouse: Warehouse, told: list[str]
) -> None:
    save(warehouse, exchange(*told))
    assert save(warehouse) == 1
    assert save(warehouse) == 0
    with warehouse.read() as connection:
        assert outbox.undecided(connection) == ()
        assert connection.exec_driver_sql("SELECT count(*) FROM v_exchange").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM claim_link").scalar_one() == 0
    save(warehouse, exchange(told[0]))
    assert stored(warehouse) == {"aa-bb-2024-05-01b": (1,)}


def test_an_earlier_report_moves_the_day_of_opening_and_not_the_slug(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(told[0]))
    earlier = replace(exchange(told[0], told[1]), opened_on=date(2024, 4, 30), parties=("AA", "BB", "CC"))
    save(warehouse, earlier)
    with warehouse.read() as connection:
        row = connection.execute(select(tables.exchange)).one()
    assert (row.slug, row.opened_on, row.parties) == ("aa-bb-2024-05-01a", date(2024, 4, 30), "AA,BB,CC")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groupings=st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_sequence_of_partitions_is_stored_as_it_is_and_no_slug_is_ever_lost(
    warehouse: Warehouse, told: list[str], groupings: list[list[int]]
) -> None:
    """Group 0 stands for stories that report no exchange any more."""
    ever: set[str] = set()
    for grouping in groupings:
        groups = [tuple(k for k, g in zip(told, grouping, strict=True) if g == n) for n in (1, 2, 3)]
        partition = [replace(exchange(*group), key=str(group)) for group in groups if group]
        save(warehouse, *partition)
        assert save(warehouse, *partition) == 0
        wanted = {tuple(told.index(key) + 1 for key in group) for group in groups if group}
        assert set(stored(warehouse).values()) == wanted
        with warehouse.read() as connection:
            known = set(connection.execute(select(tables.exchange.c.slug)).scalars())
            assert ever <= known
            for slug in known:
                ledger_state.resolve(connection, slug)
            linked = connection.exec_driver_sql("SELECT count(*) FROM claim_link").scalar_one()
        assert linked == sum(map(len, wanted))
        ever = known


def test_letters_go_on_after_z_and_never_come_twice(warehouse: Warehouse) -> None:
    minted = []
    with warehouse.write() as connection:
        for _ in range(28):
            slug = ledger.mint(connection, ("AA", "BB"), date(2024, 5, 1))
            minted.append(slug)
            connection.execute(
                insert(tables.exchange).values(
                    slug=slug, parties="AA,BB", opened_on=date(2024, 5, 1), phase="agreed", stage="alerted",
                    revision=0, created_at=AT,
                )
            )  # fmt: skip
    assert minted[0].endswith("01a")
    assert minted[-2:] == ["aa-bb-2024-05-01aa", "aa-bb-2024-05-01ab"]
    assert len(set(minted)) == 28


def test_an_unknown_slug_is_refused(warehouse: Warehouse) -> None:
    with warehouse.read() as connection, pytest.raises(WarehouseError, match="no such exchange"):
        ledger_state.state(connection, "aa-bb-1999-01-01a")


# ---------------------------------------------------------------- views against a count by hand


@pytest.fixture
def world(
    warehouse: Warehouse, add_version: Callable[..., int], make_source: Callable[..., Source]
) -> dict[str, tuple[str, int]]:
    """Five stories of four outlets and three houses: one is a copy, two outlets have one owner."""
    make_source("north-post", owner="Alpha")
    make_source("north-radio", owner="Alpha")
    make_source("south-echo", owner="Beta", side="AA")
    make_source("mirror", owner="Gamma", role="syndicator")
    told = {}
    for number, (outlet, count, hours) in enumerate(
        [("north-post", 12, 0), ("north-radio", 12, 1), ("south-echo", 13, 2), ("south-echo", 13, 3), ("mirror", 13, 4)]
    ):
        copy_of = told["3 south-echo"][1] if outlet == "mirror" else None
        version = add_version(
            f"https://{outlet}.example/{number}", f"{TEXT} {number}", outlet, copy_of=copy_of, hours=hours
        )
        with warehouse.write() as connection:
            findings.save(connection, version, found(count))
            told[f"{number} {outlet}"] = (stories.load(connection, [version])[0].key, version)
    save(warehouse, exchange(*(key for key, _ in told.values())))
    return told


@pytest.mark.usefixtures("world")
def test_the_exchange_view_agrees_with_a_count_by_hand(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM v_exchange").mappings()
        ledger_rows = connection.exec_driver_sql("SELECT * FROM v_claim_ledger").mappings().all()
        state = ledger_state.state(connection, row["exchange"])
    # Alpha's two outlets are one house, and the mirror's copy is Beta's word: two houses, of five stories.
    assert (row["stories"], row["outlets"], row["independent_origins"]) == (5, 4, 2)
    assert (row["count_low"], row["count_best"], row["count_high"], row["different_counts"]) == (12, 13, 13, 2)
    assert (state.stories, len(state.outlets), state.independent_origins) == (5, 4, 2)
    assert (state.legs[0].low, state.legs[0].best, state.legs[0].high) == (12, 13, 13)
    assert [r["count_best"] for r in sorted(ledger_rows, key=lambda r: r["first_seen_at"])] == [12, 12, 13, 13, 13]
    assert {r["claimer"] for r in ledger_rows} == {"author"}
    assert {r["words"] for r in ledger_rows} == {TEXT[:38]}
    assert {(r["model"], r["model_version"], r["weights_sha256"]) for r in ledger_rows} == {("m", "1", "0" * 64)}
    mirrored = next(r for r in ledger_rows if r["outlet"] == "Mirror")
    original = next(r for r in ledger_rows if r["origin_key"] == mirrored["origin_key"] and r["outlet"] != "Mirror")
    assert mirrored["syndication_role"] == "carrier"
    assert original["outlet_side"] == "AA"


def test_the_story_view_shows_every_story_with_its_exchange(
    warehouse: Warehouse, world: dict[str, tuple[str, int]]
) -> None:
    with warehouse.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM v_story").mappings().all()
    assert {row["story_id"] for row in rows} == {key for key, _ in world.values()}
    assert {row["exchange"] for row in rows} == {"aa-bb-2024-05-01a"}


@pytest.mark.usefixtures("world")
def test_a_trace_leads_from_each_claim_to_its_bytes(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        all_trails = trace.trails(connection, "aa-bb-2024-05-01a", slot="count")
        assert trace.trails(connection, "aa-bb-2024-05-01a", slot="place") == ()
    assert len(all_trails) == 5
    for one in all_trails:
        assert one.text[one.span_start : one.span_end] == one.words
        assert (one.place.file, one.weights_sha256) == ("a.warc.gz", "0" * 64)
        assert hashlib.sha256(one.text.encode()).hexdigest() == one.place.sha256


@pytest.mark.usefixtures("world")
def test_the_commands_rows_follow_a_merged_slug(warehouse: Warehouse, told: list[str]) -> None:
    with warehouse.read() as connection:
        (shown,) = read_ledger.exchange_rows(connection)
        assert len(read_ledger.ledger_rows(connection, shown["exchange"])) == 5
        (step,) = read_ledger.phase_rows(connection, shown["exchange"])
        assert (step["phase"], bool(step["illegal"])) == ("completed", False)
        story = read_ledger.story_row(connection, step["story_id"])
        assert story is not None
        assert story["outlet"] == "North Post"
        assert read_ledger.story_row(connection, told[0] + "x") is None


# ---------------------------------------------------------------- findings


def test_findings_come_back_for_linking_as_they_were_found(warehouse: Warehouse, told: list[str]) -> None:
    with warehouse.read() as connection:
        reports = findings.linked_reports(connection, joining=[1, 3])
    assert [r.story_key for r in reports] == sorted([told[0], told[2]])
    by_key = {r.story_key: r for r in reports}
    assert by_key[told[2]].report == found(13).report
    assert by_key[told[2]].claims == found(13).claims


def test_findings_saved_again_replace_those_before(warehouse: Warehouse, told: list[str]) -> None:
    save(warehouse, exchange(*told))
    with warehouse.write() as connection:
        findings.save(connection, 1, found(20))
        assert connection.exec_driver_sql("SELECT count(*) FROM model").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT best FROM claim WHERE version_id = 1").scalars().all() == [20]
        assert connection.exec_driver_sql("SELECT count(*) FROM claim_link").scalar_one() == 2
    assert save(warehouse, exchange(*told)) == 1


def test_every_kind_of_finding_is_stored(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    version = add_version("https://north.example/all", TEXT)
    span = {"start": 0, "end": 5, "words": TEXT[:5]}
    more = replace(
        found(12),
        stances=(Stance(**span, target="DEAL", target_code=None, holder="author", label=StanceLabel.FAVOR, score=0.5),),
        mentions=(Mention(**span, actor=ALAND, loaded=True),),
        quantities=(Quantity(**span, low=12, best=None, high=None, kind=CountKind.AT_LEAST),),
    )
    with warehouse.write() as connection:
        findings.save(connection, version, more)
        findings.save(connection, version, more)
        for table in ("report", "flow", "claim", "stance", "mention", "quantity"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 1, table
