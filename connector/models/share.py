"""Memberships and shares: who counts for an indicator, and the sums kept up by deltas."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Membership(Base):
    """One subject's judgement for one indicator and period.

    because: `[{"code", "params"}]`; words are made at the edge. evidence: keys. The two lists of
        slices (`[kind, code]`) say where it counts in the population and among the achieved; they
        differ only for ratios.
    """

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_indicator", "municipality", "indicator", "period"),)

    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(9), primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    in_population: Mapped[bool]
    achieved: Mapped[bool]
    because: Mapped[list[Any]]
    evidence: Mapped[list[Any]]
    population_slices: Mapped[list[Any]]
    achieved_slices: Mapped[list[Any]]


class Share(Base):
    """Population and achieved of one slice; slice_kind `whole` with an empty code is the total."""

    __tablename__ = "shares"
    __table_args__ = (CheckConstraint("population >= 0 AND achieved >= 0", name="not_negative"),)

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(9), primary_key=True)
    slice_kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    slice_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    population: Mapped[int] = mapped_column(BigId, default=0)
    achieved: Mapped[int] = mapped_column(BigId, default=0)


class FrozenShare(Base):
    """A share as it stood when other rules came into force (models.Changeover)."""

    __tablename__ = "frozen_shares"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(9), primary_key=True)
    slice_kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    slice_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    population: Mapped[int] = mapped_column(BigId)
    achieved: Mapped[int] = mapped_column(BigId)


class Changeover(Base):
    """Other rules came into force: figures are the frozen ones until everybody is judged by them.

    The row is there while that lasts, and shares switch over at once when it goes. as_of: the local
        day of the frozen shares. measures: of the former rules, as in Tenant. total, remaining:
        subjects to be judged, and those of them that were not yet when the tick last counted.
    """

    __tablename__ = "changeovers"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    as_of: Mapped[date]
    measures: Mapped[dict[str, Any] | None]
    total: Mapped[int] = mapped_column(BigId)
    remaining: Mapped[int] = mapped_column(BigId)


class Tenant(Base):
    """What is known of a municipality besides its rules: its last day that was brought up to date.

    judged_on: the local day for which every due subject has been marked. rules_digest: of the rules
        it is judged by; another one means everybody is judged anew. measures: by indicator of those
        rules its kind and subject. closed_on: the last local day whose plans were compared.
        stalls_week: the Monday of the last week whose digest of stalled routes was written.
    """

    __tablename__ = "tenants"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    judged_on: Mapped[date | None]
    rules_digest: Mapped[str | None] = mapped_column(String(64))
    measures: Mapped[dict[str, Any] | None]
    closed_on: Mapped[date | None]
    stalls_week: Mapped[date | None]


class PlanMark(Base):
    """Whether a slice met its plan at a closing hour; a change of it is told (domain 6)."""

    __tablename__ = "plan_marks"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(9), primary_key=True)
    slice_kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    slice_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    met: Mapped[bool]
    since: Mapped[date]


class Snapshot(Base):
    """A period's figures as they were reported on a day; never changed afterwards.

    schools: codes of the schools whose own slices were reported with them.
    """

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_municipality", "municipality", "taken_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(9))
    as_of: Mapped[date]
    taken_on: Mapped[date]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(String(120))
    figures: Mapped[dict[str, Any]]
    schools: Mapped[list[Any] | None]
