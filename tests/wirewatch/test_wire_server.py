"""The bundled wire's sites: what they answer, and what is odd about them on purpose."""

from __future__ import annotations

import json
import re
import socket
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest

from models.errors import WirewatchError
from models.records import Source
from wirewatch.wire import library, server
from wirewatch.wire.server import Wire, serve

OUTLETS = {outlet.id: outlet for outlet in library.outlets()}


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with serve() as running:
        yield running


@cache
def listing(url: str) -> bytes:
    """What a site lists, asked for once: one of them is slow."""
    return httpx.get(url).content


def links_of(source: Source) -> list[str]:
    if source.kind == "json":
        return [item["url"] for item in json.loads(listing(source.url))["items"]]
    if source.kind == "sitemap":
        days = [url for url in locations(source.url) if re.search(r"sitemap-\d{4}-", url)]
        return [link for day in days for link in locations(day)]
    return [entry.link for entry in feedparser.parse(listing(source.url)).entries]


def locations(url: str) -> list[str]:
    """What a sitemap or an index of sitemaps names."""
    return re.findall(r"<loc>([^<]+)</loc>", listing(url).decode())


def answering(wire: Wire) -> list[Source]:
    """The sources of the sites that are not down in the end."""
    return [source for source in wire.sources if not OUTLETS[source.id].fails(None)]


def source_of(wire: Wire, name: str) -> Source:
    return next(source for source in wire.sources if source.id == name)


def test_every_outlet_is_a_verified_source_on_a_port_of_its_own(wire: Wire) -> None:
    assert [source.id for source in wire.sources] == list(OUTLETS)
    assert all(source.verified for source in wire.sources)
    assert len({urlsplit(source.url).port for source in wire.sources}) == len(OUTLETS)
    assert set(wire.allow.split(",")) == {urlsplit(source.url).netloc for source in wire.sources}


def test_every_xml_feed_is_well_formed_and_says_what_it_is(wire: Wire) -> None:
    versions = {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}
    for source in answering(wire):
        if source.kind in versions:
            parsed = feedparser.parse(listing(source.url))
            assert not parsed.bozo, source.id
            assert parsed.version == versions[source.kind]


def test_feeds_list_every_story_once_and_the_newest_first(wire: Wire) -> None:
    listed = [link for source in answering(wire) for link in links_of(source)]
    published = [story for story in library.stories() if not OUTLETS[story.outlet].fails(None)]
    assert len(listed) == len(set(listed)) == len(published) + 1  # and one that is gone
    entries = feedparser.parse(httpx.get(source_of(wire, "meridian-wire").url).content).entries
    times = [entry.published for entry in entries]
    assert times == sorted(times, reverse=True)


def test_rss_items_have_identifiers_of_their_own(wire: Wire) -> None:
    for source in answering(wire):
        if source.kind == "rss":
            ids = [entry.id for entry in feedparser.parse(listing(source.url)).entries]
            assert len(ids) == len(set(ids))


def test_every_listed_page_answers_but_two_that_are_no_more(wire: Wire) -> None:
    statuses = {link: httpx.get(link).status_code for source in answering(wire) for link in links_of(source)}
    told = {urlsplit(link).path: status for link, status in statuses.items() if status != 200}
    assert told == {"/gone/withdrawn-item": 404, "/dunya/takas-iddiasi": 410}


STANDING = [
    story
    for story in library.stories()
    if not (story.wall or story.is_removed(None) or OUTLETS[story.outlet].fails(None))
]


@pytest.mark.parametrize("story", STANDING, ids=lambda story: story.key)
def test_a_page_holds_its_title_and_every_paragraph_in_its_charset(wire: Wire, story: library.WireStory) -> None:
    answer = httpx.get(wire.url_of(story.key))
    charset = OUTLETS[story.outlet].charset
    assert answer.headers["content-type"] == f"text/html; charset={charset}"
    shown = re.sub(
        r"&(#x27|quot|amp);", lambda m: {"#x27": "'", "quot": '"', "amp": "&"}[m[1]], answer.content.decode(charset)
    )
    assert story.title in shown
    assert all(paragraph.removeprefix("## ") in shown for paragraph in story.paragraphs)


def test_an_armenian_or_turkish_name_survives_a_russian_charset(wire: Wire) -> None:
    raw = httpx.get(wire.url_of("kontur-kavkaza/obmen-sostoyalsya")).content
    assert "Обмен состоялся".encode("windows-1251") in raw
    assert "Обмен состоялся".encode() not in raw


def test_a_consent_wall_shows_no_story(wire: Wire) -> None:
    text = httpx.get(wire.url_of("bogaz-gundemi/cerez-duvari")).text
    assert 'id="consent"' in text
    assert "vapur" not in text


def test_an_amp_page_names_the_full_page_as_canonical(wire: Wire) -> None:
    link = next(link for link in links_of(source_of(wire, "bogaz-gundemi")) if "esir" in link)
    assert "/amp/" in link
    assert f'<link rel="canonical" href="{link.replace("/amp/", "/")}">' in httpx.get(link).text


