"""The rules of Верхняя Пышма: its plan's indicators and rows in rules/*.yaml, two reminders of the
monitoring cycle in quarterly_meetings and late_decisions."""

from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl
from connector.domain.because import SubjectKind
from connector.domain.cases import AnalysisCase, AssociationCase, Case
from connector.domain.owed import Circle, Owed
from connector_verkhnyaya_pyshma import late_decisions, quarterly_meetings

CONNECTOR_API = 1


@hookimpl
def connector_rule_folders() -> list[Traversable]:
    return [files(__name__) / "rules"]


@hookimpl
def connector_subjects() -> list[SubjectKind]:
    return [SubjectKind.ASSOCIATION, SubjectKind.ANALYSIS]


@hookimpl
def connector_notices(case: Case, circle: Circle, day: date) -> list[Owed]:
    if isinstance(case, AssociationCase):
        return quarterly_meetings.owed(case, circle, day)
    if isinstance(case, AnalysisCase):
        return late_decisions.owed(case, circle, day)
    return []


@hookimpl
def connector_next_turn(case: Case, day: date) -> date | None:
    if isinstance(case, AssociationCase):
        return quarterly_meetings.next_turn(case, day)
    if isinstance(case, AnalysisCase):
        return late_decisions.next_turn(case, day)
    return None
