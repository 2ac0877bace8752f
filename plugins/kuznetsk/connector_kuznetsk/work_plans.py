"""ММО без плана работы: its head is reminded once an academic year.

«ММО формирует план работы на учебный год, размещает его в открытой сети Интернет» (kuznetsk 2, in
the text 1.3). The clause names no day; 15 September is ours: two weeks into the academic year.
"""

from datetime import date

from connector import hookimpl
from connector.domain.because import SubjectKind
from connector.domain.cases import AssociationCase, Case
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import AssociationLevel
from connector.domain.periods import Period, PeriodKind, period_containing

WORK_PLAN_MISSING = "work_plan_missing"
NOBODY = "nobody"


def due_on(year: Period) -> date:
    """From this day on, a missing plan is worth a reminder."""
    return date(year.start_year, 9, 15)


def is_published(case: AssociationCase, year: Period, day: date) -> bool:
    return any(
        plan.academic_year == str(year)
        and plan.link
        and plan.published_on is not None
        and plan.published_on <= day
        for plan in case.work_plans
    )


@hookimpl
def connector_subjects() -> list[SubjectKind]:
    return [SubjectKind.ASSOCIATION]


@hookimpl
def connector_notices(case: Case, circle: Circle, day: date) -> list[Owed]:
    """One notice to the head of a municipal association whose plan is not published."""
    if not isinstance(case, AssociationCase):
        return []
    association = case.association.at(day)
    year = period_containing(day, PeriodKind.ACADEMIC_YEAR)
    due = due_on(year)
    if association.level is not AssociationLevel.MUNICIPAL or day < due:
        return []
    if is_published(case, year, day):
        return []
    # The circle knows who stands in for the head; the record alone does not.
    head = circle.heads.get(association.code)
    recipient = head.personnel_no if head else association.head
    key = f"{WORK_PLAN_MISSING}:{association.code}:{year}:{recipient or NOBODY}"
    params = {
        "association": association.name,
        "academic_year": str(year),
        "due_on": due.isoformat(),
    }
    return [Owed(key, WORK_PLAN_MISSING, Recipient.HEAD, recipient, params, due)]


@hookimpl
def connector_next_turn(case: Case, day: date) -> date | None:
    """The next 15 September: publication and change of level bring the association up anyway."""
    if not isinstance(case, AssociationCase):
        return None
    due = due_on(period_containing(day, PeriodKind.ACADEMIC_YEAR))
    return due if due > day else date(due.year + 1, 9, 15)
