"""METRICS: the warehouse's figures in Prometheus' text format, counted anew at every scrape.

Nothing is counted in a process, so the figures are the same whichever process is asked, and after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric

from models.errors import TaggerError
from models.gauges import Count, Gauges, gauges
from models.records import AlertReason, DiscardReason, ModelStamp, Phase
from models.tables.alerted import DELIVERY_STATES
from models.tables.care import STEPS
from models.warehouse import Warehouse
from nlp.weights import SHIPPED, pinned
from wirewatch.settings import VERSION, Settings

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
Sample = tuple[tuple[str, ...], float]
_OUTCOMES: Final = ("read", "written", "discarded", "failed")
_QUEUES: Final = ("clean", "tag", "link", "decide", "deliver")
_KINDS: Final = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric: its name as it is scraped, and where its samples come from."""

    name: str
    kind: str  # counter | gauge
    labels: tuple[str, ...] = ()
    meaning: str
    samples: Callable[[Gauges], Iterable[Sample]]


def exposition(warehouse: Warehouse, settings: Settings) -> bytes:
    """Every metric, as a scraper wants it; serve it as `CONTENT_TYPE`.

    Raises:
        WarehouseError: the warehouse cannot be asked.
    """
    with warehouse.read() as connection:
        counted = gauges(connection)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Scrape(counted, _stamp(settings)))
    return generate_latest(registry)


def reference_markdown() -> str:
    """Every metric in a table, for docs/metrics.md."""
    rows = [f"| `{f.name}` | {f.kind} | {', '.join(f'`{x}`' for x in f.labels)} | {f.meaning} |" for f in FAMILIES]
    return "\n".join(["| metric | type | labels | meaning |", "|---|---|---|---|", *rows]) + "\n"


class _Scrape:
    """What one scrape found, in the form the client library takes."""

    def __init__(self, counted: Gauges, model: ModelStamp) -> None:
        self._counted = counted
        self._model = model

    def collect(self) -> Iterator[Metric]:
        """The metrics with their samples."""
        for family in FAMILIES:
            made = _KINDS[family.kind](family.name, family.meaning, labels=family.labels)
            for labels, value in family.samples(self._counted) if family is not _BUILD else self._build():
                made.add_metric(labels, value)
            yield made

    def _build(self) -> Iterator[Sample]:
        yield (VERSION, self._model.name, self._model.version, self._model.weights_sha256), 1


def _stamp(settings: Settings) -> ModelStamp:
    """The model that tags; without one the figures are still told."""
    try:
        return pinned(settings.tag.folder or SHIPPED)
    except TaggerError:
        return ModelStamp(name="", version="", weights_sha256="")


# ---------------------------------------------------------------- samples


def _filled(found: Sequence[Count], *known: Iterable[str]) -> Iterator[Sample]:
    """The counts, with a zero for each known combination that has none: a series that appears late hides its start."""
    numbers = {count.of: count.number for count in found}
    combined: list[tuple[str, ...]] = [()]
    for words in known:
        combined = [(*head, str(word)) for head in combined for word in words]
    for labels in dict.fromkeys([*combined, *numbers]):
        yield labels, numbers.get(labels, 0)


def _of_channels(found: Gauges) -> Iterator[Sample]:
    channels = dict.fromkeys(count.of[0] for count in found.deliveries)
    return _filled(found.deliveries, channels, DELIVERY_STATES)


def _durations(found: Gauges) -> Iterator[Sample]:
    return (((one.step,), one.duration_s) for one in found.last_runs if one.duration_s is not None)


def _successes(found: Gauges) -> Iterator[Sample]:
    return (((one.step,), one.succeeded_at.timestamp()) for one in found.last_runs if one.succeeded_at)


def _polls(found: Gauges) -> Iterator[Sample]:
    return (((one.id,), one.last_ok_at.timestamp()) for one in found.sources if one.last_ok_at)


def _none(_: Gauges) -> Iterable[Sample]:
    return ()


