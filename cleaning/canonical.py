"""The address a story is known by: one form for the many spellings of one address.

Idempotent; the host and the case of the path stay as they are; tracking parameters, fragments and AMP forms go.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|link\w*|ptr\w*|bbc\w*|format)|mc_[ce]id|_hs\w+|pk_\w+|mtm_\w+|ns_\w+|ito|icid|ocid|cmpid|"
    r"fbclid|gclid|gclsrc|dclid|wbraid|gbraid|yclid|ysclid|msclkid|twclid|ttclid|igshid|igsh|_ga|_gl|spm|si|xtor|ref_src|ref_url|"
    r"referrer|smid|smtyp|partner|cmp|rss|feed|output_type|amp|amp_.*|outputtype|_openstat|from_rss|wt_mc|sref|share|__twitter_impression)$",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_AMP_TAIL = re.compile(r"(?<=[^/])/amp/?$|\.amp(?=\.html?$)|\.amp$")
_AMP_OUTPUT = {"outputtype", "output", "mode", "view"}


def canonical_url(url: str) -> str:
    """The canonical form of an address; an address that is none comes back without its surrounding white space."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return url
    netloc = parts.netloc
    if port is not None and str(port) == _DEFAULT_PORTS[parts.scheme]:
        netloc = netloc.rsplit(":", 1)[0]
    return urlunsplit((parts.scheme, netloc, _path(parts.path.rstrip()), _query(parts.query.rstrip()), ""))


def host_of(url: str) -> str:
    """The host of an address in lower case, without `www.`; "" when it has none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".").removeprefix("www.")


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses lie on one host, or one host is a subdomain of the other (`amp.`, `m.`, `en.`)."""
    first, second = host_of(one), host_of(other)
    if not first or not second:
        return False
    return first == second or first.endswith("." + second) or second.endswith("." + first)


def _path(path: str) -> str:
    while (shorter := _AMP_TAIL.sub("", path)) != path:
        path = shorter
    return path or "/"


def _query(query: str) -> str:
    """The parameters that tell content apart, in their own order; untouched when none is left out."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = [(name, value) for name, value in pairs if not _is_tracking(name, value)]
    if len(kept) == len(pairs):
        return query
    return urlencode(kept, errors="surrogateescape")


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.match(name)) or (name.lower() in _AMP_OUTPUT and value.lower() == "amp")
