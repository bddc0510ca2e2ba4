"""The bundled wire as it stood at a moment: fixed, or read from a file while it runs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest

from models.errors import ConfigError
from wirewatch.wire import library
from wirewatch.wire.moment import clock_of, set_moment
from wirewatch.wire.server import Wire, serve

pytestmark = pytest.mark.slow

DAYS = tomllib.loads((Path(library.__file__).parent / "expected.toml").read_text(encoding="utf-8"))["day"]
ENGINEERS = "meridian-wire/front-frees-engineers"
RUMOUR = "ada-postasi/takas-iddiasi"


@dataclass(frozen=True)
class Moving:
    """A wire whose moment the test sets."""

    wire: Wire
    file: Path

    def go_to(self, day: int, hour: int = 23) -> None:
        """Let it be a late minute of an hour of that day of December."""
        set_moment(self.file, datetime(2023, 12, day, hour, 59, tzinfo=UTC))

    def get(self, key: str) -> httpx.Response:
        """The page of a story."""
        return httpx.get(self.wire.url_of(key))

    def feed(self, name: str) -> httpx.Response:
        """The listing of a site."""
        return httpx.get(next(source.url for source in self.wire.sources if source.id == name))


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moving]:
    file = tmp_path_factory.mktemp("wire") / "moment"
    set_moment(file, datetime(2023, 12, 7, tzinfo=UTC))
    with serve(until=file) as wire:
        yield Moving(wire=wire, file=file)


def test_before_the_first_story_every_listing_is_empty_and_well_formed(moving: Moving) -> None:
    set_moment(moving.file, datetime(2023, 12, 6, tzinfo=UTC))
    for source in moving.wire.sources:
        if source.kind != "json":
            parsed = feedparser.parse(httpx.get(source.url).content)
            assert not parsed.bozo
            assert not parsed.entries


def test_a_day_that_goes_by_brings_its_stories_and_no_later_ones(moving: Moving) -> None:
    listed = []
    for day in (10, 11, 12, 13):
        moving.go_to(day)
        listed.append({entry.link for entry in feedparser.parse(moving.feed("meridian-wire").content).entries})
    assert listed[0] < listed[1] < listed[2] < listed[3]
    moving.go_to(12)
    assert moving.get("meridian-wire/captives-cross-border").status_code == 404


@pytest.mark.parametrize("day", DAYS[-3:], ids=lambda day: str(day["date"]))
def test_each_evening_serves_what_is_expected_of_it(moving: Moving, day: dict[str, Any]) -> None:
    moving.go_to(DAYS.index(day) + 7)
    of_day = [s for s in library.stories() if s.at.date() == day["date"] and not s.wall]
    down = day.get("down", [])
    served = [s for s in of_day if s.outlet not in down and moving.get(s.key).status_code == 200]
    assert len(served) == day["new_stories"]


def test_the_same_address_shows_the_edition_of_the_moment(moving: Moving) -> None:
    moving.go_to(12)
    before, tag = moving.get(ENGINEERS).text, moving.get(ENGINEERS).headers["etag"]
    moving.go_to(13)
    after = moving.get(ENGINEERS)
    assert "nine Halvian engineers" in before
    assert "eight Halvian engineers" not in before
    assert "eight Halvian engineers" in after.text
    assert after.headers["etag"] != tag
    assert 'article:modified_time" content="2023-12-13T07:45:00+00:00"' in after.text
    assert 'article:published_time" content="2023-12-12T15:20:00+00:00"' in after.text


def test_a_feed_dates_a_changed_story_by_its_first_edition_and_by_its_last(moving: Moving) -> None:
    moving.go_to(13)
    entries = feedparser.parse(moving.feed("meridian-wire").content).entries
    (entry,) = (entry for entry in entries if "engineers" in entry.title)
    assert (entry.published, entry.updated) == ("2023-12-12T15:20:00Z", "2023-12-13T07:45:00Z")


def test_a_removed_page_was_there_and_is_gone_while_the_feed_still_lists_it(moving: Moving) -> None:
    moving.go_to(11)
    assert moving.get(RUMOUR).status_code == 200
    moving.go_to(12)
    assert moving.get(RUMOUR).status_code == 410
    assert "takas-iddiasi" in moving.feed("ada-postasi").text


def test_an_item_that_is_gone_is_not_listed_before_it_was_published(moving: Moving) -> None:
    moving.go_to(11)
    assert "withdrawn-item" not in moving.feed("globe-relay").text
    moving.go_to(12)
    assert "withdrawn-item" in moving.feed("globe-relay").text


def test_a_site_answers_then_fails_then_hangs_up(moving: Moving) -> None:
    moving.go_to(11)
    assert moving.get("ostrel-dispatch/bank-siege-ends").status_code == 200
    moving.go_to(12)
    assert moving.feed("ostrel-dispatch").status_code == 500
    assert httpx.get(f"http://{moving.wire.hosts['ostrel-dispatch']}/robots.txt").status_code == 200
    moving.go_to(13)
    with pytest.raises(httpx.RemoteProtocolError):
        moving.feed("ostrel-dispatch")


def test_a_file_that_holds_no_moment_is_told_to_whoever_asks_and_mended_by_a_good_one(moving: Moving) -> None:
    moving.file.write_text("yesterday\n", encoding="utf-8")
    answer = moving.feed("meridian-wire")
    assert answer.status_code == 500
    assert "holds no moment" in answer.text
    moving.go_to(13)
    assert moving.feed("meridian-wire").status_code == 200


@pytest.mark.parametrize(
    ("text", "problem"), [("", "no moment"), ("soon", "no moment"), ("2023-12-11T18:00:00", "no zone")]
)
def test_a_wire_does_not_start_with_a_file_that_holds_no_moment(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "moment"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem), serve(until=file):
        pass


def test_a_wire_does_not_start_without_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"), serve(until=tmp_path / "moment"):
        pass


def test_a_moment_is_read_back_in_utc_and_leaves_no_other_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "moment"
    set_moment(file, datetime(2023, 12, 11, 22, 0, tzinfo=timezone(timedelta(hours=4))))
    assert clock_of(file)() == datetime(2023, 12, 11, 18, 0, tzinfo=UTC)
    assert list(file.parent.iterdir()) == [file]
