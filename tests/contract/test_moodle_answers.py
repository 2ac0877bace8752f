"""Every recorded answer of the functions we call, given back over HTTP to the client."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.evidence import Says
from connector.domain.facts import ActivityState, Attempt, CourseCompletion
from connector.domain.signals import About, Pointer
from connector.moodle import questions
from connector.moodle.answers import Answers, Reading
from connector.moodle.errors import MoodleError, MoodleRefused, MoodleUnavailable
from connector.moodle.listing import LearnerSchema
from connector.moodle.questions import Function, Question
from connector.moodle.quiz_schemas import AttemptsSchema, QuizzesSchema, Review, ReviewSchema
from connector.moodle.reading import interpret, read
from connector.moodle.schemas import (
    ActivityCompletionSchema,
    CourseCompletionSchema,
    CoursesSchema,
    GradeReportSchema,
    ModuleSchema,
    SiteInfo,
    SiteInfoSchema,
    UserSchema,
)
from connector.moodle.site import SiteCheck, check_site, missing_rights
from connector.replay import Answering, Replied
from tests.contract.fake_moodle import client_of, site
from tests.contract.recorded import MOODLE

SCHEMAS = {
    Function.SITE_INFO: SiteInfoSchema(),
    Function.USERS: UserSchema(many=True),
    Function.COURSES: CoursesSchema(),
    Function.MODULE: ModuleSchema(),
    Function.QUIZZES: QuizzesSchema(),
    Function.ATTEMPTS: AttemptsSchema(),
    Function.REVIEW: ReviewSchema(),
    Function.GRADE_ITEMS: GradeReportSchema(),
    Function.COURSE_COMPLETION: CourseCompletionSchema(),
    Function.ACTIVITY_COMPLETION: ActivityCompletionSchema(),
    Function.LEARNERS: LearnerSchema(many=True),
}
STATES = {"invaliduser", "invalidrecord", "userdeleted", "usernotenroled", "nocriteriaset"}
REFUSALS = {
    "invalidtoken",
    "accessexception",
    "wsaccessusersuspended",
    "requireloginerror",
    "nopermissions",
    "noreviewattempt",
    "invalidparameter",
    "codingerror",
    "errorcoursecontextnotvalid",
}


def cases(name: str) -> list[dict[str, Any]]:
    with (MOODLE / "rest" / f"{name}.json").open(encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["cases"]
        return found


def case(name: str, title: str) -> dict[str, Any]:
    return next(one for one in cases(name) if one["case"] == title)


def replied(one: dict[str, Any]) -> Replied:
    body = one["response"]
    headers = dict(one.get("headers", ()))
    if isinstance(body, dict) and set(body) == {"raw"}:
        kept = {name: headers[name] for name in ("Retry-After", "Content-type") if name in headers}
        return Replied(one["status"], text=body["raw"], headers=kept)
    return Replied(one["status"], body)


def by_name(replies: dict[str, Replied]) -> Answering:
    return lambda function, params: replies[function]


def question_of(one: dict[str, Any]) -> Question:
    request = {str(name): str(value) for name, value in one["request"].items()}
    for frame in ("wstoken", "moodlewsrestformat"):
        request.pop(frame)
    return Question.of(Function(request.pop("wsfunction")), **request)


def every_case() -> Iterator[Any]:
    for function in Function:
        for number, one in enumerate(cases(function)):
            yield pytest.param(function, one, id=f"{function}-{number}")


@pytest.mark.parametrize(("function", "one"), list(every_case()))
def test_a_recorded_answer_is_a_reading_or_a_typed_error(
    function: Function, one: dict[str, Any]
) -> None:
    with site(lambda *_: replied(one)) as running:
        running.now = datetime(2026, 11, 22, 6, 3, 16, tzinfo=UTC)
        body = one["response"]
        code = body.get("errorcode") if isinstance(body, dict) else None
        if code in REFUSALS:
            with pytest.raises(MoodleRefused) as refused:
                running.client.call(question_of(one))
            assert refused.value.reason == code
            return
        reading = running.client.call(question_of(one))

    assert reading.read_at == running.now
    assert "wstoken" not in reading.params
    if code is not None:
        assert code in STATES
        assert (reading.status, reading.errorcode) == ("error", code)
    else:
        assert reading.status == "answer"
        SCHEMAS[function].load(reading.body)


@pytest.mark.parametrize("one", cases("_marks_and_deleted_attempts"), ids=lambda one: one["case"])
def test_a_recorded_mark_or_deletion_is_read(one: dict[str, Any]) -> None:
    try:
        function = Function(one["function"])
    except ValueError:
        assert one["function"] == "mod_quiz_get_user_best_grade"
        return
    with site(lambda *_: replied(one)) as running:
        reading = running.client.call(question_of(one))
    if reading.status == "error":
        assert reading.body == {"errorcode": "invalidrecord", "table": "quiz_attempts"}
        return
    loaded = SCHEMAS[function].load(reading.body)
    if isinstance(loaded, Review):
        texts = [row["mark"] for row in one["response"]["questions"]]
        assert [row.mark for row in loaded.questions] == [Decimal(text) for text in texts]


def test_marks_in_a_language_with_commas_are_the_same_marks() -> None:
    point, comma = (
        ReviewSchema().load(case("mod_quiz_get_attempt_review", title)["response"])
        for title in ("attempt 3", "attempt 3, decimal comma language")
    )

    assert [row.mark for row in point.questions] == [row.mark for row in comma.questions]
    assert [row.mark for row in comma.questions][:3] == [
        Decimal("1.00"),
        Decimal("1.60"),
        Decimal("0.50"),
    ]


def test_a_third_shown_without_decimals_is_reported_as_a_setting_to_mend() -> None:
    titles = {
        "essay of 1 mark graded 1/3 by hand; question decimals -1, grade decimals 0": True,
        "essay of 1 mark graded 1/3 by hand; question decimals -1, grade decimals 2": False,
        "essay of 1 mark graded 1/3 by hand; question decimals 0, grade decimals 2": False,
    }
    recorded = cases("_marks_and_deleted_attempts")
    for title, is_rounded in titles.items():
        settings = title.split("; ")[1]
        by_function = {one["function"]: one for one in recorded if one["case"] == settings}
        by_function["mod_quiz_get_attempt_review"] = next(
            one for one in recorded if one["case"] == title
        )
        if Function.QUIZZES.value not in by_function:
            quiz = next(one for one in recorded if one["function"] == Function.QUIZZES.value)
            by_function[Function.QUIZZES.value] = _with_decimals(quiz, 0, 2)
        grades = next(one for one in recorded if one["function"] == Function.GRADE_ITEMS.value)
        by_function.setdefault(Function.GRADE_ITEMS.value, grades)
        users = case("core_user_get_users_by_field", "id=4")
        by_function[Function.USERS.value] = users
        pointer = Pointer(About.ATTEMPT, attempt_id="48", course_id="3")
        replies = {name: replied(one) for name, one in by_function.items()}
        with site(by_name(replies)) as running:
            readings = read(running.client, pointer)

        found = interpret(pointer, readings, "lms", UTC, None)

        assert found.warnings == (("marks_rounded",) if is_rounded else ())
        attempt = Attempt.from_body(found.statements[0].body)
        assert attempt.grade == Decimal("33.333")


def _with_decimals(one: dict[str, Any], question: int, quiz: int) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(one))
    for row in copy["response"]["quizzes"]:
        row["questiondecimalpoints"], row["decimalpoints"] = question, quiz
    return copy


def test_a_site_in_maintenance_is_left_alone_for_as_long_as_it_says() -> None:
    one = case("_protocol_errors", "the site is in CLI maintenance mode")
    with site(lambda *_: replied(one)) as running:
        with pytest.raises(MoodleUnavailable) as caught:
            running.client.call(questions.site_info())
        assert len(running.server.calls) == 1

    assert (caught.value.reason, caught.value.retry_after) == ("http_503", 300)


def test_web_services_switched_off_are_tried_again_later() -> None:
    one = case("_protocol_errors", "web services are switched off for the site")
    with (
        site(lambda *_: replied(one)) as running,
        pytest.raises(MoodleUnavailable, match="webservices_off"),
    ):
        running.client.call(questions.site_info())


@pytest.mark.parametrize(
    ("title", "kind", "reason"),
    [
        ("no wstoken", MoodleRefused, "invalidtoken"),
        ("no wsfunction", MoodleRefused, "invalidparameter"),
        # The same errorcode as a deleted attempt: as a state it would retract one.
        ("unknown wsfunction", MoodleRefused, "unknown_function"),
        ("no moodlewsrestformat: the answer is XML", MoodleUnavailable, "not_json"),
        ("an unknown extra parameter", MoodleRefused, "invalidparameter"),
        ("wrong type", MoodleRefused, "invalidparameter"),
    ],
)
def test_errors_of_the_protocol_are_nobodys_state(
    title: str, kind: type[MoodleError], reason: str
) -> None:
    with (
        site(lambda *_: replied(case("_protocol_errors", title))) as running,
        pytest.raises(kind) as caught,
    ):
        running.client.call(questions.site_info())

    assert caught.value.reason == reason


def test_the_token_travels_in_the_form_only() -> None:
    ok = case("core_webservice_get_site_info", "ok")
    with site(lambda *_: replied(ok)) as running:
        reading = running.client.call(questions.site_info())
        # The replayed server answers at exactly one path, without a query.
        assert running.server.calls == [(Function.SITE_INFO.value, {})]
        other = client_of(running.server.url)
        assert "token" not in repr(other)

    info = Answers.of([reading]).load(reading, SiteInfoSchema(), SiteInfo)
    assert Function.REVIEW.value in info.functions
    assert info.userid == "10"


def test_a_service_without_a_function_is_told_which_to_add() -> None:
    whole = case("core_webservice_get_site_info", "ok")
    poor = json.loads(json.dumps(whole))
    functions = poor["response"]["functions"]
    functions[:] = [one for one in functions if one["name"] != Function.REVIEW]
    checks = []
    for one in (whole, poor):
        with site(by_name({Function.SITE_INFO.value: replied(one)})) as running:
            checks.append(check_site(running.client))

    assert checks[0] == SiteCheck("http://127.0.0.1:8099", whole["response"]["release"], ())
    assert checks[1].missing == ("mod_quiz_get_attempt_review",)


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        # What a 4.4 site answered with the whole role, and with each of the two rights taken away.
        ([{"id": 2, "username": "admin", "fullname": "Admin User"}], ()),
        ([{"id": 2, "fullname": "Admin User"}], ("moodle/user:viewalldetails",)),
        ([], ("moodle/user:viewdetails",)),
    ],
)
def test_a_role_that_hides_people_is_told_what_it_lacks(
    shown: list[dict[str, Any]], missing: tuple[str, ...]
) -> None:
    with site(by_name({Function.USERS.value: Replied(200, shown)})) as running:
        assert missing_rights(running.client) == missing


def test_a_wrong_token_is_refused_by_the_replayed_site() -> None:
    with site(lambda *_: Replied(200, [])) as running:
        running.server._token = "another"
        with pytest.raises(MoodleRefused, match="invalidtoken") as refused:
            running.client.call(questions.site_info())
        assert refused.value.function == "core_webservice_get_site_info"


def _read_one(function: Function, title: str, pointer: Pointer) -> Any:
    one = case(function, title)
    others = {
        Function.USERS: case("core_user_get_users_by_field", "id=4"),
        Function.COURSES: case("core_course_get_courses_by_field", "id=3"),
        Function.GRADE_ITEMS: case("gradereport_user_get_grade_items", "course 3 user 5"),
    }
    answers = {key.value: replied(value) for key, value in {**others, function: one}.items()}
    with site(by_name(answers)) as running:
        return interpret(pointer, read(running.client, pointer), "lms", UTC, 7)


def test_a_course_completion_takes_the_latest_time_of_its_criteria() -> None:
    titles = [one["case"] for one in cases(Function.COURSE_COMPLETION)]
    done = next(
        title
        for title in titles
        if case(Function.COURSE_COMPLETION, title)["response"]
        .get("completionstatus", {})
        .get("completed")
    )
    status = case(Function.COURSE_COMPLETION, done)["response"]["completionstatus"]
    latest = max(one["timecompleted"] for one in status["completions"])

    found = _read_one(
        Function.COURSE_COMPLETION,
        done,
        Pointer(About.COURSE_COMPLETION, user_id="4", course_id="3"),
    )

    (statement,) = found.statements
    assert statement.says is Says.ONLY
    assert statement.happened_at == datetime.fromtimestamp(latest, UTC)
    assert statement.delivery == 7
    course = CourseCompletion.from_body(statement.body)
    assert course.course_idnumber == "FRDPP-2023-0417"


def test_a_failed_quiz_is_an_activity_that_is_not_complete() -> None:
    found = _read_one(
        Function.ACTIVITY_COMPLETION,
        "course 2 user 5",
        Pointer(About.ACTIVITY_COMPLETION, user_id="5", course_id="2", cmid="1"),
    )

    (statement,) = found.statements
    assert statement.says is Says.NOT_SO
    assert ActivityState.from_body(statement.body).state == 3


def test_readings_are_plain_json() -> None:
    reading = Reading(
        "f", {"a": "1"}, "answer", {"x": [1.5, None]}, datetime(2026, 1, 1, tzinfo=UTC)
    )

    assert json.loads(json.dumps(reading.body)) == reading.body
