"""Resolve: from where a sender points to what Moodle says there (architecture: resolve).

`interpret` is pure and asks for what it lacks by raising `Missing`; `read` puts exactly those
questions to Moodle. So the readings that are stored always suffice to interpret them again, and
what is asked stands in one place with what it means.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from typing import Protocol

from connector.domain.signals import About, Pointer
from connector.moodle import questions
from connector.moodle.accounts import interpret_user
from connector.moodle.answers import Answers, Missing, Reading
from connector.moodle.attempts import interpret_attempt, interpret_grade
from connector.moodle.completions import interpret_activity, interpret_course
from connector.moodle.errors import MoodleRefused
from connector.moodle.interpretation import Context, Interpretation
from connector.moodle.questions import Function, Question
from connector.moodle.ratings import interpret_ratings

_MOST_QUESTIONS = 400
# Only names and settings are taken from these, so an answer may serve a whole batch. A state
# (attempt, completion, account) is asked anew for each delivery: the last one may have been early.
_CATALOGUE = frozenset({Function.QUIZZES, Function.COURSES, Function.MODULE, Function.GRADE_ITEMS})


class Asks(Protocol):
    """What `read` needs of a client."""

    def call(self, question: Question) -> Reading: ...


class Asked:
    """Answers about the catalogue that one batch shares. Make a new one for each batch."""

    def __init__(self) -> None:
        self._readings: dict[Question, Reading] = {}

    def ask(self, client: Asks, question: Question) -> Reading:
        """The answer, from this batch if it is about the catalogue."""
        if question.function not in _CATALOGUE:
            return client.call(question)
        reading = self._readings.get(question)
        if reading is None:
            reading = client.call(question)
            if reading.status == "answer":
                self._readings[question] = reading
        return reading


def read(
    client: Asks,
    pointer: Pointer,
    asked: Asked | None = None,
    known_attempts: Callable[[str, str], Iterable[str]] | None = None,
    final: bool = False,
) -> tuple[Reading, ...]:
    """Ask Moodle what `interpret` needs to know about `pointer`; call it outside any transaction.

    asked: shared within a batch.
    known_attempts: (quiz, user) → ids of the attempts held as evidence. For a pointer to a grade
        they are looked up too, because a course reset deletes attempts without an event for each.
    final: as it will be given to `interpret`.
    Raises MoodleUnavailable, MoodleRefused.
    """
    asked = asked or Asked()
    answers = Answers()
    readings: list[Reading] = []
    context = Context("", UTC, None, final)
    while True:
        question = _next(pointer, answers, context) or _unlisted(answers, known_attempts)
        if question is None:
            return tuple(readings)
        if len(readings) >= _MOST_QUESTIONS:
            raise MoodleRefused("too_many_questions")
        reading = asked.ask(client, question)
        answers.add(reading)
        readings.append(reading)


def _next(pointer: Pointer, answers: Answers, context: Context) -> Question | None:
    try:
        _interpret(pointer, answers, context)
    except Missing as missing:
        return missing.question
    return None


def _unlisted(
    answers: Answers, known: Callable[[str, str], Iterable[str]] | None
) -> Question | None:
    """The review of a known attempt that was not asked for yet, if attempts were listed at all."""
    for listed in answers.of_function(Function.ATTEMPTS) if known else ():
        assert known is not None
        reviewed = {r.params["attemptid"] for r in answers.of_function(Function.REVIEW)}
        for attempt_id in known(listed.params["quizid"], listed.params["userid"]):
            if attempt_id not in reviewed:
                return questions.review_of(attempt_id)
    return None


def interpret(
    pointer: Pointer,
    readings: Iterable[Reading],
    source_code: str,
    zone: tzinfo,
    delivery_id: int | None,
    final: bool = False,
) -> Interpretation:
    """What the readings of `pointer` prove; pure.

    final: this was the last look, so what Moodle shows is taken as it is. The readings must have
    been read as final too, else Missing is raised: a look that is "not yet" asks no further.
    """
    return _interpret(pointer, Answers.of(readings), Context(source_code, zone, delivery_id, final))


def _interpret(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    match pointer.about:
        case About.ATTEMPT:
            return interpret_attempt(pointer, answers, context)
        case About.GRADE:
            return interpret_grade(pointer, answers, context)
        case About.COURSE_COMPLETION:
            return interpret_course(pointer, answers, context)
        case About.ACTIVITY_COMPLETION:
            return interpret_activity(pointer, answers, context)
        case About.RATING:
            return interpret_ratings(pointer, answers, context)
        case About.USER:
            return interpret_user(pointer, answers)
