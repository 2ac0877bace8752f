"""One-time codes by which people prove that an account in a messenger is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0019_add_link_codes"
down_revision = "0018_add_used_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_codes",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=130), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "municipality", "recipient", "channel", name=op.f("pk_link_codes")
        ),
        sa.UniqueConstraint("digest", name=op.f("uq_link_codes_digest")),
    )


def downgrade() -> None:
    op.drop_table("link_codes")
