"""What readings prove, with a Moodle of a few dictionaries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.domain.evidence import LAST_SEQ, Kind, Says
from connector.domain.facts import ActivityState, Attempt, CourseCompletion
from connector.domain.signals import About, Pointer
from connector.moodle.answers import Missing, Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.interpretation import AccountSeen, Interpretation
from connector.moodle.questions import Function, Question
from connector.moodle.reading import Asked, interpret, read

ZONE = ZoneInfo("Asia/Vladivostok")
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
STARTED, FINISHED = 1767225600, 1767229200  # 2026-01-01T00:00:00Z and an hour later

USER = {"id": 7, "idnumber": "T-7", "email": "t7@school.example", "fullname": "Т. Седьмая"}
ROW = {
    "id": 41,
    "quiz": 3,
    "userid": 7,
    "attempt": 2,
    "preview": 0,
    "state": "finished",
    "timestart": STARTED,
    "timefinish": FINISHED,
    "timemodified": FINISHED,
    "sumgrades": 6.6,
}
REVIEW = {
    "grade": 73.33333333333333,
    "attempt": ROW,
    "questions": [
        {"slot": 1, "state": "gradedpartial", "mark": "1,60", "maxmark": 2},
        {"slot": 2, "state": "gaveup", "mark": "", "maxmark": 7},
    ],
}
QUIZ = {
    "id": 3,
    "coursemodule": 12,
    "course": 5,
    "name": "Диагностика",
    "grade": 100,
    "decimalpoints": 2,
    "questiondecimalpoints": -1,
}
ITEM = {
    "id": 90,
    "itemtype": "mod",
    "itemmodule": "quiz",
    "iteminstance": 3,
    "cmid": 12,
    "idnumber": "DIAG",
    "itemname": "Диагностика",
}
GRADES = {"usergrades": [{"courseidnumber": "C-5", "gradeitems": [ITEM]}]}
COURSE = {"id": 5, "fullname": "Курс"}
MODULE = {"cm": {"id": 12, "course": 5}}
STATUS = {
    "completed": True,
    "aggregation": 1,
    "completions": [
        {"complete": True, "timecompleted": STARTED},
        {"complete": True, "timecompleted": FINISHED},
    ],
}
ACTIVITY = {"cmid": 12, "state": 2, "timecompleted": FINISHED, "hascompletion": True}


@dataclass
class Moodle:
    """Answers by function; a text is an error's code; asked is what was asked."""

    answers: dict[Function, Any] = field(
        default_factory=lambda: {
            Function.USERS: [USER],
            Function.REVIEW: REVIEW,
            Function.MODULE: MODULE,
            Function.QUIZZES: {"quizzes": [QUIZ]},
            Function.GRADE_ITEMS: GRADES,
            Function.ATTEMPTS: {"attempts": [ROW]},
            Function.COURSES: {"courses": [COURSE]},
            Function.COURSE_COMPLETION: {"completionstatus": STATUS},
            Function.ACTIVITY_COMPLETION: {"statuses": [ACTIVITY]},
        }
    )
    asked: list[Question] = field(default_factory=list)

    def call(self, question: Question) -> Reading:
        self.asked.append(question)
        answer = self.answers[question.function]
        if callable(answer):
            answer = answer(dict(question.params))
        params = dict(question.params)
        if isinstance(answer, str):
            table = "quiz_attempts" if answer == "invalidrecord" else None
            body = {"errorcode": answer, "table": table}
            return Reading(question.function.value, params, "error", body, NOW)
        body = json.loads(json.dumps(answer))
        return Reading(question.function.value, params, "answer", body, NOW)


@pytest.fixture
def moodle() -> Moodle:
    return Moodle()


def look(moodle: Moodle, pointer: Pointer, final: bool = False) -> Interpretation:
    readings = read(moodle, pointer, final=final)
    return interpret(pointer, readings, "lms", ZONE, 1, final)


def with_row(**changes: Any) -> dict[str, Any]:
    return {**REVIEW, "attempt": {**ROW, **changes}}


