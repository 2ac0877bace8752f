"""Has everybody judged again of whom Moodle ever withdrew anything: who waits is counted by that."""

import sqlalchemy as sa
from alembic import op

revision = "0017_look_for_withdrawn"
down_revision = "0016_add_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE subjects SET dirty = :yes, version = version + 1 WHERE id IN ("
            "SELECT accounts.subject_id FROM accounts JOIN evidence "
            "ON evidence.source = accounts.source AND evidence.user_id = accounts.user_id "
            "WHERE evidence.says <> 'so' AND accounts.subject_id IS NOT NULL)"
        ).bindparams(sa.bindparam("yes", True, sa.Boolean()))
    )


def downgrade() -> None:
    """Nothing to undo: whoever was judged once too often is none the worse for it."""
