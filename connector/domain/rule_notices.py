"""Notices that rule files owe: if this holds of a subject, unless that does, then these are told.

Pure, like every notice: who was told before is nobody's business here. A notice is owed once a
stretch (a month, a quarter, a year), however often its subject is judged in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import earliest
from connector.domain.indicators import Condition
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.periods import PeriodKind, period_containing
from connector.domain.roadmaps import Recurrence, Stretch, stretch_of
from connector.domain.subject_names import name_of

NOBODY = "nobody"
_LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """One rule. code: also the kind of its notices. period: what conditions about time look at.

    condition, unless: asked of the subject on the day itself. looks_at_people: a condition about a
    place looks at the people in it.
    """

    code: str
    subject: SubjectKind
    period: PeriodKind
    every: Recurrence
    condition: Condition
    unless: Condition | None
    tell: tuple[Recipient, ...]
    urgent: bool
    looks_at_people: bool = False


def owed_by(
    rule: NoticeRule, case: Case, circle: Circle, day: date
) -> tuple[tuple[Owed, ...], date | None]:
    """What is owed on `day`, and the next day on which time alone could change that.

    Raises whatever a condition raises.
    """
    if case.kind is not rule.subject or case.absent(day) is not None:
        return (), None
    moment = Moment(period_containing(day, rule.period), day)
    stretch = stretch_of(rule.every, day)
    found = rule.condition(case, moment)
    spared = rule.unless(case, moment) if found.holds and rule.unless is not None else None
    # Another period or stretch is another question, whatever the answer was.
    turns = [found.changes_on, stretch.next, period_containing(day, rule.period).next.first]
    turn = earliest(*turns, spared.changes_on if spared is not None else None)
    if not found.holds or (spared is not None and spared.holds):
        return (), turn
    return tuple(_owed(rule, case, circle, stretch)), turn


def _owed(rule: NoticeRule, case: Case, circle: Circle, stretch: Stretch) -> Iterator[Owed]:
    params = {"name": name_of(case, stretch.first), "stretch": stretch.name}
    what = f"{rule.code}:{case.kind}:{case.code}:{stretch.name}"
    for role in rule.tell:
        members = _members(role, case, circle)
        numbers: list[str | None] = [*sorted({member.personnel_no for member in members})]
        for number in numbers or [None]:
            key = f"{what}:{role}:{number or NOBODY}"
            if len(key) > _LONGEST_KEY:
                key = f"{rule.code}:{sha256(key.encode()).hexdigest()}"
            yield Owed(key, rule.code, role, number, params, stretch.first, rule.urgent)


def _members(role: Recipient, case: Case, circle: Circle) -> tuple[StaffMember, ...]:
    match role:
        case Recipient.TEACHER:
            return (case.folded.dossier.person,) if isinstance(case, StaffCase) else ()
        case Recipient.MENTOR:
            return circle.mentors
        case Recipient.HEAD:
            return tuple(circle.heads.values())
        case Recipient.METHODIST:
            return circle.methodists
        case Recipient.SPECIALIST:
            return circle.specialists
        case _:
            return ()
