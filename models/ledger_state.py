"""An exchange as the ledger shows it now: every value derived from claims, reports and clusters when asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select, text

from models.errors import WarehouseError
from models.records import (
    Evidence,
    ExchangeState,
    LegFigure,
    MediationStatus,
    Phase,
    Precision,
    Voice,
)
from models.tables import (
    claim,
    claim_link,
    exchange,
    exchange_member,
    flow,
    leg,
    mention,
    model,
    outlet,
    report,
    source,
    story,
    story_version,
    syndication_cluster,
    syndication_member,
)

_ORIGINS = text("""
    SELECT version_id, origin_name, house FROM v_origin
    WHERE version_id IN (SELECT version_id FROM exchange_member WHERE exchange_id = :exchange)""")
_FIGURES = text("SELECT * FROM v_exchange WHERE exchange = :slug")
Rows = Sequence[Any]  # rows of SQLAlchemy: their width is the query's, not ours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """The rows behind one exchange."""

    row: Row[Any]
    figures: Rows
    stories: Rows
    cells: Rows
    flows: Rows
    loaded: tuple[str, ...]
    names: Mapping[str, str]
    origins: Mapping[int, str]  # version → name of who wrote the origin of its cluster
    houses: Mapping[int, str]  # version → whose word it is: one value per independent origin

    def name(self, code: str | None) -> str:
        return self.names.get(code, code) if code else "a party not named"


def resolve(connection: Connection, slug: str) -> str:
    """The slug an exchange is known by now: a merged one leads to the one it was merged into.

    Raises:
        WarehouseError: no exchange ever had this slug.
    """
    row = connection.execute(select(exchange).where(exchange.c.slug == slug)).one_or_none()
    if row is None:
        raise WarehouseError(f"exchange {slug}", "no such exchange", hint="see `wirewatch exchange list`")
    while row.redirect_to is not None:
        row = connection.execute(select(exchange).where(exchange.c.id == row.redirect_to)).one()
    return str(row.slug)


def state(connection: Connection, slug: str) -> ExchangeState:
    """Everything the ledger knows of an exchange.

    Raises:
        WarehouseError: there is no such exchange.
    """
    return _state(_read(connection, resolve(connection, slug)))


def _read(connection: Connection, slug: str) -> _Ledger:
    row = connection.execute(select(exchange).where(exchange.c.slug == slug)).one()
    members = select(exchange_member.c.version_id).where(exchange_member.c.exchange_id == row.id)
    stories = connection.execute(
        select(
            story_version.c.id,
            story_version.c.key,
            story_version.c.title,
            story_version.c.text,
            story_version.c.published_at,
            story_version.c.published_precision,
            story_version.c.carrier,
            story_version.c.flags,
            story_version.c.origin,
            outlet.c.name.label("outlet"),
            outlet.c.side,
            outlet.c.role.label("outlet_role"),
            syndication_cluster.c.key.label("origin_key"),
            syndication_member.c.role,
            report.c.phase,
            report.c.alert_worthy,
            report.c.mediation,
            report.c.mediators,
            report.c.exchange_on,
            report.c.place,
        )
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .join(syndication_member, syndication_member.c.version_id == story_version.c.id)
        .join(syndication_cluster, syndication_cluster.c.id == syndication_member.c.cluster_id)
        .join(report, report.c.version_id == story_version.c.id)
        .where(story_version.c.id.in_(members))
        .order_by(story_version.c.published_at.nulls_first(), story_version.c.key)
    ).all()
    cells = connection.execute(
        select(claim, claim_link.c.slot, leg.c.releasing.label("leg_from"), leg.c.receiving.label("leg_to"))
        .add_columns(model.c.name.label("model_name"), model.c.version.label("model_version"))
        .join(claim_link, claim_link.c.claim_id == claim.c.id)
        .join(model, model.c.id == claim.c.model_id)
        .outerjoin(leg, leg.c.id == claim_link.c.leg_id)
        .where(claim_link.c.exchange_id == row.id)
        .order_by(claim.c.version_id, claim.c.position)
    ).all()
    flows = connection.execute(select(flow).where(flow.c.version_id.in_(members)).order_by(flow.c.id)).all()
    loaded = connection.execute(
        select(mention.c.words).where(mention.c.version_id.in_(members), mention.c.loaded).distinct()
    ).scalars()
    origins = connection.execute(_ORIGINS, {"exchange": row.id}).all()
    return _Ledger(
        row=row,
        figures=sorted(connection.execute(_FIGURES, {"slug": slug}).all(), key=_by_leg),
        stories=stories,
        cells=cells,
        flows=flows,
        loaded=tuple(sorted(loaded)),
        names=_names(connection, members, flows),
        origins={row.version_id: row.origin_name for row in origins},
        houses={row.version_id: row.house for row in origins},
    )


def _by_leg(row: Row[Any]) -> tuple[str, str]:
    """Sorted here: each engine has its own order of words and of NULL."""
    return row.releasing or "", row.receiving or ""


def _names(connection: Connection, members: Select[int], flows: Rows) -> Mapping[str, str]:
    """Neutral names by code, as the stories of the exchange give them."""
    mentioned = (
        select(mention.c.code, mention.c.name).where(mention.c.version_id.in_(members), mention.c.role == "").distinct()
    )
    names = {row.code: row.name for row in sorted(connection.execute(mentioned).all()) if row.code}
    given = {row.releasing: row.releasing_name for row in flows}
    taken = {row.receiving: row.receiving_name for row in flows}
    return names | {code: name for code, name in (given | taken).items() if code and name}


def _state(ledger: _Ledger) -> ExchangeState:
    dated = [s for s in ledger.stories if s.published_at is not None]
    parties = tuple(p for p in ledger.row.parties.split(",") if p)
    heard = _sides_heard(ledger, parties)
    mediation, mediators = _mediation(ledger.stories)
    return ExchangeState(
        slug=ledger.row.slug,
        phase=Phase(ledger.row.phase),
        phase_words=_phase_words(ledger),
        legs=tuple(_figure(ledger, row) for row in ledger.figures if row.releasing or row.receiving),
        mediation=mediation,
        mediators=mediators,
        exchange_on=_most_told(s.exchange_on for s in _reversed(ledger.stories)),
        place=_most_told(s.place for s in _reversed(ledger.stories)),
        first_published_at=dated[0].published_at if dated else None,
        first_published_precision=Precision(dated[0].published_precision) if dated else Precision.UNKNOWN,
        latest_published_at=dated[-1].published_at if dated else None,
        latest_published_precision=_latest_precision(dated),
        outlets=_distinct(s.outlet for s in ledger.stories),
        origins=tuple(dict.fromkeys(ledger.origins[s.id] for s in ledger.stories)),
        carriers=_distinct(s.carrier for s in ledger.stories if s.carrier),
        stories=len(ledger.stories),
        independent_origins=len({ledger.houses[s.id] for s in ledger.stories}),
        voices=_voices(ledger),
        sides_heard=heard,
        sides_missing=tuple(p for p in parties if p not in heard),
        conflicts=_conflicts(ledger),
        loaded_words=ledger.loaded,
        alert_worthy_stories=sum(bool(s.alert_worthy) for s in ledger.stories),
        evidence=_evidence(ledger),
        corrected=any("correction" in s.flags for s in ledger.stories),
    )


def _latest_precision(dated: Rows) -> Precision:
    """That of the latest story; a day where another of its day tells no more, for that one may be the later."""
    if not dated:
        return Precision.UNKNOWN
    last = dated[-1].published_at.date()
    known = [Precision(s.published_precision) for s in dated if s.published_at.date() == last]
    return Precision.DAY if Precision.DAY in known else known[-1]


def _reversed(stories: Rows) -> Iterable[Row[Any]]:
    return tuple(stories)[::-1]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _most_told(values: Iterable[Any]) -> Any:
    """The value most stories give; among equals the one given last (the values come latest first)."""
    counted = Counter(v for v in values if v is not None)
    return counted.most_common(1)[0][0] if counted else None


def _mediation(stories: Rows) -> tuple[MediationStatus, tuple[str, ...]]:
    named = _distinct(name for row in stories for _, name in row.mediators)
    none_said = any(row.mediation == MediationStatus.EXPLICITLY_NONE for row in stories)
    if named and none_said:
        return MediationStatus.CONTESTED, named
    if named:
        return MediationStatus.NAMED, named
    return (MediationStatus.EXPLICITLY_NONE if none_said else MediationStatus.UNSTATED), ()


def _figure(ledger: _Ledger, row: Row[Any]) -> LegFigure:
    mine = [f for f in ledger.flows if f.releasing == row.releasing and f.receiving == row.receiving]
    words = [c.words for c in _counts(ledger, row) if c.best == row.count_best]
    return LegFigure(
        releasing=row.releasing,
        receiving=row.receiving,
        releasing_name=ledger.name(row.releasing),
        receiving_name=ledger.name(row.receiving),
        low=row.count_low,
        best=row.count_best,
        high=row.count_high,
        statuses=_distinct(f.status for f in mine if f.status != "unknown"),
        words=words[0] if words else "",
    )


def _counts(ledger: _Ledger, row: Row[Any]) -> list[Row[Any]]:
    return [c for c in ledger.cells if c.slot == "count" and c.leg_from == row.releasing and c.leg_to == row.receiving]


def _conflicts(ledger: _Ledger) -> tuple[str, ...]:
    """Legs for which claims give different plain numbers, each number with who tells it."""
    outlets = {s.id: s.outlet for s in ledger.stories}
    found = []
    for row in ledger.figures:
        tellers: dict[int, list[str]] = defaultdict(list)
        for cell in _counts(ledger, row):
            if cell.best is not None:
                tellers[cell.best].append(outlets[cell.version_id])
        if len(tellers) > 1:
            told = " / ".join(f"{n} ({', '.join(_distinct(who))})" for n, who in sorted(tellers.items()))
            found.append(f"{ledger.name(row.releasing)} → {ledger.name(row.receiving)}: {told}")
    return tuple(found)


def _voices(ledger: _Ledger) -> tuple[Voice, ...]:
    """Who vouches for the cells: the outlets' own voices and the speakers they quote."""
    stories = {s.id: s for s in ledger.stories}
    told: dict[tuple[str, str | None], list[Row[Any]]] = defaultdict(list)
    for cell in ledger.cells:
        teller = stories[cell.version_id]
        own = cell.claimer == "author"
        told[("own voice", teller.side) if own else (cell.claimer, cell.claimer_code)].append(teller)
    return tuple(
        Voice(
            claimer=claimer,
            side=side,
            outlets=_distinct(s.outlet for s in tellers),
            independent_origins=len({ledger.houses[s.id] for s in tellers}),
        )
        for (claimer, side), tellers in sorted(told.items(), key=lambda item: (-len(item[1]), str(item[0])))
    )


def _sides_heard(ledger: _Ledger, parties: Sequence[str]) -> tuple[str, ...]:
    """Parties that speak: as a claimer, or through an outlet aligned with them."""
    speaking = {voice.side for voice in _voices(ledger)}
    return tuple(p for p in parties if p in speaking)


def _phase_words(ledger: _Ledger) -> str:
    for row in _reversed(ledger.stories):
        if row.phase == ledger.row.phase:
            return str(row.title or row.text[:120])
    return ""


def _evidence(ledger: _Ledger) -> tuple[Evidence, ...]:
    """The claims behind the counts, the surest first, one per origin and words."""
    stories = {s.id: s for s in ledger.stories}
    chosen: dict[tuple[str, str], Evidence] = {}
    for cell in sorted((c for c in ledger.cells if c.slot in ("count", "mediator")), key=lambda c: -c.score):
        teller = stories[cell.version_id]
        chosen.setdefault(
            (teller.origin_key, cell.value),
            Evidence(
                story_id=teller.key,
                outlet=teller.outlet,
                words=cell.words,
                start=cell.span_start,
                end=cell.span_end,
                model=f"{cell.model_name} {cell.model_version}",
                score=cell.score,
            ),
        )
    return tuple(chosen.values())[:8]
