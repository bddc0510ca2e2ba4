"""UPKEEP: what may go goes, the warehouse is put in order, and a part of the archive is read again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from models import captures, upkeep
from models.errors import FetchError
from models.records import Report, WarcPlace
from models.runs import logged
from spiders import archive
from wirewatch.desk import Desk


def keep_up(desk: Desk, *, at: datetime) -> Report:
    """One upkeep; `failed` in its report are captures of the sample that are damaged.

    Args:
        desk: the desk.
        at: the moment that ages are reckoned from; also what the sample is drawn by, so that a second try of the same
            day reads the same captures and another week reads others.
    """
    with logged(desk.warehouse, "upkeep") as run:
        removed = list(_remove(desk, at))
        notes = (*removed, upkeep.tidy(desk.warehouse))
        sample = _sample(desk, at)
        damaged = list(_damaged(desk, sample))
        run.report = Report(
            step="upkeep",
            read=len(sample),
            written=len(sample) - len(damaged),
            failed=len(damaged),
            notes=(*notes, *damaged),
        )
    return run.report


def _remove(desk: Desk, at: datetime) -> Iterator[str]:
    """What went, in words; 0 days keep for ever."""
    keeping, warehouse = desk.settings.upkeep, desk.warehouse
    if keeping.runs_days:
        gone = upkeep.forget_runs(warehouse, before=at - timedelta(days=keeping.runs_days))
        yield f"{gone} runs forgotten"
    if keeping.sightings_days:
        gone = upkeep.forget_sightings(warehouse, before=at - timedelta(days=keeping.sightings_days))
        yield f"{gone} listings forgotten"
    if keeping.discarded_days:
        gone = upkeep.forget_discarded(warehouse, before=at - timedelta(days=keeping.discarded_days))
        spare = archive.recover(desk.settings.archive, lambda name: captures.last_byte(warehouse, name))
        yield f"{gone} discarded captures forgotten, {spare} bytes freed"


def _sample(desk: Desk, at: datetime) -> list[WarcPlace]:
    places = list(captures.places(desk.warehouse))
    return random.Random(f"{at:%Y-%m-%d}").sample(places, min(len(places), desk.settings.upkeep.verify_sample))  # noqa: S311 - a sample, no secret


def _damaged(desk: Desk, sample: list[WarcPlace]) -> Iterator[str]:
    for place in sample:
        try:
            archive.read(desk.settings.archive, place)
        except FetchError as error:
            yield str(error)
