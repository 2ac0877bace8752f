"""Alarms of what leaves the connector: more kinds, and since when a channel takes no letters."""

import sqlalchemy as sa
from alembic import op

revision = "0023_watch_what_leaves"
down_revision = "0022_add_code_sendings"
branch_labels = None
depends_on = None

FORMER = (
    "moodle_down", "token_failing", "function_missing", "source_silent", "events_missed",
    "reconciliation_behind", "clock_drift", "rule_faulty", "deliveries_parked", "marks_rounded",
)  # fmt: skip
KINDS = (
    "moodle_down", "token_failing", "function_missing", "mail_down", "source_silent",
    "events_missed", "reconciliation_behind", "clock_drift", "actions_refused", "letters_failing",
    "broker_away", "webhook_failing", "rule_faulty", "deliveries_parked", "marks_rounded",
)  # fmt: skip
NEW = tuple(kind for kind in KINDS if kind not in FORMER)


def upgrade() -> None:
    op.create_table(
        "channel_watches",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_watches")),
    )
    _kinds(KINDS)
    op.create_index(
        "ix_actions_refused",
        "actions",
        ["source"],
        postgresql_where=sa.text("state = 'refused'"),
        sqlite_where=sa.text("state = 'refused'"),
    )


def downgrade() -> None:
    op.drop_index("ix_actions_refused", "actions")
    # The former release could not read what it has no kind for.
    op.execute(sa.text(f"DELETE FROM alarms WHERE kind IN {NEW!r}"))
    _kinds(FORMER)
    op.drop_table("channel_watches")


def _kinds(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("alarms") as table:
        table.drop_constraint(op.f("ck_alarms_kind"), type_="check")
        table.create_check_constraint(op.f("ck_alarms_kind"), f"kind IN {kinds!r}")
