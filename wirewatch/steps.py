"""The five steps, composed: each takes the desk, does what waits for it, and gives a report that adds up.

    collect → clean → tag → link → alert

Every step can be killed at any instant and run again: items are leased, results and stage change are one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from alerting.decide import decide
from alerting.group import pause_s
from cleaning.copies import SignedText, cluster
from cleaning.worker import clean_safely
from models import captures, findings, ledger, ledger_state, outbox, polls, queue, sources, stories
from models.errors import ConfigError, FetchError
from models.failpoints import fail_point
from models.records import CrawlJob, CrawlStats, Discard, DiscardReason, Page, Report, Source, Story
from models.warehouse import now
from nlp.actors import Gazetteer, read_entries
from nlp.hub import HubJudge
from nlp.link import link as link_reports
from nlp.tag import tag as tag_stories
from nlp.taggers import Taggers, open_taggers
from nlp.weights import SHIPPED
from spiders import archive
from spiders.collect import collect as crawl
from wirewatch import run_log
from wirewatch.crawl_child import command as crawl_command
from wirewatch.deliveries import deliver_all
from wirewatch.desk import Desk
from wirewatch.picking import Pick, pick
from wirewatch.run_log import logged
from wirewatch.settings import Settings
from wirewatch.voices import voice

Tick = Callable[[int], None]
_LINK_AT_ONCE = 100_000


def _silent(done: int) -> None:
    """Tell nobody."""


# ---------------------------------------------------------------- collect


def collect(desk: Desk, *, which: Pick | None = None, day: date | None = None) -> Report:
    """Poll the collectable sources that are due and capture what is new behind them.

    Args:
        desk: the desk.
        which: the part of the sources; all when None.
        day: the UTC day it is for. Of a day that is over only what a sitemap dates that day is fetched, and no live
            feed is polled: it would give today's news.

    Raises:
        ConfigError: `which` names a source that does not exist or may not be collected yet, or the day lies ahead.
        FetchError: the crawl itself failed, or no source worked.
    """
    with logged(desk.warehouse, "collect", day=day) as run:
        archive.recover(desk.settings.archive, lambda name: captures.last_byte(desk.warehouse, name))
        past = _past(desk, day)
        chosen = pick(desk.sources, sources.collectable(desk.warehouse), which or Pick(), past=past)
        due, waits = _due(desk, chosen.sources)
        if not due:
            why = chosen.why_none or "no source is due"
            run.report = Report(step="collect", read=0, written=0, notes=(why, *waits))
            return run.report
        stats = crawl(
            CrawlJob(
                warehouse=desk.settings.warehouse,
                archive=str(desk.settings.archive),
                sources=due,
                allow=desk.settings.allow,
                user_agent=desk.settings.user_agent,
                limits=desk.settings.crawl,
                poll=desk.settings.poll,
                run_id=run.id,
                day=past,
            ),
            child=crawl_command(desk.settings),
        )
        for outcome in stats.outcomes:
            run_log.polled(outcome)
        run.report = _crawl_report(stats, waits)
    return run.report


def _past(desk: Desk, day: date | None) -> date | None:
    """The day when it is over by the reference time; None for today or for no day."""
    today = desk.reference_time().date()
    if day is not None and day > today:
        raise ConfigError(f"day {day}", f"lies ahead: today is {today}, UTC", hint="a day that has begun")
    return day if day is not None and day < today else None


def _due(desk: Desk, chosen: tuple[Source, ...]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The sources that may be polled now, and of each other one until when it waits.

    Raises:
        FetchError: none may, and not because they asked for it: a second try right after a bad one is no success.
    """
    later = polls.waiting(desk.warehouse)
    waits = tuple(f"{s.id} waits until {later[s.id].until:%Y-%m-%dT%H:%M:%SZ}" for s in chosen if s.id in later)
    due = tuple(s for s in chosen if s.id not in later)
    if not due and any(later[s.id].is_failing for s in chosen):
        raise FetchError(
            "collect", "every source failed and waits: " + "; ".join(waits), hint="`wirewatch source health`"
        )
    return due, waits


def _crawl_report(stats: CrawlStats, waits: tuple[str, ...]) -> Report:
    """What was listed and is not left for the next crawl was captured, was known or refused, or failed."""
    failing = [f"{o.source_id}: {o.error}" for o in stats.outcomes if not o.polled]
    if len(failing) == len(stats.outcomes):
        raise FetchError("collect", "no source worked: " + "; ".join(failing), hint="`wirewatch source health`")
    listed = sum(o.listed - o.left for o in stats.outcomes)
    left = tuple(f"{o.source_id}: {o.left} pages are left for the next crawl" for o in stats.outcomes if o.left)
    captured = sum(o.captured for o in stats.outcomes)
    passed_over = sum(o.known + o.refused for o in stats.outcomes)
    return Report(
        step="collect",
        read=listed,
        written=captured,
        discarded=passed_over,
        failed=listed - captured - passed_over,
        partial=bool(failing),
        notes=(*failing, *left, *waits),
    )


