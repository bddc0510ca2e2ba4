"""What the taggers found in a story version."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from models.columns import METADATA, WIDE, counted, figures_in_order, key, one_of, ref, share, span, span_is_one
from models.records import CaptiveStatus, ClaimType, CountKind, CountRole, MediationStatus, ReportPhase, StanceLabel


def _version() -> Column[int]:
    return ref("version_id", "story_version", "the text it was found in")


def _model() -> Column[int]:
    return ref("model_id", "model", "the model that made it")


def _position() -> Column[int]:
    return Column("position", Integer, nullable=False, comment="order in the text's findings, from 0")


def _figures() -> tuple[Column[int], Column[int], Column[int]]:
    return (
        Column("low", WIDE, comment="least number the words allow; NULL when they give none"),
        Column("best", WIDE, comment="the number; NULL when only a bound is given"),
        Column("high", WIDE, comment="greatest number the words allow; NULL when they give none"),
    )


report = Table(
    "report",
    METADATA,
    Column("version_id", ForeignKey("story_version.id"), primary_key=True, comment="the text that reports"),
    Column("is_exchange", Boolean, nullable=False, comment="it reports an exchange or release of captives"),
    Column("is_exchange_score", Float, nullable=False, comment="how sure that is, 0–1"),
    Column("alert_worthy", Boolean, nullable=False, comment="it reports a new state of one"),
    Column("alert_score", Float, nullable=False, comment="how sure that is, 0–1"),
    Column("phase", String, nullable=False, comment="the phase it reports"),
    Column("phase_score", Float, nullable=False, comment="how sure that is, 0–1"),
    Column("mediation", String, nullable=False, comment="what it says of go-betweens"),
    Column("mediators", JSON, nullable=False, comment="the go-betweens it names: [code, name] each"),
    Column("exchange_on", Date, comment="day of the handover, past or expected; NULL when no words tell it"),
    Column("exchange_on_rule", String, nullable=False, comment="the rule that resolved the day; empty without one"),
    Column("place", String, comment="place of the handover, verbatim"),
    Column(
        "doubtful",
        Boolean,
        nullable=False,
        comment="too near the border to be trusted either way: somebody should read the story",
    ),
    _model(),
    one_of("phase", ReportPhase),
    one_of("mediation", MediationStatus),
    share("is_exchange_score"),
    share("alert_score"),
    share("phase_score"),
    CheckConstraint("(exchange_on IS NULL) = (exchange_on_rule = '')", name="rule_goes_with_a_day"),
    comment="what one text says about one exchange",
)

flow = Table(
    "flow",
    METADATA,
    key(),
    _version(),
    _position(),
    Column("releasing", String, comment="party code; NULL when not named"),
    Column("releasing_name", String, comment="neutral name of the same"),
    Column("receiving", String, comment="party code; NULL when not named"),
    Column("receiving_name", String, comment="neutral name of the same"),
    Column("count", WIDE, comment="persons in this direction; NULL when no plain number is given"),
    Column("count_kind", String, nullable=False, comment="exact, approximate …"),
    Column("status", String, nullable=False, comment="what the author calls the captives, as a neutral code"),
    Column("words", String, nullable=False, comment="the counted words, verbatim; empty when there are none"),
    Column("span_start", Integer, comment="first character of the words; NULL when there are none"),
    Column("span_end", Integer, comment="one past the last character"),
    Column("score", Float, nullable=False, comment="how sure, 0–1"),
    UniqueConstraint("version_id", "position"),
    one_of("count_kind", CountKind),
    one_of("status", CaptiveStatus),
    share("score"),
    CheckConstraint("count IS NULL OR count >= 0", name="count_is_one"),
    counted("position"),
    CheckConstraint(
        "(span_start IS NULL) = (span_end IS NULL)"
        " AND (span_start IS NULL OR (span_start >= 0 AND span_end > span_start))",
        name="span_is_one_or_none",
    ),
    comment="one direction of the exchange as one text reports it",
)

claim = Table(
    "claim",
    METADATA,
    key(),
    _version(),
    _position(),
    *span(),
    Column("type", String, nullable=False, comment="count, status, mediation, timing, blame or other"),
    Column("claimer", String, nullable=False, comment="who vouches: author, or a neutral name"),
    Column("claimer_code", String, comment="party code of the claimer; NULL for the author or an unknown body"),
    Column("value", String, nullable=False, comment="the proposition, normalised"),
    Column("count_role", String, comment="what a number is a number of; NULL when it is no count"),
    Column("releasing", String, comment="party code, for the count of a flow"),
    Column("receiving", String, comment="party code, for the count of a flow"),
    *_figures(),
    Column("score", Float, nullable=False, comment="how sure, 0–1"),
    _model(),
    UniqueConstraint("version_id", "position"),
    one_of("type", ClaimType),
    one_of("count_role", CountRole, nullable=True),
    share("score"),
    span_is_one(),
    counted("position"),
    figures_in_order(),
    comment="a proposition in a text and who vouches for it there",
)

stance = Table(
    "stance",
    METADATA,
    key(),
    _version(),
    _position(),
    *span(),
    Column("target", String, nullable=False, comment="who or what is judged: a neutral name, or DEAL"),
    Column("target_code", String, comment="party code of the target; NULL for the deal or an unknown body"),
    Column("holder", String, nullable=False, comment="whose judgement: author, or a neutral name"),
    Column("label", String, nullable=False, comment="favor, against or neutral"),
    Column("score", Float, nullable=False, comment="how sure, 0–1"),
    _model(),
    UniqueConstraint("version_id", "position"),
    one_of("label", StanceLabel),
    share("score"),
    span_is_one(),
    counted("position"),
    comment="what a holder expresses toward a target",
)

mention = Table(
    "mention",
    METADATA,
    key(),
    _version(),
    _position(),
    *span(),
    Column("code", String, nullable=False, comment="neutral code of the actor; empty for an office without a party"),
    Column("name", String, nullable=False, comment="neutral name of the actor"),
    Column("role", String, nullable=False, comment="office or body; empty for the party itself"),
    Column("loaded", Boolean, nullable=False, comment="the words are partisan; the code is not"),
    UniqueConstraint("version_id", "position"),
    span_is_one(),
    counted("position"),
    comment="an actor named in a text, in the text's own words",
)

quantity = Table(
    "quantity",
    METADATA,
    key(),
    _version(),
    _position(),
    *span(),
    *_figures(),
    Column("kind", String, nullable=False, comment="exact, approximate …"),
    Column("role", String, nullable=False, comment="what the number is a number of"),
    UniqueConstraint("version_id", "position"),
    one_of("kind", CountKind),
    one_of("role", CountRole),
    span_is_one(),
    counted("position"),
    figures_in_order(),
    comment="a number of people in a text",
)
