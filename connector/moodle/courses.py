"""Which course a pointer means, and what the course is called."""

from connector.domain.signals import Pointer
from connector.moodle import questions
from connector.moodle.answers import Answers
from connector.moodle.interpretation import SeenObject
from connector.moodle.questions import Question
from connector.moodle.schemas import Course, CoursesSchema, GradeReport, GradeReportSchema

_COURSES, _GRADES = CoursesSchema(), GradeReportSchema()


def course_id_of(pointer: Pointer, answers: Answers) -> str | None:
    """The number of the pointer's course; None if no course, or more than one, is told."""
    if pointer.course_id:
        return pointer.course_id
    if not pointer.course_idnumber:
        return None
    courses = _courses(answers, questions.course_by_idnumber(pointer.course_idnumber))
    return courses[0].id if len(courses) == 1 else None


def named_course(course_id: str, user_id: str, answers: Answers) -> SeenObject | None:
    """The course with its idnumber, which most roles see only beside a learner's grades.

    None if the grades are kept back by an error, because then the idnumber is not known.
    """
    shown = [c for c in _courses(answers, questions.course_by_id(course_id)) if c.id == course_id]
    name = shown[0].fullname if shown else None
    if shown and shown[0].idnumber is not None:
        return SeenObject("course", course_id, shown[0].idnumber or None, name)
    reading = answers.to(questions.grade_items_of(course_id, user_id))
    if reading.status == "error":
        return None
    report = answers.load(reading, _GRADES, GradeReport)
    return SeenObject("course", course_id, report.courseidnumber or None, name)


def _courses(answers: Answers, question: Question) -> tuple[Course, ...]:
    reading = answers.to(question)
    if reading.status == "error":
        return ()
    courses: tuple[Course, ...] = answers.load(reading, _COURSES, tuple)
    return courses
