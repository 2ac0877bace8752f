"""Has everybody looked at for a draft in whom a deficit was found before drafts were proposed.

A look is marked by the fold of a new result; results of earlier releases would never have led to a
draft unless somebody pressed «составить заново». The marks are worked off in the background, batch
by batch, like all others; nobody is written to about a draft.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0024_propose_old_deficits"
down_revision = "0023_watch_what_leaves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        # The state is JSON, written with and without its columns' own type: as text both say
        # "open" of an open deficit. Whoever is marked for nothing is looked at for nothing. Who
        # was proposed anything, or is marked, needs no second look.
        sa.text(
            "INSERT INTO draft_wishes (municipality, person, asked_at, asks) "
            "SELECT subjects.municipality, subjects.code, :now, 1 FROM subjects "
            "WHERE subjects.kind = 'staff' AND CAST(subjects.state AS TEXT) LIKE :open "
            "AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.person = subjects.code "
            "AND drafts.municipality = subjects.municipality) "
            "AND NOT EXISTS (SELECT 1 FROM draft_wishes marked WHERE marked.person = subjects.code "
            "AND marked.municipality = subjects.municipality)"
        ).bindparams(
            sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True)),
            sa.bindparam("open", '%"open"%', sa.String()),
        )
    )


def downgrade() -> None:
    """Nothing to undo: whoever was looked at once too often is none the worse for it."""
