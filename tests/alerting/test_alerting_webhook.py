"""The webhook against a real receiver on the loopback that answers well, badly, slowly, hugely or not at all."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alerting.channels import open_channel
from alerting.secret import Secret
from alerting.webhook import WebhookChannel, cloud_event
from models.errors import DeliveryError
from models.records import ChannelConfig, Delivery

MARKER = "q7-planted-secret-z9"
DOCS = Path(__file__).parents[2] / "docs" / "alerts.md"
Answer = Callable[[socket.socket], None]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TEST_SECRET", MARKER)


@pytest.fixture(scope="session")
def delivery() -> Delivery:
    payload = {"reasons": ["phase_changed", "new_origin"], "exchange": "a-b-2024", "decided_at": "2024-05-02T12:00:00Z"}
    return Delivery(
        key="exchange:a-b-2024:phase_changed:abc:duty", channel="duty", title="A title", body="A body",
        payload=json.dumps(payload), attempt=1,
    )  # fmt: skip


# ---------------------------------------------------------------- a receiver


def says(status: int, *headers: str, body: bytes = b"") -> Answer:
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return lambda peer: peer.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def resets(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drips(start: bytes) -> Answer:
    """An answer that begins and then gives a byte now and then, longer than anybody waits."""

    def answer(peer: socket.socket) -> None:
        peer.sendall(start)
        for _ in range(60):
            time.sleep(0.05)
            peer.sendall(b"x")

    return answer


@contextmanager
def receiver(*answers: Answer) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Takes one request for each answer; gives its address and what came."""
    came: list[tuple[dict[str, str], bytes]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            for answer in answers:
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(10)
                    came.append(read(peer))
                    try:
                        answer(peer)
                    except OSError:
                        continue  # the sender had enough

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook", came
        thread.join(10)
        assert not thread.is_alive()


def read(peer: socket.socket) -> tuple[dict[str, str], bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += peer.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    while len(body) < int(headers["Content-Length"]):
        body += peer.recv(65536)
    return headers, body


def channel(url: str, *, patience_s: float = 5.0) -> WebhookChannel:
    return WebhookChannel(
        name="duty", url=Secret(url), secret=Secret("env:WIREWATCH_TEST_SECRET"), patience_s=patience_s
    )


# ---------------------------------------------------------------- what is sent


def test_a_webhook_is_a_cloud_event_of_the_alert(delivery: Delivery, now: datetime) -> None:
    config = ChannelConfig(name="duty", kind="webhook", url="", secret="env:WIREWATCH_TEST_SECRET")  # noqa: S106 - a reference
    with receiver(says(200, body=b"thanks")) as (url, came):
        receipt = open_channel(replace(config, url=url)).send(delivery, now=now)
    assert receipt.response == f"HTTP 200, 6 bytes, sha256 {hashlib.sha256(b'thanks').hexdigest()}"
    ((headers, body),) = came
    event = json.loads(body)
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert headers["Idempotency-Key"] == headers["Webhook-Id"] == event["id"] == delivery.key
    assert (event["specversion"], event["type"]) == ("1.0", "org.wirewatch.exchange.phase_changed")
    assert (event["subject"], event["time"]) == ("a-b-2024", "2024-05-02T12:00:00Z")
    assert event["data"] == {"title": "A title", "text": "A body", "alert": json.loads(delivery.payload)}


def test_every_attempt_sends_the_same_bytes_under_the_same_id(delivery: Delivery, now: datetime) -> None:
    with receiver(says(500), says(200)) as (url, came):
        with pytest.raises(DeliveryError):
            channel(url).send(delivery, now=now)
        channel(url).send(replace(delivery, attempt=2), now=now + timedelta(hours=1))
    (first, body), (second, again) = came
    assert body == again == cloud_event(delivery)
    assert first["Webhook-Id"] == second["Webhook-Id"]
    assert first["Webhook-Timestamp"] != second["Webhook-Timestamp"]


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (MARKER, MARKER.encode()),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
    ],
)
def test_the_signature_is_one_that_another_hand_computes(
    delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch, secret: str, key: bytes
) -> None:
    """HMAC from its definition (RFC 2104): H((K xor opad) || H((K xor ipad) || text))."""
    monkeypatch.setenv("WIREWATCH_TEST_SECRET", secret)
    with receiver(says(204)) as (url, came):
        channel(url).send(delivery, now=now)
    ((headers, body),) = came
    text = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + text).digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()
    assert headers["Webhook-Signature"] == f"v1,{base64.b64encode(outer).decode()}"
    assert datetime.fromtimestamp(int(headers["Webhook-Timestamp"]), tz=UTC) == now


