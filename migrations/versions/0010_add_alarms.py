"""Alarms, and what they are raised by: watches over the sources, and their deliveries by hour."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_add_alarms"
down_revision = "0009_add_events"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "moodle_down", "token_failing", "function_missing", "source_silent", "events_missed",
    "reconciliation_behind", "clock_drift", "rule_faulty", "deliveries_parked", "marks_rounded",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("municipalities", JSON, nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("told_params", JSON, nullable=True),
        sa.Column("told_to", JSON, nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.String(length=160), nullable=True),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.CheckConstraint(f"kind IN {KINDS!r}", name=op.f("ck_alarms_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "ix_alarms_open",
        "alarms",
        ["key"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_alarms_closed", "alarms", ["closed_at"])
    op.create_table(
        "source_watches",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("looked_at", INSTANT, nullable=True),
        sa.Column("awake_from", INSTANT, nullable=True),
        sa.Column("counted_until", INSTANT, nullable=True),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("drifting_since", INSTANT, nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("lacking", JSON, nullable=False),
        sa.Column("lacking_since", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_source_watches_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_watches")),
    )
    op.create_table(
        "source_hours",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_source_hours_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", "hour", name=op.f("pk_source_hours")),
    )


def downgrade() -> None:
    op.drop_table("source_hours")
    op.drop_table("source_watches")
    op.drop_table("alarms")
