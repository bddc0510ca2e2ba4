"""Words of strangers made fit for a page: escaped, inert, and still the very characters; moments in UTC with Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from models.records import CaptiveStatus, Precision
from wirewatch.show import printable

# marks that turn the direction of reading for what follows them: each is shut into an isolate of its own
_TURNS: Final = re.compile("([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])")
# no character of HTML; a browser would drop it or take another one for it
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_WEB: Final = frozenset({"http", "https"})
_AS_FINE_AS: Final = {Precision.DAY: "%Y-%m-%d", Precision.SECOND: "%Y-%m-%d %H:%M:%SZ"}


def inert(text: str) -> Markup:
    """Text that can neither be markup nor turn the direction of what stands around it; its characters stay."""
    return Markup().join(_shut(part) for part in _TURNS.split(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)))


def _shut(part: str) -> Markup:
    if _TURNS.fullmatch(part):
        return Markup('<bdi class="turn" title="U+{:04X}">{}</bdi>').format(ord(part), part)
    return Markup(str(escape(part)).replace("\r", "&#13;"))  # noqa: S704 - escaped one word to the left


def plain(text: str, longest: int = 160) -> str:
    """Text for a title or an attribute, where no element can stand: on one line, cut, without what turns it."""
    line = " ".join(_TURNS.sub(" ", printable(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def moment(value: str | datetime | None) -> datetime | None:
    """A time as views give it: text on one engine, a datetime on the other."""
    if not value:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def when(value: str | datetime | None, precision: Precision = Precision.MINUTE) -> Markup:
    """A time as fine as it is known, in UTC with Z; a day alone has no Z, for it is no instant."""
    at = moment(value)
    if at is None or precision is Precision.UNKNOWN:
        return Markup('<span class="none">not given</span>')
    exact = f"{at:%Y-%m-%d}" if precision is Precision.DAY else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}">{}</time>').format(
        exact, at.strftime(_AS_FINE_AS.get(precision, "%Y-%m-%d %H:%MZ"))
    )


def spoken(code: str) -> str:
    """A code of ours as words: `under_way` as "under way"."""
    return "prisoner of war" if code == CaptiveStatus.POW else code.replace("_", " ")


def language_tag(tag: str) -> str:
    """A BCP 47 tag for a `lang` attribute; "" for what is none."""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def is_web(url: str) -> bool:
    """Whether an address may stand behind a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _WEB and bool(parts.netloc)
