"""Every request that a real Moodle sent is cut, and read for what it points at."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.dialects import SENDERS, local_webhooks, tool_trigger, xapi
from connector.dialects.envelope import Cut, Unreadable
from connector.domain.signals import About, Arrival, Dialect, Pointer
from tests.contract.moodle_deliveries import Recorded, captured, everything, sequence

DIALECTS = {
    "local_webhooks": Dialect.LOCAL_WEBHOOKS,
    "tool_trigger": Dialect.TOOL_TRIGGER,
    "logstore_xapi": Dialect.XAPI,
}
READERS = {
    Dialect.LOCAL_WEBHOOKS: local_webhooks.read,
    Dialect.TOOL_TRIGGER: tool_trigger.read,
    Dialect.XAPI: xapi.read,
}


def cut(recorded: Recorded) -> Cut:
    return SENDERS[DIALECTS[recorded.plugin]].cut(recorded.raw)


def read(recorded: Recorded, arrival: Arrival) -> Pointer | None:
    return READERS[DIALECTS[recorded.plugin]](arrival.body)


def pointers(plugin: str, event: str) -> list[Pointer]:
    """What the captured requests of one event point at."""
    found = []
    for recorded in captured(plugin):
        if not recorded.origin.startswith(f"{event}.json"):
            continue
        for arrival in cut(recorded).arrivals:
            pointer = read(recorded, arrival)
            if pointer is not None:
                found.append(pointer)
    return found


def test_all_that_was_recorded_is_here() -> None:
    kinds = Counter(recorded.plugin for recorded in everything())

    assert kinds["local_webhooks"] == 488
    assert kinds["tool_trigger"] == 364
    assert kinds["logstore_xapi"] > 40


def test_every_recorded_event_is_relevant_exactly_if_it_points_somewhere() -> None:
    events = 0
    for recorded in everything():
        for arrival in cut(recorded).arrivals:
            assert arrival.type != "malformed", recorded.origin
            assert len(arrival.key) <= 200
            assert (read(recorded, arrival) is not None) is arrival.relevant, recorded.origin
            events += 1
    assert events > 900


def test_every_pointer_says_enough_to_be_looked_up() -> None:
    for recorded in everything():
        for arrival in cut(recorded).arrivals:
            pointer = read(recorded, arrival)
            if pointer is None:
                continue
            assert pointer.raised_at is not None
            assert pointer.raised_at.year == 2026
            if pointer.about is About.ATTEMPT:
                assert pointer.attempt_id
            else:
                assert pointer.user_id or pointer.user_idnumber, recorded.origin


def test_the_token_is_in_no_stored_body() -> None:
    for plugin in ("local_webhooks", "local_webhooks-3.0.5"):
        for recorded in captured(plugin):
            taken = cut(recorded)
            assert taken.token in ("wh-token-JSON-7f3a", "wh-token-FORM-9b1c")
            for arrival in taken.arrivals:
                assert b"wh-token" not in arrival.body
                assert b"token" not in arrival.body


def test_two_services_sending_one_event_give_one_row() -> None:
    for name in ("02_attempt_failed", "05_course_completed_by_final_quiz", "08_regrade"):
        by_service: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for recorded in sequence(name):
            if recorded.plugin == "local_webhooks":
                (arrival,) = cut(recorded).arrivals
                by_service[recorded.content_type].append((arrival.key, arrival.digest))
        one, other = by_service.values()
        assert set(one) == set(other)
        assert len(set(one)) == len(one)


def test_the_workflows_of_one_event_are_one_row() -> None:
    digests: defaultdict[str, set[str]] = defaultdict(set)
    for recorded in everything():
        if recorded.plugin == "tool_trigger":
            (arrival,) = cut(recorded).arrivals
            assert arrival.key.startswith("row:")
            digests[arrival.key].add(arrival.digest)

    assert len(digests) == 162
    # Row 224 is the one whose profile field replaced the idnumber and the event's name.
    assert [key for key, found in digests.items() if len(found) > 1] == ["row:224"]


def test_a_forged_event_name_concerns_nothing_and_the_true_one_is_looked_at() -> None:
    forged = [
        (arrival, recorded)
        for recorded in captured("tool_trigger")
        for arrival in cut(recorded).arrivals
        if arrival.key == "row:224"
    ]

    assert {(arrival.type, arrival.relevant) for arrival, _ in forged} == {
        ("forged", False),
        ("\\core\\event\\user_updated", True),
    }
    assert {read(r, a).user_id for a, r in forged if a.relevant} == {"6"}  # type: ignore[union-attr]


def test_each_recorded_statement_has_a_key_of_its_own() -> None:
    keys = []
    for recorded in everything():
        if recorded.plugin == "logstore_xapi":
            keys.extend(arrival.key for arrival in cut(recorded).arrivals)

    assert len(keys) == 135
    assert len(set(keys)) == 135


@pytest.mark.parametrize(
    ("plugin", "event", "pointer"),
    [
        (
            "local_webhooks",
            "mod_quiz.attempt_submitted",
            Pointer(
                About.ATTEMPT,
                user_id="4",
                course_id="2",
                attempt_id="1",
                quiz_id="1",
                cmid="1",
                expects="finished",
                raised_at=datetime(2026, 11, 22, 5, 40, 56, tzinfo=UTC),
            ),
        ),
        (
            "local_webhooks",
            "mod_quiz.question_manually_graded",
            Pointer(
                About.ATTEMPT,
                course_id="3",
                attempt_id="13",
                quiz_id="3",
                cmid="5",
                raised_at=datetime(2026, 11, 22, 5, 43, 21, tzinfo=UTC),
            ),
        ),
        (
            "local_webhooks",
            "core.user_graded",
            Pointer(
                About.GRADE,
                user_id="4",
                course_id="2",
                grade_item_id="2",
                raised_at=datetime(2026, 11, 22, 5, 40, 56, tzinfo=UTC),
            ),
        ),
        (
            "local_webhooks",
            "core.course_completed",
            Pointer(
                About.COURSE_COMPLETION,
                user_id="4",
                course_id="3",
                expects="completed",
                raised_at=datetime(2026, 11, 22, 5, 42, 27, tzinfo=UTC),
            ),
        ),
        (
            "local_webhooks",
            "core.course_module_completion_updated",
            Pointer(
                About.ACTIVITY_COMPLETION,
                user_id="4",
                course_id="2",
                cmid="1",
                raised_at=datetime(2026, 11, 22, 5, 42, 24, tzinfo=UTC),
            ),
        ),
        (
            "local_webhooks",
            "core.user_deleted",
            Pointer(
                About.USER, user_id="9", raised_at=datetime(2026, 11, 22, 5, 43, 30, tzinfo=UTC)
            ),
        ),
        (
            "tool_trigger",
            "attempt_submitted",
            Pointer(
                About.ATTEMPT,
                user_id="4",
                course_id="2",
                attempt_id="1",
                quiz_id="1",
                cmid="1",
                expects="finished",
                raised_at=datetime(2026, 11, 22, 5, 40, 56, tzinfo=UTC),
            ),
        ),
        (
            "tool_trigger",
            "course_completed",
            Pointer(
                About.COURSE_COMPLETION,
                user_id="4",
                course_id="3",
                expects="completed",
                raised_at=datetime(2026, 11, 22, 5, 42, 27, tzinfo=UTC),
            ),
        ),
        (
            "tool_trigger",
            "grade_deleted",
            Pointer(
                About.GRADE,
                user_id="5",
                course_id="4",
                grade_item_id="7",
                raised_at=datetime(2026, 11, 22, 5, 57, 9, tzinfo=UTC),
            ),
        ),
        (
            "logstore_xapi",
            "mod_quiz.attempt_submitted",
            Pointer(
                About.ATTEMPT,
                user_id="17",
                course_id="3",
                attempt_id="40",
                cmid="5",
                expects="finished",
                raised_at=datetime(2026, 11, 22, 6, 8, 16, tzinfo=UTC),
            ),
        ),
        (
            "logstore_xapi",
            "mod_quiz.question_manually_graded",
            Pointer(
                About.ATTEMPT,
                user_id="17",
                course_id="3",
                attempt_id="40",
                cmid="5",
                raised_at=datetime(2026, 11, 22, 6, 8, 17, tzinfo=UTC),
            ),
        ),
    ],
)
def test_the_first_captured_request_of_an_event_points_at(
    plugin: str, event: str, pointer: Pointer
) -> None:
    assert pointers(plugin, event)[0] == pointer


def test_the_short_percent_encoded_template_points_by_idnumbers() -> None:
    short = pointers("tool_trigger", "course_completed")[-1]

    assert (short.user_id, short.user_idnumber) == (None, "T-1001")
    assert (short.course_id, short.course_idnumber) == (None, "FRDPP-2023-0417")


def test_a_failed_activity_is_looked_up_like_a_passed_one() -> None:
    found = pointers("logstore_xapi", "core.course_module_completion_updated")

    assert {pointer.about for pointer in found} == {About.ACTIVITY_COMPLETION}
    assert all(p.cmid and p.course_id == "3" and p.expects is None for p in found)


def test_no_score_is_taken_from_any_body() -> None:
    for recorded in everything():
        for arrival in cut(recorded).arrivals:
            pointer = read(recorded, arrival)
            text = repr(pointer)
            assert "score" not in text
            assert "grade=" not in text


def test_scores_that_changed_until_a_resend_make_no_conflict() -> None:
    for recorded in captured("logstore_xapi"):
        if not recorded.origin.startswith("mod_quiz.attempt_submitted"):
            continue
        later: Any = json.loads(recorded.raw)
        for statement in later:
            statement["actor"]["name"] = "Иная Фамилия"
            statement["result"]["score"] = {"raw": 100, "min": 0, "max": 100, "scaled": 1}
        again = xapi.cut(json.dumps(later).encode())
        assert [(a.key, a.digest) for a in again.arrivals] == [
            (a.key, a.digest) for a in cut(recorded).arrivals
        ]


def test_a_relevant_event_stripped_of_its_numbers_is_unreadable() -> None:
    for recorded in captured("local_webhooks"):
        for arrival in cut(recorded).arrivals:
            if arrival.relevant:
                bare = json.dumps({"eventname": arrival.type, "timecreated": 1795326056})
                with pytest.raises(Unreadable):
                    local_webhooks.read(bare.encode())
