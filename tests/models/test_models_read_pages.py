"""What pages read, on both engines: the board with its filters, what stands behind an exchange, one story whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models import findings, ledger, search, stories
from models.read_board import board, parties_on_board, party_names
from models.read_exchange import current_slug, member_stories, steps, told_claims
from models.read_story import read_story
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
    Mention,
    ModelStamp,
    Phase,
    PhaseStep,
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
SLUG = "aa-bb-2024-05-01a"


def found(count: int, claimer: str = "author", code: str | None = None) -> Findings:
    told = Claim(
        start=0, end=38, words=TEXT[:38], type=ClaimType.COUNT, claimer=claimer, claimer_code=code,
        value=f"Aland->Borea={count}", role=CountRole.RELEASED, releasing="AA", receiving="BB", low=count, best=count,
        high=count, score=0.9,
    )  # fmt: skip
    stance = Stance(start=6, end=14, words=TEXT[6:14], target="DEAL", target_code=None, holder="author",
                    label=StanceLabel.FAVOR, score=0.5)  # fmt: skip
    return Findings(
        report=ExchangeReport(
            is_exchange=True, is_exchange_score=0.9, alert_worthy=True, alert_score=0.9, phase=ReportPhase.COMPLETED,
            phase_score=0.8, flows=(Flow(releasing=ALAND, receiving=BOREA, count=count),),
        ),
        claims=(told,), stances=(stance,), mentions=(Mention(start=0, end=5, words="Aland", actor=ALAND, loaded=True),),
        quantities=(), stamps=tuple((name, STAMP) for name in ("exchange", "claims", "stance")),
    )  # fmt: skip


def exchange(*keys: str) -> Exchange:
    return Exchange(
        key="k", parties=("AA", "BB"), opened_on=date(2024, 5, 1), phase=Phase.COMPLETED,
        phases=tuple(PhaseStep(phase=Phase.COMPLETED, story_key=k, reported_at=AT) for k in keys[:2]), legs=(LEG,),
        cells=tuple(CellClaim(story_key=k, claim_index=0, leg=LEG, slot="count") for k in keys), members=keys,
    )  # fmt: skip


@pytest.fixture
def told(warehouse: Warehouse, add_version: Callable[..., int], make_source: Callable[..., Source]) -> dict[str, str]:
    """Three stories of one exchange, one of them a copy, and a second exchange: outlet → story id."""
    make_source("south-echo", side="BB")
    make_source("mirror", role="syndicator")
    make_source("west-watch")
    made: dict[str, str] = {}
    origin = None
    for hours, (outlet, what) in enumerate(
        {"north-post": found(12), "south-echo": found(13, "Borea", "BB"), "mirror": found(13, "Borea", "BB"),
         "west-watch": found(4)}.items()
    ):  # fmt: skip
        copy_of = origin if outlet == "mirror" else None
        version = add_version(f"https://{outlet}.example/", f"{TEXT} {outlet}", outlet, copy_of=copy_of, hours=hours)
        origin = version if outlet == "south-echo" else origin
        with warehouse.write() as connection:
            findings.save(connection, version, what)
            made[outlet] = stories.load(connection, [version])[0].key
    first = exchange(*(made[one] for one in ("north-post", "south-echo", "mirror")))
    other = replace(exchange(made["west-watch"]), key="other", parties=("AA", "CC"), phase=Phase.DENIED)
    with warehouse.write() as connection:
        ledger.save_exchanges(connection, [first, other])
    return made


@pytest.mark.usefixtures("told")
def test_the_board_lists_the_latest_reported_first_with_its_legs_and_counts(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        latest, first = board(connection)
        names = parties_on_board(connection)
    assert (latest.phase, latest.parties, latest.stories) == (Phase.DENIED, ("AA", "CC"), 1)
    assert (first.slug, first.stories, first.outlets, first.independent_origins) == (SLUG, 3, 3, 2)
    (leg,) = first.legs
    assert (leg.releasing, leg.receiving, leg.low, leg.high, leg.different) == ("AA", "BB", 12, 13, 2)
    assert (first.first_published_at, first.latest_published_at) == (AT, AT + timedelta(hours=2))
    assert names == {"AA": "Aland", "BB": "Borea", "CC": "CC"}


@pytest.mark.usefixtures("told")
def test_filters_of_the_board_hold_together(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        assert [one.slug for one in board(connection, party="BB")] == [SLUG]
        assert [one.phase for one in board(connection, phase=Phase.DENIED)] == [Phase.DENIED]
        assert len(board(connection, since=AT + timedelta(hours=2))) == 2
        assert len(board(connection, since=AT + timedelta(hours=3))) == 1
        assert board(connection, party="BB", phase=Phase.DENIED) == board(connection, party="B") == ()


def test_claims_are_told_with_the_side_of_who_vouches(warehouse: Warehouse, told: dict[str, str]) -> None:
    with warehouse.read() as connection:
        claims = told_claims(connection, SLUG)
        names = party_names(connection)
    assert [(one.best, one.outlet, one.claimer, one.side, one.house) for one in claims] == [
        (12, "North Post", "author", None, "north-post"),
        (13, "South Echo", "Borea", "BB", "south-echo"),
        (13, "Mirror", "Borea", "BB", "south-echo"),
    ]
    assert [one.published_at for one in claims] == [AT + timedelta(hours=hours) for hours in range(3)]
    assert claims[0].story_id == told["north-post"]
    assert names == {"AA": "Aland", "BB": "Borea"}


def test_steps_and_stories_name_their_outlets_and_origins(warehouse: Warehouse, told: dict[str, str]) -> None:
    with warehouse.read() as connection:
        history, members = steps(connection, SLUG), member_stories(connection, SLUG)
        assert current_slug(connection, SLUG) == SLUG
        assert current_slug(connection, "no-such-one") is None
    assert [(one.phase, one.story_id, one.outlet_side) for one in history] == [
        (Phase.COMPLETED, told["north-post"], None),
        (Phase.COMPLETED, told["south-echo"], "BB"),
    ]
    assert [(one.outlet, one.origin, one.role) for one in members] == [
        ("North Post", "North Post", "origin"), ("South Echo", "South Echo", "origin"),
        ("Mirror", "South Echo", "carrier"),
    ]  # fmt: skip


def test_a_story_is_read_whole(warehouse: Warehouse, told: dict[str, str]) -> None:
    with warehouse.read() as connection:
        read = read_story(connection, told["mirror"])
        assert read_story(connection, "no-such-key") is None
    assert read is not None
    assert (read.publisher.outlet, read.exchange, read.number, read.models) == ("Mirror", SLUG, 1, (STAMP,))
    assert (read.claims, read.stances) == (found(13, "Borea", "BB").claims, found(13).stances)
    assert read.slots == {0: ("count",)}
    assert [(one.words, one.code) for one in read.loaded] == [("Aland", "AA")]
    assert read.verdict is not None
    assert (read.verdict.phase, read.verdict.is_exchange) == (ReportPhase.COMPLETED, True)
    assert (read.provenance.status, read.provenance.place.file) == (200, "a.warc.gz")
    assert [(one.story_id, one.role) for one in read.elsewhere] == [(told["south-echo"], "origin")]
    assert [one.story_id for one in read.versions] == [told["mirror"]]


def test_a_story_that_is_not_tagged_yet_has_no_verdict(warehouse: Warehouse, add_version: Callable[..., int]) -> None:
    version = add_version("https://north.example/new", TEXT)
    with warehouse.read() as connection:
        read = read_story(connection, stories.load(connection, [version])[0].key)
    assert read is not None
    assert (read.verdict, read.claims, read.models, read.exchange) == (None, (), (), None)


@pytest.mark.usefixtures("told")
def test_search_counts_languages_and_brackets_as_asked(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        assert search.languages(connection, "soldiers") == (("en", 4),)
        assert search.languages(connection, "elephant") == ()
        (hit,) = search.search(connection, "mirror", language="en", brackets=("<", ">"))
        assert search.search(connection, "mirror", language="ru") == ()
    assert (hit.language, "<mirror>" in hit.words) == ("en", True)
