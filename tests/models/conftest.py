"""A fresh warehouse on each engine for each test, and pages and stories to put into it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from models import captures, sources, stories
from models.migrate import upgrade
from models.records import Instant, Page, Precision, Source, Story, WarcPlace
from models.tables import capture, story_version, syndication_member
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("template") / "warehouse.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file_url(sqlite: Path, tmp_path: Path) -> str:
    """A migrated SQLite warehouse without rows."""
    shutil.copy(sqlite, tmp_path / "warehouse.db")
    return f"sqlite:///{tmp_path / 'warehouse.db'}"


@pytest.fixture(params=["file_url", pytest.param("server_url", marks=pytest.mark.needs("postgres"))])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated warehouse without rows, on one of the engines."""
    made: str = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def warehouse(url: str) -> Iterator[Warehouse]:
    opened = Warehouse.open(url)
    yield opened
    opened.close()


@pytest.fixture
def make_source(warehouse: Warehouse) -> Callable[..., Source]:
    """Declare a source; by default one of an outlet of its own."""

    def make(name: str, *, owner: str | None = None, side: str | None = None, role: str = "outlet") -> Source:
        declared = Source(
            id=name, outlet=name.replace("-", " ").title(), kind="rss", url=f"https://{name}.example/feed",
            language="en", country="GB", owner=owner or name, role=role, side=side, verified=True,
        )  # fmt: skip
        sources.sync(warehouse, [declared])
        return declared

    return make


@pytest.fixture
def source(make_source: Callable[..., Source]) -> Source:
    return make_source("north-post")


@pytest.fixture
def make_page(source: Source) -> Callable[..., Page]:
    def make(url: str, body: bytes, source_id: str = source.id) -> Page:
        place = WarcPlace(file="a.warc.gz", offset=0, length=len(body) or 1, sha256=hashlib.sha256(body).hexdigest())
        return Page(
            url=url, final_url=url, source_id=source_id, fetched_at=AT, status=200, content_type="text/plain",
            body=body, place=place,
        )  # fmt: skip

    return make


@pytest.fixture
def make_story(source: Source) -> Callable[..., Story]:
    def make(url: str, text: str, source_id: str = source.id, *, published: datetime = AT) -> Story:
        return Story(
            url=url, canonical_url=url, source_id=source_id, title="A title", text=text, language="en",
            language_score=0.9, published=Instant(at=published, precision=Precision.MINUTE, rule="test"),
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip

    return make


@pytest.fixture
def add_version(
    warehouse: Warehouse, make_page: Callable[..., Page], make_story: Callable[..., Story]
) -> Callable[..., int]:
    """Store a capture and its story, the text in a cluster of its own unless told; gives the version's row id."""

    def add(url: str, text: str, source_id: str = "north-post", *, copy_of: int | None = None, hours: int = 0) -> int:
        captures.add(warehouse, [make_page(url, text.encode(), source_id)])
        with warehouse.write() as connection:
            capture_id = connection.execute(capture.select().order_by(capture.c.id.desc())).scalars().first()
            published = AT + timedelta(hours=hours)
            told = make_story(url, text, source_id, published=published)
            stories.save(connection, capture_id, told, seen_at=published)
            version = connection.execute(story_version.select().order_by(story_version.c.id.desc())).scalars().first()
            assert version is not None
            stories.save_clusters(connection, _clusters(connection, version, copy_of))
        return int(version)

    return add


def _clusters(connection: Connection, version: int, copy_of: int | None) -> list[list[stories.Member]]:
    stored: dict[int, list[stories.Member]] = {}
    for row in connection.execute(syndication_member.select().order_by(syndication_member.c.version_id)):
        member = stories.Member(version_id=row.version_id, role=row.role, similarity=row.similarity)
        stored.setdefault(row.cluster_id, []).append(member)
    clusters = list(stored.values())
    if copy_of is None:
        return [*clusters, [stories.Member(version_id=version, role="origin", similarity=1.0)]]
    home = next(c for c in clusters if any(m.version_id == copy_of for m in c))
    home.append(stories.Member(version_id=version, role="carrier", similarity=0.9))
    return clusters
