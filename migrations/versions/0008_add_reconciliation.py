"""What the connector itself found in Moodle: its origin, and how far each source was gone through."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_add_reconciliation"
down_revision = "0007_add_rule_sets"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column("origin", sa.String(length=10), nullable=False, server_default="sender"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=True),
        sa.Column("began_at", INSTANT, nullable=True),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("position", sa.String(length=100), nullable=True),
        sa.Column("calls", BIG, nullable=False),
        sa.Column("learners", BIG, nullable=False),
        sa.Column("found", JSON, nullable=False),
        sa.Column("refused", JSON, nullable=False),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last", JSON, nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_reconciliations_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_reconciliations")),
    )
    op.create_table(
        "reconciled_courses",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("course", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_reconciled_courses_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", "course", name=op.f("pk_reconciled_courses")),
    )


def downgrade() -> None:
    op.drop_table("reconciled_courses")
    op.drop_table("reconciliations")
    with op.batch_alter_table("deliveries") as table:
        table.drop_column("origin")