def test_the_published_example_of_the_specification_has_the_published_signature() -> None:
    from alerting.signature import signature

    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        now=datetime.fromtimestamp(1614265330, tz=UTC),
    )
    assert made["Webhook-Signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_recipe_of_the_handbook_accepts_ours_and_nothing_else(delivery: Delivery, now: datetime) -> None:
    (recipe,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(recipe.strip().splitlines()) <= 10
    space: dict[str, Callable[..., bool]] = {}
    exec(recipe, space)  # noqa: S102 - the handbook's own lines
    genuine = space["is_genuine"]
    moment = datetime.now(UTC)
    with receiver(says(204)) as (url, came):
        channel(url).send(delivery, now=moment)
    ((headers, body),) = came
    assert genuine(headers, body, MARKER.encode())
    assert not genuine(headers, body + b" ", MARKER.encode())
    assert not genuine(headers, body, b"another")
    assert not genuine({**headers, "Webhook-Id": "another"}, body, MARKER.encode())
    with receiver(says(204)) as (url, came):
        channel(url).send(delivery, now=now)
    assert not genuine(*came[0], MARKER.encode()), "too old"


def test_a_key_outside_ascii_travels_percent_encoded(delivery: Delivery, now: datetime) -> None:
    with receiver(says(204)) as (url, came):
        channel(url).send(replace(delivery, key="exchange:ё:x:duty"), now=now)
    ((headers, body),) = came
    assert headers["Webhook-Id"] == headers["Idempotency-Key"] == json.loads(body)["id"] == "exchange:%D1%91:x:duty"


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize(
    ("answer", "final", "wait"),
    [
        (says(500), False, None),
        (says(429, "Retry-After: 7"), False, 7.0),
        (says(429, "Retry-After: soon"), False, None),
        (says(429, "Retry-After: -1"), False, None),
        (says(503, "Retry-After: Thu, 02 May 2024 12:00:30 GMT"), False, 30.0),
        (says(503, "Retry-After: Thu, 02 May 2024 12:00:30 -0000"), False, 30.0),
        (says(503, f"Retry-After: {format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True)}"), False, 0.0),
        (says(408), False, None),
        (says(400), True, None),
        (says(404, "Retry-After: 7"), True, None),
        (says(410), True, None),
        (says(304), True, None),
        (resets, False, None),
        (lambda _: None, False, None),
        (lambda peer: peer.sendall(b"\x00 no http\r\n\r\n"), False, None),
        (says(200, "X-Big: " + "x" * 300_000), False, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(
    delivery: Delivery, now: datetime, answer: Answer, *, final: bool, wait: float | None
) -> None:
    with receiver(answer) as (url, came), pytest.raises(DeliveryError) as refused:
        channel(url).send(delivery, now=now)
    assert (refused.value.final, refused.value.retry_after_s, len(came)) == (final, wait, 1)


def test_after_a_500_the_next_attempt_is_taken(delivery: Delivery, now: datetime) -> None:
    with receiver(says(500), says(200)) as (url, _):
        with pytest.raises(DeliveryError, match="HTTP 500"):
            channel(url).send(delivery, now=now)
        assert channel(url).send(delivery, now=now).response.startswith("HTTP 200")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(delivery: Delivery, now: datetime, status: int) -> None:
    with receiver(says(204)) as (elsewhere, there):
        with (
            receiver(says(status, f"Location: {elsewhere}")) as (url, _),
            pytest.raises(DeliveryError, match=f"HTTP {status}") as refused,
        ):
            channel(url).send(delivery, now=now)
        assert there == []
        assert refused.value.final
        channel(elsewhere).send(delivery, now=now)


def test_a_huge_answer_is_read_only_to_its_cap(delivery: Delivery, now: datetime) -> None:
    with receiver(says(200, body=b"x" * 5_000_000)) as (url, _):
        receipt = channel(url).send(delivery, now=now)
    assert receipt.response.startswith("HTTP 200, 65536 bytes read of it, sha256 ")


@pytest.mark.parametrize("answer", [drips(b""), drips(b"HTTP/1.1 200 OK\r\nX-Slow: "), lambda peer: peer.recv(1)])
def test_who_never_gets_to_the_point_is_left_at_the_deadline(delivery: Delivery, now: datetime, answer: Answer) -> None:
    started = time.monotonic()
    with receiver(answer) as (url, _):
        with pytest.raises(DeliveryError, match=r"no answer") as refused:
            channel(url, patience_s=0.4).send(delivery, now=now)
        assert time.monotonic() - started < 2
    assert not refused.value.final


@pytest.mark.parametrize(
    "answer",
    [
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"),
        lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nshort"),
    ],
)
def test_a_200_stands_even_when_its_body_drips_or_breaks_off(delivery: Delivery, now: datetime, answer: Answer) -> None:
    """The receiver took it; sending it again would only double it."""
    with receiver(answer) as (url, _):
        assert " read of it" in channel(url, patience_s=0.4).send(delivery, now=now).response


def test_a_slow_200_within_the_deadline_is_taken(delivery: Delivery, now: datetime) -> None:
    def slowly(peer: socket.socket) -> None:
        time.sleep(0.3)
        says(200)(peer)

    with receiver(slowly) as (url, _):
        assert channel(url).send(delivery, now=now).response.startswith("HTTP 200")


def test_nobody_there_is_tried_again(delivery: Delivery, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeliveryError, match="ConnectError") as refused:
        channel(f"http://127.0.0.1:{port}/").send(delivery, now=now)
    assert not refused.value.final


def test_a_certificate_nobody_vouches_for_is_refused(delivery: Delivery, now: datetime, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as server:
        came: list[bytes] = []

        def serve() -> None:
            peer, _ = server.accept()
            with peer, pytest.raises(ssl.SSLError):
                came.append(context.wrap_socket(peer, server_side=True).recv(1))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED") as refused:
            channel(f"https://127.0.0.1:{server.getsockname()[1]}/").send(delivery, now=now)
        thread.join(10)
    assert (came, refused.value.final) == ([], False)


def self_signed(folder: Path) -> Path:
    """A certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(start).not_valid_after(start + timedelta(days=9))
    held = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(held + dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def test_no_proxy_of_the_environment_gets_to_see_an_alert(
    delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with receiver(says(204)) as (url, came):
        channel(url).send(delivery, now=now)
    assert len(came) == 1


# ---------------------------------------------------------------- secrets


@pytest.mark.parametrize("answer", [says(500), says(200), resets, lambda peer: peer.sendall(MARKER.encode() * 9)])
def test_no_secret_stands_in_an_error_a_log_a_receipt_or_a_repr(
    delivery: Delivery,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
) -> None:
    """Neither the key nor the address, which with many receivers is a secret itself."""
    caplog.set_level(logging.DEBUG)
    with receiver(answer) as (url, _):
        monkeypatch.setenv("WIREWATCH_TEST_URL", f"{url}/{MARKER}")
        sender = channel("env:WIREWATCH_TEST_URL")
        try:
            said = repr(sender.send(delivery, now=now))
        except DeliveryError as error:
            said = f"{error!r} {error} {error.args} {''.join(traceback.format_exception(error))}"
    assert MARKER not in f"{said} {sender!r} {sender} {sender.url!r} {sender.secret} {caplog.text}"


@pytest.mark.parametrize(
    "url",
    [
        f"http://[{MARKER}",
        f"ftp://{MARKER}/",
        f"http:///{MARKER}",
        f"http://x:{MARKER}/",
        MARKER,
        f"http://u:{MARKER}@127.0.0.1:1/",
    ],
)
def test_an_address_that_is_none_is_refused_for_good_and_not_repeated(
    delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("WIREWATCH_TEST_URL", url)
    with pytest.raises(DeliveryError, match="its url") as refused:
        channel("env:WIREWATCH_TEST_URL").send(delivery, now=now)
    assert refused.value.final
    assert MARKER not in "".join(traceback.format_exception(refused.value))


def test_a_sender_needs_no_more_than_the_reference_in_its_arguments() -> None:
    """In a process of its own, where the value is in the environment and the channel shows only the reference."""
    code = (
        "import sys; from alerting.channels import open_channel; from models.records import ChannelConfig; "
        "print(open_channel(ChannelConfig(name='d', kind='webhook', url='http://127.0.0.1:1/', secret=sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "env:WIREWATCH_TEST_SECRET"], capture_output=True, text=True, check=True
    )
    assert "Secret(env:…)" in done.stdout
    assert MARKER not in done.stdout + done.stderr


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{MARKER}\n")
    file.chmod(0o640)
    with pytest.raises(DeliveryError, match="chmod 600"):
        Secret(f"file:{file}").reveal()
    file.chmod(0o600)
    assert Secret(f"file:{file}").reveal() == MARKER


@pytest.mark.parametrize(
    ("held", "problem"),
    [(b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "is no UTF-8"), (None, "cannot be read")],
)
def test_a_secret_file_that_holds_no_secret_is_named(tmp_path: Path, held: bytes | None, problem: str) -> None:
    file = tmp_path / "secret"
    if held is not None:
        file.write_bytes(held)
        file.chmod(0o600)
    with pytest.raises(DeliveryError, match=problem):
        Secret(f"file:{file}").reveal()


def test_a_secret_that_is_not_set_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, "", "  "):
        monkeypatch.delenv("WIREWATCH_TEST_SECRET") if value is None else monkeypatch.setenv(
            "WIREWATCH_TEST_SECRET", value
        )
        with pytest.raises(DeliveryError, match="export WIREWATCH_TEST_SECRET"):
            Secret("env:WIREWATCH_TEST_SECRET").reveal()


def test_a_key_that_is_no_base64_is_refused_without_repeating_it(
    delivery: Delivery, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_TEST_SECRET", f"whsec_{MARKER}")
    with pytest.raises(DeliveryError, match="no base64") as refused:
        channel("http://127.0.0.1:1/").send(delivery, now=now)
    assert MARKER not in "".join(traceback.format_exception(refused.value))


# ---------------------------------------------------------------- opening


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (ChannelConfig(name="c", kind="pigeon"), "'pigeon'"),
        (ChannelConfig(name="c", kind="file"), "no whole channel"),
        (ChannelConfig(name="c", kind="webhook", secret="env:A"), "no whole channel"),  # noqa: S106 - a reference
        (ChannelConfig(name="c", kind="webhook", url="http://x/"), "no secret by reference"),
        (ChannelConfig(name="c", kind="webhook", url="http://x/", secret=MARKER), "no secret by reference"),
    ],
)
def test_a_channel_that_is_not_whole_is_refused_for_good(config: ChannelConfig, problem: str) -> None:
    with pytest.raises(DeliveryError, match=problem) as refused:
        open_channel(config)
    assert refused.value.final
    assert MARKER not in str(refused.value)
