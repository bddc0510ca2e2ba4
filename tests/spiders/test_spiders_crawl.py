"""A crawl in its own process against a site on loopback: what it asks for, what it keeps, and what a kill costs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models import captures, sources
from models.errors import FetchError
from models.migrate import upgrade
from models.records import CrawlJob, CrawlLimits, CrawlStats, Source
from models.warehouse import Warehouse
from spiders import archive
from spiders.collect import collect
from spiders.probe import probe

pytestmark = pytest.mark.slow
LIMITS = CrawlLimits(gap_s=0.0, request_s=3.0, crawl_s=60.0, body_bytes=200_000)
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A site whose answers a test sets, and what it was asked for."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    port: int = 0

    def url(self, path: str) -> str:
        """The whole address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def feed(self, *links: str) -> None:
        """List these pages."""
        items = "".join(f"<item><title>T</title><link>{link}</link></item>" for link in links)
        self.answers["/feed"] = (200, {}, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked[self.path] += 1
            here.agents.add(self.headers["User-Agent"])
            status, headers, body = here.answers.get(self.path, (404, {}, b"nothing here"))
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_port
    here.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /private\n")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Desk:
    """A warehouse and an archive for a crawl."""

    warehouse: Warehouse
    folder: Path
    source: Source

    def crawl(self, site: Site) -> CrawlStats:
        """Recover, then crawl the site once."""
        archive.recover(self.folder, lambda name: captures.last_byte(self.warehouse, name))
        return collect(
            CrawlJob(
                warehouse=self.warehouse.url,
                archive=str(self.folder),
                sources=(self.source,),
                allow=(("127.0.0.1", site.port),),
                user_agent="Wirewatch/test (+mailto:desk@example.org)",
                limits=LIMITS,
            )
        )

    def kept(self) -> list[str]:
        """Addresses of the captures, each read back to its digest."""
        with self.warehouse.read() as connection:
            urls = connection.exec_driver_sql("SELECT url FROM capture ORDER BY url").scalars().all()
        for place in captures.places(self.warehouse):
            archive.read(self.folder, place)
        return list(urls)


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    upgrade(url)
    warehouse = Warehouse.open(url)
    source = Source(
        id="north", outlet="North", kind="rss", url=site.url("/feed"), language="en", country="GB", owner="N",
        role="outlet", verified=True,
    )  # fmt: skip
    sources.sync(warehouse, [source])
    yield Desk(warehouse, tmp_path / "captures", source)
    warehouse.close()


def page(words: str) -> Answer:
    return (200, {"X-Served-By": "north"}, f"<html><body><p>{words}</p></body></html>".encode())


def test_pages_behind_a_feed_are_kept_once_with_their_headers(site: Site, desk: Desk) -> None:
    site.feed("/a", "/b", "/missing", "/private/c")
    site.answers |= {"/a": page("one"), "/b": page("two"), "/private/c": page("secret")}
    (outcome,) = desk.crawl(site).outcomes
    assert (outcome.polled, outcome.listed, outcome.captured, outcome.refused, outcome.failed) == (True, 4, 2, 1, 1)
    assert desk.kept() == [site.url("/a"), site.url("/b")]
    assert site.asked["/private/c"] == 0
    assert site.agents == {"Wirewatch/test (+mailto:desk@example.org)"}
    (again,) = desk.crawl(site).outcomes
    assert (again.known, again.captured) == (2, 0)
    assert (site.asked["/a"], len(desk.kept())) == (1, 2)
    stored = b"".join(path.read_bytes() for path in desk.folder.glob("*"))
    assert stored
    (first, *_) = sorted(desk.folder.glob("*.warc.gz"))
    assert [p.content_type for p in archive.pages_of(first, source_id="x")] == ["text/html", "text/html"]


def test_no_redirect_leads_to_an_inner_address(site: Site, desk: Desk) -> None:
    inner = Site(port=site.port)
    goals = [
        "http://127.0.0.1:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://2130706433:1/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
    ]
    site.feed(*(f"/to/{i}" for i in range(len(goals))), "/fine")
    site.answers |= {f"/to/{i}": (302, {"Location": goal}, b"") for i, goal in enumerate(goals)}
    site.answers["/fine"] = page("fine")
    (outcome,) = desk.crawl(site).outcomes
    assert desk.kept() == [inner.url("/fine")]
    assert outcome.captured == 1


def test_a_site_whose_robots_cannot_be_had_is_left_alone(site: Site, desk: Desk) -> None:
    site.feed("/a")
    site.answers |= {"/a": page("one"), "/robots.txt": (503, {}, b"")}
    (outcome,) = desk.crawl(site).outcomes
    assert not outcome.polled
    assert site.asked["/a"] == site.asked["/feed"] == 0


def test_bombs_and_oversized_pages_are_dropped_and_the_rest_is_kept(site: Site, desk: Desk) -> None:
    import gzip

    bomb = gzip.compress(b"0" * 5_000_000)
    site.feed("/bomb", "/large", "/fine")
    site.answers |= {
        "/bomb": (200, {"Content-Encoding": "gzip"}, bomb),
        "/large": (200, {}, b"x" * 300_000),
        "/fine": page("fine"),
    }
    desk.crawl(site)
    assert desk.kept() == [site.url("/fine")]


def test_a_source_that_gives_no_feed_says_why(site: Site, desk: Desk) -> None:
    site.answers["/feed"] = (200, {}, b"<html>welcome</html>")
    (outcome,) = desk.crawl(site).outcomes
    assert not outcome.polled
    assert "not a feed" in outcome.error


@pytest.mark.parametrize(
    "place", ["before_request:1", "mid_warc:2", "before_fsync:1", "before_commit:1", "after_commit:1"]
)
def test_a_kill_anywhere_loses_nothing_and_doubles_nothing(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    links = [f"/p{i}" for i in range(20)]
    site.feed(*links)
    site.answers |= {link: page(link) for link in links}
    monkeypatch.setenv("WIREWATCH_FAIL_AT", f"collect.{place}:kill")
    with pytest.raises(FetchError, match="left no stats"):
        desk.crawl(site)
    monkeypatch.delenv("WIREWATCH_FAIL_AT")
    desk.crawl(site)
    assert desk.kept() == sorted(site.url(link) for link in links)


def test_an_error_of_our_own_fails_the_step_though_the_crawler_exits_cleanly(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.feed("/a")
    site.answers["/a"] = page("one")
    monkeypatch.setenv("WIREWATCH_FAIL_AT", "collect.mid_warc:1:raise")
    with pytest.raises(FetchError, match="1 exceptions"):
        desk.crawl(site)


def test_a_probe_shows_what_a_source_gives_under_the_same_policy(site: Site, desk: Desk) -> None:
    site.feed("/a")
    site.answers["/a"] = page("one")
    shown = probe(desk.source, allow=[("127.0.0.1", site.port)], user_agent="w", limits=LIMITS)
    assert (shown.kind, shown.items, shown.page is not None) == ("rss20", 1, True)
    with pytest.raises(FetchError, match="address policy"):
        probe(desk.source, allow=[], user_agent="w", limits=LIMITS)
