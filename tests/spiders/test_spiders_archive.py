"""The archive: what was written is read back to its digest, a torn tail is cut, other tools read it."""

from __future__ import annotations

import base64
import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from models.errors import FetchError
from models.records import WarcPlace
from spiders import archive
from spiders.archive import ArchiveWriter, Exchanged

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


def exchanged(body: bytes) -> Exchanged:
    return Exchanged(
        url="https://north.example/a", at=AT, request_line="GET /a HTTP/1.1", request_headers=[("User-Agent", "w")],
        status_line="200 OK", response_headers=[("Content-Type", "text/html"), ("X-Odd", "é")], body=body,
    )  # fmt: skip


def write(folder: Path, *bodies: bytes) -> list[WarcPlace]:
    with ArchiveWriter(folder, at=AT) as writer:
        return [writer.append_exchange(exchanged(body)) for body in bodies]


def test_every_record_is_read_back_alone(tmp_path: Path) -> None:
    bodies = [b"one", b"", b"\x00\xff" * 5000, "три".encode()]
    assert [archive.read(tmp_path, place) for place in write(tmp_path, *bodies)] == bodies


@settings(max_examples=20)
@given(st.binary(max_size=2000))
def test_any_bytes_survive(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.mktemp("archive")
    (place,) = write(folder, body)
    assert archive.read(folder, place) == body


def test_another_tool_reads_the_file_and_its_real_headers(tmp_path: Path) -> None:
    (place,) = write(tmp_path, b"hello")
    with (tmp_path / place.file).open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Payload-Digest"), r.http_headers.get_header("Content-Type"))
            for r in ArchiveIterator(file, check_digests="raise")
            if r.content_stream().read() is not None
        ]
    assert [kind for kind, *_ in records] == ["response", "request"]
    digest = base64.b32encode(bytes.fromhex(place.sha256)).decode()
    assert records[0][1:] == (f"sha256:{digest}", "text/html")


def test_a_file_resource_is_kept_and_given_back_as_a_page(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, at=AT) as writer:
        place = writer.append_resource("file:///a.txt", b"words", content_type="text/plain", at=AT)
    (page,) = archive.pages_of(tmp_path / place.file, source_id="files")
    assert (page.body, page.content_type, page.fetched_at) == (b"words", "text/plain", AT)


def test_every_torn_or_changed_byte_is_found(tmp_path: Path) -> None:
    first, second = write(tmp_path, b"a" * 300, b"b" * 300)
    path = tmp_path / first.file
    whole = path.read_bytes()
    path.write_bytes(whole[: second.offset + 20])
    assert archive.read(tmp_path, first) == b"a" * 300
    with pytest.raises(FetchError):
        archive.read(tmp_path, second)
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    with pytest.raises(FetchError):
        archive.read(tmp_path, first)


def test_recovery_cuts_what_was_never_indexed_and_leaves_a_file_in_use_alone(tmp_path: Path) -> None:
    first, _ = write(tmp_path, b"kept", b"torn")
    with ArchiveWriter(tmp_path, at=AT) as busy:
        busy.append_exchange(exchanged(b"busy"))
        busy.sync()
        ends = {first.file: first.offset + first.length}
        assert archive.recover(tmp_path, lambda name: ends.get(name, 0)) > 0
        assert (tmp_path / busy.name).stat().st_size > 0
    assert (tmp_path / first.file).stat().st_size == ends[first.file]
    assert archive.read(tmp_path, first) == b"kept"


def test_recovery_asks_for_the_last_indexed_byte_only_when_nobody_can_write_any_more(tmp_path: Path) -> None:
    first, last = write(tmp_path, b"kept", b"kept as well")

    def last_byte(name: str) -> int:
        """Of a writer that indexed its last page a moment ago: the answer is right only under the lock."""
        with (tmp_path / name).open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return last.offset + last.length

    archive.recover(tmp_path, last_byte)
    assert [archive.read(tmp_path, place) for place in (first, last)] == [b"kept", b"kept as well"]


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(b"no archive at all")
    with pytest.raises(FetchError, match="WARC"):
        list(archive.pages_of(path, source_id="files"))
