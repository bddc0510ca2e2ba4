"""What may go after a time goes, and nothing that anything stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, insert, select, update

from models import captures, stories
from models.records import Discard, DiscardReason, Page, Sighting
from models.runs import latest_day, logged
from models.tables import capture, discard, run, sighting, story_version
from models.upkeep import forget_discarded, forget_runs, forget_sightings, tidy
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def count(warehouse: Warehouse, table: object) -> int:
    with warehouse.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type] # a table


def throw_out(warehouse: Warehouse, page: Page) -> None:
    captures.add(warehouse, [page])
    with warehouse.write() as connection:
        row = connection.execute(select(capture.c.id).where(capture.c.url == page.url)).scalar_one()
        stories.throw_out(connection, row, Discard(url=page.url, reason=DiscardReason.SAME_CONTENT))
        connection.execute(update(capture).where(capture.c.id == row).values(stage="discarded"))


def test_a_capture_that_became_a_story_stays_and_a_discarded_one_goes(
    warehouse: Warehouse, add_version: Callable[..., int], make_page: Callable[..., Page]
) -> None:
    add_version("https://north.example/1", "A story.")
    throw_out(warehouse, make_page("https://north.example/2", b"nothing"))
    with warehouse.write() as connection:
        connection.execute(update(capture).values(stage="discarded"))  # were it so marked by mistake
    assert forget_discarded(warehouse, before=AT) == 0
    assert forget_discarded(warehouse, before=LATER) == 1
    assert (count(warehouse, capture), count(warehouse, discard), count(warehouse, story_version)) == (1, 0, 1)


def test_a_listing_goes_unless_its_page_still_waits(warehouse: Warehouse, make_page: Callable[..., Page]) -> None:
    pages = [make_page(f"https://north.example/{i}", str(i).encode()) for i in range(2)]
    captures.add(warehouse, [pages[0]])
    seen = Sighting(
        source_id="north-post", url="", position=0, title="", published_text="", published_at=None, seen_at=AT
    )
    captures.add_sightings(warehouse, [replace(seen, url=page.url) for page in pages])
    assert forget_sightings(warehouse, before=AT) == 0
    assert forget_sightings(warehouse, before=LATER) == 1
    with warehouse.read() as connection:
        assert connection.execute(select(sighting.c.url)).scalars().all() == [pages[0].url]


def test_a_run_goes_unless_it_captured_something_or_was_for_a_day(
    warehouse: Warehouse, make_page: Callable[..., Page]
) -> None:
    with warehouse.write() as connection:
        for day in (None, None, AT.date()):
            connection.execute(insert(run).values(step="collect", started_at=AT, worked_on=day, notes=[]))
    captures.add(warehouse, [make_page("https://north.example/1", b"1")], run_id=1)
    assert forget_runs(warehouse, before=AT) == 0
    assert forget_runs(warehouse, before=LATER) == 1
    with warehouse.read() as connection:
        assert connection.execute(select(run.c.id).order_by(run.c.id)).scalars().all() == [1, 3]


def test_the_warehouse_is_put_in_order_and_works_on(warehouse: Warehouse, make_page: Callable[..., Page]) -> None:
    for number in range(50):
        throw_out(warehouse, make_page(f"https://north.example/{number}", str(number).encode() * 4000))
    forget_discarded(warehouse, before=LATER)
    assert tidy(warehouse)
    assert captures.add(warehouse, [make_page("https://north.example/again", b"again")]) == 1
    assert count(warehouse, capture) == 1


def test_the_latest_day_is_that_of_a_run_that_ended_well(warehouse: Warehouse) -> None:
    assert latest_day(warehouse, "collect") is None
    for day in (1, 2):
        with logged(warehouse, "collect", day=date(2024, 5, day)):
            pass
    with warehouse.write() as connection:
        broken = {"worked_on": date(2024, 5, 3), "error": "x", "finished_at": AT}
        connection.execute(insert(run).values(step="collect", started_at=AT, notes=[], **broken))
        connection.execute(insert(run).values(step="collect", started_at=AT, notes=[], worked_on=date(2024, 5, 4)))
    assert latest_day(warehouse, "collect") == date(2024, 5, 2)
