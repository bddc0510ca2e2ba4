"""The queue: leases, fenced finish, back-off, quarantine, and a worker that is killed again and again."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import func, select

from models import captures, queue
from models.errors import WarehouseError
from models.queue import CLEAN, LINK, TAG, Shard, Worker
from models.records import Page
from models.tables import capture
from models.warehouse import Warehouse, now


@pytest.fixture
def waiting(warehouse: Warehouse, make_page: Callable[..., Page]) -> int:
    return captures.add(warehouse, [make_page(f"https://north.example/{i}", b"%d" % i) for i in range(5)])


@pytest.mark.usefixtures("waiting")
def test_two_workers_never_hold_the_same_item(warehouse: Warehouse) -> None:
    first = queue.claim(warehouse, CLEAN, Worker(name="a"), limit=3)
    second = queue.claim(warehouse, CLEAN, Worker(name="b"), limit=9)
    assert len(first) == 3
    assert set(first) | set(second) == {1, 2, 3, 4, 5}
    assert not set(first) & set(second)


@pytest.mark.usefixtures("waiting")
def test_a_worker_passes_over_what_another_is_claiming_and_waits_for_nobody(warehouse: Warehouse) -> None:
    if warehouse.engine.dialect.name == "postgresql":  # on SQLite writers take turns
        with warehouse.write() as first:
            first.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            held = [row.id for row in first.execute(queue._due(CLEAN, now(first), None).limit(3))]
            taken = queue.claim(warehouse, CLEAN, Worker(name="b"), limit=9)  # over a connection of its own
        assert (held, taken) == ([1, 2, 3], (4, 5))
        assert queue.claim(warehouse, CLEAN, Worker(name="a"), limit=9) == (1, 2, 3)


@pytest.mark.usefixtures("waiting")
def test_a_lease_that_lapsed_goes_to_the_next_and_its_old_holder_cannot_finish(warehouse: Warehouse) -> None:
    slow, quick = Worker(name="slow", lease_s=0), Worker(name="quick")
    items = queue.claim(warehouse, CLEAN, slow, limit=5)
    time.sleep(0.01)
    assert queue.claim(warehouse, CLEAN, quick, limit=1) == items[:1]
    with (
        pytest.raises(WarehouseError, match="lease was lost"),
        queue.finish(warehouse, CLEAN, slow, items[:1], stage="cleaned") as connection,
    ):
        connection.exec_driver_sql("UPDATE source SET language = 'xx'")
    with warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT language FROM source").scalar_one() == "en"


@pytest.mark.usefixtures("waiting")
def test_what_was_tried_before_is_tried_alone_and_after_what_is_fresh(warehouse: Warehouse) -> None:
    queue.claim(warehouse, CLEAN, Worker(name="dies", lease_s=0), limit=3)
    time.sleep(0.01)
    worker = Worker(name="a")
    claims = [queue.claim(warehouse, CLEAN, worker, limit=9) for _ in range(5)]
    assert claims == [(4, 5), (1,), (2,), (3,), ()]


@pytest.mark.usefixtures("waiting")
def test_a_poison_item_takes_no_other_item_into_quarantine(warehouse: Warehouse) -> None:
    for _ in range(40):
        batch = queue.claim(warehouse, CLEAN, Worker(name="dies", lease_s=0), limit=3)
        time.sleep(0.005)
        if batch and 2 not in batch:  # item 2 kills whoever holds it
            with queue.finish(warehouse, CLEAN, Worker(name="dies"), batch, stage="cleaned"):
                pass
    with warehouse.read() as connection:
        assert [one.item_id for one in queue.put_aside(connection)] == [2]
        assert queue.waiting(connection, CLEAN) == 0


@pytest.mark.usefixtures("waiting")
def test_shards_share_the_queue_without_meeting(warehouse: Warehouse) -> None:
    shards = [
        queue.claim(warehouse, CLEAN, Worker(name=f"w{part}"), limit=9, shard=Shard(part=part, of=3))
        for part in range(3)
    ]
    assert sorted(item for shard in shards for item in shard) == [1, 2, 3, 4, 5]
    assert all(len({item % 3 for item in shard}) == 1 for shard in shards)
    with pytest.raises(ValueError, match="the first is 0"):
        Shard(part=3, of=3)


@pytest.mark.usefixtures("waiting")
def test_results_and_stage_are_one_transaction(warehouse: Warehouse) -> None:
    worker = Worker(name="a")
    items = queue.claim(warehouse, CLEAN, worker, limit=1)
    with (
        contextlib.suppress(RuntimeError),
        queue.finish(warehouse, CLEAN, worker, items, stage="cleaned") as connection,
    ):
        connection.exec_driver_sql("UPDATE source SET language = 'xx'")
        raise RuntimeError
    with warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT language FROM source").scalar_one() == "en"
        assert connection.exec_driver_sql("SELECT stage FROM capture WHERE id = 1").scalar_one() == "clean"


@pytest.mark.usefixtures("waiting")
def test_an_item_that_fails_waits_and_then_is_put_aside_and_can_be_let_back(warehouse: Warehouse) -> None:
    worker = Worker(name="a", max_attempts=2)
    (item,) = queue.claim(warehouse, CLEAN, worker, limit=1)
    assert queue.fail(warehouse, CLEAN, worker, item, "first") is False
    assert item not in queue.claim(warehouse, CLEAN, Worker(name="b"), limit=9)
    with warehouse.write() as connection:
        connection.exec_driver_sql("UPDATE capture SET next_try_at = NULL WHERE id = 1")
    assert queue.claim(warehouse, CLEAN, worker, limit=1) == (item,)
    assert queue.fail(warehouse, CLEAN, worker, item, "second") is True
    with warehouse.read() as connection:
        (aside,) = queue.put_aside(connection)
    assert (aside.item_id, aside.cause, aside.attempts) == (item, "second", 2)
    queue.replay(warehouse, aside.id)
    assert item in queue.claim(warehouse, CLEAN, worker, limit=9)


@pytest.mark.usefixtures("waiting")
def test_an_item_that_kills_its_worker_each_time_is_put_aside(warehouse: Warehouse) -> None:
    worker = Worker(name="dies", lease_s=0, max_attempts=2)
    queue.claim(warehouse, CLEAN, worker, limit=5)
    with queue.finish(warehouse, CLEAN, worker, [2, 3, 4, 5], stage="cleaned"):
        pass
    time.sleep(0.01)
    assert queue.claim(warehouse, CLEAN, worker, limit=1) == (1,)
    time.sleep(0.01)
    assert queue.claim(warehouse, CLEAN, worker, limit=1) == ()
    with warehouse.read() as connection:
        assert [one.item_id for one in queue.put_aside(connection)] == [1]


@pytest.mark.usefixtures("waiting")
def test_a_worker_that_stops_gives_its_items_back_untried(warehouse: Warehouse) -> None:
    worker = Worker(name="a", max_attempts=1)
    queue.claim(warehouse, CLEAN, worker, limit=5)
    assert queue.release(warehouse, worker) == 5
    assert len(queue.claim(warehouse, CLEAN, Worker(name="b", max_attempts=1), limit=9)) == 5


def test_a_claim_reads_no_row_that_is_done(warehouse: Warehouse) -> None:
    if warehouse.engine.dialect.name == "sqlite":
        with warehouse.read() as connection:
            for line in (CLEAN, TAG, LINK):
                asked = queue._due(line, now(connection), None).limit(9)
                words = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
                plan = " / ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
                assert plan == f"SEARCH {line.table} USING INDEX ix_{line.table}_queue (stage=?)"


def test_what_is_not_in_quarantine_cannot_be_let_back(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="no such item"):
        queue.replay(warehouse, 7)


@pytest.mark.usefixtures("waiting")
def test_a_failure_told_by_one_who_lost_the_lease_changes_nothing(warehouse: Warehouse) -> None:
    (item,) = queue.claim(warehouse, CLEAN, Worker(name="a"), limit=1)
    assert queue.fail(warehouse, CLEAN, Worker(name="b"), item, "mine") is False
    with warehouse.read() as connection:
        row = connection.exec_driver_sql("SELECT lease_owner, last_error FROM capture WHERE id = 1").one()
    assert tuple(row) == ("a", None)


WORK = """
from models import queue, stories
from models.queue import CLEAN, Worker
from models.records import Discard, DiscardReason
from models.warehouse import Warehouse
warehouse = Warehouse.open(url)
worker = Worker(name=name, lease_s=1, max_attempts=1000)
ready.set()
while items := queue.claim(warehouse, CLEAN, worker, limit=3):
    for item in items:
        with queue.finish(warehouse, CLEAN, worker, [item], stage="discarded") as connection:
            stories.throw_out(connection, item, Discard(url="u", reason=DiscardReason.EMPTY))
