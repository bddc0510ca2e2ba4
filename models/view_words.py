"""What the analysts' views are for, and what those of their columns mean that no table has.

A column that a view takes over from a table, or from another view, keeps the meaning it has there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

INTEGER, TEXT, TIME = "integer", "text", "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewWords:
    """A view in words: one line for it, and type and meaning of every column that is derived."""

    about: str
    derived: dict[str, tuple[str, str]] = field(default_factory=dict)


WORDS: Final[dict[str, ViewWords]] = {
    "v_origin": ViewWords(
        about="whose word each text is: the house behind the origin of its cluster of copies",
        derived={
            "origin_name": (TEXT, "who wrote the origin: the name its page gives, else its outlet"),
            "house": (TEXT, "owner group of the origin: texts of one house are one independent origin"),
        },
    ),
    "v_story": ViewWords(
        about="every text of every story, with its outlet, its copies and what it reports",
        derived={"origin": (TEXT, "who wrote it: the name the page gives, else its outlet")},
    ),
    "v_review": ViewWords(about="what people said of findings: every verdict, the latest word on each counts"),
    "v_exchange": ViewWords(
        about="every exchange that stands, one row per leg; figures are derived from the claims",
        derived={
            "count_low": (INTEGER, "least number that any claim on this leg allows; NULL when none gives one"),
            "count_best": (INTEGER, "the number that most independent origins vouch for; among equals the latest"),
            "count_high": (INTEGER, "greatest number that any claim on this leg allows; NULL when none gives one"),
            "different_counts": (INTEGER, "how many different numbers are told of this leg; more than 1 = they differ"),
            "stories": (INTEGER, "texts that report the exchange"),
            "outlets": (INTEGER, "outlets that report it"),
            "independent_origins": (INTEGER, "houses that report it in their own words"),
            "first_published_at": (TIME, "publication of the earliest report; NULL when none is dated"),
            "latest_published_at": (TIME, "publication of the latest report; NULL when none is dated"),
            "first_seen_at": (TIME, "capture that first showed a report of it"),
        },
    ),
    "v_claim_ledger": ViewWords(about="every claim behind every cell of every exchange, with who tells it and where"),
    "v_source_health": ViewWords(
        about="how each polled address fares, and why",
        derived={
            "state": (TEXT, "unverified, disabled, waiting, failing, new (never polled) or ok"),
            "addresses_listed": (INTEGER, "addresses that it ever listed"),
            "pages_captured": (INTEGER, "pages captured behind it"),
        },
    ),
}
