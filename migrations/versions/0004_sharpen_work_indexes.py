"""Indexes that long queues and bursts of notices are worked off by."""

from alembic import op
from sqlalchemy import text

revision = "0004_sharpen_work_indexes"
down_revision = "0003_add_tallies"
branch_labels = None
depends_on = None

WAITING = text("state IN ('new', 'ready')")


def upgrade() -> None:
    # A claim takes the oldest hundred: by the old index it read and sorted the whole queue.
    op.drop_index("ix_deliveries_work", "deliveries")
    op.create_index(
        "ix_deliveries_work",
        "deliveries",
        ["state", "id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    # Whether there is a burst is asked for each kind and role that a batch tells of.
    op.create_index(
        "ix_notices_burst", "notices", ["municipality", "kind", "role", "state", "created_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_notices_burst", "notices")
    op.drop_index("ix_deliveries_work", "deliveries")
    op.create_index(
        "ix_deliveries_work",
        "deliveries",
        ["state", "next_try_at", "id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
