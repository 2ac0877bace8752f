"""What readings of attempts and grades prove."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.evidence import LAST_SEQ, Kind, Says
from connector.domain.facts import Attempt
from connector.moodle.answers import Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.interpretation import AccountSeen, Interpretation
from connector.moodle.questions import Function, Question
from connector.moodle.reading import interpret, read
from tests.unit.dictionary_moodle import (
    FINISHED,
    GRADED,
    ITEM,
    NOW,
    QUIZ,
    REGRADED,
    REVIEW,
    ROW,
    STARTED,
    SUBMITTED,
    ZONE,
    Moodle,
    look,
    with_row,
)


@pytest.fixture
def moodle() -> Moodle:
    return Moodle()


def test_an_attempt_is_read_whole(moodle: Moodle) -> None:
    found = look(moodle, SUBMITTED)

    (statement,) = found.statements
    assert (statement.kind, statement.says) == (Kind.ATTEMPT, Says.SO)
    assert (statement.register, statement.source) == ("attempt:lms:41", "lms")
    assert (statement.user_id, statement.delivery) == ("7", 1)
    assert statement.happened_at == datetime.fromtimestamp(FINISHED, UTC)
    assert (statement.version.instant, statement.version.seq) == (NOW, LAST_SEQ)
    assert statement.version.event_id == ""
    attempt = Attempt.from_body(statement.body)
    assert attempt.is_final
    assert attempt.is_called("DIAG")
    # As the gradebook has it, not as a binary fraction.
    assert attempt.grade == Decimal("73.33333")
    assert [(mark.mark, mark.max_mark) for mark in attempt.marks] == [
        (Decimal("1.6"), Decimal(2)),
        (None, Decimal(7)),
    ]
    assert found.account == AccountSeen("7", "T-7", "t7@school.example")
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("row", "grade", "state"),
    [
        ({"sumgrades": None}, None, "gradedright"),
        ({}, 50, "needsgrading"),
        ({}, None, "gradedright"),
    ],
)
def test_an_attempt_that_waits_for_its_grader_is_provisional(
    moodle: Moodle, row: dict[str, Any], grade: object, state: str
) -> None:
    question = {"slot": 1, "state": state, "mark": "", "maxmark": 1}
    moodle.answers[Function.REVIEW] = {
        **with_row(**row),
        "grade": grade,
        "questions": [question],
    }

    (statement,) = look(moodle, SUBMITTED).statements

    assert Attempt.from_body(statement.body).provisional


def test_a_submission_not_committed_yet_waits_but_not_for_ever(moodle: Moodle) -> None:
    moodle.answers[Function.REVIEW] = {
        **with_row(state="inprogress", timefinish=0, sumgrades=None),
        "grade": None,
    }

    early = look(moodle, SUBMITTED)
    last = look(moodle, SUBMITTED, final=True)

    assert (early.not_yet, early.statements) == ("attempt_not_committed", ())
    (statement,) = last.statements
    assert Attempt.from_body(statement.body).state == "inprogress"
    assert statement.happened_at == datetime.fromtimestamp(STARTED, UTC)


@pytest.mark.parametrize(("later", "waits"), [(0, False), (1, False), (2, True), (600, True)])
def test_a_regrade_is_believed_once_the_attempt_is_younger_than_the_event(
    moodle: Moodle, later: int, waits: bool
) -> None:
    raised = datetime.fromtimestamp(FINISHED, UTC) + timedelta(seconds=later)
    pointer = replace(REGRADED, raised_at=raised)

    assert (look(moodle, pointer).not_yet is not None) is waits
    assert look(moodle, pointer, final=True).statements


def test_a_missing_attempt_was_never_so(moodle: Moodle) -> None:
    moodle.answers[Function.REVIEW] = "invalidrecord"

    (statement,) = look(moodle, REGRADED).statements
    (nobodys,) = look(moodle, replace(REGRADED, user_id=None)).statements

    assert (statement.says, statement.happened_at) == (Says.NOT_SO, None)
    assert (statement.user_id, nobodys.user_id) == ("7", "")


def test_another_missing_record_retracts_nothing(moodle: Moodle) -> None:
    def broken(question: Question) -> Reading:
        body = {"errorcode": "invalidrecord", "table": "question"}
        return Reading(question.function.value, dict(question.params), "error", body, NOW)

    moodle.call = broken  # type: ignore[method-assign]

    found = look(moodle, REGRADED)

    assert (found.statements, found.nothing) == ((), "invalidrecord")


def test_a_preview_proves_nothing(moodle: Moodle) -> None:
    moodle.answers[Function.REVIEW] = with_row(preview=1)

    assert look(moodle, SUBMITTED) == Interpretation(nothing="preview")


@pytest.mark.parametrize("hint", [None, "8"])
def test_the_course_of_a_quiz_is_found_where_the_sender_is_silent_or_wrong(
    moodle: Moodle, hint: str | None
) -> None:
    moodle.answers[Function.QUIZZES] = lambda params: {
        "quizzes": [QUIZ] if params["courseids[0]"] == "5" else []
    }

    (statement,) = look(moodle, replace(SUBMITTED, course_id=hint)).statements

    assert Attempt.from_body(statement.body).course_id == "5"


def test_a_quiz_kept_from_the_role_is_the_administrator_s_business(moodle: Moodle) -> None:
    moodle.answers[Function.QUIZZES] = {"quizzes": [], "warnings": [{}]}

    with pytest.raises(MoodleRefused, match="quiz_not_shown"):
        read(moodle, SUBMITTED)


def test_marks_kept_back_are_not_taken_for_zero(moodle: Moodle) -> None:
    moodle.answers[Function.REVIEW] = {
        **REVIEW,
        "questions": [{"slot": 1, "state": "gradedright", "maxmark": 2}],
    }

    with pytest.raises(MoodleRefused, match="marks_not_shown"):
        read(moodle, SUBMITTED)


def test_another_shape_of_an_answer_is_refused_without_quoting_it(moodle: Moodle) -> None:
    moodle.answers[Function.REVIEW] = {"attempt": "secret"}

    with pytest.raises(MoodleRefused) as refused:
        read(moodle, SUBMITTED)

    assert refused.value.reason == "unexpected_answer:mod_quiz_get_attempt_review"


@pytest.mark.parametrize(
    ("question", "quiz", "warned"),
    [(-1, 2, False), (0, 2, False), (-1, 1, True), (1, 2, True), (0, 0, True), (5, 0, False)],
)
def test_a_quiz_with_too_few_decimals_is_reported(
    moodle: Moodle, question: int, quiz: int, warned: bool
) -> None:
    settings = {**QUIZ, "questiondecimalpoints": question, "decimalpoints": quiz}
    moodle.answers[Function.QUIZZES] = {"quizzes": [settings]}

    assert look(moodle, SUBMITTED).warnings == (("marks_rounded",) if warned else ())


def test_a_grade_brings_every_finished_attempt_of_its_quiz(moodle: Moodle) -> None:
    rows = [
        {**ROW, "id": 41},
        {**ROW, "id": 42},
        {**ROW, "id": 43, "state": "inprogress"},
        {**ROW, "id": 44, "preview": 1},
    ]
    moodle.answers[Function.ATTEMPTS] = {"attempts": rows}
    moodle.answers[Function.REVIEW] = lambda params: with_row(id=int(params["attemptid"]))

    found = look(moodle, GRADED)

    assert [one.register for one in found.statements] == ["attempt:lms:41", "attempt:lms:42"]


def test_known_attempts_that_are_no_longer_listed_are_looked_for(moodle: Moodle) -> None:
    """A course reset deletes attempts without an event for each."""
    moodle.answers[Function.ATTEMPTS] = {"attempts": []}
    moodle.answers[Function.REVIEW] = "invalidrecord"
    asked_for: list[tuple[str, str]] = []

    def known(quiz: str, user: str) -> list[str]:
        asked_for.append((quiz, user))
        return ["41", "9"]

    readings = read(moodle, GRADED, known_attempts=known)
    found = interpret(GRADED, readings, "lms", ZONE, 1)

    assert set(asked_for) == {("3", "7")}
    assert [(one.register, one.says) for one in found.statements] == [
        ("attempt:lms:9", Says.NOT_SO),
        ("attempt:lms:41", Says.NOT_SO),
    ]
    assert {one.user_id for one in found.statements} == {"7"}


@pytest.mark.parametrize("item", [{**ITEM, "itemmodule": "assign"}, {**ITEM, "id": 91}])
def test_a_grade_of_something_else_proves_nothing(moodle: Moodle, item: dict[str, Any]) -> None:
    moodle.answers[Function.GRADE_ITEMS] = {
        "usergrades": [{"courseidnumber": "C-5", "gradeitems": [item]}]
    }

    assert look(moodle, GRADED).nothing == "not_a_quiz"


def test_a_grade_without_its_item_brings_all_quizzes_of_the_course(moodle: Moodle) -> None:
    assert len(look(moodle, replace(GRADED, grade_item_id=None)).statements) == 1
