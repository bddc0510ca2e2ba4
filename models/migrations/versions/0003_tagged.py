"""What the taggers found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was found in"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the text's findings, from 0"),
        sa.Column(
            "span_start", sa.Integer(), nullable=False, comment="first character, code points into story_version.text"
        ),
        sa.Column("span_end", sa.Integer(), nullable=False, comment="one past the last character"),
        sa.Column("words", sa.String(), nullable=False, comment="the words themselves, verbatim"),
        sa.Column("type", sa.String(), nullable=False, comment="count, status, mediation, timing, blame or other"),
        sa.Column("claimer", sa.String(), nullable=False, comment="who vouches: author, or a neutral name"),
        sa.Column(
            "claimer_code",
            sa.String(),
            nullable=True,
            comment="party code of the claimer; NULL for the author or an unknown body",
        ),
        sa.Column("value", sa.String(), nullable=False, comment="the proposition, normalised"),
        sa.Column(
            "count_role", sa.String(), nullable=True, comment="what a number is a number of; NULL when it is no count"
        ),
        sa.Column("releasing", sa.String(), nullable=True, comment="party code, for the count of a flow"),
        sa.Column("receiving", sa.String(), nullable=True, comment="party code, for the count of a flow"),
        sa.Column("low", sa.Integer(), nullable=True, comment="least number the words allow; NULL when they give none"),
        sa.Column("best", sa.Integer(), nullable=True, comment="the number; NULL when only a bound is given"),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="greatest number the words allow; NULL when they give none"
        ),
        sa.Column("score", sa.Float(), nullable=False, comment="how sure, 0–1"),
        sa.Column("model_id", sa.Integer(), nullable=False, comment="the model that made it"),
        sa.CheckConstraint(
            "count_role IS NULL OR count_role IN ('released', 'part', 'total', 'held', 'remaining', 'demanded', 'killed', 'excluded', 'other')",
            name=op.f("ck_claim_count_role_known"),
        ),
        sa.CheckConstraint(
            "type IN ('count', 'status', 'mediation', 'timing', 'blame', 'other')", name=op.f("ck_claim_type_known")
        ),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_claim_score_is_a_share")),
        sa.CheckConstraint("span_start >= 0 AND span_end > span_start", name=op.f("ck_claim_span_is_one")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_claim_model_id")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_claim_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_claim_version_id_position")),
        comment="a proposition in a text and who vouches for it there",
    )
    op.create_index(op.f("ix_claim_model_id"), "claim", ["model_id"], unique=False)
    op.create_index(op.f("ix_claim_version_id"), "claim", ["version_id"], unique=False)
    op.create_table(
        "flow",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was found in"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the text's findings, from 0"),
        sa.Column("releasing", sa.String(), nullable=True, comment="party code; NULL when not named"),
        sa.Column("releasing_name", sa.String(), nullable=True, comment="neutral name of the same"),
        sa.Column("receiving", sa.String(), nullable=True, comment="party code; NULL when not named"),
        sa.Column("receiving_name", sa.String(), nullable=True, comment="neutral name of the same"),
        sa.Column(
            "count",
            sa.Integer(),
            nullable=True,
            comment="persons in this direction; NULL when no plain number is given",
        ),
        sa.Column("count_kind", sa.String(), nullable=False, comment="exact, approximate …"),
        sa.Column(
            "status", sa.String(), nullable=False, comment="what the author calls the captives, as a neutral code"
        ),
        sa.Column(
            "words", sa.String(), nullable=False, comment="the counted words, verbatim; empty when there are none"
        ),
        sa.Column(
            "span_start", sa.Integer(), nullable=True, comment="first character of the words; NULL when there are none"
        ),
        sa.Column("span_end", sa.Integer(), nullable=True, comment="one past the last character"),
        sa.Column("score", sa.Float(), nullable=False, comment="how sure, 0–1"),
        sa.CheckConstraint(
            "count_kind IN ('exact', 'approximate', 'at_least', 'at_most', 'range')",
            name=op.f("ck_flow_count_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('pow', 'military', 'civilian', 'hostage', 'bodies', 'political_prisoner', 'convict', 'detainee', 'wounded_sick', 'elderly', 'children', 'mixed', 'unknown')",
            name=op.f("ck_flow_status_known"),
        ),
        sa.CheckConstraint("count IS NULL OR count >= 0", name=op.f("ck_flow_count_is_one")),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_flow_score_is_a_share")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_flow_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_flow_version_id_position")),
        comment="one direction of the exchange as one text reports it",
    )
    op.create_index(op.f("ix_flow_version_id"), "flow", ["version_id"], unique=False)
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was found in"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the text's findings, from 0"),
        sa.Column(
            "span_start", sa.Integer(), nullable=False, comment="first character, code points into story_version.text"
        ),
        sa.Column("span_end", sa.Integer(), nullable=False, comment="one past the last character"),
        sa.Column("words", sa.String(), nullable=False, comment="the words themselves, verbatim"),
        sa.Column(
            "code",
            sa.String(),
            nullable=False,
            comment="neutral code of the actor; empty for an office without a party",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="neutral name of the actor"),
        sa.Column("role", sa.String(), nullable=False, comment="office or body; empty for the party itself"),
        sa.Column("loaded", sa.Boolean(), nullable=False, comment="the words are partisan; the code is not"),
        sa.CheckConstraint("span_start >= 0 AND span_end > span_start", name=op.f("ck_mention_span_is_one")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_mention_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_mention_version_id_position")),
        comment="an actor named in a text, in the text's own words",
    )
    op.create_index(op.f("ix_mention_version_id"), "mention", ["version_id"], unique=False)
    op.create_table(
        "quantity",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was found in"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the text's findings, from 0"),
        sa.Column(
            "span_start", sa.Integer(), nullable=False, comment="first character, code points into story_version.text"
        ),
        sa.Column("span_end", sa.Integer(), nullable=False, comment="one past the last character"),
        sa.Column("words", sa.String(), nullable=False, comment="the words themselves, verbatim"),
        sa.Column("low", sa.Integer(), nullable=True, comment="least number the words allow; NULL when they give none"),
        sa.Column("best", sa.Integer(), nullable=True, comment="the number; NULL when only a bound is given"),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="greatest number the words allow; NULL when they give none"
        ),
        sa.Column("kind", sa.String(), nullable=False, comment="exact, approximate …"),
        sa.Column("role", sa.String(), nullable=False, comment="what the number is a number of"),
        sa.CheckConstraint(
            "kind IN ('exact', 'approximate', 'at_least', 'at_most', 'range')", name=op.f("ck_quantity_kind_known")
        ),
        sa.CheckConstraint(
            "role IN ('released', 'part', 'total', 'held', 'remaining', 'demanded', 'killed', 'excluded', 'other')",
            name=op.f("ck_quantity_role_known"),
        ),
        sa.CheckConstraint("span_start >= 0 AND span_end > span_start", name=op.f("ck_quantity_span_is_one")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_quantity_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quantity")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_quantity_version_id_position")),
        comment="a number of people in a text",
    )
    op.create_index(op.f("ix_quantity_version_id"), "quantity", ["version_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text that reports"),
        sa.Column("is_exchange", sa.Boolean(), nullable=False, comment="it reports an exchange or release of captives"),
        sa.Column("is_exchange_score", sa.Float(), nullable=False, comment="how sure that is, 0–1"),
        sa.Column("alert_worthy", sa.Boolean(), nullable=False, comment="it reports a new state of one"),
        sa.Column("alert_score", sa.Float(), nullable=False, comment="how sure that is, 0–1"),
        sa.Column("phase", sa.String(), nullable=False, comment="the phase it reports"),
        sa.Column("phase_score", sa.Float(), nullable=False, comment="how sure that is, 0–1"),
        sa.Column("mediation", sa.String(), nullable=False, comment="what it says of go-betweens"),
        sa.Column("mediators", sa.JSON(), nullable=False, comment="the go-betweens it names: [code, name] each"),
        sa.Column(
            "exchange_on",
            sa.Date(),
            nullable=True,
            comment="day of the handover, past or expected; NULL when no words tell it",
        ),
        sa.Column(
            "exchange_on_rule", sa.String(), nullable=False, comment="the rule that resolved the day; empty without one"
        ),
        sa.Column("place", sa.String(), nullable=True, comment="place of the handover, verbatim"),
        sa.Column("model_id", sa.Integer(), nullable=False, comment="the model that made it"),
        sa.CheckConstraint(
            "(exchange_on IS NULL) = (exchange_on_rule = '')", name=op.f("ck_report_rule_goes_with_a_day")
        ),
        sa.CheckConstraint(
            "mediation IN ('named', 'explicitly_none', 'unstated', 'contested')", name=op.f("ck_report_mediation_known")
        ),
        sa.CheckConstraint(
            "phase IN ('called_for', 'rumoured', 'planned', 'announced', 'agreed', 'under_way', 'completed', 'stalled', 'denied', 'historical', 'none')",
            name=op.f("ck_report_phase_known"),
        ),
        sa.CheckConstraint("alert_score >= 0 AND alert_score <= 1", name=op.f("ck_report_alert_score_is_a_share")),
        sa.CheckConstraint(
            "is_exchange_score >= 0 AND is_exchange_score <= 1", name=op.f("ck_report_is_exchange_score_is_a_share")
        ),
        sa.CheckConstraint("phase_score >= 0 AND phase_score <= 1", name=op.f("ck_report_phase_score_is_a_share")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_report_model_id")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_report_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_report")),
        comment="what one text says about one exchange",
    )
    op.create_index(op.f("ix_report_model_id"), "report", ["model_id"], unique=False)
    op.create_table(
        "stance",
        sa.Column("id", sa.Integer(), nullable=False, comment="row id; never leaves the database"),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the text it was found in"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the text's findings, from 0"),
        sa.Column(
            "span_start", sa.Integer(), nullable=False, comment="first character, code points into story_version.text"
        ),
        sa.Column("span_end", sa.Integer(), nullable=False, comment="one past the last character"),
        sa.Column("words", sa.String(), nullable=False, comment="the words themselves, verbatim"),
        sa.Column("target", sa.String(), nullable=False, comment="who or what is judged: a neutral name, or DEAL"),
        sa.Column(
            "target_code",
            sa.String(),
            nullable=True,
            comment="party code of the target; NULL for the deal or an unknown body",
        ),
        sa.Column("holder", sa.String(), nullable=False, comment="whose judgement: author, or a neutral name"),
        sa.Column("label", sa.String(), nullable=False, comment="favor, against or neutral"),
        sa.Column("score", sa.Float(), nullable=False, comment="how sure, 0–1"),
        sa.Column("model_id", sa.Integer(), nullable=False, comment="the model that made it"),
        sa.CheckConstraint("label IN ('favor', 'against', 'neutral')", name=op.f("ck_stance_label_known")),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_stance_score_is_a_share")),
        sa.CheckConstraint("span_start >= 0 AND span_end > span_start", name=op.f("ck_stance_span_is_one")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_stance_model_id")),
        sa.ForeignKeyConstraint(["version_id"], ["story_version.id"], name=op.f("fk_stance_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_stance_version_id_position")),
        comment="what a holder expresses toward a target",
    )
    op.create_index(op.f("ix_stance_model_id"), "stance", ["model_id"], unique=False)
    op.create_index(op.f("ix_stance_version_id"), "stance", ["version_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Leave nothing of them behind."""
    for table in ("stance", "report", "quantity", "mention", "flow", "claim"):
        op.drop_table(table)
