"""Tries each function on something that is really there: a course, a quiz, a learner of the site.

Moodle has no question for "what may I?", and some functions answer a lack of rights with an empty
list and no error (captures README, 5): so the answers are judged, some thirty calls in all.
"""

from collections.abc import Collection, Sequence
from itertools import islice

from connector.moodle import listing, questions
from connector.moodle.findings import (
    NOTHING_TO_TRY,
    SHOWN_IN_PART,
    SHOWN_NOTHING,
    Check,
    Outcome,
)
from connector.moodle.listing import Learner, LearnerSchema
from connector.moodle.noted import Noted
from connector.moodle.places import Wanted
from connector.moodle.questions import Function, Question
from connector.moodle.quiz_schemas import (
    AttemptRow,
    AttemptsSchema,
    Quiz,
    QuizzesSchema,
    Review,
    ReviewSchema,
)
from connector.moodle.schemas import Course, CoursesSchema

ADMINISTRATOR = "2"
"""The number of a Moodle's first account, the same on every site."""

_LEARNERS, _COURSES, _QUIZZES = LearnerSchema(many=True), CoursesSchema(), QuizzesSchema()
_ATTEMPTS, _REVIEW = AttemptsSchema(), ReviewSchema()
_TRIED = 3
"""Courses, quizzes and learners that are tried, of each."""
_SEEN = 50
"""Courses whose quizzes are looked at."""
_PEOPLE = 20
_NAMED = 5
"""Names told of one finding."""
_ENOUGH_DECIMALS = 2


def try_everything(noted: Noted, wanted: Wanted) -> None:
    """wanted: what the catalogue names of this site. Raises MoodleUnavailable."""
    _accounts(noted)
    courses = _courses(noted, wanted)
    quizzes = _quizzes(noted, courses, wanted)
    with_quizzes = {quiz.course for quiz in quizzes}
    # Where there are quizzes most can be tried; of these the catalogue's own come first.
    courses.sort(key=lambda course: course.id not in with_quizzes)
    people: set[str] = set()
    for course in courses[:_TRIED]:
        asked = questions.learners_of(course.id, 0, _PEOPLE)
        found: list[Learner] = noted.loaded(asked, _LEARNERS, list) or []
        if not found:
            continue
        learners = [learner.id for learner in found]
        people.update(learners)
        _results(noted, course.id, learners[0])
        own = [quiz for quiz in quizzes if quiz.course == course.id]
        _attempts(noted, own[:_TRIED], learners[:_TRIED])
    _numbers(noted, sorted(people, key=int)[:_PEOPLE])
    for function in Function:
        noted.say(function, Outcome.UNTRIED, NOTHING_TO_TRY)


def _accounts(noted: Noted) -> None:
    """The first account is always there: if it is not shown, nobody is."""
    reading = noted.ask(questions.user_by_id(ADMINISTRATOR))
    if reading is None or not isinstance(reading.body, list):
        return
    if not reading.body:
        noted.say(Function.USERS, Outcome.FAILED, SHOWN_NOTHING)
    elif not isinstance(reading.body[0], dict) or "username" not in reading.body[0]:
        # Shown under the same condition as the idnumber, which may be empty here.
        noted.say(Function.USERS, Outcome.FAILED, SHOWN_IN_PART)


def _courses(noted: Noted, wanted: Wanted) -> list[Course]:
    """Courses to try things on: those of the catalogue, then others."""
    found: dict[str, Course] = {}
    lacking = []
    for name in sorted(wanted.courses)[:_NAMED]:
        named = _shown(noted, questions.course_by_idnumber(name))
        if not named and name.isascii() and name.isdigit():
            named = _shown(noted, questions.course_by_id(name))
        found |= {course.id: course for course in named}
        if not named:
            lacking.append(name)
    for course in _shown(noted, questions.every_course()):
        found.setdefault(course.id, course)
    if not noted.has_failed(Function.COURSES):
        if not found:
            noted.say(Function.COURSES, Outcome.FAILED, SHOWN_NOTHING)
        elif wanted.courses:
            outcome = Outcome.DOUBTFUL if lacking else Outcome.PASSED
            noted.say(Check.CATALOGUE, outcome, None, lacking)
    return list(islice(found.values(), _SEEN))


