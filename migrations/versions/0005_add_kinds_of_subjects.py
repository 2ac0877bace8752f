"""Subjects that are no people and no places: routes, completions, rows of sheets.

On SQLite the table is copied (batch mode); on PostgreSQL nothing is rewritten.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_add_kinds_of_subjects"
down_revision = "0004_sharpen_work_indexes"
branch_labels = None
depends_on = None

BODY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
FORMER = "kind IN ('staff', 'school', 'team', 'association', 'municipality')"
PRESENT = (
    "kind IN ('staff', 'school', 'team', 'association', 'route', 'completion', "
    "'roadmap_item', 'document', 'analysis', 'practice', 'contest', 'municipality')"
)
OWNED = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("schools", BODY, nullable=True))
    with op.batch_alter_table("subjects") as table:
        table.add_column(sa.Column("owner", sa.String(length=60), nullable=True))
        table.alter_column("code", type_=sa.String(length=300), existing_nullable=False)
        table.drop_constraint(op.f("ck_subjects_kind"), type_="check")
        table.create_check_constraint(op.f("ck_subjects_kind"), PRESENT)
    op.create_index(
        "ix_subjects_owner",
        "subjects",
        ["municipality", "owner"],
        postgresql_where=OWNED,
        sqlite_where=OWNED,
    )


def downgrade() -> None:
    op.drop_index("ix_subjects_owner", "subjects")
    newer = "('route', 'completion', 'roadmap_item', 'document', 'analysis', 'practice', 'contest')"
    op.execute(
        sa.text(
            "DELETE FROM memberships WHERE subject_id IN "
            f"(SELECT id FROM subjects WHERE kind IN {newer})"
        )
    )
    op.execute(sa.text(f"DELETE FROM subjects WHERE kind IN {newer}"))
    with op.batch_alter_table("subjects") as table:
        table.drop_constraint(op.f("ck_subjects_kind"), type_="check")
        table.create_check_constraint(op.f("ck_subjects_kind"), FORMER)
        table.alter_column("code", type_=sa.String(length=60), existing_nullable=False)
        table.drop_column("owner")
    with op.batch_alter_table("snapshots") as table:
        table.drop_column("schools")
