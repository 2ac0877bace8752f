"""Our own plugin's events: cut under their ids, checked whole, one statement each."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dialects import native
from connector.dialects.envelope import Unreadable, WrongEnvelope
from connector.domain.evidence import Kind, Says, digest_of
from connector.domain.facts import Attempt, Mark
from connector.domain.signals import NativeType
from tests.contract.native_events import envelope, graded, native_event

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")


def stored(event: Any) -> bytes:
    (arrival,) = native.cut(envelope(event)).arrivals
    return arrival.body


def said(event: Any, zone: ZoneInfo = MOSCOW) -> Any:
    (statement,) = native.statements(native.read(stored(event)), "korolev-sdo", zone, 7)
    return statement


@pytest.mark.parametrize(
    "body",
    [b"[]", b"1", b'"events"', b"{}", b'{"events": null}', b'{"events": {}}', b'{"event": []}'],
)
def test_another_shape_is_a_wrong_envelope(body: bytes) -> None:
    with pytest.raises(WrongEnvelope):
        native.cut(body)


def test_a_hundred_events_are_taken_and_one_more_is_not() -> None:
    events = [native_event("ping", number) for number in range(101)]

    assert len(native.cut(envelope(*events[:100])).arrivals) == 100
    with pytest.raises(WrongEnvelope) as caught:
        native.cut(envelope(*events))
    assert caught.value.reason == "too_many_events"


def test_an_event_is_stored_under_its_own_id() -> None:
    first, second = native.cut(envelope(graded(1), graded(2))).arrivals

    assert (first.key, second.key) == ("ev-1", "ev-2")
    assert first.type == "quiz.attempt_graded"
    assert first.digest == digest_of(graded(1))
    assert json.loads(first.body) == graded(1)


def test_the_same_event_sent_again_in_another_order_of_members_is_the_same() -> None:
    event = graded()
    (once,) = native.cut(envelope(event)).arrivals
    (again,) = native.cut(envelope(dict(reversed(event.items())))).arrivals

    assert (once.key, once.digest) == (again.key, again.digest)


def test_the_same_id_with_another_grade_has_another_digest() -> None:
    (once,) = native.cut(envelope(graded())).arrivals
    (again,) = native.cut(envelope(graded(grade=90))).arrivals

    assert once.key == again.key
    assert once.digest != again.digest


def test_an_unknown_type_is_counted_and_a_ping_is_stored() -> None:
    unknown, ping = native.cut(
        envelope(native_event("forum.posted"), native_event("ping"))
    ).arrivals

    assert not unknown.relevant
    assert ping.relevant


@pytest.mark.parametrize("entry", [1, None, "x", [], {}, {"id": "ev-1"}, {"id": 1, "type": 5}])
def test_an_entry_that_does_not_say_what_it_is_is_kept_and_unreadable(entry: Any) -> None:
    (arrival,) = native.cut(envelope(entry)).arrivals

    assert arrival.relevant
    assert arrival.type == "malformed"
    with pytest.raises(Unreadable):
        native.read(arrival.body)


@pytest.mark.parametrize("identity", [None, "", [], {}, True, 1.5])
def test_an_event_without_an_id_is_kept_under_its_hash(identity: Any) -> None:
    (arrival,) = native.cut(envelope(native_event("ping", id=identity))).arrivals

    assert arrival.key == f"sha256:{arrival.digest}"
    with pytest.raises(Unreadable):
        native.read(arrival.body)


@pytest.mark.parametrize("identity", ["x" * 181, "a\x00b", "a\nb"])
def test_an_id_that_no_column_takes_becomes_its_hash(identity: str) -> None:
    (arrival,) = native.cut(envelope(native_event("ping", id=identity))).arrivals
    (other,) = native.cut(envelope(native_event("ping", id=identity + "!"))).arrivals

    assert arrival.key.startswith("sha256:")
    assert arrival.key != other.key


def test_a_graded_attempt_is_read_exactly() -> None:
    event = native.read(stored(graded()))

    assert event.type is NativeType.ATTEMPT_GRADED
    assert event.user is not None
    assert (event.user.id, event.user.idnumber) == ("4", "T-1001")
    assert event.course is not None
    assert event.course.idnumber == "DIAG-2023-MATH"
    assert event.attempt == Attempt(
        quiz_id="1",
        quiz_cmid="1",
        quiz_idnumber="DIAG-Q",
        quiz_name="Входная диагностика",
        attempt_id="41",
        number=1,
        state="finished",
        provisional=False,
        started_at=datetime(2026, 11, 22, 7, 20, tzinfo=UTC),
        finished_at=datetime(2026, 11, 22, 7, 40, 56, tzinfo=UTC),
        grade=Decimal(40),
        max_grade=Decimal(100),
        marks=(
            Mark(1, Decimal(1), Decimal(1), "Алгебра"),
            Mark(2, None, Decimal("1.5"), None),
        ),
        course_id="2",
    )


def test_a_graded_attempt_says_so_of_its_register() -> None:
    statement = said(graded())

    assert (statement.kind, statement.says) == (Kind.ATTEMPT, Says.SO)
    assert statement.register == "attempt:korolev-sdo:41"
    assert statement.happened_at == datetime(2026, 11, 22, 7, 40, 56, tzinfo=UTC)
    assert (statement.user_id, statement.delivery) == ("4", 7)
    assert statement.version.event_id == "ev-1"
    assert statement.version.digest == digest_of(graded())
    assert Attempt.from_body(statement.body) == native.read(stored(graded())).attempt


def test_an_attempt_in_progress_happened_when_it_was_started() -> None:
    event = graded(state="inprogress", finished_at=None, grade=None)

    assert said(event).happened_at == datetime(2026, 11, 22, 7, 20, tzinfo=UTC)


def test_an_attempt_without_times_happened_when_moodle_reached_the_state() -> None:
    event = graded(state="inprogress", finished_at=None, started_at=None)

    assert said(event).happened_at == datetime(2026, 11, 22, 7, 40, 56, tzinfo=UTC)


def test_provisional_is_false_unless_said() -> None:
    event = graded()
    del event["attempt"]["provisional"]

    assert native.read(stored(event)).attempt.is_final  # type: ignore[union-attr]
    assert not native.read(stored(graded(provisional=True))).attempt.is_final  # type: ignore[union-attr]


def test_a_retracted_attempt_was_never_so() -> None:
    event = native_event("quiz.attempt_retracted", quiz={"id": 1}, attempt={"id": "41"})
    statement = said(event)

    assert statement.says is Says.NOT_SO
    assert statement.register == "attempt:korolev-sdo:41"
    assert statement.happened_at is None


@pytest.mark.parametrize(
    ("kind", "says"),
    [("course.completed", Says.SO), ("course.completion_retracted", Says.NOT_SO)],
)
def test_a_completion_speaks_of_the_time_moodle_stored(kind: str, says: Says) -> None:
    statement = said(native_event(kind, completed_at="2026-05-01T09:00:00+03:00"))

    assert (statement.kind, statement.says) == (Kind.COMPLETION, says)
    assert statement.register == "completion:korolev-sdo:2:4"
    assert statement.happened_at == datetime(2026, 5, 1, 6, tzinfo=UTC)
    assert statement.body["course"]["name"] == "Диагностика учителя математики"


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        ("activity.completed", 0, Says.NOT_SO),
        ("activity.completed", 1, Says.SO),
        ("activity.completed", 2, Says.SO),
        ("activity.completed", 3, Says.NOT_SO),
        ("activity.retracted", 1, Says.NOT_SO),
        ("activity.retracted", 0, Says.NOT_SO),
        ("activity.retracted", None, Says.NOT_SO),
    ],
)
def test_only_states_one_and_two_complete_an_activity(
    kind: str, state: int | None, says: Says
) -> None:
    modified = "2026-11-22T05:42:24Z"
    activity = {"cmid": 5, "idnumber": None, "state": state, "modified_at": modified}
    statement = said(native_event(kind, activity=activity))

    assert (statement.kind, statement.says) == (Kind.ACTIVITY, says)
    assert statement.register == "activity:korolev-sdo:5:4:2026"
    assert statement.happened_at == datetime(2026, 11, 22, 5, 42, 24, tzinfo=UTC)


def test_the_year_of_an_activity_is_the_municipalitys() -> None:
    activity = {"cmid": 5, "idnumber": None, "state": 1, "modified_at": "2025-12-31T20:30:00Z"}
    event = native_event("activity.completed", activity=activity)

    assert said(event, MOSCOW).register.endswith(":2025")
    assert said(event, VLADIVOSTOK).register.endswith(":2026")


@pytest.mark.parametrize("kind", ["user.updated", "user.deleted", "ping"])
def test_users_and_pings_prove_nothing(kind: str) -> None:
    event = native.read(stored(native_event(kind)))

    assert native.statements(event, "s", MOSCOW) == ()


def test_a_ping_needs_no_user() -> None:
    event = native_event("ping")
    del event["user"], event["course"]

    assert native.read(stored(event)).user is None


@pytest.mark.parametrize(
    ("attempt", "fault"),
    [
        ({"grade": "40.00000"}, "attempt.grade"),
        ({"grade": True}, "attempt.grade"),
        ({"grade": 1e300}, "attempt.grade"),
        ({"provisional": 0}, "attempt.provisional"),
        ({"provisional": "false"}, "attempt.provisional"),
        ({"provisional": None}, "attempt.provisional"),
        ({"id": None}, "attempt.id"),
        ({"id": 4.0}, "attempt.id"),
        ({"id": "4:1"}, "attempt.id"),
        ({"number": -1}, "attempt.number"),
        ({"number": 1.0}, "attempt.number"),
        ({"state": None}, "attempt.state"),
        ({"state": ""}, "attempt.state"),
        ({"finished_at": None}, "attempt.finished_at"),
        ({"finished_at": 1795326056}, "attempt.finished_at"),
        ({"finished_at": "2026-11-22"}, "attempt.finished_at"),
        ({"finished_at": "2026-13-22T00:00:00Z"}, "attempt.finished_at"),
        ({"finished_at": "0001-01-01T00:00:00+14:00"}, "attempt.finished_at"),
        ({"finished_at": "вчера"}, "attempt.finished_at"),
        ({"questions": {}}, "attempt.questions"),
        ({"questions": [5]}, "attempt.questions.0"),
        ({"questions": [{"slot": 1}]}, "attempt.questions.0.max_mark"),
        ({"questions": [{"slot": 1, "mark": "1,00", "max_mark": 1}]}, "attempt.questions.0.mark"),
        ({"questions": [{"slot": 1, "max_mark": 1}] * 2}, "attempt.questions"),
    ],
)
def test_a_malformed_attempt_names_its_field(attempt: dict[str, Any], fault: str) -> None:
    body = stored(graded(**attempt))

    with pytest.raises(Unreadable) as caught:
        native.read(body)
    assert caught.value.reason == "malformed"
    assert fault in caught.value.fields


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"seq": "1"}, "seq"),
        ({"seq": 2**63}, "seq"),
        ({"seq": -1}, "seq"),
        ({"seq": None}, "seq"),
        ({"occurred_at": None}, "occurred_at"),
        ({"user": None}, "user"),
        ({"user": []}, "user"),
        ({"user": {"idnumber": "T-1"}}, "user.id"),
        ({"course": None}, "course"),
        ({"course": {"id": ""}}, "course.id"),
        ({"version": "1"}, "version"),
    ],
)
def test_a_malformed_event_names_its_field(members: dict[str, Any], fault: str) -> None:
    event = native_event("course.completed", completed_at="2026-05-01T06:00:00Z", **members)

    with pytest.raises(Unreadable) as caught:
        native.read(stored(event))
    assert fault in caught.value.fields


def test_a_later_version_of_the_format_is_set_aside_not_guessed() -> None:
    with pytest.raises(Unreadable) as caught:
        native.read(stored({**graded(), "version": 2, "attempt": "moved"}))

    assert caught.value.reason == "unknown_version"


def test_ids_are_text_whether_sent_as_numbers_or_texts() -> None:
    numbers, texts = graded(), graded(id="41")
    texts["user"] = {**texts["user"], "id": "4"}

    assert said(numbers).register == said(texts).register
    assert said(numbers).user_id == said(texts).user_id


def test_no_nul_reaches_the_evidence() -> None:
    event = graded()
    event["quiz"]["name"] = "Вход\x00ная"

    assert native.read(stored(event)).attempt.quiz_name == "Входная"  # type: ignore[union-attr]


@given(st.datetimes(datetime(1972, 1, 1), datetime(2199, 1, 1)), st.integers(-14, 14))
def test_an_instant_is_the_same_in_any_offset(local: datetime, hours: int) -> None:
    aware = local.replace(tzinfo=timezone(timedelta(hours=hours)))
    event = native.read(stored(native_event("ping", occurred_at=aware.isoformat())))

    assert event.occurred_at == aware
    assert event.occurred_at.tzinfo is UTC


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(-1e9, 1e9)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = st.sampled_from(
    ["id", "seq", "occurred_at", "user", "course", "quiz", "attempt", "activity", "completed_at"]
)


@given(st.sampled_from(list(NativeType)), PLACES, ANYTHING)
def test_whatever_stands_in_a_field_the_event_is_read_or_unreadable(
    kind: NativeType, place: str, value: Any
) -> None:
    whole = graded()
    whole |= {
        "type": kind.value,
        "completed_at": "2026-05-01T06:00:00Z",
        "activity": {
            "cmid": 1,
            "idnumber": None,
            "state": 1,
            "modified_at": "2026-05-01T06:00:00Z",
        },
        place: value,
    }
    try:
        event = native.read(json.dumps(whole).encode())
    except Unreadable:
        return
    for statement in native.statements(event, "s", MOSCOW):
        assert statement.version.key()
        assert json.loads(json.dumps(statement.body)) == statement.body
