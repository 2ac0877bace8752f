"""Which of Moodle's events concern us, and what each must point at to be looked up.

Names are Moodle's own; the three foreign senders all pass them on.
"""

from dataclasses import dataclass

from connector.dialects.envelope import Unreadable
from connector.domain.signals import About, Pointer

ATTEMPT_SUBMITTED = "\\mod_quiz\\event\\attempt_submitted"
QUESTION_GRADED = "\\mod_quiz\\event\\question_manually_graded"
MODULE_COMPLETION = "\\core\\event\\course_module_completion_updated"


@dataclass(frozen=True, slots=True)
class Concern:
    """What an event is about, and what it claims (see `Pointer.expects`)."""

    about: About
    expects: str | None = None


CONCERNS = {
    ATTEMPT_SUBMITTED: Concern(About.ATTEMPT, "finished"),
    # Neither is finished, but an attempt that was may have been reopened and left again.
    "\\mod_quiz\\event\\attempt_abandoned": Concern(About.ATTEMPT),
    "\\mod_quiz\\event\\attempt_becameoverdue": Concern(About.ATTEMPT),
    "\\mod_quiz\\event\\attempt_regraded": Concern(About.ATTEMPT),
    "\\mod_quiz\\event\\attempt_deleted": Concern(About.ATTEMPT),
    QUESTION_GRADED: Concern(About.ATTEMPT),
    "\\core\\event\\user_graded": Concern(About.GRADE),
    "\\core\\event\\grade_deleted": Concern(About.GRADE),
    "\\core\\event\\course_completed": Concern(About.COURSE_COMPLETION, "completed"),
    MODULE_COMPLETION: Concern(About.ACTIVITY_COMPLETION),
    "\\core\\event\\user_created": Concern(About.USER),
    "\\core\\event\\user_updated": Concern(About.USER),
    "\\core\\event\\user_deleted": Concern(About.USER),
}
"""Everything else (views, starts, enrolments, roles, cohorts, settings) proves nothing here."""


def checked(pointer: Pointer) -> Pointer:
    """`pointer`, if it says enough to be looked up over REST.

    Raises Unreadable: no_attempt, no_user, no_course, no_course_module.
    """
    if pointer.about is About.ATTEMPT:
        if pointer.attempt_id is None:
            raise Unreadable("no_attempt")
        return pointer
    if not (pointer.user_id or pointer.user_idnumber or pointer.user_email or pointer.username):
        raise Unreadable("no_user")
    if pointer.about is About.USER:
        return pointer
    if not (pointer.course_id or pointer.course_idnumber):
        raise Unreadable("no_course")
    if pointer.about is About.ACTIVITY_COMPLETION and pointer.cmid is None:
        raise Unreadable("no_course_module")
    return pointer
