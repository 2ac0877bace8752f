"""The outbox of actions in Moodle, and when cohorts were last compared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015_add_actions"
down_revision = "0014_add_route_work"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('waiting', 'doing')")


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=700), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("target", sa.String(length=300), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("about_subject", BIG, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'doing', 'done', 'refused', 'held', 'withdrawn')",
            name=op.f("ck_actions_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("municipality", "key", name=op.f("uq_actions_municipality_key")),
    )
    op.create_index(
        "ix_actions_due",
        "actions",
        ["source", "not_before"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index("ix_actions_about", "actions", ["about_subject"])
    op.create_index("ix_actions_person", "actions", ["municipality", "person"])
    op.create_index("ix_actions_state", "actions", ["municipality", "state", "id"])
    op.create_table(
        "cohort_rounds",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("told", sa.String(length=80), nullable=True),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.Column("missing", JSON, nullable=False),
        sa.PrimaryKeyConstraint("municipality", "source", name=op.f("pk_cohort_rounds")),
    )


def downgrade() -> None:
    op.drop_table("cohort_rounds")
    op.drop_table("actions")
