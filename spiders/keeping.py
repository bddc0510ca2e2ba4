"""Pages are kept: their bytes in the archive first, then the index of them, a group at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from scrapy.http import Response

from models.errors import FetchError
from models.failpoints import fail_point
from models.records import Page
from spiders.archive import ArchiveWriter, Exchanged, placed
from spiders.middlewares import RAW_HEADERS, header, header_pairs
from spiders.recorder import Recorder

_GROUP: Final = 16  # pages made safe by one fsync and one commit
_MOVED_BY_DECODING: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class Keeper:
    """Keeps the pages of one crawl; those of the last group are safe only after `make_safe`."""

    def __init__(self, folder: Path, recorder: Recorder) -> None:
        """`folder` is the archive, `recorder` the index of it."""
        self._writer = ArchiveWriter(folder, at=datetime.now(UTC))
        self._recorder = recorder
        self._unsafe: list[Page] = []

    def keep(self, response: Response, *, source_id: str, listed: str) -> None:
        """Write a page's bytes; make its group safe when that is full.

        Args:
            response: the page.
            source_id: through which source it came.
            listed: its address as listed; what was asked for is a tidied spelling of it.
        """
        at = datetime.now(UTC)
        place = self._writer.append_exchange(_exchanged(response, at))
        page = Page(
            url=listed,
            final_url=response.url,
            source_id=source_id,
            fetched_at=at,
            status=response.status,
            content_type=header(response, "Content-Type"),
            body=response.body,
        )
        self._unsafe.append(placed(page, place))
        if len(self._unsafe) >= _GROUP:
            self.make_safe()

    def make_safe(self) -> None:
        """Sync the archive, then commit the index of what it holds: never the other way round."""
        if not self._unsafe:
            return
        self._writer.sync()
        fail_point("collect.before_commit")
        self._recorder.captured(tuple(self._unsafe))
        fail_point("collect.after_commit")
        self._unsafe.clear()

    def close(self) -> None:
        """Make the rest safe, and end the file."""
        self.make_safe()
        self._writer.close()


def _exchanged(response: Response, at: datetime) -> Exchanged:
    request = response.request
    if request is None:
        raise FetchError(response.url, "came without a request", hint="")
    path = response.url.split("/", 3)[3] if response.url.count("/") > 2 else ""  # noqa: PLR2004 - scheme://host/path
    raw = request.meta.get(RAW_HEADERS) or header_pairs(response.headers)
    return Exchanged(
        url=response.url,
        at=at,
        request_line=f"{request.method} /{path} HTTP/1.1",
        request_headers=header_pairs(request.headers),
        status_line=f"{response.status} {HTTPStatus(response.status).phrase}",
        response_headers=[_as_stored(name, value) for name, value in raw],
        body=response.body,
    )


def _as_stored(name: str, value: str) -> tuple[str, str]:
    """The body is stored decoded, so headers that speak of its coding step aside (the usual archive prefix)."""
    return (f"X-Archive-Orig-{name}", value) if name.lower() in _MOVED_BY_DECODING else (name, value)
