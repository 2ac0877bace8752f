"""Files that prove a step done: kept in the database, so that any machine can hand them out."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

FILE_STATES = ("waiting", "accepted", "returned")


class ProofFile(Base):
    """One uploaded file of a route's step. type: as its bytes say, never as its sender did.

    valid_until: of the document, if it expires. done_on: the day that the document names. An
    accepted file has written the row `proof-<id>` of the sheet `evidence`.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint(f"state IN {FILE_STATES!r}", name="state"),
        CheckConstraint("(state = 'waiting') = (reviewed_by IS NULL)", name="reviewed"),
        CheckConstraint("state <> 'returned' OR reason IS NOT NULL", name="reason"),
        Index("ix_files_route", "municipality", "person", "number", "step"),
        Index("ix_files_state", "municipality", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(60))
    step: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    # Lists of files must not carry the files.
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    done_on: Mapped[date]
    valid_until: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(500))
    uploaded_by: Mapped[str] = mapped_column(String(160))
    uploaded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reviewed_by: Mapped[str | None] = mapped_column(String(160))
    reviewed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(2000))
