"""What people decide about accounts, about courses of no use, and about withdrawals of past years.

On SQLite `accounts` is copied (batch mode); on PostgreSQL nothing is rewritten.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_add_decisions"
down_revision = "0010_add_alarms"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FORMER = "match IN ('none', 'proposed', 'matched', 'confirmed')"
PRESENT = "match IN ('none', 'proposed', 'matched', 'confirmed', 'parted', 'ignored')"


def upgrade() -> None:
    with op.batch_alter_table("accounts") as table:
        table.add_column(sa.Column("settled", sa.String(length=600), nullable=True))
        table.drop_constraint(op.f("ck_accounts_match"), type_="check")
        table.create_check_constraint(op.f("ck_accounts_match"), PRESENT)
    op.create_index("ix_audit_action", "audit", ["municipality", "action", "at"])
    op.add_column(
        "subjects", sa.Column("withdrawn", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "ix_subjects_withdrawn",
        "subjects",
        ["municipality"],
        postgresql_where=sa.text("withdrawn > 0"),
        sqlite_where=sa.text("withdrawn > 0"),
    )
    op.create_table(
        "unwanted",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(length=160), nullable=False),
        sa.CheckConstraint("kind IN ('course', 'quiz')", name=op.f("ck_unwanted_kind")),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_unwanted_source_sources")
        ),
        sa.PrimaryKeyConstraint("municipality", "source", "kind", "name", name=op.f("pk_unwanted")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("fact", sa.String(length=260), nullable=False),
        sa.Column("register", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("instant", INSTANT, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("delivery_id", BIG, nullable=True),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(length=160), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.String(length=160), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
    )
    op.create_index("ix_withdrawals_register", "withdrawals", ["register"])
    op.create_index("ix_withdrawals_decided", "withdrawals", ["municipality", "decided_at"])


def downgrade() -> None:
    op.drop_table("withdrawals")
    op.drop_table("unwanted")
    op.drop_index("ix_subjects_withdrawn", "subjects")
    op.drop_column("subjects", "withdrawn")
    op.drop_index("ix_audit_action", "audit")
    op.execute(sa.text("UPDATE accounts SET match = 'none' WHERE match IN ('parted', 'ignored')"))
    with op.batch_alter_table("accounts") as table:
        table.drop_constraint(op.f("ck_accounts_match"), type_="check")
        table.create_check_constraint(op.f("ck_accounts_match"), FORMER)
        table.drop_column("settled")
