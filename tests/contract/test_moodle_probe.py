"""The test of a connection: each thing that can be wrong with it is found, and only that."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.moodle.answers import Reading
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.moodle.findings import Check, Finding, Outcome
from connector.moodle.orders import ActingFunction
from connector.moodle.places import Wanted
from connector.moodle.probing import probe
from connector.moodle.questions import Function, Question
from connector.moodle.rights import role_file
from connector.replay import Params, Replied
from connector.web.finding_words import TITLES, told
from tests.contract.fake_moodle import site
from tests.contract.living_moodle import LivingMoodle, User
from tests.contract.living_rest import MAINTENANCE, READ, SWITCHED_OFF, LivingRest, refusal
from tests.contract.recorded import MOODLE
from tests.integration.spine.living_town import DirectClient, moodle_of_the_town

WANTED = Wanted(frozenset({"DIAG", "4"}), frozenset({"KPK"}), frozenset())
URL = "http://lms.example"


@pytest.fixture
def moodle() -> LivingMoodle:
    """A site at work: two courses with learners, one of whom took a quiz and finished."""
    made = moodle_of_the_town()
    made.users["2"] = User("2", "", "admin@lms.example")
    for number in ("ST-1", "ST-2"):
        made.create_user(number, f"{number.lower()}@lms.example")
    for user in list(made.users)[1:]:
        made.enrol(user, "2")
        made.enrol(user, "3")
        made.take(user, "1", [4.0, 5.0])
    return made


@pytest.fixture
def rest(moodle: LivingMoodle) -> LivingRest:
    return LivingRest(moodle)


def look(rest: LivingRest, seconds: int = 0, wanted: Wanted = WANTED) -> dict[str, Finding]:
    """What is found, by subject; seconds: by how much Moodle's clock is ahead of ours."""
    here = datetime.fromtimestamp(rest.moodle.now, UTC) - timedelta(seconds=seconds)
    found = probe(DirectClient(rest), URL, wanted, lambda: here)
    return {one.subject: one for one in found}


def but_passed(found: dict[str, Finding]) -> dict[str, Outcome]:
    """Whatever did not pass; marks of no quiz and such aside."""
    return {s: one.outcome for s, one in found.items() if one.outcome is not Outcome.PASSED}


def test_a_site_that_grants_everything_passes_every_check(rest: LivingRest) -> None:
    found = look(rest)
    assert but_passed(found) == {}
    assert list(found) == [*Check, *Function]
    assert {function for function, _ in rest.calls} == {str(one) for one in Function}
    assert len(rest.calls) <= 40


@pytest.mark.parametrize("function", [one for one in Function if one is not Function.SITE_INFO])
def test_a_function_the_service_lacks_is_named(rest: LivingRest, function: Function) -> None:
    rest.lacking = frozenset({str(function)})
    found = look(rest)[function]
    assert (found.outcome, found.reason) == (Outcome.FAILED, "not_in_service")
    assert function in told(found).do