# ---------------------------------------------------------------- clean


def clean(desk: Desk, *, tick: Tick = _silent) -> Report:
    """Turn waiting captures into stories, or count why not; then put copies into clusters."""
    with logged(desk.warehouse, "clean") as run:
        ends = [end for batch in _claimed(desk, queue.CLEAN) for end in _clean_batch(desk, batch, tick)]
        cluster_copies(desk)
        run.report = Report(
            step="clean",
            read=len(ends),
            written=ends.count("cleaned"),
            discarded=ends.count("discarded"),
            failed=ends.count("failed"),
        )
    return run.report


def _claimed(desk: Desk, line: queue.Queue) -> Iterator[tuple[int, ...]]:
    """Leased items, batch by batch, until nothing waits."""
    while batch := queue.claim(desk.warehouse, line, desk.worker, limit=desk.settings.batch):
        fail_point(f"{line.stage}.claimed")
        yield batch


def _clean_batch(desk: Desk, batch: Sequence[int], tick: Tick) -> Iterator[str]:
    with desk.warehouse.read() as connection:
        stored = captures.load(connection, batch)
    readable: list[tuple[captures.StoredCapture, Page]] = []
    for one in stored:
        try:
            readable.append((one, _page(desk, one)))
        except FetchError as error:
            run_log.unreadable(one, error)
            queue.fail(desk.warehouse, queue.CLEAN, desk.worker, one.id, str(error))
            yield "failed"
    answers = clean_safely(
        [page for _, page in readable], deadline_s=desk.settings.page_s, memory_mib=desk.settings.page_mib
    )
    for (one, _), answer in zip(readable, answers, strict=True):
        fail_point("clean.working")
        yield _keep(desk, one, answer)
        tick(1)


def _page(desk: Desk, one: captures.StoredCapture) -> Page:
    return Page(
        url=one.url,
        final_url=one.final_url,
        source_id=one.source_id,
        fetched_at=one.fetched_at,
        status=one.status,
        content_type=one.content_type,
        body=archive.read(desk.settings.archive, one.place),
        place=one.place,
        sighting=one.sighting,
    )


def _keep(desk: Desk, one: captures.StoredCapture, answer: Story | Discard) -> str:
    """Store the story or the discard together with the capture's new stage; gives that stage."""
    with desk.warehouse.read() as connection:
        if isinstance(answer, Story) and stories.is_known(connection, answer):
            answer = Discard(url=one.url, reason=DiscardReason.SAME_CONTENT)
    end = "discarded" if isinstance(answer, Discard) else "cleaned"
    with queue.finish(desk.warehouse, queue.CLEAN, desk.worker, [one.id], stage=end) as connection:
        if isinstance(answer, Discard):
            stories.throw_out(connection, one.id, answer)
        else:
            stories.save(connection, one.id, answer, seen_at=one.fetched_at)
        fail_point("clean.in_transaction")
    fail_point("clean.committed")
    if isinstance(answer, Discard):
        run_log.thrown_out(one, answer)
    return end


def cluster_copies(desk: Desk) -> int:
    """Put every version into a cluster of copies, when one stands in none yet; gives how many changed their place."""
    with desk.warehouse.write(alone=True) as connection:
        if not stories.unclustered(connection):
            return 0
        signed = stories.signed(connection)
        ids = {version.key: version.id for version in signed}
        clusters = cluster([_signed_text(version) for version in signed])
        return stories.save_clusters(
            connection,
            [
                [stories.Member(version_id=ids[m.key], role=m.role, similarity=m.similarity) for m in one.members]
                for one in clusters
            ],
        )


def _signed_text(version: stories.SignedVersion) -> SignedText:
    return SignedText(
        key=version.key,
        text_sha256=version.text_sha256,
        signature=version.signature,
        text=version.text,
        published_at=version.published_at,
        origin=version.origin,
        carrier=version.carrier,
        outlet=version.outlet,
        first_seen_at=version.first_seen_at,
    )


# ---------------------------------------------------------------- tag


def load_taggers(settings: Settings) -> Taggers:
    """The taggers with the actors of the watch folder, and with the models that the settings name.

    Raises:
        TaggerError: the weights are missing or not the pinned ones, or the judge cannot be had.
    """
    chosen = settings.tag
    judge = HubJudge.open(chosen.judge, label=chosen.label, revision=chosen.revision) if chosen.judge else None
    gazetteer = Gazetteer.of(read_entries(settings.watch / "actors.toml"))
    return open_taggers(gazetteer, folder=chosen.folder or SHIPPED, judge=judge)