SUBMITTED = Pointer(About.ATTEMPT, attempt_id="41", course_id="5", expects="finished")
REGRADED = Pointer(About.ATTEMPT, user_id="7", attempt_id="41", course_id="5")
GRADED = Pointer(About.GRADE, user_id="7", course_id="5", grade_item_id="90")
COMPLETED = Pointer(About.COURSE_COMPLETION, user_id="7", course_id="5", expects="completed")
TICKED = Pointer(About.ACTIVITY_COMPLETION, user_id="7", course_id="5", cmid="12")
CHANGED = Pointer(About.USER, user_id="7")


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


def test_a_course_is_completed_at_its_latest_criterion(moodle: Moodle) -> None:
    (statement,) = look(moodle, COMPLETED).statements

    assert (statement.says, statement.register) == (Says.ONLY, "completion:lms:5:7")
    assert statement.happened_at == datetime.fromtimestamp(FINISHED, UTC)
    assert CourseCompletion.from_body(statement.body) == CourseCompletion("5", "C-5", "Курс")


def criteria(*complete: bool, completed: bool = False, aggregation: int = 1) -> dict[str, Any]:
    rows = [{"complete": one, "timecompleted": STARTED if one else None} for one in complete]
    status = {"completed": completed, "aggregation": aggregation, "completions": rows}
    return {"completionstatus": status}


def test_a_completion_not_committed_yet_waits_and_in_the_end_is_none(moodle: Moodle) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False)

    early = look(moodle, COMPLETED)
    (statement,) = look(moodle, COMPLETED, final=True).statements

    assert (early.not_yet, early.statements) == ("completion_not_committed", ())
    assert (statement.says, statement.happened_at) == (Says.ONLY, None)


def test_a_look_that_nobody_promised_anything_is_believed_at_once(moodle: Moodle) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False)

    (statement,) = look(moodle, replace(COMPLETED, expects=None)).statements

    assert (statement.says, statement.happened_at) == (Says.ONLY, None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (criteria(True, True), "completion_task_pending"),
        (criteria(True, False, aggregation=2), "completion_task_pending"),
        (criteria(False, completed=True), "completion_times_missing"),
    ],
)
def test_a_completion_between_two_states_proves_nothing(
    moodle: Moodle, answer: dict[str, Any], reason: str
) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = answer

    assert look(moodle, COMPLETED).not_yet == reason
    last = look(moodle, COMPLETED, final=True)
    assert (last.nothing, last.statements) == (reason, ())


@pytest.mark.parametrize("code", ["usernotenroled", "nocriteriaset", "userdeleted", "invaliduser"])
def test_an_error_about_a_completion_proves_nothing(moodle: Moodle, code: str) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = code
    moodle.answers[Function.ACTIVITY_COMPLETION] = code

    assert look(moodle, COMPLETED) == Interpretation(nothing=code)
    assert look(moodle, TICKED) == Interpretation(nothing=code)


@pytest.mark.parametrize(("state", "says"), [(0, "not_so"), (1, "so"), (2, "so"), (3, "not_so")])
def test_states_one_and_two_are_complete(moodle: Moodle, state: int, says: str) -> None:
    moodle.answers[Function.ACTIVITY_COMPLETION] = {"statuses": [{**ACTIVITY, "state": state}]}

    (statement,) = look(moodle, TICKED).statements

    assert statement.says.value == says
    assert ActivityState.from_body(statement.body) == ActivityState("12", "DIAG", "5", state)


def test_an_activity_s_year_is_the_municipality_s(moodle: Moodle) -> None:
    """Ten in the evening of 31 December by UTC is New Year's morning in Vladivostok."""
    evening = int(datetime(2025, 12, 31, 22, 0, tzinfo=UTC).timestamp())
    moodle.answers[Function.ACTIVITY_COMPLETION] = {
        "statuses": [{**ACTIVITY, "timecompleted": evening}]
    }

    (statement,) = look(moodle, TICKED).statements

    assert statement.register == "activity:lms:12:7:2026"


