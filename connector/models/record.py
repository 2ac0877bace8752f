"""Dated records: every row of every spreadsheet, by sheet and key, from a day on (contract 3).

One table for all sheets: an import compares, dates and explains them all alike, and what a sheet
consists of is written once, in connector.spreadsheets. The columns beside the body are what queries
look records up by.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

ALWAYS = date(1, 1, 1)
"""`valid_from` of a first version: it holds from the beginning (a person: from employed_from)."""


class Record(Base):
    """One version of one row.

    person: the personnel number it belongs to (for a mentorship the mentee), if any.
    related: a second person, school or association it must be found by: a mentorship's mentor, a
        staff row's regional methodist, an assignment's `of`.

    A row that was taken back, because it was entered by mistake, is not here any more, so that no
    reader can forget to pass it over; the import that took it back keeps what it was.
    """

    __tablename__ = "records"
    __table_args__ = (
        Index("ix_records_person", "municipality", "person"),
        Index("ix_records_related", "municipality", "sheet", "related"),
    )

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    sheet: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True, default=ALWAYS)
    person: Mapped[str | None] = mapped_column(String(60))
    related: Mapped[str | None] = mapped_column(String(60))
    body: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(BigId)


class Import(Base):
    """One spreadsheet import: who, when, from which day it holds, what it changed.

    A record entered on a page is an import of one row; `outcome` then has a `row` with the step
    (added, changed, taken_back), the sheet, the key, and what the row was before and is after.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    effective_on: Mapped[date]
    made_by: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[dict[str, Any]]
