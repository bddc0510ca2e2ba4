"""What the taggers found: stored per version, and read back for linking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from models.records import (
    Actor,
    CaptiveStatus,
    Claim,
    ClaimType,
    CountKind,
    CountRole,
    ExchangeReport,
    Findings,
    Flow,
    LinkedReport,
    MediationStatus,
    ModelStamp,
    ReportPhase,
    Stance,
    StanceLabel,
)
from models.rows import new_id
from models.tables import (
    claim,
    claim_link,
    exchange_member,
    flow,
    mention,
    model,
    outlet,
    quantity,
    report,
    source,
    stance,
    story,
    story_version,
    syndication_cluster,
    syndication_member,
)

EXCHANGE, CLAIMS, STANCES = "exchange", "claims", "stance"


def save(connection: Connection, version_id: int, found: Findings) -> None:
    """Make these the findings of a version; what an earlier tagging left there goes."""
    forget(connection, version_id)
    models = {tagger: _model_id(connection, stamp) for tagger, stamp in found.stamps}
    connection.execute(insert(report).values(version_id=version_id, **_report_values(found), model_id=models[EXCHANGE]))
    _insert(connection, flow, version_id, (_flow_values(f) for f in found.report.flows))
    _insert(connection, claim, version_id, (_claim_values(c, models[CLAIMS]) for c in found.claims))
    _insert(connection, stance, version_id, (_stance_values(s, models[STANCES]) for s in found.stances))
    _insert(connection, mention, version_id, (_mention_values(m) for m in found.mentions))
    _insert(connection, quantity, version_id, (_quantity_values(q) for q in found.quantities))


def forget(connection: Connection, version_id: int) -> None:
    """Remove the findings of a version, and the ledger links of its claims with them."""
    claims = select(claim.c.id).where(claim.c.version_id == version_id)
    connection.execute(delete(claim_link).where(claim_link.c.claim_id.in_(claims)))
    for table in (claim, stance, mention, quantity, flow, report):
        connection.execute(delete(table).where(table.c.version_id == version_id))


def _insert(connection: Connection, table: Any, version_id: int, rows: Iterable[dict[str, Any]]) -> None:
    values = [{"version_id": version_id, "position": i, **row} for i, row in enumerate(rows)]
    if values:
        connection.execute(insert(table), values)


def _model_id(connection: Connection, stamp: ModelStamp) -> int:
    same = (
        (model.c.name == stamp.name)
        & (model.c.version == stamp.version)
        & (model.c.weights_sha256 == stamp.weights_sha256)
    )
    found = connection.execute(select(model.c.id).where(same)).scalar_one_or_none()
    return int(found) if found is not None else new_id(connection.execute(insert(model).values(**asdict(stamp))))


def _report_values(found: Findings) -> dict[str, Any]:
    told = found.report
    return {
        "is_exchange": told.is_exchange,
        "is_exchange_score": told.is_exchange_score,
        "alert_worthy": told.alert_worthy,
        "alert_score": told.alert_score,
        "phase": told.phase.value,
        "phase_score": told.phase_score,
        "mediation": told.mediation.value,
        "mediators": [[m.code, m.name] for m in told.mediators],
        "exchange_on": told.exchange_on,
        "exchange_on_rule": told.exchange_on_rule,
        "place": told.place,
        "doubtful": told.doubtful,
    }


def _flow_values(told: Flow) -> dict[str, Any]:
    return {
        "releasing": told.releasing.code if told.releasing else None,
        "releasing_name": told.releasing.name if told.releasing else None,
        "receiving": told.receiving.code if told.receiving else None,
        "receiving_name": told.receiving.name if told.receiving else None,
        "count": told.count,
        "count_kind": told.count_kind.value,
        "status": told.status.value,
        "words": told.words,
        "span_start": told.start,
        "span_end": told.end,
        "score": told.score,
    }


def _claim_values(told: Claim, model_id: int) -> dict[str, Any]:
    return {
        "span_start": told.start,
        "span_end": told.end,
        "words": told.words,
        "type": told.type.value,
        "claimer": told.claimer,
        "claimer_code": told.claimer_code,
        "value": told.value,
        "count_role": told.role.value if told.role else None,
        "releasing": told.releasing,
        "receiving": told.receiving,
        "low": told.low,
        "best": told.best,
        "high": told.high,
        "score": told.score,
        "model_id": model_id,
    }


def _stance_values(told: Any, model_id: int) -> dict[str, Any]:
    return {
        "span_start": told.start,
        "span_end": told.end,
        "words": told.words,
        "target": told.target,
        "target_code": told.target_code,
        "holder": told.holder,
        "label": told.label.value,
        "score": told.score,
        "model_id": model_id,
    }


def _mention_values(told: Any) -> dict[str, Any]:
    return {
        "span_start": told.start,
        "span_end": told.end,
        "words": told.words,
        "code": told.actor.code,
        "name": told.actor.name,
        "role": told.actor.role,
        "loaded": told.loaded,
    }


def _quantity_values(told: Any) -> dict[str, Any]:
    return {
        "span_start": told.start,
        "span_end": told.end,
        "words": told.words,
        "low": told.low,
        "best": told.best,
        "high": told.high,
        "kind": told.kind.value,
        "role": told.role.value,
    }


# ---------------------------------------------------------------- for linking


def linked_reports(connection: Connection, *, joining: Sequence[int] = ()) -> tuple[LinkedReport, ...]:
    """Every report of an exchange that is linked already or joins now, as `link` sees them.

    A text that was sent back to the tag step stays where its last findings put it: an exchange must not lose its
    members, and with them its slug, because a link step runs before they are tagged again.

    Args:
        connection: a transaction that no other link step shares.
        joining: row ids of versions that are about to be linked.
    """
    wanted = (
        select(
            report,
            story_version.c.id.label("version"),
            story_version.c.key,
            story_version.c.title,
            story_version.c.text,
            story_version.c.language,
            story_version.c.stage,
            story_version.c.published_at,
            story_version.c.first_seen_at,
            outlet.c.name.label("outlet"),
            outlet.c.side.label("outlet_side"),
            syndication_cluster.c.key.label("origin_key"),
        )
        .join(story_version, story_version.c.id == report.c.version_id)
        .join(story, story.c.id == story_version.c.story_id)
        .join(source, source.c.id == story.c.source_id)
        .join(outlet, outlet.c.id == source.c.outlet_id)
        .join(syndication_member, syndication_member.c.version_id == story_version.c.id)
        .join(syndication_cluster, syndication_cluster.c.id == syndication_member.c.cluster_id)
        .where(report.c.is_exchange)
        .order_by(story_version.c.key)
    )
    allowed = frozenset(joining)
    members = frozenset(connection.execute(select(exchange_member.c.version_id)).scalars())
    rows = [
        row
        for row in connection.execute(wanted)
        if row.stage == "linked" or row.version in allowed or row.version in members
    ]
    flows, claims = _by_version(connection, flow), _by_version(connection, claim)
    return tuple(_linked(row, flows.get(row.version, ()), claims.get(row.version, ())) for row in rows)


def _by_version(connection: Connection, table: Any) -> Mapping[int, Sequence[Row[Any]]]:
    """Rows of the versions that report an exchange, in order; asked for as one set, for a list may be too long."""
    grouped: dict[int, list[Row[Any]]] = {}
    reporting = select(report.c.version_id).where(report.c.is_exchange)
    rows = select(table).where(table.c.version_id.in_(reporting)).order_by(table.c.version_id, table.c.position)
    for row in connection.execute(rows):
        grouped.setdefault(row.version_id, []).append(row)
    return grouped


def _linked(row: Row[Any], flows: Sequence[Row[Any]], claims: Sequence[Row[Any]]) -> LinkedReport:
    return LinkedReport(
        story_key=row.key,
        report=_report(row, flows),
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        outlet=row.outlet,
        outlet_side=row.outlet_side,
        origin_key=row.origin_key,
        language=row.language,
        title=row.title,
        text=row.text,
        claims=tuple(_claim(c) for c in claims),
    )


def _report(row: Row[Any], flows: Sequence[Row[Any]]) -> ExchangeReport:
    return ExchangeReport(
        is_exchange=row.is_exchange,
        is_exchange_score=row.is_exchange_score,
        alert_worthy=row.alert_worthy,
        alert_score=row.alert_score,
        phase=ReportPhase(row.phase),
        phase_score=row.phase_score,
        flows=tuple(_flow(f) for f in flows),
        mediation=MediationStatus(row.mediation),
        mediators=tuple(Actor(code=code, name=name) for code, name in row.mediators),
        exchange_on=row.exchange_on,
        exchange_on_rule=row.exchange_on_rule,
        place=row.place,
        doubtful=row.doubtful,
    )


def _flow(row: Row[Any]) -> Flow:
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping; `count` is a tuple method
    return Flow(
        releasing=_party(row.releasing, row.releasing_name),
        receiving=_party(row.receiving, row.receiving_name),
        count=fields["count"],
        count_kind=CountKind(row.count_kind),
        status=CaptiveStatus(row.status),
        words=row.words,
        start=row.span_start,
        end=row.span_end,
        score=row.score,
    )


def _party(code: str | None, name: str | None) -> Actor | None:
    return Actor(code=code, name=name or code) if code else None


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        start=row.span_start,
        end=row.span_end,
        words=row.words,
        type=ClaimType(row.type),
        claimer=row.claimer,
        claimer_code=row.claimer_code,
        value=row.value,
        role=CountRole(row.count_role) if row.count_role else None,
        releasing=row.releasing,
        receiving=row.receiving,
        low=row.low,
        best=row.best,
        high=row.high,
        score=row.score,
    )


# ---------------------------------------------------------------- for reading


def claims_of(connection: Connection, version_id: int) -> tuple[Claim, ...]:
    """The claims found in a version, in order."""
    rows = connection.execute(select(claim).where(claim.c.version_id == version_id).order_by(claim.c.position))
    return tuple(_claim(row) for row in rows)


def stances_of(connection: Connection, version_id: int) -> tuple[Stance, ...]:
    """The stances found in a version, in order."""
    rows = connection.execute(select(stance).where(stance.c.version_id == version_id).order_by(stance.c.position))
    return tuple(
        Stance(
            start=row.span_start,
            end=row.span_end,
            words=row.words,
            target=row.target,
            target_code=row.target_code,
            holder=row.holder,
            label=StanceLabel(row.label),
            score=row.score,
        )
        for row in rows
    )
