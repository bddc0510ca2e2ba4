"""Six markers are planted as secrets; steps run and fail over them; then they are looked for everywhere else."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models.errors import WarehouseError, WirewatchError
from models.secrecy import keep_secret, redacted, without_password
from models.warehouse import Warehouse
from wirewatch import doctor
from wirewatch.airflow_home import AirflowHome, prepare, write_secrets
from wirewatch.checks import look
from wirewatch.cli import main
from wirewatch.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
MARKERS = {
    "webhook signing secret": "mark-signing-7Qd2",
    "channel URL token": "mark-token-9Xk4",
    "warehouse password": "mark-password-3Vb8",
    "by env": "mark-by-env-5Hn1",
    "by file": "mark-by-file-8Lt6",
    "Airflow's jwt secret": "mark-jwt-2Rw9-" + "x" * 64,
}
TEXT = (
    "KESTRA, May 2 (North Post) - The Dravian government on Thursday freed 14 soldiers of Olmeria, the Olmerian "
    "defence ministry said. Olmeria released 3 Dravian servicemen in return, its ministry said. " * 3
)


def found_in(text: str | bytes) -> list[str]:
    """The markers that stand in a text."""
    held = text if isinstance(text, bytes) else text.encode(errors="replace")
    return [name for name, marker in MARKERS.items() if marker.encode() in held]


# ---------------------------------------------------------------- the world outside: hostile, and fond of repeating


@contextmanager
def outside() -> Iterator[int]:
    """A site with a feed and a page, and receivers that refuse and repeat whatever they were sent; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/feed": f"<rss version='2.0'><channel><item><title>T</title><link>http://127.0.0.1:{port}/page"
                     "</link></item></channel></rss>", "/page": f"<html><body><p>{TEXT}</p></body></html>"}  # fmt: skip
            self.answer(200 if self.path in pages else 404, pages.get(self.path, "nothing").encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = 302 if MARKERS["channel URL token"] in self.path else 500
            self.answer(status, f"no: {self.path} {self.headers}".encode(), Location=self.path)

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status, "no" if status != 200 else "OK")
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield port
        server.shutdown()