def test_all_touched_activities_are_told_and_the_pointed_one_even_without_a_record(
    moodle: Moodle,
) -> None:
    moodle.answers[Function.ACTIVITY_COMPLETION] = {
        "statuses": [
            {**ACTIVITY, "timecompleted": 0, "state": 0},
            {**ACTIVITY, "cmid": 13, "state": 1},
            {**ACTIVITY, "cmid": 14, "timecompleted": 0},
            {**ACTIVITY, "cmid": 15, "hascompletion": False},
        ]
    }

    found = look(moodle, TICKED)

    told = {one.register: (one.says.value, one.happened_at) for one in found.statements}
    assert told == {
        "activity:lms:12:7:2026": ("not_so", None),
        "activity:lms:13:7:2026": ("so", datetime.fromtimestamp(FINISHED, UTC)),
    }


def test_a_deleted_account_is_known_by_its_hash_and_missing_idnumber(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = [{"id": 7, "email": "ff1643afb67a6edb36ee3f6fea756323"}]

    assert look(moodle, CHANGED).account == AccountSeen("7", deleted=True)


def test_an_account_without_idnumber_is_not_a_deleted_one(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = [{"id": 7, "idnumber": "", "email": "t7@school.example"}]

    assert look(moodle, CHANGED).account == AccountSeen("7", None, "t7@school.example")


def test_an_account_that_is_not_shown_is_known_by_its_number(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = []

    assert look(moodle, CHANGED) == Interpretation(AccountSeen("7"), nothing="user_not_shown")
    assert look(moodle, SUBMITTED).account == AccountSeen("7")


@pytest.mark.parametrize(
    ("told", "field_asked"),
    [
        ({"user_idnumber": "T-7"}, "idnumber"),
        ({"username": "t7"}, "username"),
        ({"user_email": "t7@school.example"}, "email"),
    ],
)
def test_a_sender_without_numbers_is_looked_up(
    moodle: Moodle, told: Mapping[str, Any], field_asked: str
) -> None:
    pointer = Pointer(About.COURSE_COMPLETION, course_idnumber="C-5", expects="completed", **told)

    (statement,) = look(moodle, pointer).statements

    assert statement.register == "completion:lms:5:7"
    fields = [dict(one.params).get("field") for one in moodle.asked]
    assert fields[:2] == [field_asked, "idnumber"]


@pytest.mark.parametrize("users", [[], [USER, {**USER, "id": 8}]])
def test_nobody_and_two_of_a_name_are_nobody(moodle: Moodle, users: list[Any]) -> None:
    moodle.answers[Function.USERS] = users
    pointer = replace(COMPLETED, user_id=None, user_idnumber="T-7")

    assert look(moodle, pointer) == Interpretation(nothing="user_not_found")


def test_a_course_nobody_knows_is_no_course(moodle: Moodle) -> None:
    moodle.answers[Function.COURSES] = {"courses": []}
    pointer = replace(COMPLETED, course_id=None, course_idnumber="C-9")

    assert look(moodle, pointer) == Interpretation(nothing="course_not_found")


def test_a_batch_asks_for_the_catalogue_once_and_for_states_each_time(moodle: Moodle) -> None:
    asked = Asked()
    for _ in range(3):
        read(moodle, SUBMITTED, asked)

    functions = [question.function for question in moodle.asked]
    assert functions.count(Function.REVIEW) == functions.count(Function.USERS) == 3
    assert functions.count(Function.QUIZZES) == functions.count(Function.GRADE_ITEMS) == 1


def test_readings_of_a_batch_suffice_for_each_delivery(moodle: Moodle) -> None:
    asked = Asked()
    first = read(moodle, SUBMITTED, asked)
    second = read(moodle, SUBMITTED, asked)

    one, two = (interpret(SUBMITTED, found, "lms", ZONE, 1) for found in (first, second))

    assert one == two


def test_interpretation_never_guesses_what_was_not_read(moodle: Moodle) -> None:
    readings = read(moodle, SUBMITTED)

    with pytest.raises(Missing):
        interpret(SUBMITTED, readings[:-1], "lms", ZONE, 1)


def test_the_version_follows_what_is_said(moodle: Moodle) -> None:
    (before,) = look(moodle, SUBMITTED).statements
    (same,) = look(moodle, SUBMITTED).statements
    moodle.answers[Function.REVIEW] = {**REVIEW, "grade": 80}
    (after,) = look(moodle, SUBMITTED).statements

    assert before.version == same.version != after.version