"""


def _start(url: str, name: str) -> BaseProcess:
    """A worker of its own process, at work when this returns."""
    server = multiprocessing.get_context("forkserver")  # has the modules loaded: a start takes no second
    server.set_forkserver_preload(["models.queue", "models.stories", "alembic.script"])
    ready = server.Event()
    worker = server.Process(target=exec, args=(WORK, {"url": url, "name": name, "ready": ready}))
    worker.start()
    assert ready.wait(30)
    return worker


def _held_by(warehouse: Warehouse, name: str) -> int:
    with warehouse.read() as connection:
        held = select(func.count()).select_from(capture).where(capture.c.lease_owner == name)
        return int(connection.execute(held).scalar_one())


@pytest.mark.slow
def test_workers_killed_at_random_lose_nothing_and_double_nothing(
    warehouse: Warehouse, make_page: Callable[..., Page]
) -> None:
    total, left_behind = 1200, 0
    captures.add(warehouse, [make_page(f"https://north.example/{i}", b"%d" % i) for i in range(total)])
    chance = random.Random(5)  # noqa: S311 - when to kill, not a secret
    for turn in range(15):
        names = [f"{turn}a", f"{turn}b"]
        for name, worker in [(name, _start(warehouse.url, name)) for name in names]:
            time.sleep(chance.random() * 0.1)
            worker.kill()
            worker.join()
            worker.close()
            left_behind += _held_by(warehouse, name)
    assert left_behind > 0  # some were killed at work
    time.sleep(1.1)
    last = _start(warehouse.url, "last")
    last.join()
    assert last.exitcode == 0
    with warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM discard").scalar_one() == total
        assert connection.exec_driver_sql("SELECT count(*) FROM capture WHERE stage <> 'discarded'").scalar_one() == 0
