"""The vocabulary: every web service function the connector calls, and how its parameters look.

A source's service in Moodle must contain these functions; `connector sources test` compares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Function(StrEnum):
    """Moodle's names of the functions we read with."""

    SITE_INFO = "core_webservice_get_site_info"
    USERS = "core_user_get_users_by_field"
    LEARNERS = "core_enrol_get_enrolled_users"
    COURSES = "core_course_get_courses_by_field"
    MODULE = "core_course_get_course_module_by_instance"
    QUIZZES = "mod_quiz_get_quizzes_by_courses"
    ATTEMPTS = "mod_quiz_get_user_attempts"
    REVIEW = "mod_quiz_get_attempt_review"
    GRADE_ITEMS = "gradereport_user_get_grade_items"
    COURSE_COMPLETION = "core_completion_get_course_completion_status"
    ACTIVITY_COMPLETION = "core_completion_get_activities_completion_status"


@dataclass(frozen=True, slots=True)
class Question:
    """One call: the function and its parameters as form fields, without the token.

    function: of this vocabulary, or of one that only some sources need (connector.moodle.orders).
    """

    function: StrEnum
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, function: StrEnum, **params: str) -> "Question":
        """Parameters in the order of their names, so that equal questions are equal."""
        return cls(function, tuple(sorted(params.items())))


def site_info() -> Question:
    return Question(Function.SITE_INFO)


def users_by(field: str, values: Sequence[str]) -> Question:
    """Several at once; whom Moodle does not know, or does not show, is left out of the answer."""
    given = {f"values[{n}]": value for n, value in enumerate(values)}
    return Question.of(Function.USERS, field=field, **given)


def learners_of(course_id: str, after: int, number: int) -> Question:
    """A page: `number` people after the first `after` ones, and when each was last in the course.

    Suspended ones are among them. Moodle cuts the page first and then leaves out whom it does not
    show, so only an empty page is the end.
    """
    options = {"limitfrom": after, "limitnumber": number, "userfields": "id,lastcourseaccess"}
    params: dict[str, str] = {"courseid": course_id}
    for n, (name, value) in enumerate(options.items()):
        params[f"options[{n}][name]"] = name
        params[f"options[{n}][value]"] = str(value)
    return Question.of(Function.LEARNERS, **params)


def every_course() -> Question:
    """All courses that the service user may see."""
    return Question.of(Function.COURSES)


def user_by_id(user_id: str) -> Question:
    return _users("id", user_id)


def _users(field: str, value: str) -> Question:
    return Question.of(Function.USERS, **{"field": field, "values[0]": value})


def course_by_id(course_id: str) -> Question:
    return Question.of(Function.COURSES, field="id", value=course_id)


def course_by_idnumber(idnumber: str) -> Question:
    """Finds the course though the answer may lack the idnumber (captures README, 5)."""
    return Question.of(Function.COURSES, field="idnumber", value=idnumber)


def module_of_quiz(quiz_id: str) -> Question:
    return Question.of(Function.MODULE, module="quiz", instance=quiz_id)


def quizzes_of_course(course_id: str) -> Question:
    return quizzes_of_courses([course_id])


def quizzes_of_courses(course_ids: Sequence[str]) -> Question:
    return Question.of(
        Function.QUIZZES, **{f"courseids[{n}]": id_ for n, id_ in enumerate(course_ids)}
    )


def attempts_of(quiz_id: str, user_id: str) -> Question:
    """status=all, because Moodle's default leaves out the unfinished ones."""
    return Question.of(Function.ATTEMPTS, quizid=quiz_id, userid=user_id, status="all")


def review_of(attempt_id: str) -> Question:
    """page=-1: all questions at once."""
    return Question.of(Function.REVIEW, attemptid=attempt_id, page="-1")


def grade_items_of(course_id: str, user_id: str) -> Question:
    return Question.of(Function.GRADE_ITEMS, courseid=course_id, userid=user_id)


def course_completion_of(course_id: str, user_id: str) -> Question:
    return Question.of(Function.COURSE_COMPLETION, courseid=course_id, userid=user_id)


def activity_completion_of(course_id: str, user_id: str) -> Question:
    return Question.of(Function.ACTIVITY_COMPLETION, courseid=course_id, userid=user_id)
