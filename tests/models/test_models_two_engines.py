"""Two engines: the same input gives the same rows on both, and a whole warehouse moves from one to the other."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Row, column, insert, select, table, text
from sqlalchemy.engine import make_url

from models import captures, findings, grants, ledger, ledger_state, outbox, queue, read_ledger, runs, sources, stories
from models import trace as trace_of
from models.codebook import read_types, view_columns
from models.errors import WarehouseError
from models.migrate import downgrade, upgrade
from models.move import move
from models.records import (
    Actor,
    Alert,
    AlertReason,
    CellClaim,
    Claim,
    ClaimType,
    CountRole,
    Discard,
    DiscardReason,
    Exchange,
    ExchangeReport,
    Findings,
    Flow,
    Instant,
    LegKey,
    Mention,
    ModelStamp,
    Page,
    Phase,
    PhaseStep,
    Precision,
    Quantity,
    Report,
    ReportPhase,
    Rule,
    Severity,
    Sighting,
    Source,
    Stance,
    StanceLabel,
    Story,
    Told,
    Trust,
    WarcPlace,
)
from models.records.vocabulary import CountKind
from models.search import search
from models.sql import ask
from models.tables import METADATA, capture, review, run, story_version
from models.views import VIEWS
from models.warehouse import Warehouse

pytestmark = pytest.mark.needs("postgres")
ROOT = Path(__file__).resolve().parents[2]
FOUND = table("story_search", column("rowid"), column("title"), column("text"))
AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
PARTIES = [None, Actor(code="AA", name="Áland"), Actor(code="BB", name="Борея"), Actor(code="a-c", name="A-C")]
STAMP = ModelStamp(name="m", version="1", weights_sha256="0" * 64)
ROLE = "row_reader"
VERSIONS = (story_version.c.id, story_version.c.key)


@pytest.fixture
def both(file_url: str, server_url: str) -> Iterator[tuple[Warehouse, Warehouse]]:
    """A warehouse on each engine, with the same input."""
    pair = Warehouse.open(file_url), Warehouse.open(server_url)
    for warehouse in pair:
        fill(warehouse, random.Random(11))  # noqa: S311 - the same variety each time, not a secret
    yield pair
    for warehouse in pair:
        warehouse.close()


def fill(warehouse: Warehouse, chance: random.Random) -> None:
    """Forty stories of six sources, one in four a copy, some without a date; three exchanges; alerts."""
    names = ["north", "Övre", "écho", "a-z", "az", "Север"]
    declared = [
        Source(
            id=name, outlet=name.title(), kind="rss", url=f"https://{number}.example/feed", language="en", country="GB",
            owner=names[number // 2], role="outlet", side=["AA", None][number % 2], verified=True,
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    sources.sync(warehouse, declared)
    for number in range(40):
        _add_story(warehouse, number, chance.choice(names), chance)
    with warehouse.write() as connection:
        keys = dict(map(tuple, connection.execute(select(*VERSIONS).order_by(story_version.c.id)).all()))
        _cluster(connection, len(keys))
        for version in keys:
            findings.save(connection, version, _found(chance))
        said = {"about": "alert", "said": "yes", "meant": "no", "judged_by": "ana", "note": "old news", "judged_at": AT}
        connection.execute(insert(review).values(version_id=min(keys), **said))
        ledger.save_exchanges(connection, [_exchange(keys, start) for start in (1, 2, 3)])
        ledger.save_exchanges(connection, [_exchange(keys, 1, 2), _exchange(keys, 3)])  # the second joins the first
        _tell(connection)
    _leave_the_flow(warehouse)


def _leave_the_flow(warehouse: Warehouse) -> None:
    """A listing, a discard, an item in quarantine, a run."""
    seen = Sighting(
        source_id="az", url="u", position=0, title="Títle", published_text="", published_at=None, seen_at=AT
    )
    captures.add_sightings(warehouse, [seen])
    worker = queue.Worker(name="w", max_attempts=1)
    with runs.logged(warehouse, "clean", reference_at=AT) as going:
        (first,) = queue.claim(warehouse, queue.CLEAN, worker, limit=1)
        with queue.finish(warehouse, queue.CLEAN, worker, [first], stage="discarded") as connection:
            stories.throw_out(connection, first, Discard(url="u", reason=DiscardReason.EMPTY))
        (second,) = queue.claim(warehouse, queue.CLEAN, worker, limit=1)
        assert queue.fail(warehouse, queue.CLEAN, worker, second, "poison")
        going.report = Report(step="clean", read=2, written=0, discarded=1, failed=1)


def _add_story(warehouse: Warehouse, number: int, source: str, chance: random.Random) -> None:
    url, body = f"https://{number % 6}.example/{number}", f"Words, слова, բառեր {number}. " * chance.randint(1, 9)
    digest = hashlib.sha256(body.encode()).hexdigest()
    page = Page(
        url=url, final_url=url, source_id=source, fetched_at=AT, status=200, content_type="text/plain", body=b"",
        place=WarcPlace(file="a.warc.gz", offset=2**31 + number, length=1, sha256=digest),
    )  # fmt: skip
    captures.add(warehouse, [page])
    at = AT + timedelta(hours=chance.randint(-50, 50), microseconds=chance.randint(0, 999_999))
    dated = Instant(at=at, precision=Precision.MINUTE, rule="test") if number % 5 else None
    told = Story(
        url=url, canonical_url=url, source_id=source, title=f"Títle {number}", text=body, language="en",
        language_score=0.1 + 0.2, published=dated, origin=[None, "Wire", "écho".title()][number % 3],
        carrier=[None, "Carrier"][number % 2], text_sha256=digest, flags=("correction",) if number == 7 else (),
    )  # fmt: skip
    with warehouse.write() as connection:
        capture_id = connection.execute(select(capture.c.id).where(capture.c.url == url)).scalar_one()
        stories.save(connection, capture_id, told, seen_at=AT + timedelta(hours=number))


def _cluster(connection: Connection, count: int) -> None:
    member = stories.Member
    groups = [range(start, min(start + 4, count + 1)) for start in range(1, count + 1, 4)]
    clusters = [
        [member(version_id=v, role="origin" if v == group[0] else "carrier", similarity=1 / 3) for v in group[:2]]
        for group in groups
    ]
    clusters += [[member(version_id=v, role="origin", similarity=1.0)] for group in groups for v in group[2:]]
    stories.save_clusters(connection, clusters)


def _found(chance: random.Random) -> Findings:
    releasing, receiving = chance.choice(PARTIES), chance.choice(PARTIES)
    day = chance.choice([None, date(2024, 5, 2)])
    count = chance.choice([None, 0, 12, 13, 3_000_000_000])
    claim = Claim(
        start=0, end=5, words="Words", type=ClaimType.COUNT, claimer=chance.choice(["author", "Áland"]),
        claimer_code=None, value=f"{count}", role=CountRole.RELEASED, releasing="AA", receiving=None, low=count,
        best=count, high=count, score=chance.random(),
    )  # fmt: skip
    return Findings(
        report=ExchangeReport(
            is_exchange=True, is_exchange_score=0.9, alert_worthy=chance.random() > 0.5, alert_score=0.1,
            phase=chance.choice(list(ReportPhase)), phase_score=0.8,
            flows=(Flow(releasing=releasing, receiving=receiving, count=count),),
            exchange_on=day, exchange_on_rule="weekday" if day else "", place=chance.choice([None, "Áland"]),
        ),
        claims=(claim, replace(claim, claimer="Борея", claimer_code="BB", start=1)),
        stances=(
            Stance(start=0, end=5, words="Words", target="DEAL", target_code=None, holder="author",
                   label=StanceLabel.FAVOR, score=0.5),
        ),
        mentions=(Mention(start=0, end=5, words="Words", actor=PARTIES[1] or Actor(code="", name=""), loaded=True),),
        quantities=(Quantity(start=0, end=5, words="Words", low=count, best=count, high=count,
                             kind=CountKind.EXACT, role=CountRole.HELD),),
        stamps=tuple((name, STAMP) for name in ("exchange", "claims", "stance")),
    )  # fmt: skip


def _exchange(keys: dict[int, str], *starts: int) -> Exchange:
    mine = [keys[i] for i in keys if i % 4 in starts]
    legs = tuple(LegKey(releasing=a, receiving=b) for a, b in (("AA", "BB"), ("a-c", None), (None, "AA")))
    return Exchange(
        key=f"k{starts}", parties=("AA", "BB"), opened_on=date(2024, 5, starts[0]), phase=Phase.COMPLETED,
        phases=(PhaseStep(phase=Phase.COMPLETED, story_key=mine[0], reported_at=AT),), legs=legs,
        cells=tuple(
            CellClaim(story_key=key, claim_index=place % 2, leg=[*legs, None][place % 4], slot="count")
            for place, key in enumerate(mine)
        ),
        members=tuple(sorted(mine)),
    )  # fmt: skip


def _tell(connection: Connection) -> None:
    outbox.sync_rules(connection, [Rule(id="any", to=("desk",))])
    for waiting in outbox.undecided(connection):
        event = Alert(
            thread_key=f"exchange:{waiting.slug}", event_key=f"exchange:{waiting.slug}:first_report:1", rule_id="any",
            reason=AlertReason.FIRST_REPORT, severity=Severity.URGENT, trust=Trust.UNCONFIRMED,
            trust_reasons=("один",), title="Títle", body="Body", payload='{"é": null}', decided_at=AT,
            channels=("desk",),
        )  # fmt: skip
        outbox.record(connection, waiting, [(event, Told())])


def rows_of(warehouse: Warehouse, view: str) -> list[Row[tuple[object, ...]]]:
    """The rows of a view in an order that is no engine's."""
    with warehouse.read() as connection:
        rows = connection.execute(text(f"SELECT * FROM {view}").columns(**read_types(view))).all()
    return sorted(rows, key=lambda row: [str(value) for value in row])


