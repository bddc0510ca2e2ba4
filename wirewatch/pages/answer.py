"""An answer: one view, shown as a page or as JSON; tagged, so that what did not change is not sent again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.records import Phase
from wirewatch.pages import words
from wirewatch.settings import VERSION
from wirewatch.show import plain_value

STATIC: Final[Mapping[str, str]] = {"wirewatch.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_REVALIDATE: Final = {"Cache-Control": "no-cache", "Vary": "Accept"}
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}  # its digest stands in its address
WANTS_JSON: Final = "wirewatch.json"  # key of the scope: the address ended with .json


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows."""

    template: str
    title: str
    view: Any  # a record: all of the JSON, `view` of the template
    more: Mapping[str, Any] = field(default_factory=dict)  # for the template alone
    status: int = 200


def answer(request: Request, shown: Shown) -> Response:
    """The page or the JSON of a view; 304 when the reader has it already."""
    if wants_json(request):
        body = json.dumps(plain_value(asdict(shown.view)), ensure_ascii=False, indent=1).encode()
        response = Response(body, shown.status, _REVALIDATE, "application/json")
    else:
        response = HTMLResponse(_page(request, shown), shown.status, _REVALIDATE)
    return tagged(request, response)


def tagged(request: Request, response: Response) -> Response:
    """The response under the tag of its bytes, or the word that the reader has these bytes."""
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if response.status_code == 200 and known & {tag, "*"}:  # noqa: PLR2004 - HTTP's own number
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def static(request: Request) -> Response:
    """One of the few files that pages are made with."""
    name = request.path_params["name"]
    headers = _FOR_EVER if request.query_params.get("v") == digest(name) else _REVALIDATE
    return tagged(request, Response(_bytes(name), 200, headers, STATIC[name]))


@cache
def digest(name: str) -> str:
    """Names a file's content in its address."""
    return hashlib.sha256(_bytes(name)).hexdigest()[:12]


def wants_json(request: Request) -> bool:
    """Whether the address ends with .json, or the reader takes JSON and no page."""
    accepted = request.headers.get("accept", "")
    return bool(request.scope.get(WANTS_JSON)) or ("application/json" in accepted and "text/html" not in accepted)


def base_of(request: Request) -> str:
    """The way from a page's address up to where all of them begin: links hold under any prefix."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    depth = raw.partition(b"?")[0].count(b"/") - request.scope.get("root_path", "").count("/") - 1
    return "../" * depth or "./"


def _page(request: Request, shown: Shown) -> str:
    return (
        _environment()
        .get_template(shown.template)
        .render(
            view=shown.view,
            title=words.plain(shown.title),
            base=base_of(request),
            as_json=_json_address(request) if shown.status == 200 else "",  # noqa: PLR2004 - HTTP's own number
            feed=request.app.state.has_feed,
            version=VERSION,
            style=digest("wirewatch.css"),
            icon=digest("icon.svg"),
            **shown.more,
        )
    )


def _json_address(request: Request) -> str:
    last = request.scope["path"].rpartition("/")[2]
    query = request.scope["query_string"].decode("ascii", "ignore")
    return f"{last}.json" + (f"?{query}" if query else "")


@cache
def _bytes(name: str) -> bytes:
    return (files(__package__) / "static" / name).read_bytes()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("wirewatch.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    for filter_ in (words.inert, words.plain, words.when, words.spoken, words.language_tag):
        made.filters[filter_.__name__] = filter_
    made.tests["web"] = words.is_web
    made.globals["PHASES"] = tuple(phase.value for phase in Phase)
    return made
