"""The lists of `phrases.toml`: words of seven languages by which cleaning knows what a line or a page is."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("phrases.toml")


@cache
def by_language(name: str) -> dict[str, tuple[str, ...]]:
    """One list, language by language; `name` is `section.list`.

    Raises:
        KeyError: there is no such list.
    """
    section, entry = name.split(".")
    lists: dict[str, dict[str, dict[str, list[str]]]] = _lists()
    return {language: tuple(phrases) for language, phrases in lists[section][entry].items()}


def any_of(name: str) -> str:
    """A regular expression that matches any phrase of a list in any case; the longer alternatives first."""
    phrases = {phrase for language in by_language(name).values() for phrase in language}
    return "(?i:" + "|".join(sorted(phrases, key=lambda phrase: (-len(phrase), phrase))) + ")"


def pattern(name: str) -> re.Pattern[str]:
    """A list as a compiled pattern, not anchored."""
    return re.compile(any_of(name))


@cache
def _lists() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))