def test_every_documented_view_gives_the_same_rows(both: tuple[Warehouse, Warehouse]) -> None:
    for view in VIEWS:
        file, server = (rows_of(warehouse, view) for warehouse in both)
        assert file, view
        for ours, theirs in zip(file, server, strict=True):
            assert tuple(ours) == tuple(theirs), view
        assert ours._fields == theirs._fields == tuple(one.name for one in view_columns(view))


def test_every_question_of_the_ledger_gets_the_same_answer(both: tuple[Warehouse, Warehouse]) -> None:
    answers = []
    for warehouse in both:
        with warehouse.read() as connection:
            shown = read_ledger.exchange_rows(connection)
            slugs = sorted({row["exchange"] for row in shown})
            key = read_ledger.ledger_rows(connection, slugs[0])[0]["story_id"]
            answers.append(
                (
                    shown,
                    [read_ledger.ledger_rows(connection, slug) for slug in slugs],
                    [read_ledger.phase_rows(connection, slug) for slug in slugs],
                    [ledger_state.state(connection, slug) for slug in slugs],
                    [sorted(map(str, trace_of.trails(connection, slug))) for slug in slugs],
                    read_ledger.story_row(connection, key),
                    [(one.exchange, one.event_key) for one in outbox.alerts(connection)],
                    outbox.deliveries(connection),
                )
            )
    file, server = answers
    assert len(file[0]) > 3
    assert len(file[3]) == 2
    for ours, theirs in zip(file, server, strict=True):
        assert ours == theirs


