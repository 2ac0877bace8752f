"""Which period and day a page was asked for, and which it offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connector.domain.periods import Period, PeriodKind, parse_period, period_containing


class NotADay(ValueError):
    """A text in the address that is no date."""


@dataclass(frozen=True, slots=True)
class Asked:
    """period, as_of: None where the address names none."""

    period: Period | None
    as_of: date | None

    def period_on(self, day: date, kind: PeriodKind) -> Period:
        """The period to show: the one asked for, else the one of the day asked for, else of `day`.

        A day before the period asked for means the earlier period that it lies in: whoever picks a
        past day on a page means that day, whatever the list of periods stands on.
        """
        period = self.period or period_containing(self.as_of or day, kind)
        if self.as_of is not None and self.as_of < period.first:
            return period_containing(self.as_of, period.kind)
        return period

    def parameters(self) -> dict[str, str]:
        """To keep the choice in links."""
        chosen = {}
        if self.period is not None:
            chosen["period"] = str(self.period)
        if self.as_of is not None:
            chosen["as_of"] = self.as_of.isoformat()
        return chosen


def asked(arguments: Mapping[str, str]) -> Asked:
    """Reads the address. Raises NotAPeriod, NotADay."""
    period, day = arguments.get("period", ""), arguments.get("as_of", "")
    try:
        as_of = date.fromisoformat(day) if day else None
    except ValueError as err:
        raise NotADay(day) from err
    return Asked(parse_period(period) if period else None, as_of)


def offered(day: date, chosen: Period) -> list[Period]:
    """Periods to choose from: this year and the two before, of both kinds; always the chosen."""
    found = {chosen}
    for kind in (PeriodKind.YEAR, PeriodKind.ACADEMIC_YEAR):
        period = period_containing(day, kind)
        found |= {period, period.previous, period.previous.previous}
    # Calendar years first, the latest on top.
    return sorted(found, key=lambda p: (p.kind is PeriodKind.ACADEMIC_YEAR, -p.start_year))
