"""Requests about routes as the fold sees them: who asked for what, and what was decided (domain 4).

They are dated records like any other: what is owed because of them follows from them and the day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.stall_days import first_where

REMIND_AFTER = 3
"""Working days that a request waits before whoever decides is reminded, once: as long as a stall
that nobody has answered."""

_FAR = timedelta(days=60)
"""Longer than REMIND_AFTER working days ever take, the longest holidays among them."""


class RequestState(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """One request about the person's route with this number.

    number: its own, unique in the installation. kind, step, first, last: what is asked for, see
    services.routes.asked. asked_on, decided_on: local days. asked_by, decided_by: recipients as in
    notices, None where that is not known any more. decision: its reason.
    """

    number: int
    route: str
    kind: str
    asked_on: date
    step: int = 0
    first: date | None = None
    last: date | None = None
    asked_by: str | None = None
    state: RequestState = RequestState.WAITING
    decided_on: date | None = None
    decided_by: str | None = None
    decision: str | None = None

    @property
    def is_decided(self) -> bool:
        return self.state in (RequestState.GRANTED, RequestState.REFUSED)

    def remind_on(self, calendar: WorkCalendar) -> date:
        """The day on which it has waited for REMIND_AFTER working days."""
        return first_where(
            lambda day: calendar.count(self.asked_on, day) >= REMIND_AFTER,
            self.asked_on,
            self.asked_on + _FAR,
        )

    def next_turn(self, after: date, calendar: WorkCalendar) -> date | None:
        """The next day on which time alone changes what is owed because of it."""
        if self.state is not RequestState.WAITING:
            return None
        day = self.remind_on(calendar)
        return day if day > after else None
