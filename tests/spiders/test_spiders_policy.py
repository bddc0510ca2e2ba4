"""The address policy: every spelling of an inner address is refused, exceptions are exact pairs."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.policy import Policy, canonical_host, literal_address

OPEN = Policy()

INNER = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://0/", "http://localhost.:8080/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/",
    "http://169.254.169.254/latest", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://0.0.0.0/", "http://１２７.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", INNER)
def test_an_inner_address_is_refused_however_it_is_spelled(url: str) -> None:
    assert OPEN.refusal(url) or OPEN.resolved_refusal("localhost", ["127.0.0.1"])
    if "localhost" not in url:
        assert OPEN.refusal(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://example.org/",
        "http://user:word@example.org/",
        "http://example.org:22/",
        "https://example.org:80/",
        "http:///path",
        "http://",
    ],
)
def test_other_schemes_ports_and_user_names_are_refused(url: str) -> None:
    assert OPEN.refusal(url)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://example.org/x?y", "https://example.org:443/", "http://8.8.8.8/"]
)
def test_the_open_web_is_allowed(url: str) -> None:
    assert OPEN.refusal(url) is None


def test_an_exception_is_one_host_and_one_port() -> None:
    policy = Policy.allowing([("127.0.0.1", 8123)])
    assert policy.refusal("http://127.0.0.1:8123/feed") is None
    assert policy.refusal("http://2130706433:8123/feed") is None
    assert policy.refusal("http://127.0.0.1:8124/feed")
    assert policy.refusal("http://127.0.0.2:8123/feed")


def test_a_name_that_resolves_inward_is_refused_when_it_resolves() -> None:
    assert OPEN.refusal("http://rebinding.example/") is None
    assert OPEN.resolved_refusal("rebinding.example", ["93.184.216.34", "127.0.0.1"])
    assert OPEN.resolved_refusal("rebinding.example", ["93.184.216.34"]) is None


@given(st.ip_addresses(v=4))
def test_decimal_and_hexadecimal_spellings_mean_the_same_address(address: ipaddress.IPv4Address) -> None:
    assert literal_address(str(int(address))) == literal_address(hex(int(address))) == address


@given(st.text(max_size=40))
def test_any_text_is_judged_without_an_error(words: str) -> None:
    assert OPEN.refusal(words) is None or isinstance(OPEN.refusal(words), str)


@given(st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z0-9-]{1,10}){1,3}\.?", fullmatch=True))
def test_canonicalising_a_host_twice_is_once(host: str) -> None:
    try:
        once = canonical_host(host)
    except ValueError:
        return
    assert canonical_host(once) == once
