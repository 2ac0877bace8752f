"""Stalled routes are answered to, and told of once a week."""

import sqlalchemy as sa
from alembic import op

revision = "0020_add_stall_answers"
down_revision = "0019_add_link_codes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stall_answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=130), nullable=False),
        sa.Column("author_name", sa.String(length=300), nullable=False),
        sa.Column("author_role", sa.String(length=20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recipient", sa.String(length=130), nullable=True),
        sa.Column("recipient_name", sa.String(length=300), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "kind IN ('acknowledged', 'snoozed', 'measure', 'handed_over')",
            name=op.f("ck_stall_answers_kind"),
        ),
        sa.CheckConstraint(
            "(kind IN ('snoozed', 'measure')) = (until IS NOT NULL)",
            name=op.f("ck_stall_answers_until_where_it_holds"),
        ),
        sa.CheckConstraint(
            "(kind = 'handed_over') = (recipient IS NOT NULL)",
            name=op.f("ck_stall_answers_recipient_where_handed_over"),
        ),
        sa.CheckConstraint(
            "until IS NULL OR until > given_on", name=op.f("ck_stall_answers_until_is_later")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stall_answers")),
        sa.UniqueConstraint(
            "municipality", "person", "key", name=op.f("uq_stall_answers_municipality_person_key")
        ),
    )
    op.add_column("tenants", sa.Column("stalls_week", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("tenants", "stalls_week")
    op.drop_table("stall_answers")
