"""Attempts of quizzes: the score of each comes from its review, never from an event."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connector.domain.evidence import Kind, Says
from connector.domain.facts import FINISHED, Attempt, Mark, attempt_register
from connector.domain.signals import Pointer
from connector.moodle import questions
from connector.moodle.accounts import account_of, user_id_of, why_nobody
from connector.moodle.answers import Answers, Reading
from connector.moodle.courses import course_id_of
from connector.moodle.errors import MoodleRefused
from connector.moodle.interpretation import (
    Context,
    Interpretation,
    SeenObject,
    instant,
    is_older,
)
from connector.moodle.questions import Function
from connector.moodle.quiz_schemas import (
    AttemptRow,
    AttemptsSchema,
    Quiz,
    QuizzesSchema,
    Review,
    ReviewSchema,
)
from connector.moodle.schemas import GradeReport, GradeReportSchema, ModuleSchema

_REVIEW, _ATTEMPTS, _QUIZZES = ReviewSchema(), AttemptsSchema(), QuizzesSchema()
_MODULE, _GRADES = ModuleSchema(), GradeReportSchema()
_UNFINISHED = ("inprogress", "overdue")
_AS_THE_GRADEBOOK = Decimal("0.00001")


def interpret_attempt(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    """The pointed attempt as it is now, or that it is no more."""
    if pointer.attempt_id is None:
        return Interpretation(nothing="attempt_not_told")
    reading = answers.to(questions.review_of(pointer.attempt_id))
    if reading.status == "error":
        return _deleted(pointer, pointer.attempt_id, reading, answers, context)
    review = answers.load(reading, _REVIEW, Review)
    if not context.final:
        if pointer.expects == FINISHED:
            early = review.attempt.state in _UNFINISHED
        else:
            early = is_older(review.attempt.timemodified, pointer.raised_at)
        if early:
            return Interpretation(not_yet="attempt_not_committed")
    return _reviewed(reading, review, pointer.course_id, answers, context)


def interpret_grade(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    """Every finished attempt of the quiz whose grade changed: the event does not tell which one.

    Readings of reviews that the list of attempts does not name are taken along: the caller may have
    asked for attempts it holds as evidence, to learn that they are gone.
    """
    user_id = user_id_of(pointer, answers)
    course_id = course_id_of(pointer, answers)
    if user_id is None:
        return Interpretation(nothing=why_nobody(pointer, answers))
    if course_id is None:
        return Interpretation(nothing="course_not_found")
    reading = answers.to(questions.grade_items_of(course_id, user_id))
    if reading.status == "error":
        return Interpretation(nothing=reading.errorcode)
    report = answers.load(reading, _GRADES, GradeReport)
    quiz_ids = _graded_quizzes(pointer, report)
    if not quiz_ids:
        return Interpretation(nothing="not_a_quiz")
    rows: list[AttemptRow] = []
    for quiz_id in quiz_ids:
        listed = answers.to(questions.attempts_of(quiz_id, user_id))
        if listed.status == "error":
            return Interpretation(nothing=listed.errorcode)
        rows += answers.load(listed, _ATTEMPTS, tuple)
    found: list[Interpretation] = []
    for attempt_id in _to_review(rows, answers):
        review = answers.to(questions.review_of(attempt_id))
        if review.status == "error":
            found.append(_deleted(pointer, attempt_id, review, answers, context, user_id))
        else:
            loaded = answers.load(review, _REVIEW, Review)
            found.append(_reviewed(review, loaded, course_id, answers, context))
    told = [one for one in found if one.statements]
    if not told:
        return Interpretation(account_of(user_id, answers), nothing="no_finished_attempt")
    return Interpretation(
        account=account_of(user_id, answers),
        statements=tuple(statement for one in told for statement in one.statements),
        objects=tuple(dict.fromkeys(seen for one in told for seen in one.objects)),
        warnings=tuple(dict.fromkeys(code for one in told for code in one.warnings)),
    )


def _graded_quizzes(pointer: Pointer, report: GradeReport) -> list[str]:
    """The quiz of the pointed grade; all of the course where a sender's template leaves it out."""
    if pointer.grade_item_id is None and pointer.quiz_id is not None:
        return [pointer.quiz_id]
    return [
        item.iteminstance
        for item in report.items
        if item.itemmodule == "quiz"
        and item.iteminstance is not None
        and pointer.grade_item_id in (None, item.id)
    ]


def _to_review(rows: list[AttemptRow], answers: Answers) -> list[str]:
    listed = [row.id for row in rows if row.state == FINISHED and not row.preview]
    known = [reading.params["attemptid"] for reading in answers.of_function(Function.REVIEW)]
    return list(dict.fromkeys(listed + sorted(known, key=int)))


