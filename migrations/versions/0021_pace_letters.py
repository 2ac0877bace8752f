"""Letters keep a pace, and recipients are as long as log-in names may be.

A recipient who only signs in is named by `login:` and a name of up to 120 characters. Widening
rewrites nothing on PostgreSQL; SQLite copies the tables (batch mode).
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_pace_letters"
down_revision = "0020_add_stall_answers"
branch_labels = None
depends_on = None

NAMED = (("notices", "recipient"), ("letters", "recipient"), ("audit", "person"))


def upgrade() -> None:
    op.create_table(
        "letter_paces",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_letter_paces")),
    )
    for table_name, column in NAMED:
        with op.batch_alter_table(table_name) as table:
            table.alter_column(column, type_=sa.String(length=130), existing_nullable=True)


def downgrade() -> None:
    """Refused by PostgreSQL while there are longer names: nobody's post is to be mixed up."""
    for table_name, column in NAMED:
        with op.batch_alter_table(table_name) as table:
            table.alter_column(column, type_=sa.String(length=60), existing_nullable=True)
    op.drop_table("letter_paces")
