"""What the steps write into the log: a run's begin and end, and every item whose fate somebody may ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final

from models import runs
from models.captures import StoredCapture
from models.errors import WirewatchError
from models.records import Alert, Delivery, Discard, Report, SourceOutcome
from models.warehouse import Warehouse
from wirewatch import logs
from wirewatch.logs import about, get_logger

_log: Final = get_logger(__name__)


@contextmanager
def logged(
    warehouse: Warehouse, step: str, *, reference_at: datetime | None = None, day: date | None = None
) -> Iterator[runs.OpenRun]:
    """A run of a step, in the run table and in the log; every line inside says the step and the run."""
    going: runs.OpenRun | None = None
    with about(step=step):
        try:
            with runs.logged(warehouse, step, reference_at=reference_at, day=day) as run, about(run=run.id):
                going = run
                _log.info("run begun", reference_at=reference_at, day=day)
                yield run
        except BaseException as error:
            is_ours = isinstance(error, WirewatchError) or not isinstance(error, Exception)
            logs.failed(error, with_trace=not is_ours, event="run failed", run=going.id if going else None)
            raise
        _log.info("run ended", run=going.id, **(_counts(going.report) if going.report else {}))


def _counts(report: Report) -> dict[str, object]:
    return {
        "read": report.read,
        "written": report.written,
        "discarded": report.discarded,
        "failed": report.failed,
        "partial": report.partial,
        "notes": report.notes,
    }


def polled(outcome: SourceOutcome) -> None:
    """How the poll of a source went."""
    facts = {
        "source": outcome.source_id,
        "listed": outcome.listed,
        "known": outcome.known,
        "captured": outcome.captured,
        "refused": outcome.refused,
        "failed": outcome.failed,
    }
    if outcome.polled:
        _log.info("source polled", **facts)
    else:
        _log.warning("poll failed", **facts, error=outcome.error)


def thrown_out(one: StoredCapture, gone: Discard) -> None:
    """A capture that did not become a story."""
    _log.info(
        "discarded", source=one.source_id, capture=one.id, url=gone.url, reason=gone.reason.value, detail=gone.detail
    )


def unreadable(one: StoredCapture, error: Exception) -> None:
    """A capture whose bytes could not be read this time."""
    _log.warning("capture failed", source=one.source_id, capture=one.id, url=one.url, error=str(error))


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Exchanges that were opened, and those whose phase changed.

    Args:
        before: slug → phase, before linking.
        after: the same, once it is committed.
    """
    for slug, phase in after.items():
        if slug not in before:
            _log.info("exchange opened", exchange=slug, phase=phase)
        elif before[slug] != phase:
            _log.info("phase changed", exchange=slug, phase=phase, was=before[slug])


def decided(slug: str, alerts: Sequence[Alert]) -> None:
    """What the desk is to be told of one exchange, or would have been."""
    for one in alerts:
        event = "alert suppressed" if one.suppressed else "alert"
        facts = {"severity": one.severity.value, "trust": one.trust.value, "rule": one.rule_id}
        reason = one.suppressed or one.reason.value
        _log.info(event, exchange=slug, alert=one.event_key, reason=reason, channels=one.channels, **facts)


def tried(delivery: Delivery, why: str | None) -> None:
    """One try to deliver; `why` it failed, None when it did not."""
    facts = {"delivery": delivery.key, "channel": delivery.channel, "attempts": delivery.attempt}
    if why is None:
        _log.info("delivered", **facts)
    else:
        _log.warning("delivery failed", **facts, error=why)
