"""Links of letters that have signed their reader in."""

import sqlalchemy as sa
from alembic import op

revision = "0018_add_used_links"
down_revision = "0017_look_for_withdrawn"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "used_links",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_links")),
    )
    op.create_index("ix_used_links_expires_at", "used_links", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_used_links_expires_at", table_name="used_links")
    op.drop_table("used_links")
