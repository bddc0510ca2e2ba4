"""What a page keeps from its readers: elements that are in the source but not on the screen.

Text for machines alone (a hidden paragraph, white letters, one pixel) would otherwise be read as the story (seen).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STYLED = re.compile(
    r"display:none|visibility:hidden|opacity:0(?:\.0+)?(?![.\d])|font-size:(?:0|1)(?:px|pt|em)?(?![.\d])"
    r"|(?:^|;)(?:max-)?(?:height|width):(?:0|1)(?:px)?(?![.\d%])|text-indent:-\d{3,}|(?:left|top):-\d{3,}(?:px|em)?|clip:rect\(0"
)
_WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgba?\(255,255,255[^)]*\)|transparent)(?![\w])")
_GROUND = re.compile(
    r"background(?:-color|-image)?:(?!(?:#fff(?:fff)?|white|none|transparent|rgb\(255,255,255\))(?![\w]))"
)
_WHITE_FONT = {"#ffffff", "#fff", "white"}
_STYLE = re.compile(r"<style\b[^>]{0,500}>", re.IGNORECASE)
_RULE = re.compile(r"(?:^|[};/])\s*((?:[.#][\w-]+\s*,\s*)*[.#][\w-]+)\s*\{([^{}]{0,2000})\}")
_NEVER = {
    "html",
    "body",
    "article",
    "main",
}  # a style that hides these is undone by a script, or there is no page at all
_MAX_STYLE = 200_000  # characters of one style sheet that are read


@dataclass(frozen=True, slots=True)
class Concealment:
    """Classes and ids that the page's own style sheet hides."""

    classes: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def of(cls, source: str) -> Concealment:
        """Read the style sheets inside the page; rules under `@media` and compound selectors are left alone."""
        names: set[str] = set()
        for opening in _STYLE.finditer(source):
            end = source.find("</", opening.end())
            sheet = source[opening.end() : end if end >= 0 else None][:_MAX_STYLE]
            names |= _hidden_names(sheet)
        return cls(
            frozenset(name[1:] for name in names if name[0] == "."),
            frozenset(name[1:] for name in names if name[0] == "#"),
        )


def _hidden_names(sheet: str) -> set[str]:
    plain = sheet.split("@media", 1)[0]
    rules = _RULE.finditer(plain)
    return {name.strip() for rule in rules if _is_hiding(rule.group(2)) for name in rule.group(1).split(",")}


def conceals(tag: str, attributes: dict[str, str], sheet: Concealment) -> bool:
    """Whether an element hides its text from readers."""
    if tag in _NEVER:
        return False
    return (
        "hidden" in attributes
        or _is_hiding(attributes.get("style", ""))
        or (tag == "font" and attributes.get("color", "").lower() in _WHITE_FONT)
        or not sheet.classes.isdisjoint(attributes.get("class", "").split())
        or attributes.get("id", "") in sheet.ids
    )


def _is_hiding(style: str) -> bool:
    if not style:
        return False
    flat = re.sub(r"\s+|!important", "", style.lower())
    return bool(_STYLED.search(flat) or (_WHITE.search(flat) and not _GROUND.search(flat)))
