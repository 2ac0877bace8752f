"""Reporting periods: calendar years, academic years, points (domain 5)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connector.domain.dates import Span


class PeriodKind(StrEnum):
    YEAR = "year"
    ACADEMIC_YEAR = "academic_year"
    POINT = "point"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A year that is reported on; `start_year` is the year in which it begins.

    Written `2026` for the calendar year, `2026/2027` for 1 September to 31 August (contract 4).
    """

    kind: PeriodKind
    start_year: int

    @property
    def first(self) -> date:
        return date(self.start_year, 9 if self.kind is PeriodKind.ACADEMIC_YEAR else 1, 1)

    @property
    def last(self) -> date:
        if self.kind is PeriodKind.ACADEMIC_YEAR:
            return date(self.start_year + 1, 8, 31)
        return date(self.start_year, 12, 31)

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)

    @property
    def next(self) -> "Period":
        return Period(self.kind, self.start_year + 1)

    @property
    def previous(self) -> "Period":
        return Period(self.kind, self.start_year - 1)

    def __str__(self) -> str:
        if self.kind is PeriodKind.ACADEMIC_YEAR:
            return f"{self.start_year}/{self.start_year + 1}"
        return str(self.start_year)

    def as_of(self, day: date) -> date:
        """The day a subject is judged on: `day`, but never later than the period's last day.

        Raises AsOfBeforePeriod where `day` lies before the period.
        """
        if day < self.first:
            raise AsOfBeforePeriod(str(self), day)
        return min(day, self.last)


class AsOfBeforePeriod(ValueError):
    """An `as_of` earlier than its period (domain 5; the API answers 422)."""

    def __init__(self, period: str, day: date) -> None:
        super().__init__(f"{day.isoformat()} lies before the period {period}")
        self.period = period
        self.day = day


class NotAPeriod(ValueError):
    """A text that is neither `2026` nor `2026/2027`."""


def parse_period(text: str) -> Period:
    """`2026` or `2026/2027`. Raises NotAPeriod."""
    match = re.fullmatch(r"(\d{4})(?:/(\d{4}))?", text, re.ASCII)
    if match is None or not 1900 <= int(match[1]) <= 2999:
        raise NotAPeriod(text)
    start = int(match[1])
    if match[2] is None:
        return Period(PeriodKind.YEAR, start)
    if int(match[2]) != start + 1:
        raise NotAPeriod(text)
    return Period(PeriodKind.ACADEMIC_YEAR, start)


def period_containing(day: date, kind: PeriodKind) -> Period:
    """The year or academic year in which `day` lies."""
    if kind is PeriodKind.ACADEMIC_YEAR:
        return Period(kind, day.year if day.month >= 9 else day.year - 1)
    return Period(kind, day.year)
