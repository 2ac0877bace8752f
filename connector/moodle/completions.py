"""Completions of courses and the states of activities, as REST tells them now (domain 2)."""

from connector.domain.evidence import Kind, Says, Statement
from connector.domain.facts import (
    ActivityState,
    CourseCompletion,
    activity_register,
    completion_register,
)
from connector.domain.signals import Pointer
from connector.moodle import questions
from connector.moodle.accounts import account_of, user_id_of, why_nobody
from connector.moodle.answers import Answers, Reading
from connector.moodle.courses import course_id_of, named_course
from connector.moodle.interpretation import (
    Context,
    Interpretation,
    SeenObject,
    instant,
    is_older,
)
from connector.moodle.schemas import (
    ActivityCompletionSchema,
    ActivityStatus,
    CompletionStatus,
    CourseCompletionSchema,
    GradeReport,
    GradeReportSchema,
)

_COURSE, _ACTIVITIES = CourseCompletionSchema(), ActivityCompletionSchema()
_GRADES = GradeReportSchema()
_COMPLETED = "completed"


def interpret_course(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    """Which single completion of the year is so, or that none is.

    An error (not enrolled, deleted, no criteria) says nothing about what was completed before.
    """
    user_id = user_id_of(pointer, answers)
    course_id = course_id_of(pointer, answers)
    if user_id is None:
        return Interpretation(nothing=why_nobody(pointer, answers))
    if course_id is None:
        return Interpretation(nothing="course_not_found")
    reading = answers.to(questions.course_completion_of(course_id, user_id))
    if reading.status == "error":
        return Interpretation(nothing=reading.errorcode)
    status = answers.load(reading, _COURSE, CompletionStatus)
    wait = _wait(pointer, status)
    if wait is not None and not context.final:
        return Interpretation(not_yet=wait)
    if wait in ("completion_times_missing", "completion_task_pending"):
        # Completed at a time nobody tells, or about to be: neither proves nor disproves anything.
        return Interpretation(account_of(user_id, answers), nothing=wait)
    course = named_course(course_id, user_id, answers)
    if course is None:
        return Interpretation(account_of(user_id, answers), nothing="course_not_shown")
    body = CourseCompletion(course_id, course.idnumber, course.name).as_body()
    statement = context.statement(
        Kind.COMPLETION,
        completion_register(context.source, course_id, user_id),
        user_id,
        Says.ONLY,
        instant(status.latest) if status.completed else None,
        body,
        reading,
    )
    # Moodle caches that a course is completed before it commits the criterion that completed it:
    # asked in between, it tells the time of an earlier one. A course of which any activity will do
    # looks the same for good, so it is believed at once and only looked at once more.
    early = status.completed and not status.meets_criteria
    account = account_of(user_id, answers)
    return Interpretation(account, (statement,), (course,), look_again=early)


def _wait(pointer: Pointer, status: CompletionStatus) -> str | None:
    """Why the reading may be ahead of Moodle's commit or of its completion task."""
    if status.completed:
        return "completion_times_missing" if status.latest is None else None
    if status.meets_criteria:
        # So it looks between an unlock and the next run of the task (captures README, 6).
        return "completion_task_pending"
    return "completion_not_committed" if pointer.expects == _COMPLETED else None


def interpret_activity(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    """The state of every activity of the course that has one; of the pointed one in any case."""
    user_id = user_id_of(pointer, answers)
    course_id = course_id_of(pointer, answers)
    if user_id is None:
        return Interpretation(nothing=why_nobody(pointer, answers))
    if course_id is None:
        return Interpretation(nothing="course_not_found")
    reading = answers.to(questions.activity_completion_of(course_id, user_id))
    if reading.status == "error":
        return Interpretation(nothing=reading.errorcode)
    statuses: tuple[ActivityStatus, ...] = answers.load(reading, _ACTIVITIES, tuple)
    pointed = next((s for s in statuses if s.cmid == pointer.cmid), None)
    if (
        not context.final
        and pointed is not None
        and is_older(pointed.timecompleted, pointer.raised_at)
    ):
        return Interpretation(not_yet="activity_not_committed")
    told = [s for s in statuses if s.hascompletion and (s.timecompleted or s is pointed)]
    if not told:
        return Interpretation(account_of(user_id, answers), nothing="no_activity_state")
    grades = answers.to(questions.grade_items_of(course_id, user_id))
    if grades.status == "error":
        return Interpretation(account_of(user_id, answers), nothing=grades.errorcode)
    report = answers.load(grades, _GRADES, GradeReport)
    seen = {status.cmid: _named(status, report) for status in told}
    return Interpretation(
        account=account_of(user_id, answers),
        statements=tuple(
            _state(status, seen[status.cmid], course_id, user_id, reading, context)
            for status in told
        ),
        objects=(
            *seen.values(),
            SeenObject("course", course_id, report.courseidnumber or None, None),
        ),
    )


def _named(status: ActivityStatus, report: GradeReport) -> SeenObject:
    """Only activities with a grade show their idnumber to the reading role."""
    item = report.module(status.cmid)
    return SeenObject(
        "activity",
        status.cmid,
        (item.idnumber if item else None) or None,
        item.itemname if item else None,
    )


def _state(
    status: ActivityStatus,
    seen: SeenObject,
    course_id: str,
    user_id: str,
    reading: Reading,
    context: Context,
) -> Statement:
    happened_at = instant(status.timecompleted)
    state = ActivityState(status.cmid, seen.idnumber, course_id, status.state)
    year = (happened_at or reading.read_at).astimezone(context.zone).year
    return context.statement(
        Kind.ACTIVITY,
        activity_register(context.source, status.cmid, user_id, year),
        user_id,
        Says.SO if state.is_complete else Says.NOT_SO,
        happened_at,
        state.as_body(),
        reading,
    )
