"""The first tables: inbox, evidence, records, subjects, shares, outbox, log-ins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_baseline"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BODY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=True),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("detail", BODY, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_person", "audit", ["municipality", "person", "at"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("register", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("object_ref", sa.String(length=200), nullable=True),
        sa.Column("says", sa.String(length=6), nullable=False),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("instant", INSTANT, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=True),
        sa.Column("body", BODY, nullable=False),
        sa.Column("delivery_id", BIG, nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("register", "slot", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_account", "evidence", ["source", "user_id"], unique=False)
    op.create_index(
        "ix_evidence_object", "evidence", ["source", "kind", "object_ref"], unique=False
    )
    op.create_table(
        "imports",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=True),
        sa.Column("outcome", BODY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "letters",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    op.create_table(
        "logins",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'methodist', 'specialist', 'head', 'mentor', 'teacher', 'viewer')",
            name=op.f("ck_logins_role"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_logins")),
    )
    op.create_table(
        "notices",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("params", BODY, nullable=False),
        sa.Column("about_subject", BIG, nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("letter_id", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'withdrawn', 'held', 'failed')",
            name=op.f("ck_notices_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("municipality", "key", name=op.f("uq_notices_municipality_key")),
    )
    op.create_index("ix_notices_about", "notices", ["about_subject", "state"], unique=False)
    op.create_index("ix_notices_created", "notices", ["municipality", "created_at"], unique=False)
    op.create_index(
        "ix_notices_due",
        "notices",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("ix_notices_recipient", "notices", ["municipality", "recipient"], unique=False)
    op.create_table(
        "plan_marks",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=9), nullable=False),
        sa.Column("slice_kind", sa.String(length=12), nullable=False),
        sa.Column("slice_code", sa.String(length=60), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "municipality",
            "indicator",
            "period",
            "slice_kind",
            "slice_code",
            name=op.f("pk_plan_marks"),
        ),
    )
    op.create_table(
        "records",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("sheet", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("related", sa.String(length=60), nullable=True),
        sa.Column("body", BODY, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("import_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint(
            "municipality", "sheet", "key", "valid_from", name=op.f("pk_records")
        ),
    )
    op.create_index("ix_records_person", "records", ["municipality", "person"], unique=False)
    op.create_index(
        "ix_records_related", "records", ["municipality", "sheet", "related"], unique=False
    )
    op.create_table(
        "rule_faults",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("switched_off_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("municipality", "rule", name=op.f("pk_rule_faults")),
    )
    op.create_table(
        "shares",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=9), nullable=False),
        sa.Column("slice_kind", sa.String(length=12), nullable=False),
        sa.Column("slice_code", sa.String(length=60), nullable=False),
        sa.Column("population", BIG, nullable=False),
        sa.Column("achieved", BIG, nullable=False),
        sa.CheckConstraint(
            "population >= 0 AND achieved >= 0", name=op.f("ck_shares_not_negative")
        ),
        sa.PrimaryKeyConstraint(
            "municipality",
            "indicator",
            "period",
            "slice_kind",
            "slice_code",
            name=op.f("pk_shares"),
        ),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=9), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("taken_by", sa.String(length=120), nullable=True),
        sa.Column("figures", BODY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_index(
        "ix_snapshots_municipality", "snapshots", ["municipality", "taken_on"], unique=False
    )
    op.create_table(
        "source_counts",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "what", "reason", name=op.f("pk_source_counts")),
    )
    op.create_table(
        "sources",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("dialect", sa.String(length=20), nullable=False),
        sa.Column("secrets", BODY, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("rest_token", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_delivery_at", INSTANT, nullable=True),
        sa.Column("last_ping_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "dialect IN ('native', 'local_webhooks', 'tool_trigger', 'xapi')",
            name=op.f("ck_sources_dialect"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sources")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("sort_key", sa.String(length=300), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("state", BODY, nullable=True),
        sa.CheckConstraint(
            "kind IN ('staff', 'school', 'team', 'association', 'municipality')",
            name=op.f("ck_subjects_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint(
            "municipality", "kind", "code", name=op.f("uq_subjects_municipality_kind_code")
        ),
    )
    op.create_index("ix_subjects_changes", "subjects", ["municipality", "changes_on"], unique=False)
    op.create_index(
        "ix_subjects_dirty",
        "subjects",
        ["id"],
        unique=False,
        postgresql_where=sa.text("dirty"),
        sqlite_where=sa.text("dirty = 1"),
    )
    op.create_index("ix_subjects_email", "subjects", ["municipality", "email_key"], unique=False)
    op.create_table(
        "tenants",
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("rules_digest", sa.String(length=64), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_tenants")),
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'methodist', 'specialist', 'head', 'mentor', 'teacher', 'viewer')",
            name=op.f("ck_tokens_role"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tokens")),
    )
    op.create_table(
        "accounts",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("idnumber", sa.String(length=255), nullable=True),
        sa.Column("email_key", sa.String(length=320), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("match", sa.String(length=10), nullable=False),
        sa.Column("seen_version", sa.LargeBinary(), nullable=True),
        sa.Column("matched_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "match IN ('none', 'proposed', 'matched', 'confirmed')", name=op.f("ck_accounts_match")
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_accounts_source_sources")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_accounts_subject_id_subjects")
        ),
        sa.PrimaryKeyConstraint("source", "user_id", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_email", "accounts", ["email_key"], unique=False)
    op.create_index("ix_accounts_idnumber", "accounts", ["idnumber"], unique=False)
    op.create_index("ix_accounts_subject", "accounts", ["subject_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("detail", BODY, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("object_ref", sa.String(length=200), nullable=True),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'ready', 'parked', 'done', 'set_aside')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_deliveries_source_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "source", "key", "digest", name=op.f("uq_deliveries_source_key_digest")
        ),
    )
    op.create_index("ix_deliveries_received", "deliveries", ["source", "received_at"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["source", "user_id"],
        unique=False,
        postgresql_where=sa.text("state = 'parked'"),
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "ix_deliveries_work",
        "deliveries",
        ["state", "next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('new', 'ready')"),
        sqlite_where=sa.text("state IN ('new', 'ready')"),
    )
    op.create_table(
        "memberships",
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=9), nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.Column("in_population", sa.Boolean(), nullable=False),
        sa.Column("achieved", sa.Boolean(), nullable=False),
        sa.Column("because", BODY, nullable=False),
        sa.Column("evidence", BODY, nullable=False),
        sa.Column("population_slices", BODY, nullable=False),
        sa.Column("achieved_slices", BODY, nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_memberships_subject_id_subjects")
        ),
        sa.PrimaryKeyConstraint("subject_id", "indicator", "period", name=op.f("pk_memberships")),
    )
    op.create_index(
        "ix_memberships_indicator",
        "memberships",
        ["municipality", "indicator", "period"],
        unique=False,
    )
    op.create_table(
        "source_municipalities",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("municipality", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.code"], name=op.f("fk_source_municipalities_source_sources")
        ),
        sa.PrimaryKeyConstraint("source", "municipality", name=op.f("pk_source_municipalities")),
    )
    op.create_table(
        "readings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("try_no", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=80), nullable=False),
        sa.Column("params", BODY, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_readings_delivery_id_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_delivery", "readings", ["delivery_id", "try_no"], unique=False)


def downgrade() -> None:
    op.drop_table("readings")
    op.drop_table("source_municipalities")
    op.drop_table("memberships")
    op.drop_table("deliveries")
    op.drop_table("accounts")
    op.drop_table("tokens")
    op.drop_table("tenants")
    op.drop_table("subjects")
    op.drop_table("sources")
    op.drop_table("source_counts")
    op.drop_table("snapshots")
    op.drop_table("shares")
    op.drop_table("rule_faults")
    op.drop_table("records")
    op.drop_table("plan_marks")
    op.drop_table("notices")
    op.drop_table("logins")
    op.drop_table("letters")
    op.drop_table("imports")
    op.drop_table("evidence")
    op.drop_table("audit")
