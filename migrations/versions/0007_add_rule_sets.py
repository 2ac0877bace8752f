"""Rule files are kept, so that the last good ones stay in force."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_add_rule_sets"
down_revision = "0006_add_changeovers"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rule_sets",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("distribution", sa.String(length=120), nullable=True),
        sa.Column("version", sa.String(length=60), nullable=True),
        sa.Column("files", JSON, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
    )
    op.create_index(
        "ix_rule_sets_municipality", "rule_sets", ["municipality", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_rule_sets_municipality", table_name="rule_sets")
    op.drop_table("rule_sets")
