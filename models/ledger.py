"""The exchange ledger as rows: what linking found becomes exchanges, legs, cells and phases; slugs stay.

`link` recomputes the whole partition; here it is matched with the stored one by shared members, so that an exchange
keeps its slug for ever, a merge keeps the older one and redirects the other, and a second run changes nothing.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.records import Exchange, LegKey
from models.rows import new_id
from models.tables import claim, claim_link, exchange, exchange_member, leg, phase, story_version
from models.warehouse import now

Cells = frozenset[tuple[int, str | None, str | None, bool, str]]


def save_exchanges(connection: Connection, found: Sequence[Exchange]) -> int:
    """Make the ledger say what linking found; gives how many exchanges changed (their alert stage is then open)."""
    versions = _version_ids(connection, found)
    stored = {row.version_id: row.exchange_id for row in connection.execute(select(exchange_member))}
    taken: set[int] = set()
    changed = 0
    for told in sorted(found, key=lambda e: (e.opened_on, e.key)):
        members = {versions[key] for key in told.members}
        older = sorted({stored[v] for v in members if v in stored} - taken)
        row_id = older[0] if older else _open(connection, told)
        taken.add(row_id)
        _merge(connection, into=row_id, gone=_emptied(older[1:], members, stored))
        changed += _bring(connection, row_id, told, versions)
    return changed


def _version_ids(connection: Connection, found: Sequence[Exchange]) -> Mapping[str, int]:
    keys = {key for told in found for key in told.members}
    rows = connection.execute(select(story_version.c.key, story_version.c.id).where(story_version.c.key.in_(keys)))
    return {row.key: row.id for row in rows}


def _open(connection: Connection, told: Exchange) -> int:
    return new_id(
        connection.execute(
            insert(exchange).values(
                slug=mint(connection, told.parties, told.opened_on),
                parties=",".join(told.parties),
                opened_on=told.opened_on,
                phase=told.phase.value,
                stage="alert",
                revision=0,
                created_at=now(connection),
            )
        )
    )


def mint(connection: Connection, parties: Sequence[str], day: date) -> str:
    """A slug that was never used: parties, day of opening, letter.

    Raises:
        LookupError: one day holds more exchanges of the same parties than there are letters (702).
    """
    stem = "-".join([*(party.lower() for party in parties), day.isoformat()])
    used = set(connection.execute(select(exchange.c.slug).where(exchange.c.slug.startswith(stem))).scalars())
    letters = [*string.ascii_lowercase, *(a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)]
    for letter in letters:
        if stem + letter not in used:
            return f"{stem}{letter}"
    raise LookupError(f"no letter is left for {stem}")


def _emptied(others: Sequence[int], members: set[int], stored: Mapping[int, int]) -> tuple[int, ...]:
    """Those of the other exchanges that have no member left when these members move away."""
    return tuple(other for other in others if {version for version, held in stored.items() if held == other} <= members)


def _merge(connection: Connection, *, into: int, gone: Sequence[int]) -> None:
    for other in gone:
        connection.execute(update(exchange).where(exchange.c.id == other).values(redirect_to=into, stage="alerted"))
        for table in (claim_link, leg, phase, exchange_member):
            connection.execute(delete(table).where(table.c.exchange_id == other))


def _bring(connection: Connection, row_id: int, told: Exchange, versions: Mapping[str, int]) -> int:
    """Bring one exchange to what was found; 1 when anything differed."""
    wanted = _Wanted.of(connection, told, versions)
    if wanted == _Wanted.stored(connection, row_id):
        return 0
    _write_members(connection, row_id, wanted.members)
    _write_cells(connection, row_id, wanted)
    _write_phases(connection, row_id, wanted.phases)
    connection.execute(
        update(exchange)
        .where(exchange.c.id == row_id)
        .values(phase=wanted.phase, stage="alert", revision=exchange.c.revision + 1, redirect_to=None)
    )
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """All that the ledger holds of one exchange, comparable."""

    phase: str
    members: frozenset[int]
    legs: frozenset[tuple[str | None, str | None]]
    cells: Cells
    phases: tuple[tuple[str, int, datetime, bool], ...]

    @classmethod
    def of(cls, connection: Connection, told: Exchange, versions: Mapping[str, int]) -> _Wanted:
        members = frozenset(versions[key] for key in told.members)
        claims = {
            (row.version_id, row.position): row.id
            for row in connection.execute(
                select(claim.c.id, claim.c.version_id, claim.c.position).where(claim.c.version_id.in_(members))
            )
        }
        return cls(
            phase=told.phase.value,
            members=members,
            legs=frozenset((key.releasing, key.receiving) for key in told.legs),
            cells=frozenset(
                (claims[versions[cell.story_key], cell.claim_index], *_sides(cell.leg), cell.slot)
                for cell in told.cells
            ),
            phases=tuple(
                (step.phase.value, versions[step.story_key], step.reported_at, step.illegal) for step in told.phases
            ),
        )

    @classmethod
    def stored(cls, connection: Connection, row_id: int) -> _Wanted:
        members = select(exchange_member.c.version_id).where(exchange_member.c.exchange_id == row_id)
        legs = {
            row.id: (row.releasing, row.receiving)
            for row in connection.execute(select(leg).where(leg.c.exchange_id == row_id))
        }
        links = connection.execute(select(claim_link).where(claim_link.c.exchange_id == row_id))
        steps = connection.execute(select(phase).where(phase.c.exchange_id == row_id).order_by(phase.c.position))
        return cls(
            phase=connection.execute(select(exchange.c.phase).where(exchange.c.id == row_id)).scalar_one(),
            members=frozenset(connection.execute(members).scalars()),
            legs=frozenset(legs.values()),
            cells=frozenset(
                (row.claim_id, *legs.get(row.leg_id, (None, None)), row.leg_id is not None, row.slot) for row in links
            ),
            phases=tuple((row.phase, row.version_id, row.reported_at, row.illegal) for row in steps),
        )


def _sides(key: LegKey | None) -> tuple[str | None, str | None, bool]:
    return (key.releasing, key.receiving, True) if key else (None, None, False)


def _write_members(connection: Connection, row_id: int, members: frozenset[int]) -> None:
    connection.execute(
        delete(exchange_member).where(
            (exchange_member.c.exchange_id == row_id) | exchange_member.c.version_id.in_(members)
        )
    )
    connection.execute(insert(exchange_member), [{"version_id": v, "exchange_id": row_id} for v in sorted(members)])


def _write_cells(connection: Connection, row_id: int, wanted: _Wanted) -> None:
    moved = [cell[0] for cell in wanted.cells]
    connection.execute(
        delete(claim_link).where((claim_link.c.exchange_id == row_id) | claim_link.c.claim_id.in_(moved))
    )
    connection.execute(delete(leg).where(leg.c.exchange_id == row_id))
    legs = {
        sides: new_id(
            connection.execute(insert(leg).values(exchange_id=row_id, releasing=sides[0], receiving=sides[1]))
        )
        for sides in sorted(wanted.legs, key=str)
    }
    rows: list[dict[str, Any]] = [
        {
            "claim_id": claim_id,
            "exchange_id": row_id,
            "leg_id": legs[releasing, receiving] if of_leg else None,
            "slot": slot,
        }
        for claim_id, releasing, receiving, of_leg, slot in sorted(wanted.cells, key=str)
    ]
    if rows:
        connection.execute(insert(claim_link), rows)


def _write_phases(connection: Connection, row_id: int, steps: Sequence[tuple[str, int, datetime, bool]]) -> None:
    connection.execute(delete(phase).where(phase.c.exchange_id == row_id))
    rows = [
        {
            "exchange_id": row_id,
            "position": i,
            "phase": name,
            "version_id": version,
            "reported_at": at,
            "illegal": illegal,
        }
        for i, (name, version, at, illegal) in enumerate(steps)
    ]
    if rows:
        connection.execute(insert(phase), rows)


def open_exchanges(connection: Connection) -> int:
    """Exchanges that stand (merged ones do not)."""
    return int(
        connection.execute(
            select(func.count()).select_from(exchange).where(exchange.c.redirect_to.is_(None))
        ).scalar_one()
    )
