"""Work on routes: drafts and who waits for one, changes, requests, files that prove steps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014_add_route_work"
down_revision = "0013_add_source_checks"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

DRAFT_STATES = ("proposed", "uncovered", "held", "superseded", "withdrawn", "dismissed")
REQUEST_KINDS = ("pause", "prolong", "not_relevant", "drop")
REQUEST_STATES = ("waiting", "granted", "refused", "taken_back")
FILE_STATES = ("waiting", "accepted", "returned")


def upgrade() -> None:
    op.create_table(
        "draft_wishes",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("municipality", "person", name=op.f("pk_draft_wishes")),
    )
    op.create_table(
        "drafts",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("result", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("deficits", JSON, nullable=False),
        sa.Column("uncovered", JSON, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(f"state IN {DRAFT_STATES!r}", name=op.f("ck_drafts_state")),
        sa.CheckConstraint(
            "state <> 'dismissed' OR reason IS NOT NULL", name=op.f("ck_drafts_reason")
        ),
        sa.PrimaryKeyConstraint("municipality", "person", "result", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_state", "drafts", ["municipality", "state"])
    op.create_table(
        "route_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("rows", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_changes")),
    )
    op.create_index("ix_route_changes_route", "route_changes", ["municipality", "person", "number"])
    _create_requests()
    _create_files()


def _create_requests() -> None:
    op.create_table(
        "route_requests",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("asked_by", sa.String(length=160), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=160), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(f"kind IN {REQUEST_KINDS!r}", name=op.f("ck_route_requests_kind")),
        sa.CheckConstraint(f"state IN {REQUEST_STATES!r}", name=op.f("ck_route_requests_state")),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL)",
            name=op.f("ck_route_requests_decided"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_requests")),
    )
    place = ["municipality", "person", "number"]
    op.create_index("ix_route_requests_route", "route_requests", place)
    op.create_index(
        "uq_route_requests_waiting",
        "route_requests",
        [*place, "kind", "step"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("uploaded_by", sa.String(length=160), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reviewed_by", sa.String(length=160), nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(f"state IN {FILE_STATES!r}", name=op.f("ck_files_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (reviewed_by IS NULL)", name=op.f("ck_files_reviewed")
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR reason IS NOT NULL", name=op.f("ck_files_reason")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_route", "files", ["municipality", "person", "number", "step"])
    op.create_index("ix_files_state", "files", ["municipality", "state"])


def downgrade() -> None:
    for table in ("files", "route_requests", "route_changes", "drafts", "draft_wishes"):
        op.drop_table(table)
