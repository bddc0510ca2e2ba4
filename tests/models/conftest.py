"""A fresh warehouse for each test, and stories to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models import captures, sources, stories
from models.migrate import upgrade
from models.records import Instant, Page, Precision, Source, Story, WarcPlace
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    upgrade(url)
    opened = Warehouse.open(url)
    yield opened
    opened.close()


@pytest.fixture
def source(warehouse: Warehouse) -> Source:
    declared = Source(
        id="north-post", outlet="North Post", kind="rss", url="https://north.example/feed", language="en",
        country="GB", owner="North", role="outlet", verified=True,
    )  # fmt: skip
    sources.sync(warehouse, [declared])
    return declared


@pytest.fixture
def make_page(source: Source) -> Callable[[str, bytes], Page]:
    def make(url: str, body: bytes) -> Page:
        place = WarcPlace(file="a.warc.gz", offset=0, length=len(body), sha256=hashlib.sha256(body).hexdigest())
        return Page(
            url=url, final_url=url, source_id=source.id, fetched_at=AT, status=200, content_type="text/plain",
            body=body, place=place,
        )  # fmt: skip

    return make


@pytest.fixture
def make_story(source: Source) -> Callable[[str, str], Story]:
    def make(url: str, text: str) -> Story:
        return Story(
            url=url, canonical_url=url, source_id=source.id, title="A title", text=text, language="en",
            language_score=0.9, published=Instant(at=AT, precision=Precision.MINUTE, rule="test"),
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip

    return make


@pytest.fixture
def add_version(
    warehouse: Warehouse, make_page: Callable[[str, bytes], Page], make_story: Callable[[str, str], Story]
) -> Callable[[str, str], int]:
    """Store a capture and its story; gives the version's row id."""

    def add(url: str, text: str) -> int:
        captures.add(warehouse, [make_page(url, text.encode())])
        with warehouse.write() as connection:
            capture_id = connection.exec_driver_sql("SELECT max(id) FROM capture").scalar_one()
            stories.save(connection, capture_id, make_story(url, text), seen_at=AT)
            version = int(connection.exec_driver_sql("SELECT max(id) FROM story_version").scalar_one())
            stories.save_clusters(
                connection,
                [[stories.Member(version_id=v, role="origin", similarity=1.0)] for v in range(1, version + 1)],
            )
        return version

    return add
