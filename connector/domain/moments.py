"""When a judgement is made."""

from dataclasses import dataclass
from datetime import date

from connector.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Moment:
    """When a judgement is made: `as_of` lies within the period or on its last day."""

    period: Period
    as_of: date

    def changes(self, *days: date | None) -> date | None:
        """The earliest of `days` that can still change this judgement.

        A day up to `as_of` is past; a day after the period's end is cut off by it.
        """
        found: date | None = None
        for day in days:
            if day is not None and day > self.as_of and (found is None or day < found):
                found = day
        return found if found is None or found <= self.period.last else None
