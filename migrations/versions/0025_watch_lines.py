"""Each Moodle is watched for itself: `moodle:source` where a channel's name stood."""

import sqlalchemy as sa
from alembic import op

revision = "0025_watch_lines"
down_revision = "0024_propose_old_deficits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _wide(80, 20)


def downgrade() -> None:
    # What the former release has no name for, it notes anew when it is down.
    op.execute(sa.text("DELETE FROM channel_watches WHERE channel LIKE '%:%'"))
    _wide(20, 80)


def _wide(length: int, former: int) -> None:
    with op.batch_alter_table("channel_watches") as table:
        table.alter_column(
            "channel",
            type_=sa.String(length=length),
            existing_type=sa.String(length=former),
            existing_nullable=False,
        )