def _shown(noted: Noted, question: Question) -> tuple[Course, ...]:
    found: tuple[Course, ...] = noted.loaded(question, _COURSES, tuple) or ()
    return tuple(course for course in found if course.id != listing.FRONT_PAGE)


def _quizzes(noted: Noted, courses: Sequence[Course], wanted: Wanted) -> tuple[Quiz, ...]:
    if not courses:
        return ()
    asked = questions.quizzes_of_courses([course.id for course in courses])
    found: tuple[Quiz, ...] = noted.loaded(asked, _QUIZZES, tuple) or ()
    if found:
        _decimals(noted, found, wanted.quizzes)
        noted.ask(questions.module_of_quiz(found[0].id))
    elif not noted.has_failed(Function.QUIZZES):
        # A site without quizzes answers the same as one that shows none; where the catalogue names
        # quizzes it cannot be the former.
        noted.forget(Function.QUIZZES)
        outcome = Outcome.FAILED if wanted.quizzes else Outcome.DOUBTFUL
        noted.say(Function.QUIZZES, outcome, SHOWN_NOTHING)
    return found


def _decimals(noted: Noted, quizzes: Sequence[Quiz], wanted: Collection[str]) -> None:
    coarse = [quiz for quiz in quizzes if quiz.shown_decimals < _ENOUGH_DECIMALS]
    # The diagnostics first: it is their marks that become levels.
    coarse.sort(key=lambda quiz: quiz.id not in wanted)
    names = [quiz.name or quiz.id for quiz in coarse[:_NAMED]]
    noted.say(Check.DECIMALS, Outcome.DOUBTFUL if coarse else Outcome.PASSED, None, names)


def _results(noted: Noted, course_id: str, user_id: str) -> None:
    noted.ask(questions.grade_items_of(course_id, user_id))
    noted.ask(questions.activity_completion_of(course_id, user_id))
    if noted.of(Function.COURSE_COMPLETION).outcome is Outcome.PASSED:
        return
    # A course that tracks no completion refuses like a missing right: one that answers decides.
    noted.forget(Function.COURSE_COMPLETION)
    noted.ask(questions.course_completion_of(course_id, user_id))


def _attempts(noted: Noted, quizzes: Sequence[Quiz], learners: Sequence[str]) -> None:
    for quiz in quizzes:
        for user in learners:
            asked = questions.attempts_of(quiz.id, user)
            rows: tuple[AttemptRow, ...] | None = noted.loaded(asked, _ATTEMPTS, tuple)
            if noted.has_failed(Function.ATTEMPTS):
                return
            ended = [row for row in rows or () if row.timefinish]
            if ended:
                _review(noted, ended[0].id, quiz)
                return


def _review(noted: Noted, attempt_id: str, quiz: Quiz) -> None:
    review: Review | None = noted.loaded(questions.review_of(attempt_id), _REVIEW, Review)
    if review is not None and review.questions:
        is_shown = all(question.is_shown for question in review.questions)
        outcome = Outcome.PASSED if is_shown else Outcome.DOUBTFUL
        noted.say(Check.MARKS, outcome, None, [quiz.name or quiz.id])


def _numbers(noted: Noted, people: Sequence[str]) -> None:
    """How many of these learners bear a number by which their person is known."""
    if not people or noted.has_failed(Function.USERS):
        return
    reading = noted.ask(questions.users_by("id", people))
    if reading is None or not isinstance(reading.body, list):
        return
    if not reading.body:
        noted.say(Function.USERS, Outcome.FAILED, SHOWN_NOTHING)
        return
    bare = [one for one in reading.body if isinstance(one, dict) and not one.get("idnumber")]
    counts = [str(len(bare)), str(len(reading.body))]
    noted.say(Check.NUMBERS, Outcome.DOUBTFUL if bare else Outcome.PASSED, None, counts)