@contextmanager
def refusing_postgres() -> Iterator[int]:
    """A PostgreSQL that asks for the password in clear and refuses it, repeating it; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_refuse_all, args=(server,), daemon=True).start()
        yield int(server.getsockname()[1])


def _refuse_all(server: socket.socket) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:  # the test is over
            return
        with client:
            _refuse(client)


def _refuse(client: socket.socket) -> None:
    size, code = struct.unpack("!II", client.recv(8))
    if code != 196608:  # it asks for TLS, or for GSSAPI, first
        client.sendall(b"N")
        size, code = struct.unpack("!II", client.recv(8))
    client.recv(size)
    client.sendall(b"R" + struct.pack("!II", 8, 3))
    said = client.recv(4096)[5:].rstrip(b"\0")
    fields = b"SFATAL\0C28P01\0Mpassword authentication failed: " + said + b"\0\0"
    client.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)


# ---------------------------------------------------------------- the desk


@dataclass(slots=True)
class Desk:
    """A desk whose secrets are the markers, and everything that its commands showed."""

    folder: Path
    port: int
    said: list[str] = field(default_factory=list)
    arguments: set[bytes] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        """What its commands are started with."""
        hook = f"http://127.0.0.1:{self.port}/hook"
        return {
            **os.environ,
            "WIREWATCH_CONFIG": str(self.folder / "wirewatch.toml"),
            "WIREWATCH_WATCH": str(self.folder / "watch"),
            "WIREWATCH_VAR": str(self.folder / "var"),
            "WIREWATCH_ALLOW": f"127.0.0.1:{self.port}",
            "DUTY_URL": f"{hook}/{MARKERS['channel URL token']}?key={MARKERS['channel URL token']}",
            "SECOND_KEY": MARKERS["by env"],
        }

    def write(self) -> None:
        """Make its files."""
        shutil.copytree(ROOT / "watch", self.folder / "watch")
        self.secret("signing", MARKERS["webhook signing secret"])
        self.secret("second-url", f"http://127.0.0.1:{self.port}/hook/{MARKERS['by file']}")
        feed = {"id": "north", "outlet": "North", "kind": "rss", "url": f"http://127.0.0.1:{self.port}/feed"}
        lost = {"id": "lost", "outlet": "Lost", "kind": "rss", "url": f"http://127.0.0.1:{self.port}/lost"}
        shared = {"language": "en", "country": "GB", "role": "outlet", "verified": True}
        tables = [{**one, "owner": one["outlet"], **shared} for one in (feed, lost)]
        (self.folder / "watch" / "sources.toml").write_text("".join(map(_table, tables)), encoding="utf-8")
        rule = '[[rule]]\nid = "any"\nto = ["duty", "second"]\n'
        (self.folder / "watch" / "rules.toml").write_text(rule, encoding="utf-8")
        (self.folder / "wirewatch.toml").write_text(
            "[crawl]\ngap_s = 0.0\n"
            f'[channel.duty]\nkind = "webhook"\nurl = "env:DUTY_URL"\nsecret = "file:{self.folder}/signing"\n'
            f'[channel.second]\nkind = "webhook"\nurl = "file:{self.folder}/second-url"\nsecret = "env:SECOND_KEY"\n',
            encoding="utf-8",
        )

    def secret(self, name: str, value: str) -> None:
        """A file that only its owner may read."""
        (self.folder / name).write_text(value, encoding="utf-8")
        (self.folder / name).chmod(0o600)

    def run(self, *words: str, code: int, **variables: str) -> str:
        """Run a command in a process of its own and remember what it showed, and what anybody could see of it."""
        command = [sys.executable, "-m", "wirewatch.cli", "-vv", *words]
        with subprocess.Popen(
            command, env={**self.environment, **variables}, cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:  # fmt: skip
            watching = threading.Event()
            looking = threading.Thread(target=self._look_at_arguments, args=(child.pid, watching))
            looking.start()
            out, err = child.communicate(timeout=300)
            watching.set()
            looking.join()
        self.said += [out, err]
        assert child.returncode == code, err[-2000:]
        return out + err

    def _look_at_arguments(self, pid: int, ended: threading.Event) -> None:
        while not ended.wait(0.02):
            for child in (pid, *_descendants(pid)):
                try:
                    self.arguments.add(Path(f"/proc/{child}/cmdline").read_bytes())
                except OSError:  # it ended meanwhile
                    continue


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def _table(keys: Mapping[str, Any]) -> str:
    return "[[source]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with outside() as port:
        made = Desk(folder=tmp_path, port=port)
        made.write()
        yield made


def written(desk: Desk) -> dict[str, bytes]:
    """Every file that the commands wrote."""
    return {str(path): path.read_bytes() for path in (desk.folder / "var").rglob("*") if path.is_file()}


@pytest.mark.slow
def test_steps_that_run_and_fail_show_no_secret_anywhere(desk: Desk) -> None:
    desk.run("db", "upgrade", code=0)
    assert "lost: HTTP 404" in desk.run("collect", code=3)
    for step in ("clean", "tag", "link"):
        desk.run(step, code=0)
    told = desk.run("alert", "--log-format", "json", code=1)
    assert "HTTP 302" in told
    assert "HTTP 500" in told
    for words in (
        ("alert", "log"), ("alert", "list"), ("config", "show", "--origin"), ("config", "check"), ("metrics",),
        ("source", "health"), ("sql", "SELECT * FROM v_story"),
    ):  # fmt: skip
        desk.run(*words, code=0)
    files = written(desk)
    assert any(name.endswith("warehouse.db") for name in files)
    assert any("/logs/wirewatch-" in name for name in files)
    assert {name: found_in(held) for name, held in files.items() if found_in(held)} == {}
    assert [found_in(one) for one in desk.said if found_in(one)] == []
    assert any(b"wirewatch.crawl_child" in line for line in desk.arguments)  # the children were seen
    assert [line for line in desk.arguments if found_in(line)] == []


@pytest.mark.slow
@pytest.mark.parametrize("place", ["variable", "reference"])
def test_a_refused_warehouse_password_is_repeated_by_nobody(desk: Desk, place: str) -> None:
    with refusing_postgres() as port:
        url = f"postgresql+psycopg://desk:{MARKERS['warehouse password']}@127.0.0.1:{port}/desk"
        variables = {"WIREWATCH_WAREHOUSE": url}
        if place == "reference":
            desk.secret("warehouse", url)
            variables = {"WIREWATCH_WAREHOUSE": f"file:{desk.folder}/warehouse"}
        for words, code in ((["db", "upgrade"], 1), (["collect"], 1), (["metrics", "--log-format", "json"], 1)):
            assert "password authentication failed" in desk.run(*words, code=code, **variables)
        assert "***@127.0.0.1" in desk.run("config", "show", code=0, **variables)
    assert [found_in(one) for one in desk.said if found_in(one)] == []
    assert {name: found_in(held) for name, held in written(desk).items() if found_in(held)} == {}
    assert [line for line in desk.arguments if found_in(line)] == []


# ---------------------------------------------------------------- what nobody expects


def in_process(*words: str) -> tuple[int, str]:
    """Exit code and all that is shown."""
    shown = io.StringIO()
    with redirect_stdout(shown), redirect_stderr(shown), pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code or 0)), shown.getvalue()


@pytest.fixture
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk for commands in this process, with an alert on its way."""
    for name, value in desk.environment.items():
        monkeypatch.setenv(name, value)
    (desk.folder / "story.txt").write_text(TEXT, encoding="utf-8")
    assert in_process("db", "upgrade")[0] == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wirewatch.steps.deliver_all", lambda *_: (0, []))
        assert in_process("ingest", str(desk.folder / "story.txt"))[0] == 0
    return desk


