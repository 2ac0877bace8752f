"""Sums of what processes count, and the indexes by which watching stays cheap.

Revises: 0002_add_rule_strikes
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_add_tallies"
down_revision = "0002_add_rule_strikes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("labels", sa.String(length=300), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_tallies")),
    )
    op.create_index(
        "ix_deliveries_aside",
        "deliveries",
        ["source"],
        unique=False,
        postgresql_where=sa.text("state = 'set_aside'"),
        sqlite_where=sa.text("state = 'set_aside'"),
    )
    op.create_index(
        "ix_notices_stuck",
        "notices",
        ["municipality", "state"],
        unique=False,
        postgresql_where=sa.text("state IN ('held', 'failed')"),
        sqlite_where=sa.text("state IN ('held', 'failed')"),
    )
    op.create_index(
        "ix_notices_letter",
        "notices",
        ["letter_id"],
        unique=False,
        postgresql_where=sa.text("letter_id IS NOT NULL"),
        sqlite_where=sa.text("letter_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_notices_letter", table_name="notices")
    op.drop_index("ix_notices_stuck", table_name="notices")
    op.drop_index("ix_deliveries_aside", table_name="deliveries")
    op.drop_table("tallies")
