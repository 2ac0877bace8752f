"""When people may be written to: never at night, never on closed days (domain 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from connector.domain.calendar import WorkCalendar
from connector.domain.preferences import EVERY_DAY, STANDARD, LetterPolicy

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_LONGEST_HOLIDAYS = timedelta(weeks=4)
"""A weekly digest whose day was closed is looked for so far back."""


@dataclass(frozen=True, slots=True)
class PostHours:
    """A municipality's hours for letters; local hours 0..23 of its working days.

    Nobody is disturbed from `quiet_from` until before `quiet_until`, round midnight where the first
    is the greater; equal ones mean no such hours. digest: when what is not urgent is gathered.
    policy: what of all this people may choose otherwise.
    """

    zone: tzinfo
    calendar: WorkCalendar
    quiet_from: int = 20
    quiet_until: int = 8
    digest: int = 9
    policy: LetterPolicy = STANDARD

    def are_open(self, instant: datetime) -> bool:
        local = instant.astimezone(self.zone)
        return self.calendar.is_working(local.date()) and not self.is_quiet(local.hour)

    def next_open(self, instant: datetime) -> datetime:
        """`instant` itself where people may be written to, else the next full hour; UTC."""
        at = instant.astimezone(self.zone)
        while not self.are_open(at):
            day = self.calendar.next_working(at.date())
            at = self._later(at) if day == at.date() else datetime.combine(day, time(), self.zone)
        return at.astimezone(UTC)

    def next_digest(
        self, instant: datetime, hour: int | None = None, weekday: int | None = None
    ) -> datetime:
        """The first digest hour of a working day that is not earlier than `instant`; UTC.

        hour, weekday (0 is Monday): chosen by the reader; None: the municipality's hour, every
        working day. A weekday that is closed hands its digest to the next working day. Quiet hours
        come first: a digest hour within them waits for their end.
        """
        day = instant.astimezone(self.zone).date()
        step = _DAY
        if weekday is not None and weekday != EVERY_DAY:
            # From some weeks back: the day it should have been may lie before a row of holidays.
            day -= _LONGEST_HOLIDAYS + timedelta((day.weekday() - weekday) % 7)
            step = timedelta(weeks=1)
        while True:
            working = self.calendar.next_working(day)
            at = datetime.combine(working, time(self.digest if hour is None else hour), self.zone)
            if at >= instant:
                return self.next_open(at)
            day = day + step if step > _DAY else working + _DAY

    def is_quiet(self, hour: int) -> bool:
        """Whether nobody is written to in that local hour."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def _later(self, at: datetime) -> datetime:
        # By way of UTC: an hour added to local time would stumble where the clocks are put forward.
        later = (at.astimezone(UTC) + _HOUR).astimezone(self.zone)
        return later.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class SharedHours:
    """Hours of somebody who serves several municipalities: open while any of them is."""

    several: tuple[PostHours, ...]
    policy: LetterPolicy = STANDARD

    def are_open(self, instant: datetime) -> bool:
        return any(hours.are_open(instant) for hours in self.several)

    def next_open(self, instant: datetime) -> datetime:
        """See PostHours.next_open."""
        return min(hours.next_open(instant) for hours in self.several)

    def next_digest(
        self, instant: datetime, hour: int | None = None, weekday: int | None = None
    ) -> datetime:
        """See PostHours.next_digest."""
        return min(hours.next_digest(instant, hour, weekday) for hours in self.several)


Hours = PostHours | SharedHours
