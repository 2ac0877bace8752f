"""What is done in a Moodle, and what is asked before: every action first looks whether it holds.

So an action that was done and not marked, because somebody was killed in between or the answer was
lost, is found done at the next try.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from marshmallow import fields, post_load

from connector.moodle import listing, orders, questions
from connector.moodle.answers import Answers, Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.fields import Answer, Id, Text
from connector.moodle.questions import Question
from connector.moodle.schemas import CourseSchema

EARLIER = timedelta(hours=1)
"""By so much an enrolment begins before it was owed: with a clock that is behind ours, Moodle would
not let the learner in yet."""


class Did(StrEnum):
    """How an action came to hold."""

    DONE = "done"
    HELD_ALREADY = "held_already"


UNKNOWN_COURSE = "unknown_course"
SUSPENDED = "enrolment_suspended"
UNKNOWN_COHORT = "unknown_cohort"
NOT_A_MEMBER = "member_refused"


class Acts(Protocol):
    """What is needed of a client."""

    def call(self, question: Question) -> Reading: ...

    def act(self, order: Question) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Cohort:
    id: str
    idnumber: str | None


class CohortSchema(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Cohort:
        return Cohort(data["id"], data["idnumber"] or None)


class MembersSchema(Answer):
    cohortid = Id(required=True)
    userids = fields.List(Id(), required=True)


class WarningSchema(Answer):
    warningcode = Text(load_default=None, allow_none=True)


class WarningsSchema(Answer):
    warnings = fields.List(fields.Nested(WarningSchema), required=True)


_COURSES, _COHORTS = CourseSchema(many=True), CohortSchema(many=True)
_MEMBERS, _WARNINGS = MembersSchema(many=True), WarningsSchema()
_THERE_ALREADY = "3"


@dataclass
class Desk:
    """One turn at one Moodle. Which course a name means, and who is in it, is asked once."""

    client: Acts
    _courses: dict[str, str] = field(default_factory=dict)
    _listed: dict[str, set[str]] = field(default_factory=dict)
    _cohorts: dict[str, list[str]] | None = None

    def enrol(self, course: str, user_id: str, role: int, owed_at: datetime) -> Did:
        """Raises MoodleUnavailable, MoodleRefused."""
        course_id = self._course(course)
        if course_id in self._courses_of(user_id):
            return Did.HELD_ALREADY
        if user_id in self._learners(course_id):
            # To enrol would lift a suspension that somebody in that Moodle has decided on.
            raise MoodleRefused(SUSPENDED)
        began = int((owed_at - EARLIER).timestamp())
        _checked(self.client.act(orders.enrol(course_id, user_id, role, began)))
        return Did.DONE

    def join(self, cohort: str, user_id: str) -> Did:
        """Raises MoodleUnavailable, MoodleRefused."""
        (cohort_id,) = self._cohort(cohort)
        reading = _checked(self.client.act(orders.add_member(cohort_id, user_id)))
        said = Answers().load(reading, _WARNINGS, dict)["warnings"]
        if not said:
            return Did.DONE
        if all(one["warningcode"] == _THERE_ALREADY for one in said):
            return Did.HELD_ALREADY
        raise MoodleRefused(NOT_A_MEMBER)

    def leave(self, cohort: str, user_id: str) -> Did:
        """Raises MoodleUnavailable, MoodleRefused. Whoever is not in it is out of it."""
        (cohort_id,) = self._cohort(cohort)
        _checked(self.client.act(orders.remove_member(cohort_id, user_id)))
        return Did.DONE

    def members(self, cohort: str) -> frozenset[str] | None:
        """User numbers; None where there is no such cohort. Raises as `call` does."""
        try:
            (cohort_id,) = self._cohort(cohort)
        except MoodleRefused as err:
            if err.reason != UNKNOWN_COHORT:
                raise
            return None
        reading = _checked(self.client.call(orders.members_of(cohort_id)))
        found: list[dict[str, Any]] = Answers().load(reading, _MEMBERS, list)
        return frozenset(user for one in found for user in one["userids"])

    def _course(self, name: str) -> str:
        """An idnumber comes before a number, as in spreadsheets (contract 3)."""
        if name not in self._courses:
            found = listing.courses(self.client, questions.course_by_idnumber(name))
            if not found and name.isascii() and name.isdigit():
                found = listing.courses(self.client, questions.course_by_id(name))
            if len(found) != 1:
                raise MoodleRefused(UNKNOWN_COURSE)
            self._courses[name] = found[0].id
        return self._courses[name]

    def _courses_of(self, user_id: str) -> set[str]:
        reading = _checked(self.client.call(orders.courses_of_user(user_id)))
        return {course.id for course in Answers().load(reading, _COURSES, list)}

    def _learners(self, course_id: str) -> set[str]:
        if course_id not in self._listed:
            found: Iterable[listing.Learner] = listing.learners(self.client, course_id)
            self._listed[course_id] = {one.id for one in found}
        return self._listed[course_id]

    def _cohort(self, name: str) -> list[str]:
        if self._cohorts is None:
            reading = _checked(self.client.call(orders.every_cohort()))
            self._cohorts = {}
            for one in Answers().load(reading, _COHORTS, list):
                if one.idnumber:
                    self._cohorts.setdefault(one.idnumber, []).append(one.id)
        found = self._cohorts.get(name, [])
        # An idnumber that two cohorts of different categories share says of neither that it is it.
        if len(found) != 1:
            raise MoodleRefused(UNKNOWN_COHORT)
        return found


def _checked(reading: Reading) -> Reading:
    """Here an error is never a state: nothing was done."""
    if reading.status == "error":
        raise MoodleRefused(str(reading.errorcode))
    return reading
