"""Where in a Moodle the quizzes, courses and activities are of which something is made.

Spreadsheets name them by idnumber or number; Moodle finds a course by either, but a quiz by its
number only, and shows the idnumber of a quiz beside somebody's grades. So every course that has
quizzes is looked into once in a pass.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from connector.moodle import listing, questions
from connector.moodle.errors import MoodleRefused
from connector.moodle.quiz_schemas import Quiz as ShownQuiz
from connector.moodle.reading import Asks
from connector.moodle.schemas import Course, GradeReport
from connector.moodle.searching import Place, Quiz

_COURSES_AT_ONCE = 50
_TRIED = 3
"""Learners beside whose grades the names are looked for."""

OF_ONE_THING = frozenset(
    {
        "answer_too_large", "marks_not_shown", "quiz_not_shown", "too_many_questions",
        "unexpected_answer", "nopermissions", "nopermissiontoviewgrades", "cannotviewreport",
        "requireloginerror", "errorcoursecontextnotvalid", "unknown",
    }
)  # fmt: skip
"""Refusals of one course or one learner; of any other the whole site is meant."""


def is_of_one_thing(err: MoodleRefused) -> bool:
    """Whether the pass goes on with the next course or learner."""
    return err.reason.partition(":")[0] in OF_ONE_THING


@dataclass(frozen=True, slots=True)
class Wanted:
    """Names (idnumbers or numbers) of what the municipalities have a use for."""

    quizzes: frozenset[str]
    courses: frozenset[str]
    activities: frozenset[str]


@dataclass
class Search:
    """places: in the order of the courses' numbers. unfound: names that lead nowhere: a typing
    error, or something the service user may not see. refused: by reason, how many courses."""

    places: list[Place] = field(default_factory=list)
    unfound: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)


def find_places(client: Asks, wanted: Wanted, beat: Callable[[], None] = lambda: None) -> Search:
    """beat: called before each course, since there can be many.

    Raises MoodleUnavailable, and MoodleRefused where the site refuses us altogether.
    """
    search = Search()
    by_name = dict(_named(client, wanted.courses))
    shown = {c.id: c for c in listing.courses(client, questions.every_course())}
    shown |= {course.id: course for course in by_name.values()}
    for quiz in sorted(filter(_is_number, wanted.quizzes)):
        course = listing.course_of_quiz(client, quiz)
        if course is not None and course not in shown:
            shown |= {c.id: c for c in listing.courses(client, questions.course_by_id(course))}
    quizzes = _quizzes(client, sorted(shown, key=int))
    idnumbers = {course.id: name for name, course in by_name.items() if name != course.id}
    met: set[str] = set(by_name)
    for id_ in sorted(shown, key=int):
        own = quizzes.get(id_, [])
        if not own and id_ not in idnumbers and id_ not in by_name and not wanted.activities:
            continue
        beat()
        try:
            report = _report(client, id_)
        except MoodleRefused as err:
            if not is_of_one_thing(err):
                raise
            search.refused[err.reason] = search.refused.get(err.reason, 0) + 1
            report = None
        place, names = _place(shown[id_], idnumbers.get(id_), own, report, wanted)
        met |= names
        if place is not None:
            search.places.append(place)
    # Nor does an activity without a grade show its name, so that one is not missed.
    search.unfound = sorted((wanted.courses | wanted.quizzes) - met)
    return search


def _named(client: Asks, names: frozenset[str]) -> Iterator[tuple[str, Course]]:
    """An idnumber comes before a number, as in spreadsheets (contract 3)."""
    for name in sorted(names):
        found = listing.courses(client, questions.course_by_idnumber(name))
        if not found and _is_number(name):
            found = listing.courses(client, questions.course_by_id(name))
        if len(found) == 1:
            yield name, found[0]


def _quizzes(client: Asks, courses: Sequence[str]) -> dict[str, list[ShownQuiz]]:
    found: dict[str, list[ShownQuiz]] = {}
    for start in range(0, len(courses), _COURSES_AT_ONCE):
        for quiz in listing.quizzes(client, courses[start : start + _COURSES_AT_ONCE]):
            found.setdefault(quiz.course, []).append(quiz)
    return found


def _report(client: Asks, course: str) -> GradeReport | None:
    for learner in islice(listing.learners(client, course), _TRIED):
        report = listing.grades(client, course, learner.id)
        if report is not None and report.items:
            return report
    return None


def _place(
    course: Course,
    idnumber: str | None,
    shown: Sequence[ShownQuiz],
    report: GradeReport | None,
    wanted: Wanted,
) -> tuple[Place | None, set[str]]:
    """The place, if anything is made of it, and the wanted names it has."""
    idnumber = idnumber or course.idnumber or (report.courseidnumber if report else None) or None
    courses = {name for name in (course.id, idnumber) if name} & wanted.courses
    names = set(courses)
    quizzes = []
    for one in shown:
        item = report.quiz(one.id) if report else None
        own = (item.idnumber if item else None) or None
        called = {name for name in (one.id, own) if name} & wanted.quizzes
        names |= called
        if called:
            quizzes.append(Quiz(one.id, own, one.name, one.grade, one.shown_decimals))
    activities = {
        name
        for item in (report.items if report else ())
        for name in (item.cmid, item.idnumber)
        if name
    } & wanted.activities
    names |= activities
    if not names:
        return None, names
    # An activity without a grade shows no name: it may be in any course that matters.
    looks = bool(wanted.activities)
    place = Place(course.id, course.fullname, idnumber, bool(courses), looks, tuple(quizzes))
    return place, names


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()
