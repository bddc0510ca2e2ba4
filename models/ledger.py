"""The exchange ledger as rows: what linking found becomes exchanges, legs, cells and phases; slugs stay.

`link` recomputes the whole partition; here it is matched with the stored one by shared members: a stored exchange lives
on where most of its members went. So an exchange keeps its slug for ever, a split leaves it with the larger part, a
merge keeps the older one and redirects the other, and a second run changes nothing.
"""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from models.records import Exchange, LegKey
from models.rows import new_id
from models.tables import claim, claim_link, exchange, exchange_member, leg, phase, report, story_version
from models.warehouse import now

Cells = frozenset[tuple[int, str | None, str | None, bool, str]]


def save_exchanges(connection: Connection, found: Sequence[Exchange]) -> int:
    """Make the ledger say what linking found in all reports; gives how many exchanges changed.

    A changed exchange waits for the alert step. One that no report speaks of any more keeps its slug and nothing else.
    """
    versions = _version_ids(connection)
    stored = {row.version_id: row.exchange_id for row in connection.execute(select(exchange_member))}
    in_order = sorted(found, key=lambda e: (e.opened_on, e.key))
    heirs = _heirs([{versions[key] for key in told.members} for told in in_order], stored)
    before = {row_id: _Wanted.stored(connection, row_id) for row_id in heirs}
    changed = sum(_empty(connection, row_id) for row_id in sorted(set(stored.values()) - set(heirs)))
    for place, told in enumerate(in_order):
        older = sorted(row_id for row_id, heir in heirs.items() if heir == place)
        row_id = older[0] if older else _open(connection, told)
        for other in older[1:]:
            _empty(connection, other)
            connection.execute(update(exchange).where(exchange.c.id == other).values(redirect_to=row_id))
        wanted = _Wanted.of(connection, told, versions)
        if wanted != before.get(row_id):
            _write(connection, row_id, wanted)
            changed += 1
    return changed


def phases(connection: Connection) -> dict[str, str]:
    """Slug → phase of every exchange that stands and has a report."""
    standing = select(exchange.c.slug, exchange.c.phase).where(
        exchange.c.redirect_to.is_(None), exchange.c.id.in_(select(exchange_member.c.exchange_id))
    )
    return {row.slug: row.phase for row in connection.execute(standing.order_by(exchange.c.slug))}


def _heirs(found: Sequence[set[int]], stored: Mapping[int, int]) -> dict[int, int]:
    """Which found exchange each stored one lives on in: the one that most of its members moved to.

    Among equals the one with the oldest of them. A stored one whose members all left lives on in none.
    """
    moved: dict[int, Counter[int]] = defaultdict(Counter)
    for place, members in enumerate(found):
        for version in sorted(members & stored.keys()):
            moved[stored[version]][place] += 1
    oldest = [min(members) for members in found]
    return {row_id: min(places, key=lambda p: (-places[p], oldest[p])) for row_id, places in moved.items()}


def _version_ids(connection: Connection) -> Mapping[str, int]:
    """Row ids of the versions that report an exchange, by public id."""
    reporting = select(story_version.c.key, story_version.c.id).join(report).where(report.c.is_exchange)
    return {row.key: row.id for row in connection.execute(reporting)}


def _empty(connection: Connection, row_id: int) -> int:
    """Take everything from an exchange but its slug; nobody is told, for there is nothing to tell."""
    for table in (claim_link, leg, phase, exchange_member):
        connection.execute(delete(table).where(table.c.exchange_id == row_id))
    closed = update(exchange).where(exchange.c.id == row_id)
    connection.execute(closed.values(stage="alerted", revision=exchange.c.revision + 1))
    return 1


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """All that the ledger holds of one exchange, comparable."""

    phase: str
    parties: str
    opened_on: date
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
            parties=",".join(told.parties),
            opened_on=told.opened_on,
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
        row = connection.execute(select(exchange).where(exchange.c.id == row_id)).one()
        return cls(
            phase=row.phase,
            parties=row.parties,
            opened_on=row.opened_on,
            members=frozenset(connection.execute(members).scalars()),
            legs=frozenset(legs.values()),
            cells=frozenset(
                (row.claim_id, *legs.get(row.leg_id, (None, None)), row.leg_id is not None, row.slot) for row in links
            ),
            phases=tuple((row.phase, row.version_id, row.reported_at, row.illegal) for row in steps),
        )


def _sides(key: LegKey | None) -> tuple[str | None, str | None, bool]:
    return (key.releasing, key.receiving, True) if key else (None, None, False)


def _write(connection: Connection, row_id: int, wanted: _Wanted) -> None:
    _write_members(connection, row_id, wanted.members)
    _write_cells(connection, row_id, wanted)
    _write_phases(connection, row_id, wanted.phases)
    connection.execute(
        update(exchange)
        .where(exchange.c.id == row_id)
        .values(
            phase=wanted.phase,
            parties=wanted.parties,
            opened_on=wanted.opened_on,
            stage="alert",
            revision=exchange.c.revision + 1,
        )
    )


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
