"""What the latest test of a source found, and since when its newest secret is there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013_add_source_checks"
down_revision = "0012_add_ways_and_preferences"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("sources", sa.Column("secret_made_at", INSTANT, nullable=True))
    op.create_table(
        "source_checks",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_source_checks_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_checks")),
    )


def downgrade() -> None:
    op.drop_table("source_checks")
    with op.batch_alter_table("sources") as table:
        table.drop_column("secret_made_at")
