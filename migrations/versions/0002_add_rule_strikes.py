"""Rules that fail batch after batch are switched off until they are mended."""

import sqlalchemy as sa
from alembic import op

revision = "0002_add_rule_strikes"
down_revision = "0001_baseline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "rule_faults", sa.Column("strikes", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("rule_faults", sa.Column("code", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rule_faults") as table:
        table.drop_column("code")
        table.drop_column("strikes")
