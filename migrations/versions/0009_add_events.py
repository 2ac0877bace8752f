"""Domain events, and the line in which other systems hear of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_add_events"
down_revision = "0008_add_reconciliation"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=600), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("number", BIG, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("municipality", "key", name=op.f("uq_events_municipality_key")),
        sa.UniqueConstraint("number", name=op.f("uq_events_number")),
    )
    for name, column, condition in (
        ("ix_events_arrived", "id", "number IS NULL"),
        ("ix_events_unpublished", "number", "published_at IS NULL"),
    ):
        op.create_index(
            name,
            "events",
            [column],
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
    op.create_index("ix_events_read", "events", ["municipality", "number"])
    op.create_table(
        "event_line",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_line")),
    )


def downgrade() -> None:
    op.drop_table("event_line")
    op.drop_table("events")