def _deleted(
    pointer: Pointer,
    attempt_id: str,
    reading: Reading,
    answers: Answers,
    context: Context,
    user_id: str | None = None,
) -> Interpretation:
    """Only Moodle's word that the attempt's own record is missing retracts it."""
    if reading.errorcode != "invalidrecord" or reading.body["table"] != "quiz_attempts":
        return Interpretation(nothing=reading.errorcode)
    if pointer.expects == FINISHED and not context.final:
        return Interpretation(not_yet="attempt_not_committed")
    user_id = user_id or user_id_of(pointer, answers)
    statement = context.statement(
        Kind.ATTEMPT,
        attempt_register(context.source, attempt_id),
        user_id or "",
        Says.NOT_SO,
        None,
        {},
        reading,
    )
    return Interpretation(account_of(user_id, answers) if user_id else None, (statement,))


def _reviewed(
    reading: Reading,
    review: Review,
    course_hint: str | None,
    answers: Answers,
    context: Context,
) -> Interpretation:
    row = review.attempt
    if row.preview:
        return Interpretation(nothing="preview")
    quiz = _quiz(row.quiz, course_hint, answers)
    grades = answers.to(questions.grade_items_of(quiz.course, row.userid))
    if grades.status == "error":
        # Without the quiz's idnumber a later version would push out one that has it: Moodle still
        # shows the attempts of a deleted user, but not the grades.
        return Interpretation(account_of(row.userid, answers), nothing=grades.errorcode)
    report = answers.load(grades, _GRADES, GradeReport)
    item = report.quiz(quiz.id)
    idnumber = (item.idnumber if item else None) or None
    attempt = _attempt(review, quiz, idnumber)
    statement = context.statement(
        Kind.ATTEMPT,
        attempt_register(context.source, row.id),
        row.userid,
        Says.SO,
        attempt.finished_at or attempt.started_at,
        attempt.as_body(),
        reading,
    )
    return Interpretation(
        account=account_of(row.userid, answers),
        statements=(statement,),
        objects=(
            SeenObject("quiz", quiz.id, idnumber, quiz.name),
            SeenObject("course", quiz.course, report.courseidnumber or None, None),
        ),
        warnings=("marks_rounded",) if quiz.shown_decimals < 2 else (),
    )


def _quiz(quiz_id: str, course_hint: str | None, answers: Answers) -> Quiz:
    """The quiz's settings. Raises MoodleRefused where the role may not see them."""
    if course_hint:
        quiz = _quiz_in(course_hint, quiz_id, answers)
        if quiz is not None:
            return quiz
    reading = answers.to(questions.module_of_quiz(quiz_id))
    if reading.status == "answer":
        quiz = _quiz_in(answers.load(reading, _MODULE, str), quiz_id, answers)
        if quiz is not None:
            return quiz
    # Moodle answers a lack of rights with an empty list (captures README, 5).
    raise MoodleRefused("quiz_not_shown")


def _quiz_in(course_id: str, quiz_id: str, answers: Answers) -> Quiz | None:
    reading = answers.to(questions.quizzes_of_course(course_id))
    if reading.status == "error":
        return None
    quizzes: tuple[Quiz, ...] = answers.load(reading, _QUIZZES, tuple)
    return next((quiz for quiz in quizzes if quiz.id == quiz_id), None)


@dataclass(frozen=True, slots=True)
class _Graded:
    """Whether everything of a review is graded, and whether Moodle showed the marks."""

    provisional: bool
    marks: tuple[Mark, ...]


def _graded(review: Review) -> _Graded:
    row = review.attempt
    waiting = any(question.state == "needsgrading" for question in review.questions)
    provisional = row.sumgrades is None or review.grade is None or waiting
    if row.state == FINISHED and not provisional:
        hidden = [q for q in review.questions if q.maxmark and not q.is_shown]
        if hidden:
            # Taken as 0, a mark kept back would make a deficit of a success.
            raise MoodleRefused("marks_not_shown")
    marks = tuple(Mark(q.slot, q.mark, q.maxmark) for q in review.questions)
    return _Graded(provisional, marks)


def _attempt(review: Review, quiz: Quiz, idnumber: str | None) -> Attempt:
    row, graded = review.attempt, _graded(review)
    grade = review.grade
    if grade is not None:
        # 6.6 of 9 is 73.33333333333333 here and 73.33333 in the gradebook: keep what people see,
        # and no traces of binary fractions that could fall short of a pass mark.
        grade = grade.quantize(_AS_THE_GRADEBOOK, rounding=ROUND_HALF_UP)
    return Attempt(
        quiz_id=quiz.id,
        quiz_cmid=quiz.coursemodule,
        quiz_idnumber=idnumber,
        quiz_name=quiz.name,
        attempt_id=row.id,
        number=row.attempt,
        state=row.state,
        provisional=graded.provisional,
        started_at=instant(row.timestart),
        finished_at=instant(row.timefinish),
        grade=grade,
        max_grade=quiz.grade,
        marks=graded.marks,
        course_id=quiz.course,
    )
