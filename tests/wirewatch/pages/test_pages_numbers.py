"""Every number on a page is that of its query: asked once of the page, once of the warehouse by SQL of the test."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(filled: Any) -> Ask:
    told: Ask = filled.ask
    return told


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def told(pages: TestClient, address: str) -> Any:
    return json.loads(pages.get(address).content)


BOARD = """SELECT exchange, COALESCE(releasing, '?'), COALESCE(receiving, '?'), count_low, count_best, count_high,
stories, outlets, independent_origins, substr(first_published_at, 1, 16), substr(latest_published_at, 1, 16)
FROM v_exchange"""


def on_board(text: str) -> list[tuple[Any, ...]]:
    rows = []
    for row in html.fromstring(text).xpath("//table[contains(@class,'board')]/tbody/tr"):
        slug = row.xpath("./th//*[@class='slug']/text()")[0]
        counts = [int(words(cell)) for cell in row.xpath("./td[contains(@class,'n') and not(contains(@class,'fig'))]")]
        times = [at.get("datetime")[:16] for at in row.xpath(".//time")]
        for leg in row.xpath(".//li"):
            ways = [words(code) for code in leg.xpath(".//*[@class='code']")]
            cells = [
                re.sub(r"^\w+ ", "", words(one)) for one in leg.xpath("./span[contains(@class,'f ') or @class='f']")
            ]
            rows.append((slug, *ways, *(None if cell == "–" else int(cell) for cell in cells), *counts, *times))
    return rows


def test_the_board_is_the_view(pages: TestClient, ask: Ask) -> None:
    assert Counter(on_board(pages.get("/exchanges").text)) == Counter(ask(BOARD))


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("party=AM", "',' || parties || ',' LIKE '%,AM,%'"),
        ("party=AM&phase=completed", "',' || parties || ',' LIKE '%,AM,%' AND phase = 'completed'"),
        ("phase=denied", "phase = 'denied'"),
        ("since=2023-12-13", "latest_published_at >= '2023-12-13'"),
        ("since=2023-12-13T23:00Z", "latest_published_at >= '2023-12-13T23'"),
        ("since=0999-01-01", "1"),
        ("party=nobody", "0"),
    ],
)
def test_the_filters_of_the_board_are_conditions_of_the_query(
    pages: TestClient, ask: Ask, query: str, condition: str
) -> None:
    assert Counter(on_board(pages.get(f"/exchanges?{query}").text)) == Counter(ask(f"{BOARD} WHERE {condition}"))


def test_the_filters_leave_something_out_and_something_in(ask: Ask) -> None:
    whole = len(ask(BOARD))
    assert 0 < len(ask(f"{BOARD} WHERE ',' || parties || ',' LIKE '%,AM,%'")) < whole
    assert 0 < len(ask(f"{BOARD} WHERE latest_published_at >= '2023-12-13T23'")) < whole


def test_a_filter_stays_chosen_on_its_page(pages: TestClient) -> None:
    page = html.fromstring(pages.get("/exchanges?party=AM&phase=completed&since=2023-12-07").text)
    assert page.xpath("//option[@selected]/@value") == ["AM", "completed"]
    assert page.xpath("//input[@name='since']/@value") == ["2023-12-07"]


def test_the_head_of_an_exchange_counts_as_the_view(pages: TestClient, ask: Ask, slug: str) -> None:
    page = html.fromstring(pages.get(f"/exchanges/{slug}").text)
    asked = "SELECT DISTINCT stories, outlets, independent_origins FROM v_exchange WHERE exchange = ?"
    ((stories, outlets, origins),) = ask(asked, slug)
    head = words(page.xpath("//main//p[@class='lede']")[0])
    assert f"{stories} stories {outlets} outlets {origins} independent origins" in head
    legs = [tuple(int(words(dd)) for dd in trio.xpath(".//dd")) for trio in page.xpath("//dl[@class='trio']")]
    figures = "SELECT count_low, count_best, count_high FROM v_exchange WHERE exchange = ?"
    assert Counter(legs) == Counter(ask(figures, slug))
    assert len(page.xpath("//section[@aria-labelledby='stories']//tbody/tr")) == stories


COUNTED = """SELECT releasing, receiving, count_best, COUNT(DISTINCT independent_origin) FROM v_claim_ledger
WHERE exchange = ? AND slot = 'count' AND count_best IS NOT NULL AND releasing IS NOT NULL GROUP BY 1, 2, 3"""


def test_figures_that_differ_come_first_with_the_origins_of_each(pages: TestClient, ask: Ask, slug: str) -> None:
    rows = ask(COUNTED, slug)
    several = {leg for leg, n in Counter(row[:2] for row in rows).items() if n > 1}
    assert several
    shown = {
        (one["releasing"], one["receiving"], figure["value"], figure["independent_origins"])
        for one in told(pages, f"/exchanges/{slug}.json")["differences"]
        for figure in one["figures"]
    }
    assert shown == {row for row in rows if row[:2] in several}
    page = html.fromstring(pages.get(f"/exchanges/{slug}").text)
    assert words(page.xpath("//main//h2")[0]) == "Figures differ"
    assert {
        int(words(cell)) for cell in page.xpath("//section[contains(@class,'differs')]//td[contains(@class,'big')]")
    } == {row[2] for row in rows if row[:2] in several}


SIDE = "CASE WHEN claimer = 'author' THEN outlet_side ELSE claimer_side END"
VOICES = f"""SELECT {SIDE}, releasing, receiving, COALESCE(CAST(count_best AS TEXT), value),
CASE WHEN claimer = 'author' THEN '' ELSE claimer END, COUNT(DISTINCT independent_origin), COUNT(DISTINCT outlet)
FROM v_claim_ledger WHERE exchange = ? AND slot = 'count' GROUP BY 1, 2, 3, 4, 5"""


def test_who_says_how_many_is_the_ledger_by_side(pages: TestClient, ask: Ask, slug: str) -> None:
    shown = Counter(
        (side["code"], leg["releasing"], leg["receiving"], voice["value"], voice["claimer"],
         voice["independent_origins"], len(voice["tellers"]))
        for side in told(pages, f"/exchanges/{slug}.json")["sides"]
        for leg in side["legs"]
        for voice in leg["voices"]
    )  # fmt: skip
    assert shown == Counter(ask(VOICES, slug))
    page = html.fromstring(pages.get(f"/exchanges/{slug}").text)
    rows = page.xpath("//table[contains(@class,'voices')]/tbody/tr[not(@class)]")
    assert sum(shown.values()) == len(rows)
    assert sum(int(words(row.xpath("./td[@data-label='Origins']")[0])) for row in rows) == sum(
        row[5] for row in shown.elements()
    )


def test_a_side_that_gives_no_number_is_said_to_be_silent(pages: TestClient, ask: Ask) -> None:
    ((slug, parties),) = ask("SELECT DISTINCT exchange, parties FROM v_exchange WHERE parties = 'tarsenia,velmora'")
    spoken = {(row[0], row[1], row[2]) for row in ask(VOICES, slug)}
    legs = ask("SELECT releasing, receiving FROM v_exchange WHERE exchange = ?", slug)
    silent = [(side, *leg) for side in parties.split(",") for leg in legs if (side, *leg) not in spoken]
    assert silent
    page = html.fromstring(pages.get(f"/exchanges/{slug}").text)
    assert len(page.xpath("//tr[@class='silent']")) == len(silent)


def test_what_neither_side_says_has_no_claim_of_a_party(pages: TestClient, ask: Ask, slug: str) -> None:
    ((parties,),) = ask("SELECT DISTINCT parties FROM v_exchange WHERE exchange = ?", slug)
    sides = "', '".join(parties.split(","))
    asked = f"SELECT DISTINCT slot FROM v_claim_ledger WHERE exchange = ? AND {SIDE} IN ('{sides}')"
    said = {slot for (slot,) in ask(asked, slug)}
    shown = {cell["slot"] for cell in told(pages, f"/exchanges/{slug}.json")["unsaid"]}
    assert shown == {"count", "date", "place", "mediator"} - said
    assert shown


def test_the_steps_are_those_of_the_history_each_with_its_story(pages: TestClient, ask: Ask, slug: str) -> None:
    rows = ask(
        "SELECT p.phase, v.key FROM phase p JOIN exchange e ON e.id = p.exchange_id JOIN story_version v"
        " ON v.id = p.version_id WHERE e.slug = ? ORDER BY p.position", slug,
    )  # fmt: skip
    page = html.fromstring(pages.get(f"/exchanges/{slug}").text)
    shown = [
        (words(step.xpath(".//*[contains(@class,'phase')]")[0]).replace(" ", "_"),
         step.xpath(".//a/@href")[0].removeprefix("../stories/"))
        for step in page.xpath("//ol[@class='steps']/li")
    ]  # fmt: skip
    assert shown == rows


def test_a_story_shows_its_findings_and_where_its_bytes_lie(pages: TestClient, ask: Ask) -> None:
    rows = ask(
        "SELECT v.key, c.sha256, c.warc_file, c.warc_offset, c.status, (SELECT COUNT(*) FROM claim k WHERE"
        " k.version_id = v.id), (SELECT COUNT(*) FROM stance k WHERE k.version_id = v.id) FROM story_version v"
        " JOIN capture c ON c.id = v.capture_id"
    )
    ((weights,),) = ask("SELECT DISTINCT weights_sha256 FROM model")
    for key, sha256, file, offset, status, claims, stances in rows:
        page = html.fromstring(pages.get(f"/stories/{key}").text)
        card = page.xpath("//section[@aria-labelledby='provenance']//dl")[0]
        facts = dict(zip(map(words, card.findall("dt")), map(words, card.findall("dd")), strict=True))
        assert facts["Digest"] == f"sha256 {sha256}"
        assert facts["WARC"].startswith(f"{file} offset {offset} length ")
        assert facts["HTTP status"].split()[0] == str(status)
        assert facts["Model"].endswith(f"weights sha256 {weights}")
        assert (facts["Story id"], "Captured at" in facts, "Address" in facts) == (key, True, True)
        assert len(page.xpath("//section[@aria-labelledby='claims']//tbody/tr")) == claims
        assert len(page.xpath("//section[@aria-labelledby='stances']//tbody/tr")) == stances


def test_a_story_leads_to_its_other_versions_and_to_its_copies(
    pages: TestClient, ask: Ask, keys: dict[str, str]
) -> None:
    page = html.fromstring(pages.get(f"/stories/{keys['Ferry timetable, corrected']}").text)
    assert page.xpath("//section[@aria-labelledby='versions']//a/@href") == [keys["Ferry timetable"]]
    copied = ask(
        "SELECT story_id, origin_key FROM v_story WHERE syndication_role = 'origin' AND origin_key IN"
        " (SELECT origin_key FROM v_story WHERE syndication_role = 'carrier')"
    )
    assert copied
    for key, cluster in copied:
        page = html.fromstring(pages.get(f"/stories/{key}").text)
        shown = {link.rpartition("/")[2] for link in page.xpath("//section[@aria-labelledby='elsewhere']//a/@href")}
        assert shown == {k for (k,) in ask("SELECT story_id FROM v_story WHERE origin_key = ?", cluster)} - {key}


def test_loaded_words_are_marked_and_named_neutrally(pages: TestClient, keys: dict[str, str]) -> None:
    page = html.fromstring(pages.get(f"/stories/{keys['Moscow tells of a swap']}").text)
    assert words(page.xpath("//section[@aria-labelledby='loaded']//li")[0]) == "“Kiev regime” for Ukraine UA"
    assert "".join(page.xpath("//mark[contains(@data-findings,'loaded-0')]//text()")) == "Kiev regime"


@pytest.mark.parametrize("query", ["Armenia", "плен*", '"prisoner swap" OR ferry', "32", "elephant"])
def test_search_counts_what_it_finds_in_all_and_by_language(pages: TestClient, ask: Ask, query: str) -> None:
    rows = ask(
        "SELECT v.language, COUNT(*) FROM story_search f JOIN story_version v ON v.id = f.rowid"
        " WHERE story_search MATCH ? GROUP BY v.language", query,
    )  # fmt: skip
    answered = told(pages, f"/search.json?q={query}")
    assert {one["code"]: one["stories"] for one in answered["languages"]} == dict(rows)
    assert answered["found"] == len(answered["stories"]) == sum(n for _, n in rows)
    for language, number in rows:
        narrowed = pages.get(f"/search?q={query}&language={language}").text
        page = html.fromstring(narrowed)
        assert page.xpath("//p[@class='lede']//strong/text()") == [str(number)]
        assert len(page.xpath("//ol[@class='hits']/li")) == number
        assert set(page.xpath("//ol[@class='hits']//p/span[@class='code']/text()")) == {language}


def test_search_marks_the_words_that_answer(pages: TestClient) -> None:
    page = html.fromstring(pages.get("/search?q=ferry").text)
    assert {mark.text_content().casefold() for mark in page.xpath("//p[@class='snippet']//mark")} == {"ferry"}


def test_sources_fare_as_the_warehouse_says(pages: TestClient, ask: Ask) -> None:
    page = html.fromstring(pages.get("/sources").text)
    shown = {words(row.xpath("./th")[0]): words(row.xpath("./td[@data-label='State']")[0])
             for row in page.xpath("//tbody/tr")}  # fmt: skip
    assert set(shown) == {name for (name,) in ask("SELECT id FROM source WHERE kind <> 'file'")}
    assert shown["file-meridian-wire"] == "ok"
    assert shown["file-caspian-ledger"] == "failing"
    assert shown["file-xezri"] == "unverified"
    assert shown["file-arpi-lur"] == "new"
    assert "HTTP 503 from <caspian-ledger.example>" in words(page.xpath("//table")[0])


def test_the_log_tells_every_alert_with_its_deliveries(pages: TestClient, ask: Ask) -> None:
    page = html.fromstring(pages.get("/alerts").text)
    rows = ask("SELECT title, COALESCE(suppressed, ''), id FROM alert ORDER BY id DESC")
    assert rows
    shown = [(words(one.xpath(".//h2")[0]), one.get("id")) for one in page.xpath("//article")]
    assert shown == [(" ".join(title.split()), f"alert-{row_id}") for title, _, row_id in rows]
    delivered = ask("SELECT channel, state FROM delivery")
    assert Counter(words(one).split()[0] for one in page.xpath("//ul[@class='deliveries']/li")) == Counter(
        channel for channel, _ in delivered
    )