@pytest.mark.parametrize("form", ["words", "json"])
def test_an_exception_that_holds_an_address_leaves_it_nowhere(
    here: Desk, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(request: Any, _: float) -> None:
        raise RuntimeError(f"cannot post to {request.url} with {request.headers}: {request.url.raw_path.decode()}")

    monkeypatch.setattr("alerting.webhook._ask", break_down)
    code, shown = in_process("-vv", "alert", "--log-format", form)
    assert code == 1
    assert "cannot post to" in shown
    assert found_in(shown) == []
    files = written(here)
    assert {name: found_in(held) for name, held in files.items() if found_in(held)} == {}
    assert any(b"cannot post to" in held for name, held in files.items() if "/logs/" in name)
    assert any(b"broke with RuntimeError" in held for name, held in files.items() if "warehouse.db" in name)


@pytest.mark.parametrize(
    "planted",
    [
        '[warehouse]\nurl = "postgresql+psycopg://desk:{}@db.example/desk"\n',
        '[warehouse]\nurl = "mysql://desk:{}@db.example/desk"\n',
        '[warehouse]\nurl = 1\nother = "{}"\n',
        '[channel.duty]\nkind = "webhook"\nurl = "https://a.example/{} b"\nsecret = "env:X"\n',
        '[channel.duty]\nkind = "webhook"\nurl = "ftp://a.example/{}"\nsecret = "env:X"\n',
        '[channel.duty]\nkind = "webhook"\nurl = "https://a.example"\nsecret = "{}"\n',
        '[channel.duty]\nkind = "webhook"\nurl = ["{}"]\nsecret = ["{}"]\n',
    ],
)
def test_a_secret_that_somebody_wrote_into_the_file_is_refused_without_repeating_it(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_VAR", str(tmp_path / "var"))
    (tmp_path / "wirewatch.toml").write_text(planted.replace("{}", MARKERS["by file"]), encoding="utf-8")
    for words in (("-vv", "config", "check"), ("doctor", "--format", "json"), ("-vv", "config", "show")):
        code, shown = in_process(*words, "--config", str(tmp_path / "wirewatch.toml"))
        assert code in {2, 4}
        assert found_in(shown) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:{}/x@db/desk", "postgresql+psycopg://me:***@db/desk"),
        ("postgresql+psycopg://me:x@{}@db/desk", "postgresql+psycopg://me:***@db/desk"),
        ("postgresql+psycopg://me:x:{}@db/desk", "postgresql+psycopg://me:***@db/desk"),
        ("postgresql+psycopg:///desk?user=me&password={}", "postgresql+psycopg:///desk?user=me&password=***"),
    ],
)
def test_a_password_with_signs_in_it_is_hidden_whole(url: str, shown: str) -> None:
    assert without_password(url.replace("{}", MARKERS["warehouse password"])) == shown


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://me:{}@db:54x/desk", "{} is no address", "postgresql://m:a@{}@d/x"]
)
def test_an_address_that_is_none_is_an_error_without_it(url: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        Warehouse.open(url.replace("{}", MARKERS["warehouse password"]))
    assert found_in(str(refused.value)) == []
    assert refused.value.hint


def test_the_second_line_knows_the_parts_in_which_a_secret_travels() -> None:
    keep_secret("https://a.example/services/T000/tok%2Fen-0123456789?sig=abcdefghijkl")
    for text in (
        "GET /services/T000/tok%2Fen-0123456789?sig=abcdefghijkl HTTP/1.1",
        "no room for tok%2Fen-0123456789",
        "nor for tok/en-0123456789",
        "sig abcdefghijkl",
    ):
        assert "***" in redacted(text)
        assert "0123456789" not in redacted(text)
        assert "abcdefghijkl" not in redacted(text)
    assert redacted("a.example answers, services are well") == "a.example answers, services are well"


@pytest.mark.slow
def test_airflows_own_secret_is_in_no_error_environment_or_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = AirflowHome(checkout=ROOT, folder=tmp_path / "var" / "airflow")
    write_secrets(home)
    (home.secrets / "jwt_secret").write_text(MARKERS["Airflow's jwt secret"], encoding="utf-8")
    assert found_in(json.dumps(home.environment({}))) == []
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:////{tmp_path}/no/such/folder/airflow.db")
    with pytest.raises(WirewatchError) as failed:
        prepare(home)
    assert found_in(str(failed.value)) == []
    settings = replace(load_settings(root=ROOT, environment={}), root=tmp_path)
    (home.secrets / "jwt_secret").chmod(0o644)
    found = look("airflow secrets", lambda: doctor._airflow_secrets(settings))
    assert found.state == "bad"
    assert found_in(f"{found}") == []
