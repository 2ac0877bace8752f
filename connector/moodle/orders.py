"""What is asked and ordered to act in a Moodle; a source that only reads needs none of it.

All of it was tried on a Moodle 4.4 (docs/ru/acting.md tells what was seen).
"""

from collections.abc import Mapping
from enum import StrEnum

from connector.moodle.questions import Question


class ActingFunction(StrEnum):
    """Moodle's names of the functions that only acting needs."""

    USER_COURSES = "core_enrol_get_users_courses"
    ENROL = "enrol_manual_enrol_users"
    COHORTS = "core_cohort_get_cohorts"
    COHORT_MEMBERS = "core_cohort_get_cohort_members"
    ADD_MEMBERS = "core_cohort_add_cohort_members"
    REMOVE_MEMBERS = "core_cohort_delete_cohort_members"


RIGHTS: Mapping[ActingFunction, tuple[str, ...]] = {
    # Without it Moodle tells of no course at all, and no error.
    ActingFunction.USER_COURSES: ("moodle/course:view",),
    # Without the first Moodle says that the role cannot be assigned, whatever role it is.
    ActingFunction.ENROL: ("moodle/role:assign", "enrol/manual:enrol"),
    ActingFunction.COHORTS: ("moodle/cohort:view",),
    ActingFunction.COHORT_MEMBERS: ("moodle/cohort:view",),
    ActingFunction.ADD_MEMBERS: ("moodle/cohort:assign",),
    ActingFunction.REMOVE_MEMBERS: ("moodle/cohort:assign",),
}
"""Besides them the service user's role must be allowed to assign the learners' role."""


def courses_of_user(user_id: str) -> Question:
    """Those in which the user has an active enrolment; an unknown user is told as none."""
    return Question.of(ActingFunction.USER_COURSES, userid=user_id, returnusercount="0")


def enrol(course_id: str, user_id: str, role: int, began: int) -> Question:
    """began: seconds since 1970, the same at each try. Lifts a suspension, which is why whoever
    orders it has looked for one."""
    given = {"roleid": str(role), "userid": user_id, "courseid": course_id, "timestart": str(began)}
    return Question.of(
        ActingFunction.ENROL, **{f"enrolments[0][{name}]": value for name, value in given.items()}
    )


def every_cohort() -> Question:
    return Question.of(ActingFunction.COHORTS)


def members_of(cohort_id: str) -> Question:
    return Question.of(ActingFunction.COHORT_MEMBERS, **{"cohortids[0]": cohort_id})


def add_member(cohort_id: str, user_id: str) -> Question:
    given = {
        "cohorttype][type": "id",
        "cohorttype][value": cohort_id,
        "usertype][type": "id",
        "usertype][value": user_id,
    }
    return Question.of(
        ActingFunction.ADD_MEMBERS, **{f"members[0][{name}]": v for name, v in given.items()}
    )


def remove_member(cohort_id: str, user_id: str) -> Question:
    return Question.of(
        ActingFunction.REMOVE_MEMBERS,
        **{"members[0][cohortid]": cohort_id, "members[0][userid]": user_id},
    )
