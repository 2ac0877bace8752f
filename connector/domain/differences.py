"""Whether what Moodle shows now would change anything of what is held (reconciliation).

A pass reads everything and keeps what is news: an input that says what others have said already
would only make the ledger longer.
"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from connector.domain.evidence import Evidence, Kind, Says, Statement, merge, standing
from connector.domain.facts import ActivityState, Attempt, CourseCompletion

Registers = Mapping[str, Mapping[str, Statement]]
"""Slots by name, by register."""


def are_news(held: Registers, said: Iterable[Statement], zone: tzinfo, is_exact: bool) -> bool:
    """Whether the statements change what stands, or what waits for somebody's yes.

    is_exact: what is held came from a sender that tells the moment of a completion as Moodle stores
    it. REST knows it only from the criteria, so that one of the same year is not another one.
    """
    by_register: dict[str, list[Statement]] = {}
    for statement in said:
        by_register.setdefault(statement.register, []).append(statement)
    return any(
        _differs(held.get(register, {}), news, zone, is_exact)
        for register, news in by_register.items()
    )


def _differs(
    before: Mapping[str, Statement], news: list[Statement], zone: tzinfo, is_exact: bool
) -> bool:
    former = standing(before.values(), zone)
    if is_exact and all(_is_known(statement, former.evidence, zone) for statement in news):
        return False
    latest = standing(merge(before, news, zone).values(), zone)
    return (
        {one.key: (one.user_id, told(one, is_exact)) for one in former.evidence}
        != {one.key: (one.user_id, told(one, is_exact)) for one in latest.evidence}
        or {s.slot(zone) for s in former.waiting} != {s.slot(zone) for s in latest.waiting}
    )  # fmt: skip


def _is_known(said: Statement, held: Iterable[Evidence], zone: tzinfo) -> bool:
    if said.kind is not Kind.COMPLETION or said.says is not Says.ONLY or said.happened_at is None:
        return False
    year = said.happened_at.astimezone(zone).year
    names = told_completion(said.body)
    return any(
        one.happened_at.astimezone(zone).year == year and told_completion(one.body) == names
        for one in held
    )


def told(one: Evidence, is_exact: bool) -> Any:
    """What of a fact figures are made of, or people read; equal for equal facts of any sender.

    Our own sender knows the idnumber of every activity, REST only of those with a grade.
    """
    match one.kind:
        case Kind.ATTEMPT:
            return told_attempt(one.body)
        case Kind.COMPLETION:
            return told_completion(one.body)
        case Kind.ACTIVITY:
            activity = ActivityState.from_body(one.body)
            return activity.state, one.happened_at, None if is_exact else activity.idnumber or None
        case _:
            return one.happened_at, dict(one.body)


def told_attempt(body: Mapping[str, Any]) -> Any:
    """Marks as they count; question categories, which REST does not show, left out."""
    attempt = Attempt.from_body(body)
    return (
        attempt.quiz_id,
        attempt.quiz_idnumber or None,
        attempt.quiz_name,
        attempt.number,
        attempt.state,
        attempt.provisional,
        attempt.finished_at,
        attempt.grade,
        attempt.max_grade,
        sorted((mark.slot, mark.hundredths) for mark in attempt.marks),
    )


def told_completion(body: Mapping[str, Any]) -> Any:
    course = CourseCompletion.from_body(body)
    return course.course_id, course.course_idnumber or None, course.course_name
