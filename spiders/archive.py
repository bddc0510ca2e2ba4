"""The archive: every byte that came, in WARC 1.1 files that any tool of the field can read.

A file belongs to one process; each record is one gzip member, so that an index of (file, offset, length) opens it
without reading the rest. Bytes are flushed and fsynced before anything is indexed, and a torn tail is cut back to the
last indexed byte.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from models.errors import FetchError
from models.failpoints import fail_point
from models.records import Page, WarcPlace

Headers = Sequence[tuple[str, str]]
_VERSION: Final = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One HTTP exchange as it happened."""

    url: str
    at: datetime
    request_line: str  # "GET /path HTTP/1.1"
    request_headers: Headers
    status_line: str  # "200 OK"
    response_headers: Headers
    body: bytes  # as decoded: what cleaning reads


class _Sha256Writer(WARCWriter):  # type: ignore[misc] # warcio ships no types
    """A writer whose digests are SHA-256; warcio's own are SHA-1 in gzipped records, whatever was given."""

    def _create_digester(self) -> Digester:
        return Digester("sha256")


class ArchiveWriter:
    """Appends records to a file of its own; nothing is safe before `sync`."""

    def __init__(self, folder: Path, *, at: datetime) -> None:
        """Start a new file, named after the time and a random part, so that no two processes share one."""
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"wirewatch-{at:%Y%m%d%H%M%S}-{uuid.uuid4().hex[:8]}.warc.gz"
        self._file = (folder / self.name).open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # while it is held, recovery leaves the file alone
        self._writer = _Sha256Writer(self._file, gzip=True, warc_version=_VERSION)
        _sync_folder(folder)

    def __enter__(self) -> Self:
        """Use as a context: closes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Flush and close."""
        self.close()

    def append_exchange(self, exchanged: Exchanged) -> WarcPlace:
        """Write response and request; gives the response's place."""
        response = self._response(exchanged)
        place = self._append(response, exchanged.body)
        request = self._writer.create_warc_record(
            exchanged.url,
            "request",
            payload=BytesIO(b""),
            http_headers=StatusAndHeaders(
                exchanged.request_line, list(exchanged.request_headers), is_http_request=True
            ),
            warc_headers_dict={
                "WARC-Date": _stamp(exchanged.at),
                "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
            },
        )
        self._write(request)
        return place

    def append_resource(self, url: str, body: bytes, *, content_type: str, at: datetime) -> WarcPlace:
        """Write a plain file."""
        record = self._writer.create_warc_record(
            url,
            "resource",
            payload=BytesIO(body),
            warc_content_type=content_type,
            warc_headers_dict={"WARC-Date": _stamp(at)},
        )
        return self._append(record, body)

    def _response(self, exchanged: Exchanged) -> Any:
        headers = [*exchanged.response_headers]
        return self._writer.create_warc_record(
            exchanged.url,
            "response",
            payload=BytesIO(exchanged.body),
            http_headers=StatusAndHeaders(exchanged.status_line, headers, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": _stamp(exchanged.at)},
        )

    def _append(self, record: Any, body: bytes) -> WarcPlace:
        offset = self._file.tell()
        self._write(record)
        fail_point("collect.mid_warc")
        length = self._file.tell() - offset
        return WarcPlace(file=self.name, offset=offset, length=length, sha256=_digest(body))

    def _write(self, record: Any) -> None:
        self._writer.write_record(record)
        record.raw_stream.close()  # the writer's copy for digests: it would wait for the garbage collector

    def sync(self) -> None:
        """Make everything appended so far survive a crash."""
        fail_point("collect.before_fsync")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Sync and close."""
        if not self._file.closed:
            self.sync()
            self._file.close()


def read(folder: Path, place: WarcPlace) -> bytes:
    """The payload at a place.

    Raises:
        FetchError: the file is missing or torn there, or the bytes are not the indexed ones.
    """
    try:
        body = _member(folder / place.file, place.offset, place.length)
    except Exception as error:
        raise FetchError(
            _shown(place), f"cannot be read: {error}", hint="`wirewatch verify` lists every loss"
        ) from error
    if _digest(body) != place.sha256:
        raise FetchError(_shown(place), "is not what was captured", hint="`wirewatch verify` lists every loss")
    return body


def _member(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        member = file.read(length)
    if len(member) < length:
        raise EOFError(f"{length - len(member)} bytes are missing")
    for record in ArchiveIterator(BytesIO(member)):
        body: bytes = record.content_stream().read()
        return body
    raise ValueError("holds no record")


def recover(folder: Path, last_indexed_byte: Callable[[str], int]) -> int:
    """Cut every file that no process writes back to its last indexed byte; gives how many bytes went.

    What goes was never indexed: its address is fetched, or its file ingested, again.
    """
    return sum(_cut_back(path, last_indexed_byte) for path in sorted(folder.glob("*.warc.gz")))


def _cut_back(path: Path, last_indexed_byte: Callable[[str], int]) -> int:
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        # asked under the lock: a writer that ended in between would have indexed more than an earlier answer knows
        end = last_indexed_byte(path.name)
        spare = os.fstat(file.fileno()).st_size - end
        if spare <= 0:
            return 0
        file.truncate(end)
        os.fsync(file.fileno())
    return spare


def pages_of(path: Path, *, source_id: str) -> Iterator[Page]:
    """The pages of a WARC file made by any tool: its responses and resources, in order.

    Raises:
        FetchError: the file is no WARC file.
    """
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                page = _page(record, source_id)
                if page:
                    yield page
    except Exception as error:
        raise FetchError(str(path), f"cannot be read as WARC: {error}", hint="is it one?") from error


def _page(record: Any, source_id: str) -> Page | None:
    if record.rec_type not in ("response", "resource"):
        return None
    headers = record.http_headers or record.rec_headers
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    stamp = record.rec_headers.get_header("WARC-Date")
    return Page(
        url=url,
        final_url=url,
        source_id=source_id,
        fetched_at=datetime.fromisoformat(stamp).astimezone(UTC),
        status=int(record.http_headers.get_statuscode()) if record.http_headers else 200,
        content_type=headers.get_header("Content-Type") or "",
        body=record.content_stream().read(),
    )


def placed(page: Page, place: WarcPlace) -> Page:
    """The page, knowing where its bytes lie."""
    return replace(page, place=place)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(place: WarcPlace) -> str:
    return f"{place.file} @{place.offset}+{place.length}"


def _sync_folder(folder: Path) -> None:
    """Make the new file's name survive a crash too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
