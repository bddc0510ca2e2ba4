"""How the pages answer: headers on everything, tags, JSON, redirects, and failures that are pages too."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from models.errors import WarehouseError
from models.read_story import ReadStory, read_story
from models.warehouse import Warehouse
from wirewatch.pages import app as pages_app
from wirewatch.pages.answer import Shown, answer
from wirewatch.pages.app import make_app
from wirewatch.pages.guard import HEADERS, host_of
from wirewatch.pages.spans import marks_of, paragraphs

PLACES = ["/exchanges", "/exchanges/{slug}", "/stories/{key}", "/search?q=Armenia", "/search", "/sources", "/alerts"]


@pytest.fixture
def addresses(slug: str, keys: dict[str, str]) -> list[str]:
    return [place.format(slug=slug, key=next(iter(keys.values()))) for place in PLACES]


def test_every_page_answers_as_a_page_with_landmarks_and_one_heading(pages: TestClient, addresses: list[str]) -> None:
    for address in addresses:
        answered = pages.get(address)
        page = html.fromstring(answered.text)
        assert (answered.status_code, answered.headers["content-type"]) == (200, "text/html; charset=utf-8"), address
        assert [len(page.findall(f".//{tag}")) for tag in ("h1", "main", "header", "footer")] == [1, 1, 1, 1], address
        assert page.get("lang") == "en"


BROKEN = ["/nothing", "/exchanges/no-such-one", "/stories/0123456789abcdef", "/stories/x", "/exchanges?phase=freed",
          "/exchanges?since=tomorrow", "/exchanges?party=%25", "/search?q=%22open", "/search?q=x&language=%3Cb%3E",
          "/exchanges/", "/static/answer.py", "/exchanges/%2e%2e%2f"]  # fmt: skip


def test_every_answer_carries_the_headers_that_keep_it_harmless(pages: TestClient, addresses: list[str]) -> None:
    answers = [pages.get(address) for address in (*addresses, *BROKEN, "/", "/static/wirewatch.css")]
    answers += [pages.post("/exchanges"), pages.get(addresses[0], headers={"If-None-Match": "*"})]
    assert {answered.status_code for answered in answers} == {200, 304, 307, 400, 404, 405}
    for answered in answers:
        assert {name: answered.headers.get(name) for name in HEADERS} == HEADERS, answered.url
    assert HEADERS["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'"
    )


def test_no_page_holds_a_script_a_style_or_a_handler_of_its_own(pages: TestClient, addresses: list[str]) -> None:
    for address in addresses:
        page = html.fromstring(pages.get(address).text)
        assert page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]") == [], address


@pytest.mark.parametrize("address", BROKEN)
def test_what_is_not_there_or_cannot_be_is_a_page_that_says_so(pages: TestClient, address: str) -> None:
    answered = pages.get(address)
    assert answered.status_code in {400, 404}
    page = html.fromstring(answered.text)
    assert page.find(".//nav") is not None
    assert len(page.findtext(".//main//h1")) > 3
    as_json = pages.get(address, headers={"Accept": "application/json"})
    assert (as_json.status_code, as_json.headers["content-type"]) == (answered.status_code, "application/json")


def test_a_wrong_filter_names_what_it_could_be(pages: TestClient) -> None:
    assert "called_for, rumoured, planned" in pages.get("/exchanges?phase=freed").text
    assert "2023-12-07T16:00Z" in pages.get("/exchanges?since=tomorrow").text


def test_a_query_that_cannot_be_read_is_told_with_advice_and_kept(pages: TestClient) -> None:
    page = html.fromstring(pages.get('/search?q="open').text)
    assert "cannot be read" in page.find(".//*[@role='alert']").text_content()
    assert page.find(".//input[@name='q']").get("value") == '"open'


def test_only_reading_is_allowed(pages: TestClient, addresses: list[str]) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for address in addresses:
            assert pages.request(method, address).status_code == 405


def test_a_page_is_not_sent_twice(pages: TestClient, addresses: list[str]) -> None:
    for address in (*addresses, "/static/wirewatch.css", f"{addresses[1]}.json"):
        first = pages.get(address)
        again = pages.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b""), address
        assert again.headers["etag"] == first.headers["etag"]
        assert pages.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_json_at_the_address_with_its_ending_or_by_accept_is_the_same(pages: TestClient, addresses: list[str]) -> None:
    for address in addresses:
        path, _, query = address.partition("?")
        by_ending = pages.get(f"{path}.json?{query}")
        assert by_ending.headers["content-type"] == "application/json"
        assert by_ending.content == pages.get(address, headers={"Accept": "application/json"}).content
        assert pages.get(address).headers["vary"] == "Accept"
        link = html.fromstring(pages.get(address).text).xpath("//footer//a/@href")
        assert link == [f"{path.rpartition('/')[2]}.json" + (f"?{query}" if query else "")]


def test_a_merged_exchange_leads_to_the_one_it_became(pages: TestClient, slug: str) -> None:
    moved = pages.get("/exchanges/am-az-2023-12-01a")
    assert (moved.status_code, moved.headers["location"]) == (308, slug)


def links(text: str) -> set[str]:
    return set(html.fromstring(text).xpath("//@href | //@action"))


def test_under_a_prefix_every_link_still_leads_to_a_page(warehouse: Warehouse, addresses: list[str]) -> None:
    outer = Starlette(routes=[Mount("/watch/desk", app=make_app(warehouse))])
    with TestClient(outer, follow_redirects=False) as client:
        assert client.get("/watch/desk/").headers["location"] == "exchanges"
        for address in (*addresses, "/nothing/at/all"):
            answered = client.get(f"/watch/desk{address}")
            for link in links(answered.text):
                if not link.startswith(("https:", "#")):
                    assert not link.startswith("/")
                    path = answered.url.join(link)
                    assert str(path).startswith("http://testserver/watch/desk/")
                    assert client.get(str(path)).status_code == 200, (address, link)


def test_what_breaks_is_a_page_that_tells_nothing_of_the_inside(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_warehouse: Warehouse, _request: Request) -> Shown:
        raise LookupError("/secret/place")

    def locked(_warehouse: Warehouse, _request: Request) -> Shown:
        raise WarehouseError("postgresql://desk@secret/db", "is locked")

    monkeypatch.setattr(pages_app, "_PAGES", (("/exchanges", broken), ("/alerts", locked)))
    with TestClient(make_app(warehouse), raise_server_exceptions=False) as client:
        failed, busy = client.get("/exchanges"), client.get("/alerts")
    assert (failed.status_code, busy.status_code, busy.headers["retry-after"]) == (500, 503, "5")
    for answered in (failed, busy):
        assert "secret" not in answered.text
        assert "<nav" in answered.text
        assert answered.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_routes_of_other_parts_answer_under_the_same_guard_and_the_feed_is_named(warehouse: Warehouse) -> None:
    def feed(_request: Request) -> Response:
        return PlainTextResponse("entries", media_type="application/atom+xml")

    with TestClient(make_app(warehouse, more=[Route("/alerts.atom", feed)])) as client:
        answered = client.get("/alerts.atom")
        assert (answered.text, answered.headers["x-content-type-options"]) == ("entries", "nosniff")
        page = html.fromstring(client.get("/alerts").text)
    assert page.xpath("//link[@type='application/atom+xml']/@href") == ["./alerts.atom"]


def test_without_a_feed_none_is_promised(pages: TestClient) -> None:
    assert "alerts.atom" not in pages.get("/alerts").text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example:8080"])
def test_a_borrowed_host_name_is_refused(warehouse: Warehouse, host: str) -> None:
    with TestClient(make_app(warehouse, hosts={"127.0.0.1", "::1"})) as client:
        answered = client.get("/exchanges", headers={"Host": host})
        assert (answered.status_code, "x-frame-options" in answered.headers) == (421, True)
        assert "<h1>" in answered.text
        for ours in ("127.0.0.1:8080", "[::1]:8080", "127.0.0.1"):
            assert client.get("/exchanges", headers={"Host": ours}).status_code == 200


def test_a_host_is_read_without_its_port() -> None:
    assert [host_of(one) for one in ("A.example:80", "[::1]:80", "[::1]", "")] == ["a.example", "::1", "::1", ""]


# ---------------------------------------------------------------- strangers' words


def render(pages: TestClient, read: ReadStory) -> str:
    """The page of a story, without a warehouse."""
    scope = {
        "type": "http", "method": "GET", "path": "/stories/x", "raw_path": b"/stories/x", "query_string": b"",
        "headers": [], "app": pages.app.app,  # type: ignore[attr-defined] # the application behind the guard
    }  # fmt: skip
    more: dict[str, Any] = {"paragraphs": paragraphs(read.text, marks_of(read))}
    made = answer(Request(scope), Shown(template="story.html", title=read.title, view=read, more=more))
    return bytes(made.body).decode()


def nodes(text: str) -> int:
    return len(html.fromstring(text).xpath("//*[not(self::bdi[@class='turn'])]"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60))
def test_any_title_makes_as_many_nodes_as_x(
    pages: TestClient, warehouse: Warehouse, keys: dict[str, str], title: str
) -> None:
    with warehouse.read() as connection:
        read = read_story(connection, next(iter(keys.values())))
    assert read is not None
    told = replace(read, title=title, bylines=(title,), origin=title, carrier=title, canonical_url=title)
    assert nodes(render(pages, told)) == nodes(render(pages, replace(told, title="x", canonical_url="x")))


def test_a_title_that_would_run_is_shown_and_does_not(pages: TestClient, keys: dict[str, str]) -> None:
    title = next(title for title in keys if "<script>" in title)
    page = html.fromstring(pages.get(f"/stories/{keys[title]}").text)
    assert page.findtext(".//h1//bdi") == title
    assert page.xpath("//script | //img") == []


def test_an_address_that_is_none_of_the_web_is_no_link(
    pages: TestClient, warehouse: Warehouse, keys: dict[str, str]
) -> None:
    with warehouse.read() as connection:
        read = read_story(connection, next(iter(keys.values())))
    assert read is not None
    shown = render(pages, replace(read, canonical_url="javascript:alert(1)"))
    assert "javascript:alert(1)" in shown
    assert re.search(r"href=.javascript", shown) is None


def test_json_of_a_story_carries_every_claim(pages: TestClient, warehouse: Warehouse, keys: dict[str, str]) -> None:
    for key in keys.values():
        told = json.loads(pages.get(f"/stories/{key}.json").content)
        assert all(told["text"][claim["start"] : claim["end"]] == claim["words"] for claim in told["claims"])
        with warehouse.read() as connection:
            read = read_story(connection, key)
        assert read is not None
        assert len(told["claims"]) == len(read.claims)