def test_links_with_tracking_lead_to_the_page(wire: Wire) -> None:
    link = links_of(source_of(wire, "northgate-post"))[0]
    assert "utm_source=rss" in link
    assert "utm_source" not in re.findall(r'rel="canonical" href="([^"]+)"', httpx.get(link).text)[0]


def test_a_syndicator_names_the_origin_in_front_of_the_text(wire: Wire) -> None:
    text = httpx.get(wire.url_of("globe-relay/two-soldiers-to-come-home")).text
    assert "<p>(GlobeRelay- Caspian Ledger) Two Azerbaijani soldiers" in text


def test_json_ld_is_json_and_tells_the_time_with_its_zone(wire: Wire) -> None:
    text = httpx.get(wire.url_of("meridian-wire/captives-cross-border")).text
    held = json.loads(re.findall(r"ld\+json\">(.*?)</script>", text)[0])
    assert datetime.fromisoformat(held["datePublished"]) == datetime(2023, 12, 13, 13, 25, tzinfo=UTC)


def test_robots_forbid_the_archive_of_one_site_only(wire: Wire) -> None:
    said = {s.id: httpx.get(f"http://{wire.hosts[s.id]}/robots.txt").text for s in answering(wire)}
    assert [name for name, text in said.items() if "Disallow: /" in text] == ["harbour-times"]
    assert "/archive/" in wire.url_of("harbour-times/from-the-archive")


def test_an_unchanged_feed_is_not_sent_again(wire: Wire) -> None:
    first = httpx.get(wire.sources[0].url)
    again = httpx.get(wire.sources[0].url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(wire.sources[0].url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_requests_are_kept_with_status_and_agent(wire: Wire) -> None:
    httpx.get(f"http://{wire.hosts['xezri']}/no-such-page", headers={"User-Agent": "probe/1"})
    assert wire.requests[-1] == server.Request(outlet="xezri", path="/no-such-page", status=404, agent="probe/1")


def test_the_wire_of_an_earlier_moment_lacks_what_came_later() -> None:
    with serve(until=datetime(2023, 12, 7, 17, 15, tzinfo=UTC)) as early:
        assert len(links_of(source_of(early, "kontur-kavkaza"))) == 1
        assert links_of(source_of(early, "bogaz-gundemi")) == []
        assert httpx.get(early.url_of("kontur-kavkaza/ispravlenie-32-a-ne-30")).status_code == 404


def test_a_slow_site_sends_its_listing_whole(wire: Wire) -> None:
    slow = next(outlet for outlet in library.outlets() if outlet.slow_s)
    answer = httpx.get(source_of(wire, slow.id).url)
    assert len(answer.content) == int(answer.headers["content-length"])
    assert feedparser.parse(answer.content).entries


def test_a_site_that_is_down_hangs_up_while_the_others_answer(wire: Wire) -> None:
    (down,) = (source for source in wire.sources if source not in answering(wire))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(down.url)
    assert wire.requests[-1].status == 0
    assert httpx.get(wire.sources[0].url).status_code == 200


def test_an_outlet_shows_old_stories_in_its_old_layout_and_new_ones_in_its_new(wire: Wire) -> None:
    old = httpx.get(wire.url_of("northgate-post/museum-returns-bronzes")).text
    new = httpx.get(wire.url_of("northgate-post/velmora-tarsenia-swap-stalls")).text
    assert "WordPress" in old
    assert "text-block" not in old
    assert "WordPress" not in new
    assert "text-block" in new


def test_given_ports_follow_each_other_and_addresses_stay(port_row: int) -> None:
    with serve(first_port=port_row) as one:
        told = one.url_of("xezri/norholmda-amnistiya")
        assert list(one.hosts.values()) == [f"127.0.0.1:{port_row + place}" for place in range(len(OUTLETS))]
    with serve(first_port=port_row) as two:
        assert two.url_of("xezri/norholmda-amnistiya") == told


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(WirewatchError, match=f"127.0.0.1:{port}: another program listens there"),
            serve(first_port=port),
        ):
            pass


def test_nothing_of_the_wire_names_a_site_of_the_outside_world() -> None:
    folder = Path(library.__file__).parent
    known = {"schema.org", "www.w3.org", "purl.org", "jsonfeed.org", "www.sitemaps.org", "www.google.com"}
    texts = [
        path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".html", ".toml", ".md"}
    ]
    hosts = {host for text in texts for host in re.findall(r"https?://([^/\s\"'<>)]+)", text)}
    assert {host for host in hosts if not host.startswith("{")} <= known


def test_the_outlets_file_has_no_unknown_key() -> None:
    folder = Path(library.__file__).parent
    held = tomllib.loads((folder / "outlets.toml").read_text(encoding="utf-8"))
    assert len(held["outlet"]) == len(OUTLETS)
