"""Rules that change freeze the shares until everybody is judged by the new ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_add_changeovers"
down_revision = "0005_add_kinds_of_subjects"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "changeovers",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("measures", JSON, nullable=True),
        sa.Column("total", BIG, nullable=False),
        sa.Column("remaining", BIG, nullable=False),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_changeovers")),
    )
    op.create_table(
        "frozen_shares",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=9), nullable=False),
        sa.Column("slice_kind", sa.String(length=12), nullable=False),
        sa.Column("slice_code", sa.String(length=60), nullable=False),
        sa.Column("population", BIG, nullable=False),
        sa.Column("achieved", BIG, nullable=False),
        sa.PrimaryKeyConstraint(
            "municipality",
            "indicator",
            "period",
            "slice_kind",
            "slice_code",
            name=op.f("pk_frozen_shares"),
        ),
    )
    op.add_column("tenants", sa.Column("measures", JSON, nullable=True))
    op.add_column(
        "subjects",
        sa.Column("by_old_rules", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_subjects_old_rules",
        "subjects",
        ["municipality"],
        unique=False,
        postgresql_where=sa.text("by_old_rules"),
        sqlite_where=sa.text("by_old_rules = 1"),
    )


def downgrade() -> None:
    op.drop_index("ix_subjects_old_rules", table_name="subjects")
    with op.batch_alter_table("subjects") as table:
        table.drop_column("by_old_rules")
    with op.batch_alter_table("tenants") as table:
        table.drop_column("measures")
    op.drop_table("frozen_shares")
    op.drop_table("changeovers")