_BUILD: Final = Family(
    name="wirewatch_build_info", kind="gauge", labels=("version", "model", "model_version", "weights_sha256"),
    meaning="1; the labels say which release runs and which model tags", samples=_none,
)  # fmt: skip
FAMILIES: Final[tuple[Family, ...]] = (
    _BUILD,
    Family(
        name="wirewatch_items_total", kind="counter", labels=("step", "outcome"),
        meaning="items that the runs of a step read, and what became of them: written, discarded, failed",
        samples=lambda g: _filled(g.items, STEPS, _OUTCOMES),
    ),
    Family(
        name="wirewatch_discards_total", kind="counter", labels=("reason",),
        meaning="captures that did not become a story, by reason",
        samples=lambda g: _filled(g.discards, DiscardReason),
    ),
    Family(
        name="wirewatch_runs_total", kind="counter", labels=("step", "result"),
        meaning="runs of a step: ok, failed, or unfinished (going on, or killed)",
        samples=lambda g: _filled(g.runs, STEPS, ("ok", "failed", "unfinished")),
    ),
    Family(
        name="wirewatch_last_run_started_timestamp_seconds", kind="gauge", labels=("step",),
        meaning="when the last run of a step began, Unix time",
        samples=lambda g: [((one.step,), one.started_at.timestamp()) for one in g.last_runs],
    ),
    Family(
        name="wirewatch_last_run_duration_seconds", kind="gauge", labels=("step",),
        meaning="what the last run of a step took; absent while it is unfinished",
        samples=_durations,
    ),
    Family(
        name="wirewatch_last_run_ok", kind="gauge", labels=("step",),
        meaning="1 when the last run of a step ended well, 0 when it failed or is unfinished",
        samples=lambda g: [((one.step,), float(one.result == "ok")) for one in g.last_runs],
    ),
    Family(
        name="wirewatch_last_success_timestamp_seconds", kind="gauge", labels=("step",),
        meaning="when a run of a step last ended well, Unix time; absent before the first",
        samples=_successes,
    ),
    Family(
        name="wirewatch_queue_items", kind="gauge", labels=("queue",),
        meaning="items that wait (leased ones included): captures to clean, texts to tag and to link, exchanges to "
        "decide on, deliveries to make",
        samples=lambda g: _filled(g.waiting, _QUEUES),
    ),
    Family(
        name="wirewatch_queue_oldest_seconds", kind="gauge", labels=("queue",),
        meaning="since when the oldest of them is with us (a delivery: since its alert); 0 when none waits",
        samples=lambda g: _filled(g.oldest_s, _QUEUES),
    ),
    Family(
        name="wirewatch_leases", kind="gauge", labels=("queue", "state"),
        meaning="items that a worker holds: live, or lapsed because it died; the next run takes those",
        samples=lambda g: _filled(g.leases, ("clean", "tag", "link", "deliver"), ("live", "lapsed")),
    ),
    Family(
        name="wirewatch_quarantine_items", kind="gauge", labels=("stage",),
        meaning="items put aside after too many tries, by the stage they did not pass",
        samples=lambda g: _filled(g.quarantined, ("clean", "tag", "link")),
    ),
    Family(
        name="wirewatch_source_verified", kind="gauge", labels=("source",),
        meaning="1 when the source is collected",
        samples=lambda g: [((one.id,), float(one.verified)) for one in g.sources],
    ),
    Family(
        name="wirewatch_source_failing", kind="gauge", labels=("source",),
        meaning="1 when the latest poll of the source failed",
        samples=lambda g: [((one.id,), float(one.failing)) for one in g.sources],
    ),
    Family(
        name="wirewatch_source_last_success_timestamp_seconds", kind="gauge", labels=("source",),
        meaning="when the source was last polled with success, Unix time; absent before the first time",
        samples=_polls,
    ),
    Family(
        name="wirewatch_exchanges", kind="gauge", labels=("phase",),
        meaning="exchanges that stand, by phase",
        samples=lambda g: _filled(g.exchanges, Phase),
    ),
    Family(
        name="wirewatch_alerts_total", kind="counter", labels=("reason", "suppressed"),
        meaning="alerts decided, by reason; `suppressed` says why one was not told, and is empty when it was",
        samples=lambda g: _filled(g.alerts, AlertReason, ("",)),
    ),
    Family(
        name="wirewatch_deliveries", kind="gauge", labels=("channel", "state"),
        meaning="alerts on their way to a channel: waiting, sent or dead",
        samples=_of_channels,
    ),
    Family(
        name="wirewatch_rows", kind="gauge", labels=("table",),
        meaning="captures, stories and their versions in the warehouse",
        samples=lambda g: _filled(g.rows),
    ),
    Family(
        name="wirewatch_warehouse_bytes", kind="gauge",
        meaning="size of the database",
        samples=lambda g: [((), g.size_bytes)],
    ),
)  # fmt: skip
