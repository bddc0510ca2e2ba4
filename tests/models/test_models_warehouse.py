"""The open warehouse: one moment for a reader, all or nothing for a writer, clear words when it cannot be opened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from models.errors import WarehouseError
from models.records import Source
from models.tables import outlet, source
from models.warehouse import Warehouse, now, shown

RENAME = text("UPDATE source SET language = 'xx'")
LANGUAGE = text("SELECT language FROM source")


@pytest.mark.usefixtures("source")
def test_a_reader_sees_one_moment_however_often_it_asks(warehouse: Warehouse) -> None:
    with warehouse.read() as reader:
        before = reader.execute(LANGUAGE).scalar_one()
        with warehouse.write() as writer:
            writer.execute(RENAME)
        assert reader.execute(LANGUAGE).scalar_one() == before == "en"
    with warehouse.read() as reader:
        assert reader.execute(LANGUAGE).scalar_one() == "xx"


@pytest.mark.usefixtures("source")
def test_a_reader_cannot_write(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match=r"read-?only"), warehouse.read() as connection:
        connection.execute(RENAME)
    with warehouse.write() as connection:  # the same pooled connection may write again
        connection.execute(RENAME)


def test_a_handle_opened_to_read_only_refuses_to_write(warehouse: Warehouse) -> None:
    handle = Warehouse.open(warehouse.url, read_only=True)
    with handle.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM source")).scalar_one() == 0
    with pytest.raises(WarehouseError, match="opened to read only"), handle.write():
        pass
    handle.close()


@pytest.mark.usefixtures("source")
def test_a_writer_that_fails_leaves_nothing_behind(warehouse: Warehouse) -> None:
    def fail() -> None:
        with warehouse.write() as connection:
            connection.execute(RENAME)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with warehouse.read() as connection:
        assert connection.execute(LANGUAGE).scalar_one() == "en"


@pytest.mark.usefixtures("source")
def test_writers_that_want_to_be_alone_take_turns(warehouse: Warehouse) -> None:
    order: list[str] = []
    inside, may_end = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait()
        with warehouse.write(alone=True):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with warehouse.write(alone=True):
        inside.set()
        may_end.wait(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_foreign_keys_hold_in_every_connection(warehouse: Warehouse) -> None:
    if warehouse.engine.dialect.name == "sqlite":
        with warehouse.read() as one, warehouse.read() as other:
            for connection in (one, other):
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    nowhere = text("INSERT INTO exchange_member (version_id, exchange_id) VALUES (9, 9)")
    with pytest.raises(WarehouseError, match=r"(?i)foreign key"), warehouse.write() as connection:
        connection.execute(nowhere)


def test_the_databases_clock_is_utc(warehouse: Warehouse) -> None:
    with warehouse.read() as connection:
        moment = now(connection)
    assert moment.tzinfo is UTC
    assert abs((moment - datetime.now(UTC)).total_seconds()) < 5


def test_times_come_back_as_the_same_moment_and_a_time_without_a_zone_is_refused(
    warehouse: Warehouse, make_source: Callable[..., Source]
) -> None:
    make_source("north-post")
    moment = datetime.fromisoformat("2024-05-01T12:00:00.000001+04:00")
    with warehouse.write() as connection:
        connection.execute(source.update().values(last_ok_at=moment))
        stored = connection.execute(source.select()).one().last_ok_at
    assert (stored, stored.tzinfo) == (moment, UTC)
    with pytest.raises(StatementError, match="has no zone"), warehouse.write() as connection:
        connection.execute(source.update().values(last_ok_at=moment.replace(tzinfo=None)))


def test_text_in_any_script_comes_back_as_it_was(warehouse: Warehouse) -> None:
    name = "Հայկական „Ազգ“ 𐍈 e\u0301 é"
    with warehouse.write() as connection:
        connection.execute(outlet.insert().values(name=name, country="AM", owner="o", role="outlet"))
        assert connection.execute(outlet.select()).one().name == name


def test_a_character_that_an_engine_refuses_is_stored_as_a_mark_by_both(warehouse: Warehouse) -> None:
    with warehouse.write() as connection:
        for name in ("nul \0.", "half \ud83d."):
            connection.execute(outlet.insert().values(name=name, country="AM", owner="o", role="outlet"))
        many = [{"name": f"{n}\0", "country": "AM", "owner": "o", "role": "outlet"} for n in "ab"]
        connection.execute(outlet.insert(), many)
        names = connection.execute(outlet.select().order_by(outlet.c.id)).all()
    assert [row.name for row in names] == ["nul \ufffd.", "half \ufffd.", "a\ufffd", "b\ufffd"]


def test_asking_for_an_absent_warehouse_makes_none(tmp_path: Path) -> None:
    file = tmp_path / "absent.db"
    with pytest.raises(WarehouseError, match=r"schema absent.*db upgrade"):
        Warehouse.open(f"sqlite:///{file}")
    assert not file.exists()


def test_a_file_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear reader, " * 100)
    with pytest.raises(WarehouseError, match=r"letter\.db.*not a database"):
        Warehouse.open(f"sqlite:///{file}")


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://desk:secret@/news?host={tmp_path}"
    with pytest.raises(WarehouseError, match="is the address right") as caught:
        Warehouse.open(url)
    assert "secret" not in str(caught.value)
    assert "desk:***" in shown(url)
