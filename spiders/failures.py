"""Failed polls → failure classes: whether an address is wrong, a site is ill, or asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from models.errors import FetchError
from models.records import FailureClass, PollFailure
from spiders.guarded import NotReadInTimeError
from spiders.policy import NOT_GLOBAL

_SERVER_ERROR: Final = 500
_MOST_DIGITS: Final = 9  # of seconds; more is no wait but a slip or an attack, and is as long as can be
# What says nothing against the address though it is not the server's own fault by number.
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_HARD: Final = (IgnoreRequest, DownloadCancelledError, FetchError)
_WAITS: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class AskedToWaitError(IgnoreRequest):
    """A host asked for a pause that is not over; nothing was sent."""

    def __init__(self, host: str, wait_s: float) -> None:
        """Say for how long."""
        super().__init__(f"{host} asked us to wait {wait_s:.0f} s")
        self.wait_s = wait_s


class SiteIsIllError(IgnoreRequest):
    """A site could not say what is allowed: nothing was sent, and nothing is known of the address."""


def wait_of(status: int, header: str, *, now: datetime) -> float | None:
    """The seconds that an answer asks us to wait; None when it does not ask, or not in words that can be read.

    No seconds, or a date that is past, ask for no wait: we then keep to our own, which grows.

    Args:
        status: of the answer; only 429 and 503 ask.
        header: its Retry-After: seconds, or a date as HTTP writes it.
        now: the moment of the answer.
    """
    words = header.strip()
    if status not in _WAITS or not words:
        return None
    if words.isascii() and words.isdigit():
        wait = float(words) if len(words) <= _MOST_DIGITS else 10.0**_MOST_DIGITS
        return wait if wait > 0 else None
    try:
        at = parsedate_to_datetime(words)
        wait = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError, TypeError):
        return None
    return wait if wait > 0 else None


def of_status(source_id: str, status: int, wait_s: float | None) -> PollFailure:
    """What an answer that is no listing says of its source."""
    reason = f"HTTP {status}"
    if wait_s is not None:
        return PollFailure(
            source_id=source_id,
            kind=FailureClass.TEMPORARY,
            reason=f"{reason}, asked us to wait {wait_s:.0f} s",
            wait_s=wait_s,
        )
    is_soft = status >= _SERVER_ERROR or status in _PASSING
    return PollFailure(source_id=source_id, kind=FailureClass.SOFT if is_soft else FailureClass.HARD, reason=reason)


def of_error(source_id: str, error: BaseException | None) -> PollFailure:
    """What an error says of the source: refusals, sizes and what cannot be read are hard, the way to a site is not."""
    reason = " ".join((str(error) or type(error).__name__).split())
    if isinstance(error, AskedToWaitError):
        return PollFailure(source_id=source_id, kind=FailureClass.TEMPORARY, reason=reason, wait_s=error.wait_s)
    is_hard = isinstance(error, _HARD) and not isinstance(error, (SiteIsIllError, NotReadInTimeError))
    is_hard = is_hard or NOT_GLOBAL in reason  # the resolver's refusal comes as a name that cannot be resolved
    return PollFailure(source_id=source_id, kind=FailureClass.HARD if is_hard else FailureClass.SOFT, reason=reason)
