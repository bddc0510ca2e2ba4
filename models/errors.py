"""What can go wrong, as one small tree; bad *content* is never an error but a `Discard`.

WirewatchError
├─ ConfigError       a file that people edit is wrong: names file, line, key → fix the file
├─ FetchError        the network or the site → retried
├─ TaggerError       weights missing or not the pinned ones: names the command → fix the set-up
├─ WarehouseError    the database, or a lease that was lost → retried
└─ DeliveryError     a channel refused an alert → retried, never told twice
"""

from __future__ import annotations


class WirewatchError(Exception):
    """What failed (`subject`), why (`problem`), and what to do next (`hint`)."""

    def __init__(self, subject: str, problem: str, *, hint: str = "") -> None:
        """Keep the three parts apart so that a page, a log and a shell can show them in their own way."""
        super().__init__(subject, problem, hint)
        self.subject = subject
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        """One line: subject, problem and, where there is one, the hint."""
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.subject}: {self.problem}{tail}"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way from a child process: keyword arguments are not in `args`."""
        return _rebuild, (type(self), self.subject, self.problem, self.hint)


def _rebuild(kind: type[WirewatchError], subject: str, problem: str, hint: str) -> WirewatchError:
    return kind(subject, problem, hint=hint)


class ConfigError(WirewatchError, ValueError):
    """A configuration or watch file is wrong; `subject` is `file:line key`."""


class FetchError(WirewatchError):
    """The network or a site did not give what was asked for."""


class TaggerError(WirewatchError):
    """Model weights are missing, unreadable, or not the pinned ones."""


class WarehouseError(WirewatchError):
    """The warehouse refused, was locked, or a lease was lost before the work was finished."""


class DeliveryError(WirewatchError):
    """A channel did not take an alert; `final` when it never will, `retry_after_s` when it said how long to wait."""

    final: bool = False
    retry_after_s: float | None = None
