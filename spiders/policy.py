"""Which addresses may be asked: the web in general, and nothing that stands behind it.

http and https on their own ports, and hosts whose every address is global. Exceptions are an explicit list of (host,
port) pairs, never a class of addresses. The same judgement is made of every address before it is asked for, of every
redirect, and of what the name resolves to at the moment the connection is made, so that a name which changes its answer
in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+", re.IGNORECASE)
_LONGEST_HOST: Final = 253
NOT_GLOBAL: Final = "is not a global address"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The judgement, with its exceptions."""

    allow: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def allowing(cls, pairs: Iterable[tuple[str, int]]) -> Policy:
        """A policy with these exceptions; hosts are canonicalised."""
        return cls(allow=frozenset((canonical_host(host), port) for host, port in pairs))

    def refusal(self, url: str) -> str | None:
        """Why an address may not be asked for; None when it may."""
        try:
            parts = urlsplit(url)
            host, port = canonical_host(parts.hostname or ""), parts.port
            literal = literal_address(host)
        except ValueError as error:
            return f"not an address: {error}"
        if parts.scheme not in _PORTS:
            return f"scheme {parts.scheme or 'absent'}: only http and https"
        if parts.username is not None or parts.password is not None or not host:
            return "names no host, or a user name with it"
        if (host, port or _PORTS[parts.scheme]) in self.allow:
            return None
        if port not in (None, _PORTS[parts.scheme]):
            return f"port {port}: only {_PORTS[parts.scheme]}"
        return address_refusal(literal) if literal else None

    def resolved_refusal(self, host: str, addresses: Iterable[str]) -> str | None:
        """Why what a name resolves to may not be connected to; None when it may.

        A host on the exception list may resolve to anything: its port was judged with its address.
        """
        if any(canonical_host(host) == allowed for allowed, _ in self.allow):
            return None
        refusals = (address_refusal(ipaddress.ip_address(address)) for address in addresses)
        return next((why for why in refusals if why), None)


def address_refusal(address: Address) -> str | None:
    """Why an address may not be connected to; None for a global one."""
    plain = _unwrapped(address)
    if plain.is_global and not plain.is_multicast and not plain.is_reserved:
        return None
    return f"{plain} {NOT_GLOBAL}"


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def canonical_host(host: str) -> str:
    """One spelling for a host: lower case, IDNA, no trailing dot, no brackets or zone, IP addresses in plain form.

    Raises:
        ValueError: no host can be spelled like this.
    """
    plain = host.strip().strip("[]").split("%")[0].rstrip(".").lower()
    if len(plain) > _LONGEST_HOST or any(c.isspace() or c in "/\\@#?" for c in plain):
        raise ValueError(f"host {host!r}")
    literal = literal_address(plain)
    if literal:
        return str(literal)
    try:
        return plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"host {host!r}") from error


def literal_address(host: str) -> Address | None:
    """The IP address that a host spells, in any of the forms that resolvers accept; None when it is a name."""
    if ":" in host:
        return ipaddress.IPv6Address(host)
    parts = host.split(".")
    if not all(_NUMBER.fullmatch(part) for part in parts) or len(parts) > 4:  # noqa: PLR2004 - bytes of IPv4
        return None
    return ipaddress.IPv4Address(_packed([_number(part) for part in parts]))


def _number(part: str) -> int:
    if part.lower().startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)


def _packed(parts: list[int]) -> int:
    """The classic reading: each part a byte, the last one all bytes that are left."""
    *heads, last = parts
    if any(head > 0xFF for head in heads) or last >= 256 ** (5 - len(parts)):  # noqa: PLR2004 - bytes of IPv4
        raise ValueError(f"not an IPv4 address: {parts}")
    value = last
    for place, head in enumerate(heads):
        value |= head << (8 * (3 - place))
    return value