def tag(desk: Desk, *, tick: Tick = _silent) -> Report:
    """Find claims, stances and the reported exchange in every waiting story version."""
    with logged(desk.warehouse, "tag") as run:
        taggers: Taggers | None = None
        done = 0
        for batch in _claimed(desk, queue.TAG):
            taggers = taggers or load_taggers(desk.settings)
            with desk.warehouse.read() as connection:
                waiting = stories.load(connection, batch)
                known = sources.outlets(connection)
            for version in waiting:
                outlet = voice(version.story, version.outlet, known)
                found = tag_stories([version.story], taggers, outlets=[outlet])[0]
                fail_point("tag.working")
                with queue.finish(desk.warehouse, queue.TAG, desk.worker, [version.id], stage="link") as connection:
                    findings.save(connection, version.id, found)
                    fail_point("tag.in_transaction")
                fail_point("tag.committed")
                done += 1
                tick(1)
        run.report = Report(step="tag", read=done, written=done)
    return run.report


# ---------------------------------------------------------------- link


def link(desk: Desk) -> Report:
    """Bring the exchange ledger in step with every tagged story."""
    with logged(desk.warehouse, "link") as run:
        cluster_copies(desk)
        joining = queue.claim(desk.warehouse, queue.LINK, desk.worker, limit=_LINK_AT_ONCE)
        fail_point("link.claimed")
        with queue.finish(desk.warehouse, queue.LINK, desk.worker, joining, stage="linked", alone=True) as connection:
            reports = findings.linked_reports(connection, joining=joining)
            before = ledger.phases(connection)
            changed = ledger.save_exchanges(connection, link_reports(reports))
            after = ledger.phases(connection)
            fail_point("link.in_transaction")
        fail_point("link.committed")
        run_log.moved(before, after)
        notes = (f"{changed} exchanges changed",) if changed else ()
        run.report = Report(step="link", read=len(joining), written=len(joining), notes=notes)
    return run.report


# ---------------------------------------------------------------- alert


def alert(desk: Desk, *, reference: datetime | None = None, tick: Tick = _silent) -> Report:
    """Decide on every exchange that changed, then deliver what waits in the outbox.

    What comes less than `limits.group_s` after the last news of an open thread is decided when that time is over, all
    of it as one event; a first report goes out at once.

    Args:
        desk: the desk.
        reference: what fresh and stale are judged against; `WIREWATCH_NOW` goes before it, the database's clock after.
        tick: called after every exchange and delivery.
    """
    at = desk.settings.now or reference or desk.reference_time()
    # a time that was given does not pass: what it is judged by is decided at once
    group_s = 0 if desk.settings.now or reference else desk.settings.group_s
    with logged(desk.warehouse, "alert", reference_at=at) as run:
        decided, fresh, wait_s = _decide_all(desk, at, tick, group_s=group_s)
        sent, failures = deliver_all(desk, tick)
        if wait_s:
            time.sleep(wait_s)
            more, newer, _ = _decide_all(desk, desk.reference_time(), tick, group_s=0)
            decided, fresh = decided + more, fresh + newer
            later, failed = deliver_all(desk, tick)
            sent, failures = sent + later, failures + failed
        run.report = Report(
            step="alert",
            read=decided + sent + len(failures),
            written=decided + sent,
            failed=len(failures),
            notes=(f"{fresh} new alerts, {sent} deliveries sent", *failures),
        )
    return run.report


def _decide_all(desk: Desk, at: datetime, tick: Tick, *, group_s: float) -> tuple[int, int, float]:
    """How many exchanges were decided on, the alerts this gave, and the seconds until the others are to be."""
    with desk.warehouse.write() as connection:
        outbox.sync_rules(connection, desk.rules)
        waiting = outbox.undecided(connection)
    done, fresh, longest_s = 0, 0, 0.0
    for one in waiting:
        made, wait_s = _decide(desk, one, at, group_s)
        done, fresh, longest_s = done + (not wait_s), fresh + made, max(longest_s, wait_s)
        fail_point("alert.decided")
        tick(1)
    return done, fresh, longest_s


def _decide(desk: Desk, one: outbox.Undecided, at: datetime, group_s: float) -> tuple[int, float]:
    """Decide on one exchange; gives the new alerts, or the seconds to wait, for which it stays undecided."""
    with desk.warehouse.write() as connection:
        state = ledger_state.state(connection, one.slug)
        decided = [
            pair
            for rule in desk.rules
            for pair in decide(
                state, outbox.told(connection, one.exchange_id, rule.id), rule, now=at, base_url=desk.settings.pages
            )
        ]
        last = outbox.last_told_at(connection, one.exchange_id)
        wait_s = pause_s([event for event, _ in decided], last, now=now(connection), group_s=group_s)
        fail_point("alert.in_transaction")
        if wait_s:
            return 0, wait_s
        made = outbox.record(connection, one, decided)
    run_log.decided(one.slug, [event for event, _ in decided])
    return made, 0.0