def test_an_analyst_sees_the_same_whichever_engine_is_asked(both: tuple[Warehouse, Warehouse]) -> None:
    file, server = both
    with server.write() as connection:
        grants.grant(connection, ROLE, grants.AnalystLimits())
    login = make_url(server.url).set(username=ROLE).render_as_string(hide_password=False)
    try:
        for view in VIEWS:
            query = f"SELECT * FROM {view}"
            ours, theirs = (ask(url, query, parameters={}) for url in (file.url, login))
            assert ours.columns == theirs.columns
            assert sorted(map(str, ours.rows)) == sorted(map(str, theirs.rows)), view
    finally:
        with server.write() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {ROLE}")
            connection.exec_driver_sql(f"DROP ROLE {ROLE}")


def test_every_table_holds_the_same_rows(both: tuple[Warehouse, Warehouse]) -> None:
    clocks = {"created_at", "updated_at", "started_at", "finished_at"}  # by the database's own clock
    for one in METADATA.sorted_tables:
        kept = [held for held in one.columns if held.name not in clocks]
        found = []
        for warehouse in both:
            with warehouse.read() as connection:
                found.append(sorted(map(str, connection.execute(select(*kept)))))
        assert found[0] == found[1], one.name


def contents(warehouse: Warehouse) -> dict[str, list[str]]:
    """Every row of every table, the searched words too."""
    with warehouse.read() as connection:
        return {
            one.name: sorted(str(tuple(row)) for row in connection.execute(select(one)))
            for one in (*METADATA.sorted_tables, FOUND)
        }


