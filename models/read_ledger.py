"""The ledger as rows, for commands and pages: the documented views and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, RowMapping, text

from models.codebook import read_types
from models.columns import UtcDateTime
from models.ledger_state import resolve

_EXCHANGES: Final = text("SELECT * FROM v_exchange").columns(**read_types("v_exchange"))
_LEDGER: Final = text("""
    SELECT releasing, receiving, slot, value, count_best, claimer, claimer_side, outlet, outlet_side, origin,
           carrier, origin_key, independent_origin, first_seen_at, published_at, story_id, span_start,
           span_end, words, model, score
    FROM v_claim_ledger WHERE exchange = :slug""").columns(**read_types("v_claim_ledger"))
_PHASES: Final = text("""
    SELECT p.position, p.phase, p.reported_at, p.illegal, s.outlet, s.story_id, s.title
    FROM phase p JOIN exchange e ON e.id = p.exchange_id
    JOIN story_version v ON v.id = p.version_id JOIN v_story s ON s.story_id = v.key
    WHERE e.slug = :slug ORDER BY p.position""").columns(reported_at=UtcDateTime(), illegal=Boolean())
_STORY: Final = text("SELECT * FROM v_story WHERE story_id = :key").columns(**read_types("v_story"))
_LEDGER_ORDER: Final = ("releasing", "receiving", "slot", "value", "published_at", "story_id", "span_start", "span_end")


def exchange_rows(connection: Connection) -> list[dict[str, Any]]:
    """Every exchange, one row per leg, the latest first, those without a date last."""
    rows = _in_order(connection.execute(_EXCHANGES).mappings(), ("exchange", "releasing", "receiving"))
    undated = [row for row in rows if row["first_published_at"] is None]
    dated = [row for row in rows if row["first_published_at"] is not None]
    return [*sorted(dated, key=lambda row: row["first_published_at"], reverse=True), *undated]


def ledger_rows(connection: Connection, slug: str) -> list[dict[str, Any]]:
    """Every claim behind every cell of an exchange.

    Raises:
        WarehouseError: there is no such exchange.
    """
    found = connection.execute(_LEDGER, {"slug": resolve(connection, slug)}).mappings()
    return _in_order(found, _LEDGER_ORDER)


def phase_rows(connection: Connection, slug: str) -> list[dict[str, Any]]:
    """The steps of an exchange, in order.

    Raises:
        WarehouseError: there is no such exchange.
    """
    return [dict(row) for row in connection.execute(_PHASES, {"slug": resolve(connection, slug)}).mappings()]


def story_row(connection: Connection, key: str) -> dict[str, Any] | None:
    """One story version; None when there is none."""
    row = connection.execute(_STORY, {"key": key}).mappings().one_or_none()
    return dict(row) if row else None


def _in_order(rows: Iterable[RowMapping], names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows by these columns, what is NULL first; sorted here, for each engine has its own order of words and NULLs."""
    return sorted(map(dict, rows), key=lambda row: [(row[name] is not None, row[name]) for name in names])
