"""The pages in a real browser: wide and narrow, light and dark; what is marked is what was claimed.

WIREWATCH_SHOTS names a folder for pictures of the five main pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

pytestmark = [pytest.mark.slow, pytest.mark.needs("browser")]
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")

# Ratio of each text's colour to what lies behind it, for every element that holds text of its own.
CONTRAST = """() => {
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const rgba = colour => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data]; };
  const over = (top, below) => { const a = top[3] / 255;
    return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a)).concat(255); };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = element => { const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 255]); };
  const weak = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const ground = behind(e), ink = over(rgba(getComputedStyle(e).color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push([e.className, e.textContent.trim().slice(0, 40), ratio.toFixed(2)]);
  }
  return weak;
}"""
NAMELESS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, nav, form')]
  .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)
    || e.tagName === 'FORM')).map(e => e.outerHTML.slice(0, 120))"""
BROKEN_NUMBERS = """() => [...document.querySelectorAll('td.n, .f, dd')]
  .filter(cell => /^\\s*\\d+\\s*$/.test(cell.textContent))
  .filter(cell => { const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) { if (!n.data.trim()) continue;
      const range = document.createRange(); range.selectNode(n);
      if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) return true; } return false; })
  .map(cell => cell.outerHTML)"""
MARKED = """() => { const found = {};
  for (const mark of document.querySelectorAll('[data-findings]')) {
    const paragraph = [...mark.closest('.text').children].indexOf(mark.closest('p'));
    for (const key of mark.dataset.findings.split(' ')) {
      const told = found[key] ??= {text: '', paragraph};
      told.text += (told.paragraph === paragraph ? '' : '\\n\\n') + mark.textContent; told.paragraph = paragraph;
    } }
  return Object.fromEntries(Object.entries(found).map(([key, told]) => [key, told.text])); }"""


@dataclass
class Watched:
    """A window, and everything it complained of or asked for."""

    page: Page
    base: str
    trouble: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Note from now on what it complains of and asks for."""
        self.page.on("console", lambda said: self.trouble.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", lambda asked: self.hosts.add(urlsplit(asked.url).hostname or asked.url))

    def open(self, place: str, width: int = 1280, scheme: str = "light") -> Page:
        """Show a place of ours."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of its words
        answered = self.page.goto(f"{self.base}{place}")
        assert answered
        assert answered.status == 200, place
        return self.page


@pytest.fixture(scope="module")
def launch(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., BrowserContext]]:
    """Start a browser that knows nothing yet."""
    with sync_playwright() as playwright:
        started: list[BrowserContext] = []

        def start(**options: Any) -> BrowserContext:
            folder = tmp_path_factory.mktemp("browser")
            options |= {"executable_path": chromium, "args": list(ARGUMENTS)}
            started.append(playwright.chromium.launch_persistent_context(folder, **options))
            return started[-1]

        yield start
        for one in started:
            one.close()


@pytest.fixture(scope="module")
def context(launch: Callable[..., BrowserContext]) -> BrowserContext:
    return launch()


@pytest.fixture
def window(context: BrowserContext, served: str) -> Iterator[Watched]:
    watched = Watched(page=context.new_page(), base=served)
    watched.watch()
    yield watched
    watched.page.close()
    assert watched.trouble == []
    assert watched.hosts <= {"127.0.0.1"}


