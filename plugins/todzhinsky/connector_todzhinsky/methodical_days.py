"""День методической службы: a reminder before the quarter ends without one.

«Проведение Дня методической службы … Ежеквартально», by the department of education (annex 1, 8):
so its specialists are reminded, or its methodists where it has no specialist. How long before is
ours: ten working days are two weeks to prepare it.
"""

from datetime import date, timedelta

from connector import hookimpl
from connector.domain.because import SubjectKind
from connector.domain.calendar import WorkCalendar
from connector.domain.cases import Case, RoadmapCase
from connector.domain.owed import Circle, Owed, Recipient

METHODICAL_DAY = "methodical_day_due"
NUMBER = "8"
DAYS_BEFORE = 10
NOBODY = "nobody"
_DAY = timedelta(days=1)


def reminded_on(due: date, calendar: WorkCalendar) -> date:
    """The working day on which DAYS_BEFORE working days are left, that day and `due` included."""
    day = due
    while calendar.count(day - _DAY, due) < DAYS_BEFORE:
        day -= _DAY
    return day


def _due(case: Case) -> tuple[RoadmapCase, date] | None:
    """An occurrence of the Day that is to take place by some day."""
    if not isinstance(case, RoadmapCase):
        return None
    item = case.item
    if item.scope != "municipality" or item.number != NUMBER or item.due_on is None:
        return None
    return case, item.due_on


@hookimpl
def connector_subjects() -> list[SubjectKind]:
    return [SubjectKind.ROADMAP_ITEM]


@hookimpl
def connector_notices(case: Case, circle: Circle, day: date) -> list[Owed]:
    """One notice a quarter to each specialist, while the Day can still be held in time."""
    found = _due(case)
    if found is None:
        return []
    occurrence, due = found
    first = reminded_on(due, occurrence.setting.calendar)
    item = occurrence.item
    if not first <= day <= due or (item.done_on is not None and item.done_on <= day):
        return []
    role = Recipient.SPECIALIST if circle.specialists else Recipient.METHODIST
    members = circle.specialists or circle.methodists
    told: list[str | None] = [member.personnel_no for member in members]
    params = {
        "title": item.title,
        "occurrence": item.occurrence or "",
        "due_on": due.isoformat(),
    }
    key = f"{METHODICAL_DAY}:{item.occurrence or due.isoformat()}"
    return [
        Owed(f"{key}:{number or NOBODY}", METHODICAL_DAY, role, number, params, first)
        for number in told or [None]
    ]


@hookimpl
def connector_next_turn(case: Case, day: date) -> date | None:
    """When the reminder begins, and the day after the quarter's last: then it is too late."""
    found = _due(case)
    if found is None:
        return None
    occurrence, due = found
    turns = (reminded_on(due, occurrence.setting.calendar), due + _DAY)
    return next((turn for turn in turns if turn > day), None)