@pytest.mark.parametrize(
    ("right", "subject"),
    [
        ("viewdetails", Function.USERS),
        ("viewalldetails", Function.USERS),
        ("viewcourses", Function.COURSES),
        ("viewparticipants", Function.LEARNERS),
        ("viewreports", Function.ATTEMPTS),
        ("viewgrades", Function.GRADE_ITEMS),
        ("viewcompletion", Function.COURSE_COMPLETION),
        ("viewcompletion", Function.ACTIVITY_COMPLETION),
    ],
)
def test_a_missing_right_is_found_also_where_moodle_says_nothing(
    rest: LivingRest, right: str, subject: Function
) -> None:
    rest.rights = READ - {right}
    found = look(rest)
    assert found[subject].outcome is Outcome.FAILED
    assert "/" in told(found[subject]).do
    assert found[Check.TOKEN].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("reply", "subject", "reason"),
    [
        (refusal("invalidtoken"), Check.TOKEN, "invalidtoken"),
        (refusal("accessexception"), Check.TOKEN, "accessexception"),
        (refusal("wsaccessusersuspended"), Check.TOKEN, "wsaccessusersuspended"),
        (refusal("somethingnew"), Check.TOKEN, "somethingnew"),
        (SWITCHED_OFF, Check.WEB_SERVICES, "webservices_off"),
        (MAINTENANCE, Check.ADDRESS, "http_503"),
        (Replied(404, text="<html>"), Check.ADDRESS, "http_404"),
        (Replied(200, text="<html>"), Check.ADDRESS, "not_json"),
        (Replied(200, {"hello": "world"}), Check.ADDRESS, "unexpected_answer"),
    ],
)
def test_what_bars_the_way_is_told_once_and_the_rest_is_not_tried(
    rest: LivingRest, reply: Replied, subject: Check, reason: str
) -> None:
    rest.trouble = lambda function, params: reply
    found = look(rest)
    failed = [one for one in found.values() if one.outcome is Outcome.FAILED]
    assert [one.subject for one in failed] == [subject]
    assert (failed[0].reason or "").startswith(reason)
    assert told(failed[0]).do
    assert {found[function].outcome for function in Function} == {Outcome.UNTRIED}
    assert len(rest.calls) == 1


def test_a_site_that_goes_away_in_the_middle_fails_by_its_address(rest: LivingRest) -> None:
    rest.trouble = lambda function, params: (
        MAINTENANCE if function == Function.GRADE_ITEMS else None
    )
    found = look(rest)
    assert found[Check.ADDRESS].outcome is Outcome.FAILED
    assert found[Function.USERS].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("seconds", "outcome", "word"),
    [
        (30, Outcome.PASSED, ""),
        (-30, Outcome.PASSED, ""),
        (90, Outcome.DOUBTFUL, "спешат"),
        (-300, Outcome.FAILED, "отстают на 5 мин"),
    ],
)
def test_a_clock_that_is_off_is_told(
    rest: LivingRest, seconds: int, outcome: Outcome, word: str
) -> None:
    found = look(rest, seconds)[Check.CLOCK]
    assert found.outcome is outcome
    assert word in told(found).what


def test_learners_without_a_number_are_counted_and_never_named(
    rest: LivingRest, moodle: LivingMoodle
) -> None:
    moodle.change_user(list(moodle.users)[1], idnumber="")
    found = look(rest)[Check.NUMBERS]
    assert (found.outcome, found.about) == (Outcome.DOUBTFUL, ("1", "2"))


def test_a_course_of_the_catalogue_that_is_not_there_is_named(rest: LivingRest) -> None:
    wanted = replace(WANTED, courses=frozenset({"KPK", "TYPO"}))
    found = look(rest, wanted=wanted)[Check.CATALOGUE]
    assert (found.outcome, found.about) == (Outcome.DOUBTFUL, ("TYPO",))


def test_a_quiz_that_rounds_its_marks_is_named(rest: LivingRest) -> None:
    def coarse(function: str, params: Params) -> Replied | None:
        if function != Function.QUIZZES:
            return None
        rest.trouble = lambda function, params: None
        reply = rest(function, params)
        for quiz in reply.body["quizzes"]:
            quiz["decimalpoints"] = 0 if quiz["id"] == 4 else 2
        return reply

    rest.trouble = coarse
    found = look(rest)[Check.DECIMALS]
    assert (found.outcome, found.about) == (Outcome.DOUBTFUL, ("Эссе",))


def test_quizzes_that_the_catalogue_names_are_missed(rest: LivingRest) -> None:
    rest.moodle.quizzes.clear()
    rest.moodle.activities.clear()
    found = look(rest)[Function.QUIZZES]
    assert (found.outcome, found.reason) == (Outcome.FAILED, "shown_nothing")
    assert "mod/quiz:view" in told(found).do


