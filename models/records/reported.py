"""What every step gives: a report that adds up."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run of a step did; it refuses to exist unless it adds up."""

    step: str
    read: int
    written: int
    discarded: int = 0
    failed: int = 0
    partial: bool = False  # some sources worked and some did not
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a report in which something vanished or appeared.

        Raises:
            ValueError: read is not written + discarded + failed, or a number is negative.
        """
        parts = (self.read, self.written, self.discarded, self.failed)
        if min(parts) < 0 or self.read != self.written + self.discarded + self.failed:
            message = "{}: read {} is not written {} + discarded {} + failed {}".format(self.step, *parts)
            raise ValueError(message)
