"""Codes for addresses that people type, and how many of them were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0022_add_code_sendings"
down_revision = "0021_pace_letters"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("link_codes", sa.Column("address", sa.String(length=320), nullable=True))
    op.create_table(
        "code_sendings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=130), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_sendings")),
    )
    op.create_index("ix_code_sendings_sent_at", "code_sendings", ["sent_at"])


def downgrade() -> None:
    op.drop_table("code_sendings")
    op.drop_column("link_codes", "address")