def test_an_empty_site_has_nothing_to_try_and_is_not_called_broken(rest: LivingRest) -> None:
    rest.moodle.quizzes.clear()
    rest.moodle.enrolled.clear()
    found = look(rest, wanted=replace(WANTED, quizzes=frozenset()))
    assert {one.outcome for one in found.values()} == {
        Outcome.PASSED,
        Outcome.DOUBTFUL,
        Outcome.UNTRIED,
    }
    assert found[Function.QUIZZES].outcome is Outcome.DOUBTFUL
    assert found[Function.ATTEMPTS].outcome is Outcome.UNTRIED


class Slow:
    """A client whose every call takes ten seconds of the clock it shares."""

    def __init__(self, inner: DirectClient) -> None:
        self.inner = inner
        self.now = datetime.fromtimestamp(inner.rest.moodle.now, UTC)

    def call(self, question: Question) -> Reading:
        self.now += timedelta(seconds=10)
        return self.inner.call(question)


def test_nobody_waits_for_a_slow_site_longer_than_a_minute(rest: LivingRest) -> None:
    client = Slow(DirectClient(rest))
    began = client.now
    found = {one.subject: one for one in probe(client, URL, WANTED, lambda: client.now)}
    assert found[Check.ADDRESS].reason == "too_slow"
    assert client.now - began < timedelta(minutes=1)


class Captured:
    """Answers each function by the first captured case that `chosen` takes."""

    def __init__(self, chosen: Callable[[dict[str, Any]], bool]) -> None:
        self._chosen = chosen

    def __call__(self, function: str, params: Params) -> Replied:
        written = json.loads((MOODLE / "rest" / f"{function}.json").read_text(encoding="utf-8"))
        cases = [case for case in written["cases"] if self._chosen(case)] or written["cases"]
        return Replied(cases[0]["status"], cases[0]["response"])


def captured(chosen: Callable[[dict[str, Any]], bool]) -> dict[str, Finding]:
    with site(Captured(chosen)) as running:
        found = probe(running.client, URL, WANTED, lambda: running.now)
    return {one.subject: one for one in found}


def test_the_answers_of_a_real_moodle_to_the_reading_role_pass() -> None:
    found = captured(lambda case: case.get("as") == "service user with the read role")
    assert {s for s, one in found.items() if one.outcome is Outcome.FAILED} == set()
    for function in Function:
        assert found[function].outcome is Outcome.PASSED, function


def test_the_answers_of_a_real_moodle_to_a_bare_role_fail_one_by_one() -> None:
    found = captured(lambda case: "only webservice/rest:use" in str(case.get("as")))
    assert found[Check.TOKEN].outcome is Outcome.PASSED
    assert found[Function.USERS].outcome is Outcome.FAILED
    assert found[Function.LEARNERS].outcome is Outcome.FAILED


@pytest.mark.parametrize("error", [MoodleUnavailable("connection"), MoodleRefused("certificate")])
def test_every_failure_of_the_way_has_words(error: Exception) -> None:
    class Broken:
        def call(self, question: Question) -> Reading:
            raise error

    found = probe(Broken(), URL, WANTED, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    (failed,) = [one for one in found if one.outcome is Outcome.FAILED]
    assert told(failed).what
    assert told(failed).do


def test_everything_that_can_be_found_has_a_title() -> None:
    assert set(TITLES) == {*Check, *Function, *ActingFunction}


def test_what_is_to_be_done_in_moodle_needs_more_and_is_not_tried(rest: LivingRest) -> None:
    here = datetime.fromtimestamp(rest.moodle.now, UTC)
    enrols = (ActingFunction.USER_COURSES, ActingFunction.ENROL)
    listed = probe(DirectClient(rest), URL, WANTED, lambda: here, enrols)
    found = {one.subject: one for one in listed}
    assert found[ActingFunction.ENROL].outcome is Outcome.FAILED
    assert "enrol_manual_enrol_users" in told(found[ActingFunction.ENROL]).do
    assert not {str(one) for one in ActingFunction} & {function for function, _ in rest.calls}
    role = role_file("Имя & имя", "О роли", enrols)
    assert "<allow>enrol/manual:enrol</allow>" in role
    assert "<shortname>student</shortname>" in role
    assert "enrol/manual" not in role_file("Имя", "О роли")
