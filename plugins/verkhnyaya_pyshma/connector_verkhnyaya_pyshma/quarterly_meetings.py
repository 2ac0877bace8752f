"""ГМО без заседания в квартале: its head is reminded while there is still time for one.

«Проведение заседаний городских методических объединений, включение в повестки вопросов по анализу,
координации и планированию … 1 раз в квартал» (verkhnyaya-pyshma 5.2). The plan says how often, not
when to worry: ten working days before the quarter ends are ours.
"""

from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.cases import AssociationCase
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import AssociationLevel
from connector.domain.quarters import Quarter

MEETING_MISSING = "meeting_missing"
NOBODY = "nobody"
WORKING_DAYS_LEFT = 10
AGENDA = frozenset({"analysis", "coordination", "planning"})


def reminded_on(quarter: Quarter, calendar: WorkCalendar) -> date:
    """The last day after which so many working days of the quarter are left."""
    day = quarter.last
    while calendar.count(day, quarter.last) < WORKING_DAYS_LEFT and day > quarter.first:
        day -= timedelta(days=1)
    return day


def has_met(case: AssociationCase, quarter: Quarter, day: date) -> bool:
    """Its own meeting, up to `day`: here the one above does not stand in for it."""
    return any(
        meeting.association == case.code
        and quarter.first <= meeting.held_on <= min(day, quarter.last)
        and not AGENDA.isdisjoint(meeting.agenda)
        for meeting in case.meetings
    )


def owed(case: AssociationCase, circle: Circle, day: date) -> list[Owed]:
    """One notice a quarter to the head of a municipal association that has not met in it."""
    association = case.association.at(day)
    quarter = Quarter.of(day)
    begins = reminded_on(quarter, case.setting.calendar)
    if association.level is not AssociationLevel.MUNICIPAL or day < begins:
        return []
    if has_met(case, quarter, day):
        return []
    # The circle knows who stands in for the head; the record alone does not.
    head = circle.heads.get(association.code)
    recipient = head.personnel_no if head else association.head
    key = f"{MEETING_MISSING}:{association.code}:{quarter}:{recipient or NOBODY}"
    params = {
        "association": association.name,
        "quarter": quarter.number,
        "year": quarter.year,
        "until": quarter.last.isoformat(),
    }
    return [Owed(key, MEETING_MISSING, Recipient.HEAD, recipient, params, begins)]


def next_turn(case: AssociationCase, day: date) -> date:
    """The reminder's day, or the next quarter, in which the old one is owed no more."""
    quarter = Quarter.of(day)
    begins = reminded_on(quarter, case.setting.calendar)
    return begins if begins > day else quarter.next.first