@pytest.fixture
def places(filled: Any, slug: str, keys: dict[str, str]) -> dict[str, str]:
    """The pages by name: the five main ones, and the hostile ones."""
    richest = (
        "SELECT v.key FROM story_version v JOIN claim c ON c.version_id = v.id JOIN stance s ON s.version_id = v.id"
    )
    ((key,),) = filled.ask(f"{richest} GROUP BY v.key ORDER BY COUNT(DISTINCT c.id) DESC, v.key LIMIT 1")
    main = {"exchanges": "exchanges", "exchange": f"exchanges/{slug}", "story": f"stories/{key}"}
    more = {"search": "search?q=Armenia", "sources": "sources", "alerts": "alerts", "nothing": "search?q=elephant"}
    hostile = {
        f"hostile-{n}": f"stories/{keys[t]}" for n, t in enumerate(keys) if t.startswith(("</", "Capti", "Donau"))
    }
    assert len(hostile) == 3
    return main | more | hostile | {"long": "search?q=Donaudampfschiffahrts*"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_reads_and_stays_at_home(
    window: Watched, places: dict[str, str], width: int, scheme: str
) -> None:
    for name, place in places.items():
        page = window.open(place, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(CONTRAST) == [], name
        assert page.evaluate(NAMELESS) == [], name
        assert page.evaluate(BROKEN_NUMBERS) == [], name
        assert page.title().endswith("Wirewatch"), name
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_the_marked_text_of_every_claim_is_its_words(window: Watched, filled: Any) -> None:
    """And so are those of every stance and of loaded wording."""
    kinds = {"claim": "claim", "stance": "stance", "mention WHERE loaded": "loaded"}
    wanted: dict[str, dict[str, str]] = {key: {} for (key,) in filled.ask("SELECT key FROM story_version")}
    for table, kind in kinds.items():
        where = f"(SELECT * FROM {table})"
        rows = filled.ask(f"SELECT v.key, f.words FROM {where} f JOIN story_version v ON v.id = f.version_id"
                          " ORDER BY v.key, f.position")  # fmt: skip
        for key, words in rows:
            wanted[key][f"{kind}-{sum(name.startswith(kind) for name in wanted[key])}"] = words
    assert sum(name.startswith("claim") for found in wanted.values() for name in found) > 60
    for key, found in wanted.items():
        assert window.open(f"stories/{key}").evaluate(MARKED) == found, key


def test_a_claim_leads_to_its_row_and_the_row_back_to_its_words(window: Watched, places: dict[str, str]) -> None:
    page = window.open(places["story"])
    page.locator('.text a.ref[href="#claim-0"]').first.click()  # a claim inside it ends, and is named, before it
    assert page.url.endswith("#claim-0")
    page.locator("#claim-0 a.words").click()
    assert page.locator("mark:target").count() == 1


def test_the_keyboard_reaches_the_content_first_and_the_ring_is_seen(window: Watched, places: dict[str, str]) -> None:
    page = window.open(places["exchanges"])
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.text_content() == "Skip to the content"
    assert focused.evaluate("e => getComputedStyle(e).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_filters_search_and_links_work_by_hand(window: Watched, places: dict[str, str]) -> None:
    page = window.open(places["exchanges"])
    page.get_by_label("Party").select_option("AM")
    page.get_by_role("button", name="Filter").click()
    assert "party=AM" in page.url
    page.locator("table a").first.click()
    assert page.locator("h1").inner_text().startswith("Armenia")
    page.get_by_label("Search all stories").fill("Gazakh")
    page.keyboard.press("Enter")
    assert page.locator(".hits mark").first.inner_text() == "Gazakh"


def test_a_title_that_would_run_does_not(window: Watched, keys: dict[str, str]) -> None:
    title = next(title for title in keys if "<script>" in title)
    page = window.open(f"stories/{keys[title]}")
    assert page.locator("h1").inner_text() == title
    assert page.title() != "taken"


def test_without_scripts_nothing_is_missing(
    launch: Callable[..., BrowserContext], window: Watched, places: dict[str, str]
) -> None:
    plain = launch(java_script_enabled=False).new_page()
    for name, place in places.items():
        plain.goto(f"{window.base}{place}")
        told = plain.locator("body").inner_text()
        assert told == window.open(place).locator("body").inner_text(), name
        assert len(told) > 100, name


def test_on_paper_no_frame_is_printed(window: Watched, places: dict[str, str]) -> None:
    page = window.open(places["exchange"])
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.locator("h1").is_visible()


def test_pictures_of_the_main_pages_are_taken_where_somebody_wants_them(
    window: Watched, places: dict[str, str], tmp_path: Path
) -> None:
    folder = Path(os.environ.get("WIREWATCH_SHOTS") or tmp_path)
    for name in ("exchanges", "exchange", "story", "search", "sources"):
        for width in WIDTHS:
            for scheme in SCHEMES:
                file = folder / f"{name}-{width}-{scheme}.png"
                window.open(places[name], width, scheme).screenshot(path=file, full_page=True)
                assert file.stat().st_size > 10_000
