"""The Atom feed: valid, one entry for each thread, the same id for ever; as text, and kept as a file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from alerting.atom import ATOM, atom_feed, read_feed
from alerting.atom_file import AtomChannel
from alerting.channels import open_channel
from alerting.decide import decide
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery, ExchangeState, Phase, Rule, Severity, ThreadNews, Told

PAGES = "http://127.0.0.1:8080"
NEWS = ThreadNews(
    thread_key="exchange:nr-sr-2024-05-02a", title="[urgent] A <title> & more", body="line\n  “words” <b>\nkey k",
    severity=Severity.URGENT, parties=("NR", "SR"), url=f"{PAGES}/exchanges/nr-sr-2024-05-02a",
    opened_at=datetime.fromisoformat("2024-05-02T10:00:00Z"), updated_at=datetime.fromisoformat("2024-05-02T12:00:00Z"),
)  # fmt: skip


def parsed(feed: bytes) -> etree._Element:
    return etree.fromstring(feed)


def texts(feed: etree._Element, path: str) -> list[str]:
    return [str(one) for one in feed.xpath(path, namespaces={"a": ATOM})]


def assert_valid(feed: bytes) -> etree._Element:
    """What RFC 4287 asks of a feed and its entries."""
    root = parsed(feed)
    assert root.tag == f"{{{ATOM}}}feed"
    for parent in (root, *root.findall(f"{{{ATOM}}}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{{{ATOM}}}{name}")) == 1, name
            assert (parent.findtext(f"{{{ATOM}}}{name}") or "").strip()
        assert datetime.fromisoformat(str(parent.findtext(f"{{{ATOM}}}updated"))).tzinfo
        assert parent.findall(f"{{{ATOM}}}link[@rel='alternate']")
    assert root.findall(f"{{{ATOM}}}author/{{{ATOM}}}name")
    ids = texts(root, "a:entry/a:id/text()")
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("tag:") for one in (*ids, *texts(root, "a:id/text()")))
    return root


def test_a_feed_is_valid_and_says_all_of_a_thread(now: datetime) -> None:
    root = assert_valid(atom_feed([NEWS], pages=PAGES, now=now))
    assert texts(root, "a:entry/a:id/text()") == ["tag:wirewatch.org,2023:exchange:nr-sr-2024-05-02a"]
    assert texts(root, "a:entry/a:title/text()") == [NEWS.title]
    assert texts(root, "a:entry/a:content[@type='text']/text()") == [NEWS.body]
    assert texts(root, "a:entry/a:category/@term") == ["urgent", "NR", "SR"]
    assert texts(root, "a:entry/a:link/@href") == [NEWS.url]
    assert texts(root, "a:entry/a:published/text()") == ["2024-05-02T10:00:00Z"]
    assert texts(root, "a:updated/text()") == texts(root, "a:entry/a:updated/text()") == ["2024-05-02T12:00:00Z"]
    assert texts(root, "a:link[@rel='self']/@href") == [f"{PAGES}/alerts.atom"]


def test_an_empty_feed_is_valid_too(now: datetime) -> None:
    root = assert_valid(atom_feed([], pages=PAGES, now=now))
    assert texts(root, "a:updated/text()") == ["2024-05-02T12:00:00Z"]


@given(title=st.text(), body=st.text(), party=st.text(min_size=1))
def test_no_words_break_the_feed(title: str, body: str, party: str) -> None:
    now = NEWS.updated_at
    news = replace(NEWS, title=title, body=body, parties=(party,))
    feed = atom_feed([news], pages=PAGES, now=now)
    assert len(parsed(feed).findall(f"{{{ATOM}}}entry")) == 1
    (again,) = read_feed(feed)
    assert atom_feed([again], pages=PAGES, now=now) == feed


# ---------------------------------------------------------------- kept as a file


@pytest.fixture
def deliveries(state: ExchangeState, rule: Rule, now: datetime) -> tuple[Delivery, Delivery]:
    """The first report of an exchange and, an hour later, its denial."""
    ((first, told),) = decide(state, Told(), rule, now=now, base_url=PAGES)
    denied = replace(state, phase=Phase.DENIED)
    ((second, _),) = decide(denied, told, rule, now=now + timedelta(hours=1), base_url=PAGES)
    made = [
        Delivery(key=f"{a.event_key}:f", channel="f", title=a.title, body=a.body, payload=a.payload, attempt=1)
        for a in (first, second)
    ]
    return made[0], made[1]


@pytest.fixture
def channel(tmp_path: Path) -> AtomChannel:
    return AtomChannel(path=tmp_path / "new" / "alerts.atom", pages=PAGES)


def test_an_event_of_a_thread_updates_its_entry_in_place(
    channel: AtomChannel, deliveries: tuple[Delivery, Delivery], now: datetime
) -> None:
    for delivery in deliveries:
        assert channel.send(delivery, now=now).response == "1 threads in the feed"
    assert_valid(channel.path.read_bytes())
    (entry,) = read_feed(channel.path.read_bytes())
    assert entry.title.startswith("[notice] ↻ Now denied")
    assert entry.parties == ("NR", "SR")
    assert (entry.opened_at, entry.updated_at) == (now, now + timedelta(hours=1))


def test_a_delivery_that_comes_again_or_late_takes_nothing_back(
    channel: AtomChannel, deliveries: tuple[Delivery, Delivery], now: datetime
) -> None:
    first, second = deliveries
    channel.send(second, now=now)
    after = channel.path.read_bytes()
    assert channel.send(second, now=now).response == "stood there already"
    assert channel.path.read_bytes() == after
    channel.send(first, now=now)
    (entry,) = read_feed(channel.path.read_bytes())
    assert (entry.body, entry.event_keys) == (second.body, (second.key, first.key))
    assert entry.opened_at == now


def test_a_crash_while_writing_leaves_the_old_feed_whole(
    channel: AtomChannel, deliveries: tuple[Delivery, Delivery], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.send(deliveries[0], now=now)
    before = channel.path.read_bytes()

    def torn(*_: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", torn)
        with pytest.raises(DeliveryError, match="No space left") as error:
            channel.send(deliveries[1], now=now)
    assert error.value.final is False
    assert channel.path.read_bytes() == before
    channel.send(deliveries[1], now=now)
    assert len(read_feed(channel.path.read_bytes())) == 1


@pytest.mark.parametrize("held", [b"", b"notes of mine\n", b"<feed/>", b"<?xml version='1.0'?><a><b></a>"])
def test_a_file_that_is_no_feed_of_ours_is_left_alone(
    channel: AtomChannel, deliveries: tuple[Delivery, Delivery], now: datetime, held: bytes
) -> None:
    channel.path.parent.mkdir()
    channel.path.write_bytes(held)
    with pytest.raises(DeliveryError, match="no feed of ours") as error:
        channel.send(deliveries[0], now=now)
    assert error.value.final is True
    assert channel.path.read_bytes() == held


def test_a_feed_keeps_the_hundred_latest_threads(
    channel: AtomChannel, deliveries: tuple[Delivery, Delivery], now: datetime
) -> None:
    for number in range(102):
        at = (now + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        payload = {**json.loads(deliveries[0].payload), "thread": f"exchange:x-{number}", "decided_at": at}
        channel.send(replace(deliveries[0], key=f"k{number}", payload=json.dumps(payload)), now=now)
    kept = [one.thread_key for one in read_feed(channel.path.read_bytes())]
    assert (len(kept), kept[0], kept[-1]) == (100, "exchange:x-101", "exchange:x-2")


def test_the_channel_is_opened_by_its_kind(tmp_path: Path) -> None:
    config = ChannelConfig(name="f", kind="atom", path=str(tmp_path / "a.atom"))
    assert open_channel(config, pages=PAGES) == AtomChannel(path=tmp_path / "a.atom", pages=PAGES)
    with pytest.raises(DeliveryError, match="no whole channel"):
        open_channel(replace(config, path=""))
