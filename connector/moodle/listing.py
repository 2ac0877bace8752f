"""Lists that are gone through to find what no sender told: people, courses, learners, attempts.

An empty list proves nothing: Moodle answers a lack of rights with one, and without an error
(captures README, 5). Whoever misses something in a list asks for it by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load

from connector.moodle import questions
from connector.moodle.answers import Answers, Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.fields import Answer, Id
from connector.moodle.quiz_schemas import AttemptRow, AttemptsSchema, Quiz, QuizzesSchema
from connector.moodle.reading import Asks
from connector.moodle.schemas import (
    Course,
    CoursesSchema,
    GradeReport,
    GradeReportSchema,
    ModuleSchema,
    UserSchema,
)

PAGE = 200
"""Learners of one page."""
FRONT_PAGE = "1"
"""Moodle's own course number 1, in which everybody is."""

_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Learner:
    """last_seen: in the course, seconds since 1970; 0: never, None: Moodle does not tell."""

    id: str
    last_seen: int | None


class LearnerSchema(Answer):
    id = Id(required=True)
    lastcourseaccess = fields.Integer(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Learner:
        return Learner(data["id"], data["lastcourseaccess"])


_LEARNERS = LearnerSchema(many=True)
_USERS, _COURSES, _QUIZZES = UserSchema(many=True), CoursesSchema(), QuizzesSchema()
_ATTEMPTS, _GRADES, _MODULE = AttemptsSchema(), GradeReportSchema(), ModuleSchema()


def users(client: Asks, field: str, values: Sequence[str]) -> dict[str, Reading]:
    """Of those that are shown: what Moodle says of each, as if each had been asked for by number.

    The record is the same by whatever field it was found; kept apart, each can be stored with what
    it is about, and nobody's data with somebody else's.
    """
    reading = client.call(questions.users_by(field, values))
    if reading.status == "error":
        return {}
    seen = Answers().load(reading, _USERS, list)
    return {
        user.id: Reading(
            reading.function,
            dict(questions.user_by_id(user.id).params),
            "answer",
            [record],
            reading.read_at,
        )
        for user, record in zip(seen, reading.body, strict=True)
    }


def courses(client: Asks, question: questions.Question) -> tuple[Course, ...]:
    reading = client.call(question)
    if reading.status == "error":
        return ()
    found: tuple[Course, ...] = Answers().load(reading, _COURSES, tuple)
    return tuple(course for course in found if course.id != FRONT_PAGE)


def quizzes(client: Asks, course_ids: Sequence[str]) -> tuple[Quiz, ...]:
    reading = client.call(questions.quizzes_of_courses(course_ids))
    if reading.status == "error":
        return ()
    found: tuple[Quiz, ...] = Answers().load(reading, _QUIZZES, tuple)
    return found


def course_of_quiz(client: Asks, quiz_id: str) -> str | None:
    reading = client.call(questions.module_of_quiz(quiz_id))
    return None if reading.status == "error" else Answers().load(reading, _MODULE, str)


def learners(client: Asks, course_id: str) -> Iterator[Learner]:
    """Page after page; whoever is in two of them, because somebody left meanwhile, once."""
    told: set[str] = set()
    for page in range(_MOST_PAGES):
        reading = client.call(questions.learners_of(course_id, page * PAGE, PAGE))
        if reading.status == "error":
            return
        found: list[Learner] = Answers().load(reading, _LEARNERS, list)
        news = [learner for learner in found if learner.id not in told]
        if not news:
            return
        told.update(learner.id for learner in news)
        yield from news
    raise MoodleRefused("too_many_questions")


def grades(client: Asks, course_id: str, user_id: str) -> GradeReport | None:
    """None where Moodle keeps the grades back."""
    reading = client.call(questions.grade_items_of(course_id, user_id))
    return None if reading.status == "error" else Answers().load(reading, _GRADES, GradeReport)


def attempts(client: Asks, quiz_id: str, user_id: str) -> tuple[AttemptRow, ...] | None:
    """Previews left out; None where an error takes the place of the list."""
    reading = client.call(questions.attempts_of(quiz_id, user_id))
    if reading.status == "error":
        return None
    rows: tuple[AttemptRow, ...] = Answers().load(reading, _ATTEMPTS, tuple)
    return tuple(row for row in rows if not row.preview)
