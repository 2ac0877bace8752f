"""How people are reached, and what they chose about their letters."""

import sqlalchemy as sa
from alembic import op

revision = "0012_add_ways_and_preferences"
down_revision = "0011_add_decisions"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ways",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=130), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("stop_reason", sa.String(length=80), nullable=True),
        sa.Column("soft", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ways")),
        sa.UniqueConstraint(
            "municipality",
            "recipient",
            "channel",
            "address",
            name=op.f("uq_ways_municipality_recipient_channel_address"),
        ),
    )
    op.create_index(
        "ix_ways_stopped",
        "ways",
        ["municipality"],
        postgresql_where=sa.text("stopped_at IS NOT NULL"),
        sqlite_where=sa.text("stopped_at IS NOT NULL"),
    )
    op.create_table(
        "preferences",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=130), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "choice IN ('at_once', 'digest', 'off')", name=op.f("ck_preferences_choice")
        ),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_preferences_hour")),
        sa.CheckConstraint("weekday BETWEEN -1 AND 6", name=op.f("ck_preferences_weekday")),
        sa.PrimaryKeyConstraint("municipality", "recipient", "kind", name=op.f("pk_preferences")),
    )
    op.add_column(
        "notices",
        sa.Column("channel", sa.String(length=20), server_default="email", nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("notices") as table:
        table.drop_column("channel")
    op.drop_table("preferences")
    op.drop_index("ix_ways_stopped", table_name="ways")
    op.drop_table("ways")
