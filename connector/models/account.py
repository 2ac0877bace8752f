"""Moodle accounts and whom they belong to (domain 2, "Whose")."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class Account(Base):
    """One user number of one source, as last seen.

    match: `none` (parked), `proposed` (by e-mail, somebody confirms), `matched` (by idnumber or
        automatically by e-mail), `confirmed` (by a person), `parted` (a person took it away from
        somebody; nothing but a person gives it away again), `ignored` (a person said that it is
        nobody's of ours). A match stays when Moodle's idnumber changes later.
    settled: the idnumber and e-mail it had when a person last decided about it; as long as it is
        called so, nobody is asked again.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "match IN ('none', 'proposed', 'matched', 'confirmed', 'parted', 'ignored')",
            name="match",
        ),
        Index("ix_accounts_subject", "subject_id"),
        Index("ix_accounts_idnumber", "idnumber"),
        Index("ix_accounts_email", "email_key"),
    )

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    idnumber: Mapped[str | None] = mapped_column(String(255))
    email_key: Mapped[str | None] = mapped_column(String(320))
    deleted: Mapped[bool] = mapped_column(default=False)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"))
    match: Mapped[str] = mapped_column(String(10), default="none")
    seen_version: Mapped[bytes | None]
    matched_at: Mapped[datetime | None]
    settled: Mapped[str | None] = mapped_column(String(600))
