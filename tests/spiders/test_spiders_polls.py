"""Polls of a site on loopback that answers as sites do: unchanged, busy, broken, back again; and what a kill costs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models import captures, polls, sources
from models.errors import FetchError
from models.migrate import upgrade
from models.records import CrawlJob, CrawlLimits, CrawlStats, PollRules, Source, SourceOutcome
from models.sources import SourceHealth
from models.warehouse import Warehouse
from spiders import archive
from spiders.collect import collect
from spiders.probe import probe

pytestmark = pytest.mark.slow
LIMITS = CrawlLimits(gap_s=0.0, request_s=30.0, crawl_s=180.0, feed_parse_s=60.0, sitemap_files=6)
RULES = PollRules(whole_every=3, disable_after=2)
Answer = tuple[int, dict[str, str], bytes]
ROBOTS: Answer = (200, {}, b"User-agent: *\nDisallow: /private\n")


@dataclass
class Site:
    """A site that gives the answers of a path in turn, the last for ever; and what it was asked."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    conditions: list[tuple[str | None, str | None]] = field(default_factory=list)  # of every question for /list
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        """The whole address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def lists(self, *paths: str, etag: str = "", path: str = "/list") -> None:
        """List these pages from now on, and have them."""
        items = "".join(f"<item><title>T</title><link>{self.url(one)}</link></item>" for one in paths)
        body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
        self.answers[path] = [(200, {"ETag": etag} if etag else {}, body)]
        for one in paths:
            self.answers.setdefault(one, [page(one)])

    def maps(self, *entries: tuple[str, str], path: str = "/list") -> None:
        """A sitemap of these (path, day), which are there."""
        urls = "".join(f"<url><loc>{self.url(one)}</loc><lastmod>{day}</lastmod></url>" for one, day in entries)
        self.answers[path] = [(200, {}, f"<urlset>{urls}</urlset>".encode())]
        for one, _ in entries:
            self.answers.setdefault(one, [page(one)])

    def indexes(self, *files: str, path: str = "/list") -> None:
        """An index of these sitemaps."""
        found = "".join(f"<sitemap><loc>{self.url(one)}</loc></sitemap>" for one in files)
        self.answers[path] = [(200, {}, f"<sitemapindex>{found}</sitemapindex>".encode())]

    def answer(self, path: str, conditions: tuple[str | None, str | None]) -> Answer:
        """The next answer of a path."""
        with self.lock:
            self.asked[path] += 1
            if path == "/list":
                self.conditions.append(conditions)
            given = self.answers.get(path, [(404, {}, b"")])
            return given.pop(0) if len(given) > 1 else given[0]


def page(words: str) -> Answer:
    return (200, {"Content-Type": "text/html"}, f"<html><body><p>{words}</p></body></html>".encode())


def not_modified(etag: str = "") -> Answer:
    return (304, {"ETag": etag} if etag else {}, b"")


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site(answers={"/robots.txt": [ROBOTS]})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with here.lock:
                here.at_once += 1
                here.most_at_once = max(here.most_at_once, here.at_once)
            asked = (self.headers["If-None-Match"], self.headers["If-Modified-Since"])
            status, headers, body = here.answer(self.path, asked)
            with here.lock:
                here.at_once -= 1
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Desk:
    """A warehouse and an archive for crawls of one site."""

    warehouse: Warehouse
    folder: Path
    source: Source
    rules: PollRules = RULES
    limits: CrawlLimits = LIMITS

    def of(self, kind: str) -> Desk:
        """The same for a source of another kind."""
        other = replace(self, source=replace(self.source, kind=kind))
        sources.sync(self.warehouse, [other.source])
        return other

    def crawl(self, site: Site, *others: Source, day: date | None = None) -> CrawlStats:
        """Recover, then crawl once."""
        archive.recover(self.folder, lambda name: captures.last_byte(self.warehouse, name))
        return collect(
            CrawlJob(
                warehouse=self.warehouse.url, archive=str(self.folder), sources=(self.source, *others),
                allow=(("127.0.0.1", site.port),), user_agent="w", limits=self.limits, poll=self.rules, day=day,
            )
        )  # fmt: skip

    def poll(self, site: Site, *, day: date | None = None) -> SourceOutcome:
        """Crawl once; gives the one outcome."""
        (outcome,) = self.crawl(site, day=day).outcomes
        return outcome

    def kept(self) -> list[str]:
        """Paths of the captures, each read back to its digest."""
        for place in captures.places(self.warehouse):
            archive.read(self.folder, place)
        with self.warehouse.read() as connection:
            urls = connection.exec_driver_sql("SELECT url FROM capture ORDER BY url").scalars().all()
        return [f"/{url.split('/', 3)[3]}" for url in urls]

    def events(self) -> list[str]:
        """What the log says of all sources, in order."""
        with self.warehouse.read() as connection:
            return list(connection.exec_driver_sql("SELECT what FROM source_event ORDER BY id").scalars())

    def fares(self) -> SourceHealth:
        """How the source fares."""
        with self.warehouse.read() as connection:
            return next(one for one in sources.health(connection) if one.id == self.source.id)

    def waits_s(self) -> float:
        """Seconds until the source may be polled again."""
        return (polls.waiting(self.warehouse)[self.source.id].until - datetime.now(UTC)).total_seconds()


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    upgrade(url)
    warehouse = Warehouse.open(url)
    source = Source(
        id="north", outlet="North", kind="rss", url=site.url("/list"), language="en", country="GB", owner="N",
        role="outlet", verified=True,
    )  # fmt: skip
    sources.sync(warehouse, [source])
    yield Desk(warehouse, tmp_path / "captures", source)
    warehouse.close()


# ---------------------------------------------------------------- unchanged


def test_an_unchanged_feed_is_not_sent_again_until_the_turn_of_a_whole_poll(site: Site, desk: Desk) -> None:
    site.lists("/a", "/b", etag='"1"')
    (whole,) = site.answers["/list"]
    site.answers["/list"] = [whole, not_modified('"2"'), not_modified(), whole]
    for _ in range(4):
        outcome = desk.poll(site)
        assert (outcome.polled, outcome.listed) == (True, 2)
    assert site.conditions == [(None, None), ('"1"', None), ('"2"', None), (None, None)]
    assert desk.events() == ["listed", "not_modified", "not_modified", "listed"]
    assert desk.kept() == ["/a", "/b"]
    assert site.asked["/a"] == 1


def test_the_same_body_is_not_read_again_and_its_newest_date_is_sent_back(site: Site, desk: Desk) -> None:
    site.lists("/a")
    (first,) = site.answers["/list"]
    dated = [(first[0], {"Last-Modified": f"Wed, 01 May 2024 1{hour}:00:00 GMT"}, first[2]) for hour in range(3)]
    site.answers["/list"] = [*dated]
    for _ in range(3):
        desk.poll(site)
    assert [when for _, when in site.conditions] == [None, *(one[1]["Last-Modified"] for one in dated[:2])]
    assert desk.events() == ["listed", "same_body", "same_body"]


def test_a_page_that_failed_is_fetched_though_its_feed_is_unchanged(site: Site, desk: Desk) -> None:
    site.lists("/a", "/b", etag='"1"')
    site.answers["/b"] = [*[(404, {}, b"")], page("late")]
    site.answers["/list"] = [*site.answers["/list"], not_modified()]
    assert desk.poll(site).failed == 1
    assert desk.poll(site).captured == 1
    assert desk.kept() == ["/a", "/b"]


def test_a_site_that_says_unchanged_to_whatever_it_is_asked_fails(site: Site, desk: Desk) -> None:
    site.answers["/list"] = [not_modified()]
    assert "nothing was known" in desk.poll(site).error
    assert desk.fares().failure == "soft"


@pytest.mark.parametrize("place", ["in_transaction", "listed", "before_fsync", "before_commit", "after_commit"])
def test_a_kill_in_a_poll_costs_no_page_though_the_feed_then_says_it_is_unchanged(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    paths = [f"/p{number:02}" for number in range(20)]
    site.lists(*paths, etag='"1"')
    monkeypatch.setenv("WIREWATCH_FAIL_AT", f"collect.{place}:1:kill")
    with pytest.raises(FetchError, match="left no stats"):
        desk.crawl(site)
    monkeypatch.delenv("WIREWATCH_FAIL_AT")
    if place != "in_transaction":  # only what was kept is asked for with a condition
        site.answers["/list"] = [not_modified()]
    desk.crawl(site)
    assert desk.kept() == paths
    assert site.conditions[-1] == ((None, None) if place == "in_transaction" else ('"1"', None))
    with desk.warehouse.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one() == 20


# ---------------------------------------------------------------- busy, broken, gone, back


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
def test_a_site_that_asks_us_to_wait_is_asked_once(site: Site, desk: Desk, status: int, as_date: bool) -> None:  # noqa: FBT001 - a parameter
    words = format_datetime(datetime.now(UTC) + timedelta(seconds=900), usegmt=True) if as_date else "900"
    site.answers["/list"] = [(status, {"Retry-After": words}, b"")]
    assert f"HTTP {status}, asked us to wait" in desk.poll(site).error
    assert site.asked["/list"] == 1
    assert 840 < desk.waits_s() <= 900
    assert (desk.fares().state, desk.events()) == ("waiting", ["put_off", "failed"])


def test_a_page_that_asks_us_to_wait_spares_its_host_and_every_source_there(site: Site, desk: Desk) -> None:
    second = replace(desk.source, id="north-2", url=site.url("/list2"))
    elsewhere = replace(desk.source, id="south", url="https://south.example/list")
    sources.sync(desk.warehouse, [second, elsewhere])
    one_by_one = replace(desk, limits=replace(LIMITS, concurrent_per_host=1))
    site.lists(*(f"/{number}" for number in range(9)))
    site.answers |= {f"/{number}": [(429, {"Retry-After": "900"}, b"")] for number in range(9)}
    outcome = one_by_one.poll(site)
    assert (outcome.polled, outcome.failed, outcome.refused) == (True, 1, 8)
    assert set(polls.waiting(desk.warehouse)) == {"north", "north-2"}
    assert sum(site.asked[f"/{number}"] for number in range(9)) == 1


def test_a_robots_txt_that_asks_us_to_wait_puts_the_source_off(site: Site, desk: Desk) -> None:
    site.lists("/a")
    site.answers["/robots.txt"] = [(429, {"Retry-After": "900"}, b"")]
    desk.poll(site)
    assert site.asked["/list"] == 0
    assert 840 < desk.waits_s() <= 900
    assert desk.fares().state == "waiting"


def test_errors_that_come_and_go_are_tried_again_within_the_crawl(site: Site, desk: Desk) -> None:
    site.lists("/a")
    broken: Answer = (500, {}, b"")
    site.answers["/list"] = [broken, broken, *site.answers["/list"]]
    site.answers["/a"] = [broken, page("a")]
    assert desk.poll(site).captured == 1
    assert desk.events() == ["listed"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((404, {}, b""), "hard"),
        ((410, {}, b""), "hard"),
        ((200, {}, b"<html>welcome</html>"), "hard"),
        ((302, {"Location": "http://10.0.0.1/"}, b""), "hard"),
        ((302, {"Location": "/private/feed"}, b""), "hard"),
        ((302, {"Location": "/list"}, b""), "hard"),
        ((500, {}, b""), "soft"),
        ((503, {}, b""), "soft"),
        ((200, {"Content-Length": "9999"}, b"<rss"), "soft"),
    ],
)
def test_a_failed_poll_is_put_into_its_class_and_waits(site: Site, desk: Desk, answer: Answer, failure: str) -> None:
    site.answers["/list"] = [answer]
    assert not desk.poll(site).polled
    assert (desk.fares().failure, desk.fares().state) == (failure, "failing")
    first = RULES.hard_backoff_s if failure == "hard" else RULES.soft_backoff_s
    assert first / 2 - 60 < desk.waits_s() <= first


def test_a_robots_txt_that_cannot_be_had_says_nothing_of_the_address(site: Site, desk: Desk) -> None:
    site.answers["/robots.txt"] = [(503, {}, b"")]
    assert "robots.txt: HTTP 503" in desk.poll(site).error
    assert desk.fares().failure == "soft"
    site.answers["/robots.txt"] = [(200, {}, b"User-agent: *\nDisallow: /\n")]
    desk.poll(site)
    assert desk.fares().failure == "hard"
    assert site.asked["/list"] == 0


def test_a_source_that_is_gone_is_disabled_and_comes_back_by_itself(site: Site, desk: Desk) -> None:
    desk.poll(site)
    desk.poll(site)
    assert desk.fares().state == "disabled"
    site.lists("/a")
    desk.poll(site)
    assert desk.fares().state == "ok"
    assert desk.events() == ["failed", "failed", "disabled", "revived", "listed"]


def test_sources_of_one_host_share_its_places(site: Site, desk: Desk) -> None:
    others = [replace(desk.source, id=f"n{number}", url=site.url(f"/list{number}")) for number in range(4)]
    sources.sync(desk.warehouse, others)
    for number, path in enumerate(["/list", *(f"/list{number}" for number in range(4))]):
        site.lists(*(f"/{number}-{item}" for item in range(6)), path=path)
    stats = desk.crawl(site, *others)
    assert sum(outcome.captured for outcome in stats.outcomes) == 30
    assert site.most_at_once <= LIMITS.concurrent_per_host


# ---------------------------------------------------------------- sitemaps


def test_the_newest_of_a_huge_sitemap_are_taken_and_the_rest_is_left(site: Site, desk: Desk) -> None:
    few = replace(desk.of("sitemap"), limits=replace(LIMITS, sitemap_entries=5, pages_per_source=3))
    old = [(f"/old/{number}", "2020-01-01") for number in range(100_000)]
    site.maps(*(pair for pair in old[:50_000]), *((f"/new/{n}", f"2024-05-0{n}") for n in range(1, 8)), *old[50_000:])
    outcome = few.poll(site)
    assert (outcome.error, outcome.listed, outcome.captured, outcome.left) == ("", 5, 3, 2)
    assert few.kept() == ["/new/5", "/new/6", "/new/7"]
    assert few.poll(site).captured == 2
    assert few.events() == ["listed", "same_body"]


def test_an_index_that_goes_in_circles_ends_and_its_good_parts_are_kept(site: Site, desk: Desk) -> None:
    site.indexes("/list", "/loop", "/broken", "/good", "/html")
    site.indexes("/list", "/loop", path="/loop")
    site.answers["/html"] = [(200, {}, b"<html/>")]
    site.maps(("/a", "2024-05-01"), path="/good")
    outcome = desk.of("sitemap").poll(site)
    assert (outcome.polled, outcome.captured, desk.kept()) == (True, 1, ["/a"])
    assert [site.asked[path] for path in ("/list", "/loop", "/good", "/broken", "/html")] == [1, 1, 1, 1, 1]
    assert desk.of("sitemap").poll(site).polled
    assert site.conditions == [(None, None)] * 2  # an unchanged index says nothing of what it leads to


def test_an_index_without_end_costs_the_files_it_may_and_no_more(site: Site, desk: Desk) -> None:
    for number in range(30):
        site.indexes(*(f"/i{number}-{part}" for part in range(3)), path=f"/i{number}")
        for part in range(3):
            site.indexes(*(f"/i{number}-{part}-{more}" for more in range(3)), path=f"/i{number}-{part}")
            for more in range(3):
                site.maps(path=f"/i{number}-{part}-{more}")
    site.indexes(*(f"/i{number}" for number in range(30)))
    outcome = desk.of("sitemap").poll(site)
    assert outcome.polled
    assert sum(count for path, count in site.asked.items() if path != "/robots.txt") == LIMITS.sitemap_files


def test_an_index_whose_every_part_fails_has_failed(site: Site, desk: Desk) -> None:
    site.indexes("/one", "/two")
    assert "/two: HTTP 404" in desk.of("sitemap").poll(site).error
    assert desk.fares().failure == "hard"


def test_a_backfill_takes_one_day_and_leaves_feeds_and_the_next_poll_alone(site: Site, desk: Desk) -> None:
    mapped = desk.of("sitemap")
    feed = replace(desk.source, id="feed", url=site.url("/feed"))
    sources.sync(desk.warehouse, [feed])
    site.lists("/live", path="/feed")
    site.indexes("/files/2024-05", "/files/2024-04")
    site.maps(("/may", "2024-05-02"), path="/files/2024-05")
    site.maps(("/april", "2024-04-09T23:00:00-05:00"), ("/other", "2024-04-09"), path="/files/2024-04")
    stats = mapped.crawl(site, feed, day=date(2024, 4, 10))
    assert [outcome.source_id for outcome in stats.outcomes] == ["north"]
    assert mapped.kept() == ["/april"]
    assert (site.asked["/feed"], mapped.events()) == (0, ["backfilled"])
    assert mapped.fares().last_ok_at is None
    assert mapped.poll(site, day=date(2024, 4, 10)).captured == 0


def test_a_backfill_that_fails_says_nothing_of_how_the_source_fares(site: Site, desk: Desk) -> None:
    assert "HTTP 404" in desk.of("sitemap").poll(site, day=date(2024, 4, 10)).error
    assert (desk.fares().failure, polls.waiting(desk.warehouse)) == (None, {})


def test_one_odd_item_of_a_json_feed_loses_only_itself(site: Site, desk: Desk) -> None:
    body = (Path(__file__).parent / "listings" / "harbour.jsonfeed").read_bytes()
    site.answers["/list"] = [(200, {}, body.replace(b"https://harbour.example", site.url("").encode()))]
    site.answers |= {"/1": [page("1")], "/2": [page("2")], "/relative": [page("r")]}
    outcome = desk.of("json").poll(site)
    assert (outcome.listed, outcome.captured) == (4, 3)
    assert desk.kept() == ["/1", "/2", "/relative"]


def test_a_probe_finds_the_first_page_behind_an_index(site: Site, desk: Desk) -> None:
    site.indexes("/list", "/part")
    site.maps(("/a", "2024-05-01"), path="/part")
    source = desk.of("sitemap").source
    shown = probe(source, allow=[("127.0.0.1", site.port)], user_agent="w", limits=LIMITS)
    assert (shown.kind, shown.items, shown.page and shown.page.url) == ("sitemap", 1, site.url("/a"))