# ---------------------------------------------------------------- moving


@pytest.fixture
def emptied(file_url: str, server_url: str) -> Iterator[tuple[Warehouse, str]]:
    """A full SQLite warehouse, and the address of a server's database in which there is nothing at all."""
    downgrade(server_url, "base")
    file = Warehouse.open(file_url)
    fill(file, random.Random(11))  # noqa: S311 - variety, not a secret
    yield file, server_url
    file.close()


def test_a_warehouse_moves_to_a_server_and_back_and_loses_nothing(
    emptied: tuple[Warehouse, str], tmp_path: Path
) -> None:
    file, url = emptied
    before = contents(file)
    moved = move(file, url)
    assert {one.table: one.rows for one in moved} == {name: len(rows) for name, rows in before.items()}
    server = Warehouse.open(url)
    assert contents(server) == before == contents(file)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert move(server, back) == moved
    home = Warehouse.open(back)
    assert contents(home) == before
    with server.write() as connection:
        added = connection.execute(insert(run).values(step="clean", started_at=AT, notes=[]).returning(run.c.id))
        assert added.scalar_one() == len(before["run"]) + 1
    for warehouse in (server, home):
        with warehouse.read() as connection:
            assert len(search(connection, "слова", limit=99)) == 40
        warehouse.close()


def test_a_warehouse_that_holds_rows_is_not_moved_into(both: tuple[Warehouse, Warehouse]) -> None:
    file, server = both
    before = contents(server)
    with pytest.raises(WarehouseError, match=r"holds rows already \(exchange, model, outlet, "):
        move(file, server.url)
    assert contents(server) == before


def test_a_warehouse_that_is_worked_in_is_not_moved(emptied: tuple[Warehouse, str]) -> None:
    file, url = emptied
    worker = queue.Worker(name="busy")
    queue.claim(file, queue.CLEAN, worker, limit=2)
    with pytest.raises(WarehouseError, match="2 items are being worked on"):
        move(file, url)
    queue.release(file, worker)
    assert move(file, url)


@pytest.mark.parametrize("place", ["move.rows:1", "move.rows:9", "move.before_commit:1"])
def test_a_move_killed_on_its_way_leaves_nothing_and_can_be_made_again(
    emptied: tuple[Warehouse, str], place: str
) -> None:
    file, url = emptied
    code = "import sys; from models.move import move; from models.warehouse import Warehouse\n"
    code += "move(Warehouse.open(sys.argv[1]), sys.argv[2])"
    done = subprocess.run(
        [sys.executable, "-c", code, file.url, url],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "WIREWATCH_FAIL_AT": f"{place}:kill"},
    )
    assert done.returncode == -signal.SIGKILL
    server = Warehouse.open(url)
    assert {name for name, rows in contents(server).items() if rows} == set()
    server.close()
    assert move(file, url)


def test_a_row_that_arrives_changed_is_found_and_nothing_is_kept(emptied: tuple[Warehouse, str]) -> None:
    file, url = emptied
    upgrade(url)
    server = Warehouse.open(url)
    with server.write() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.title := NEW.title || '!'; RETURN NEW; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER spoil BEFORE INSERT ON story_version FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(WarehouseError, match="table story_version: 40 of 40 rows arrived, or arrived changed"):
        move(file, url)
    assert {name for name, rows in contents(server).items() if rows} == set()
    server.close()


# ---------------------------------------------------------------- what the server says of itself


def test_the_server_tells_what_every_table_column_and_view_means(both: tuple[Warehouse, Warehouse]) -> None:
    with both[1].read() as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, a.attname, obj_description(c.oid, 'pg_class'), col_description(c.oid, a.attnum)"
                " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')"
            )
        ).all()
    told = {(row[0], row[1]): row[3] for row in rows}
    about = {row[0]: row[2] for row in rows}
    for declared in METADATA.sorted_tables:
        assert about[declared.name] == declared.comment
        for held in declared.columns:
            assert told[declared.name, held.name] == held.comment
    for view in VIEWS:
        assert about[view]
        assert {name: words for (of, name), words in told.items() if of == view} == {
            one.name: one.about for one in view_columns(view)
        }
    ours = {*METADATA.tables, *VIEWS}
    assert {name for name, words in about.items() if not words} - ours == {"alembic_version"}
