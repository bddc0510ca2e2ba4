"""What nobody may be shown: secrets that this process has revealed, and texts without them.

The first line of defence is that no message is made of a secret. This is the second: whatever was revealed is taken out
of every text that leaves the process.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

HIDDEN: Final = "***"
_SHORTEST: Final = 6  # characters; what is shorter stands in ordinary words too
_TELLING: Final = 12  # characters of a part of an address that is a token rather than a word
_PASSWORD: Final = re.compile(r"(://[^:/?#@]*):.*@", re.DOTALL)  # up to the last @: a password may hold one, or a slash
_NAMED: Final = re.compile(r"([?&](?:password|sslpassword|passwd|token)=)[^&]*", re.IGNORECASE)
_REVEALED: set[str] = set()


def keep_secret(value: str) -> None:
    """Remember a secret, and the parts of it that say as much, so that `redacted` knows them."""
    _REVEALED.update(part for part in {value, *_parts(value)} if len(part) >= _SHORTEST)


def redacted(text: str) -> str:
    """The text without anything that was ever kept secret here."""
    for secret in sorted(_REVEALED, key=len, reverse=True):  # the whole before its parts
        text = text.replace(secret, HIDDEN)
    return text


def without_password(url: str) -> str:
    """A database address that may be shown."""
    return _NAMED.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1:{HIDDEN}@", url))


def keep_password_secret(url: str) -> None:
    """Remember the password in a database address, as it stands there and as it is meant."""
    for found in (*_PASSWORD.finditer(url), *_NAMED.finditer(url)):
        held = found[0][len(found[1]) :].strip(":@")
        for value in (held, unquote(held)):
            keep_secret(value)


def _parts(value: str) -> set[str]:
    """Of an address: its path with the query, every long piece of these, and the forms in which they travel."""
    try:
        address = urlsplit(value)
    except ValueError:
        return set()
    if not address.scheme or not address.netloc:
        return {quote(value, safe="")}
    whole = address.path + (f"?{address.query}" if address.query else "")
    pieces = re.split(r"[/?&=:@]", f"{address.netloc.rpartition('@')[0]}/{whole}")
    long = {piece for piece in pieces if len(piece) >= _TELLING}
    return {part for part in (whole, *long, *map(unquote, long)) if len(part) >= _TELLING}
