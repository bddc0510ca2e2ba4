"""Where a crawl's polls and captures are remembered: what the spider needs of it, and the warehouse that gives it."""

from __future__ import annotations

from typing import Protocol

from models import captures, polls
from models.records import CrawlJob, Listing, Page, PollEvent, PollFailure, Sighting, Validators
from models.warehouse import Warehouse
from spiders.middlewares import host_of


class Recorder(Protocol):
    """Where polls and captures are remembered."""

    def validators(self, source_id: str) -> Validators:
        """What the next poll may refer to."""
        ...

    def listed(self, listing: Listing) -> None:
        """Remember a listing that was read."""
        ...

    def unchanged(self, source_id: str, what: PollEvent, newest: Validators) -> tuple[Sighting, ...]:
        """Remember that the listing before still holds, and give it."""
        ...

    def backfilled(self, listing: Listing) -> None:
        """Remember what was listed for the job's day."""
        ...

    def failed(self, failure: PollFailure) -> None:
        """Remember why a source could not be polled."""
        ...

    def put_off(self, host: str, wait_s: float, reason: str) -> None:
        """Remember that a host asked us to wait."""
        ...

    def known(self, source_id: str, urls: tuple[str, ...]) -> frozenset[str]:
        """Those of the addresses that were captured whole before."""
        ...

    def captured(self, pages: tuple[Page, ...]) -> None:
        """Remember pages whose bytes are safe."""
        ...


class WarehouseRecorder:
    """Remembers polls and captures in the warehouse."""

    def __init__(self, warehouse: Warehouse, job: CrawlJob) -> None:
        """`job` says by which rules and in which run."""
        self.warehouse = warehouse
        self.job = job

    def validators(self, source_id: str) -> Validators:
        """What the next poll may refer to."""
        return polls.validators(self.warehouse, source_id, self.job.poll)

    def listed(self, listing: Listing) -> None:
        """Remember a listing that was read."""
        polls.note_listed(self.warehouse, listing)

    def unchanged(self, source_id: str, what: PollEvent, newest: Validators) -> tuple[Sighting, ...]:
        """Remember that the listing before still holds, and give it."""
        return polls.note_unchanged(self.warehouse, source_id, what, newest)

    def backfilled(self, listing: Listing) -> None:
        """Remember what was listed for the job's day."""
        polls.note_backfilled(self.warehouse, listing, day=str(self.job.day))

    def failed(self, failure: PollFailure) -> None:
        """Remember why a source could not be polled."""
        polls.note_failed(self.warehouse, failure, self.job.poll)

    def put_off(self, host: str, wait_s: float, reason: str) -> None:
        """Remember that a host asked us to wait, for every source that lives there."""
        polls.put_off(self.warehouse, lambda url: host_of(url) == host, wait_s, reason, rules=self.job.poll)

    def known(self, source_id: str, urls: tuple[str, ...]) -> frozenset[str]:
        """Those of the addresses that were captured whole before."""
        return captures.known_urls(self.warehouse, source_id, urls)

    def captured(self, pages: tuple[Page, ...]) -> None:
        """Remember pages whose bytes are safe."""
        captures.add(self.warehouse, pages, run_id=self.job.run_id)
