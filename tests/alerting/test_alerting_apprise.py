"""Apprise against real receivers on the loopback: what arrives, what its results become; no secret comes out."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_string
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alerting.apprise_service import AppriseChannel
from alerting.channels import open_channel
from alerting.secret import Secret
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery

pytestmark = pytest.mark.slow
Sender = Callable[..., str]
MARKER = "q7-planted-secret-z9"
PAYLOAD = {
    "schema": "wirewatch.alert.v1", "thread": "exchange:a-b-2024-05-02a", "exchange": "a-b-2024-05-02a",
    "severity": "urgent", "short": "EXCHANGE A 12 / B 3, agreed. http://127.0.0.1:8080/x", "legs": [],
    "url": "http://127.0.0.1:8080/exchanges/a-b-2024-05-02a",
}  # fmt: skip
DELIVERY = Delivery(
    key="exchange:a-b-2024-05-02a:first_report:abc:duty", channel="duty",
    title="[urgent] Exchange agreed: Norland 12 ⇄ Suderia 3",
    body="🔔 EXCHANGE REPORTED\nTrust      unconfirmed\nkey abc", payload=json.dumps(PAYLOAD), attempt=1,
)  # fmt: skip


@dataclass
class Came:
    """What a receiver got."""

    port: int
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver(status: int = 200, *, wait_s: float = 0, location: str = "") -> Iterator[Came]:
    """An HTTP server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.requests.append((self.path, dict(self.headers), body))
            time.sleep(wait_s)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A sender that gave up is no error of ours."""

    with Server(("127.0.0.1", 0), Handler) as server:
        came = Came(port=server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield came
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Sender:
    """Send through an address that the environment holds."""

    def through(url: str, delivery: Delivery = DELIVERY, *, patience_s: float = 10.0) -> str:
        monkeypatch.setenv("WIREWATCH_TEST_URL", url)
        channel = AppriseChannel(name="duty", url=Secret("env:WIREWATCH_TEST_URL"), patience_s=patience_s)
        return channel.send(delivery, now=now).response

    return through


def test_json_gets_title_and_text(send: Sender) -> None:
    with receiver() as came:
        said = send(f"json://127.0.0.1:{came.port}/{MARKER}")
    ((path, _, body),) = came.requests
    assert path == f"/{MARKER}"
    told = json.loads(body)
    assert (told["title"], told["message"], told["type"]) == (DELIVERY.title, DELIVERY.body, "warning")
    assert said.startswith("json took it in ")


def test_ntfy_rings_as_loudly_as_the_alert_and_opens_its_page(send: Sender) -> None:
    with receiver() as came:
        send(f"ntfy://tk_{MARKER}@127.0.0.1:{came.port}/duty")
        quiet = replace(DELIVERY, payload=json.dumps({**PAYLOAD, "severity": "info"}))
        send(f"ntfy://tk_{MARKER}@127.0.0.1:{came.port}/duty", quiet)
    (_, headers, body), (_, softer, _) = came.requests
    assert headers["Authorization"] == f"Bearer tk_{MARKER}"
    assert (headers["X-Priority"], headers["X-Click"]) == ("max", PAYLOAD["url"])
    assert "X-Priority" not in softer
    assert json.loads(body) == {"topic": "duty", "title": DELIVERY.title, "message": DELIVERY.body}
    assert "X-Icon" not in headers, "nobody fetches a picture from elsewhere for an alert"


@pytest.mark.parametrize(("status", "final"), [(401, True), (404, True), (429, False), (500, False), (503, False)])
def test_what_the_receiver_answers_is_final_or_tried_again(send: Sender, status: int, final: bool) -> None:  # noqa: FBT001 - a row
    with receiver(status) as came, pytest.raises(DeliveryError, match=f"HTTP {status}") as error:
        send(f"json://127.0.0.1:{came.port}/{MARKER}")
    assert error.value.final is final
    assert len(came.requests) == 1
    assert MARKER not in str(error.value)


def test_a_redirect_is_not_followed(send: Sender) -> None:
    with receiver() as elsewhere, receiver(307, location=f"http://127.0.0.1:{elsewhere.port}/") as came:
        with pytest.raises(DeliveryError, match="HTTP 307") as error:
            send(f"json://127.0.0.1:{came.port}/")
        assert error.value.final is True
        assert elsewhere.requests == []


def test_a_receiver_that_is_not_there_is_tried_again(send: Sender) -> None:
    with receiver() as came:
        port = came.port
    with pytest.raises(DeliveryError, match="was not taken") as error:
        send(f"json://{MARKER}:{MARKER}@127.0.0.1:{port}/")
    assert error.value.final is False
    assert MARKER not in str(error.value)


def test_a_receiver_that_hangs_is_given_up_and_tried_again(send: Sender) -> None:
    with receiver(wait_s=2.5) as came, pytest.raises(DeliveryError, match="no answer in 1 s") as error:
        send(f"json://127.0.0.1:{came.port}/?rto=30", patience_s=1.0)
    assert error.value.final is False


@pytest.mark.parametrize("url", [f"nonsense://{MARKER}", MARKER, f"ntfy:/{MARKER}"])
def test_an_address_that_is_none_is_final_and_not_repeated(send: Sender, url: str) -> None:
    with pytest.raises(DeliveryError, match="no address that Apprise knows") as error:
        send(url)
    assert error.value.final is True
    assert MARKER not in str(error.value)


def test_no_secret_comes_out_however_much_is_logged(
    send: Sender,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(500) as came, pytest.raises(DeliveryError) as error:
        send(f"json://{MARKER}:{MARKER}@127.0.0.1:{came.port}/{MARKER}?+X-Key={MARKER}")
    shown = capfd.readouterr()
    assert came.requests[0][1]["X-Key"] == MARKER
    for words in (caplog.text, shown.out, shown.err, str(error.value), repr(error.value.__cause__)):
        assert MARKER not in words


def test_a_proxy_of_the_environment_is_not_used(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as came:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        send(f"json://127.0.0.1:{came.port}/")
    assert (len(proxy.requests), len(came.requests)) == (0, 1)


def test_a_body_too_long_for_the_service_is_cut_and_says_so(send: Sender) -> None:
    long = replace(DELIVERY, body="x" * 9000)
    with receiver() as came:
        send(f"ntfy://127.0.0.1:{came.port}/duty", long)
        send(f"ntfy://127.0.0.1:{came.port}/duty?overflow=split", long)
    first, *split = [json.loads(body)["message"] for _, _, body in came.requests]
    assert len(first) == 7800
    assert first.endswith(f"x\n… cut; all of it: {PAYLOAD['url']}")
    assert len(split) == 2, "who asks for it in the address gets it in parts"


def test_the_channel_is_opened_by_reference_only() -> None:
    config = ChannelConfig(name="duty", kind="apprise", url=f"json://127.0.0.1/{MARKER}")
    with pytest.raises(DeliveryError, match="no secret by reference") as error:
        open_channel(config)
    assert MARKER not in str(error.value)
    channel = open_channel(replace(config, url="env:DUTY_URL"))
    assert isinstance(channel, AppriseChannel)


# ---------------------------------------------------------------- e-mail


class Mail(socketserver.StreamRequestHandler):
    """Takes one message, as little as SMTP asks for."""

    messages: list[str]

    def handle(self) -> None:
        """Say yes to everything."""
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                self._say("354 go on")
                self.messages.append(self._read())
            self._say("221 bye" if line.upper() == "QUIT" else "250 yes")
            if line.upper() == "QUIT":
                return

    def _read(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def test_an_e_mail_has_the_title_as_its_subject_and_belongs_to_its_thread(send: Sender) -> None:
    messages: list[str] = []
    handler = type("Taking", (Mail,), {"messages": messages})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"mailto://127.0.0.1:{server.server_address[1]}?from=desk@example.org&to=duty@example.org&mode=insecure"
        send(url)
        send(url, replace(DELIVERY, title="[digest] 2024-05-02: nothing new", html="<p>nothing new</p>"))
        server.shutdown()
        thread.join()
    alert, digest = map(message_from_string, messages)
    assert str(make_header(decode_header(alert["Subject"]))) == DELIVERY.title
    assert alert["References"] == "<exchange:a-b-2024-05-02a@wirewatch>"
    (page,) = [part for part in digest.walk() if part.get_content_type() == "text/html"]
    assert b"<p>nothing new</p>" in (page.get_payload(decode=True) or b"")
