"""One exchange as text: legs first, then who says how many, grouped by side, then what nobody says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from alerting.message import legs_line
from models.records import ExchangeState, Trust

_SLOTS: Final = ("count", "status", "date", "place", "mediator", "blame", "other")
_SHOWN: Final = 90  # characters of a quoted claim
Row = Mapping[str, Any]


def exchange_text(state: ExchangeState, rows: Sequence[Row], *, trust: Trust, reasons: Sequence[str]) -> str:
    """The exchange for a terminal."""
    lines = [
        f"{state.slug}  {state.phase.value}  {trust.value}",
        legs_line(state),
        f"{state.stories} stories · {len(state.outlets)} outlets · {state.independent_origins} independent origins: "
        + ", ".join(state.origins),
        f"mediation: {state.mediation.value} {', '.join(state.mediators)}".rstrip(),
        f"handover: {state.exchange_on or 'day not given'}, {state.place or 'place not given'}",
        "because: " + "; ".join(reasons),
        *(f"FIGURES DIFFER  {conflict}" for conflict in state.conflicts),
        "",
    ]
    for slot in _SLOTS:
        lines += _slot(slot, [row for row in rows if row["slot"] == slot])
    return "\n".join(lines)


def _slot(slot: str, rows: Sequence[Row]) -> list[str]:
    if not rows:
        return [f"{slot}: nobody says"]
    lines = [f"{slot}:"]
    ordered = sorted(
        rows, key=lambda row: (str(row["releasing"]), str(row["receiving"]), str(row["value"]), _side(row))
    )
    for (leg, value), group in groupby(ordered, key=lambda row: (_leg(row), str(row["value"]))):
        told = list(group)
        origins = len({row["independent_origin"] for row in told})
        lines.append(f"  {leg}{_cut(value)}  — {origins} independent origin{'s' if origins != 1 else ''}")
        lines += [f"      {line}" for line in dict.fromkeys(_teller(row) for row in told)]
    return lines


def _leg(row: Row) -> str:
    return f"{row['releasing'] or '?'}→{row['receiving'] or '?'}  " if row["releasing"] or row["receiving"] else ""


def _side(row: Row) -> str:
    return str(row["claimer_side"] or row["outlet_side"] or "")


def _teller(row: Row) -> str:
    side = f" [{_side(row)}]" if _side(row) else ""
    voice = "own voice" if row["claimer"] == "author" else row["claimer"]
    carried = f" (carrying {row['origin']})" if row["carrier"] and row["origin"] != row["outlet"] else ""
    return f"{row['outlet']}{carried}: {voice}{side} “{_cut(str(row['words']))}”"


def _cut(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
