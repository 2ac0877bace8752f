"""The three foreign dialects where the captures do not reach: settings, forgeries, garbage."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dialects import local_webhooks, tool_trigger, xapi
from connector.dialects.envelope import Cut, Unreadable, WrongEnvelope
from connector.dialects.moodle_events import CONCERNS
from connector.dialects.moodle_values import moodle_id, moodle_time, plain
from connector.domain.signals import About, Arrival, Pointer

INFO = "http://lrs.learninglocker.net/define/extensions/info"
SITE = "https://sdo.example"


def webhook(**members: Any) -> bytes:
    event = {
        "eventname": "\\mod_quiz\\event\\attempt_submitted",
        "objectid": "41",
        "timecreated": 1795326056,
        "relateduserid": "19",
        "userid": "19",
        "courseid": "2",
        "contextinstanceid": "1",
        "other": {"submitterid": None, "quizid": "1", "studentisonline": True},
        "host": "sdo.example",
        "token": "wh-1",
        "extra": "",
        **members,
    }
    return json.dumps(event).encode()


def trigger(**members: Any) -> bytes:
    event = {
        "event": "\\mod_quiz\\event\\attempt_submitted",
        "eventid": "32",
        "timecreated": "1795326056",
        "objectid": "41",
        **members,
    }
    return json.dumps(event).encode()


def statement(event: str, address: str, **members: Any) -> dict[str, Any]:
    return {
        "context": {
            "extensions": {INFO: {"event_name": event}},
            "contextActivities": {"parent": [{"id": f"{SITE}/course/view.php?id=3"}]},
        },
        "timestamp": "2026-11-22T06:08:16.000Z",
        "actor": {"account": {"homePage": SITE, "name": "17"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": SITE + address},
        **members,
    }


def only(cut: Cut) -> Arrival:
    (arrival,) = cut.arrivals
    return arrival


def pointed(cut: Cut, read: Callable[[bytes], Pointer | None]) -> Pointer:
    pointer = read(only(cut).body)
    assert pointer is not None
    return pointer


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("7", "7"),
        ("007", "7"),
        (0, None),
        ("0", None),
        (-1, None),
        ("-1", None),
        (None, None),
        ("", None),
        (True, None),
        (7.0, None),
        ("7.0", None),
        ("٧", None),
        ("{objectid}", None),
        ("9" * 21, None),
        ([], None),
    ],
)
def test_a_moodle_number_is_decimal_text(value: Any, text: str | None) -> None:
    assert moodle_id(value) == text


def test_a_moodle_time_is_seconds_and_not_the_end_of_days() -> None:
    assert moodle_time(1795326056) == moodle_time("1795326056")
    assert str(moodle_time(1795326056)) == "2026-11-22 05:40:56+00:00"
    assert moodle_time(9_999_999_999_999) is None
    assert moodle_time("вчера") is None


def test_a_grade_is_the_same_in_all_its_three_types() -> None:
    assert plain(40) == plain(40.0) == plain("40.00000") == "40"
    assert plain("33.33300") == plain(33.333)
    assert plain([]) == plain({}) == plain(None) is None
    assert plain(True) is True
    assert plain("007") == "007"


# local_webhooks


def test_neither_host_nor_token_nor_free_text_make_another_event() -> None:
    one = only(local_webhooks.cut(webhook()))
    other = only(local_webhooks.cut(webhook(host="копия.example", token="wh-2", extra="вторая")))

    assert (one.key, one.digest) == (other.key, other.digest)


def test_types_of_numbers_make_no_other_event() -> None:
    as_text = webhook(objectid="41", courseid="2", other={"finalgrade": "40.00000"})
    as_number = webhook(objectid=41, courseid=2, other={"finalgrade": 40})

    assert only(local_webhooks.cut(as_text)).key == only(local_webhooks.cut(as_number)).key


@pytest.mark.parametrize(
    "difference",
    [
        {"relateduserid": "20"},
        {"userid": "2"},
        {"courseid": "3"},
        {"contextinstanceid": "4"},
        {"other": {"completionstate": 1}},
        {"timecreated": 1795326057},
    ],
)
def test_one_triple_with_anything_else_different_is_another_event(
    difference: dict[str, Any],
) -> None:
    assert (
        only(local_webhooks.cut(webhook())).key
        != only(local_webhooks.cut(webhook(**difference))).key
    )


def test_the_token_is_removed_wherever_it_stands() -> None:
    raw = webhook(extra="token=wh-1;", other={"wh-1": ["x", {"y": "wh-1wh-1"}]})
    taken = local_webhooks.cut(raw)

    assert taken.token == "wh-1"
    assert b"wh-1" not in only(taken).body
    assert "wh-1" not in repr(taken)


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"wh-1"', b"{}", b'{"token": 5}'])
def test_a_body_without_a_token_presents_none(raw: bytes) -> None:
    assert local_webhooks.cut(raw) == Cut(())


def test_an_event_without_a_name_is_kept_to_be_seen() -> None:
    arrival = only(local_webhooks.cut(webhook(eventname=None)))

    assert arrival.relevant
    with pytest.raises(Unreadable):
        local_webhooks.read(arrival.body)


def test_a_task_that_completes_a_course_is_not_the_learner() -> None:
    raw = webhook(eventname="\\core\\event\\course_completed", userid="2", relateduserid=19)

    assert pointed(local_webhooks.cut(raw), local_webhooks.read).user_id == "19"


def test_the_course_total_graded_by_nobody_still_names_the_learner() -> None:
    raw = webhook(eventname="\\core\\event\\user_graded", userid=-1, other={"itemid": 3})
    pointer = pointed(local_webhooks.cut(raw), local_webhooks.read)

    assert (pointer.user_id, pointer.grade_item_id) == ("19", "3")


@pytest.mark.parametrize(
    "name",
    [
        "\\mod_quiz\\event\\attempt_started",
        "\\mod_quiz\\event\\attempt_preview_started",
        "\\local_webhooks\\event\\response_answer",
        "\\core\\event\\course_completion_updated",
        "\\core\\event\\user_enrolment_created",
        "что угодно",
    ],
)
def test_what_proves_nothing_is_only_counted(name: str) -> None:
    arrival = only(local_webhooks.cut(webhook(eventname=name)))

    assert not arrival.relevant
    assert local_webhooks.read(arrival.body) is None


# tool_trigger


def filled(**values: str) -> bytes:
    """The recommended template as the plugin fills it with "JSON encode" off."""
    text = tool_trigger.TEMPLATE
    for name, value in values.items():
        text = text.replace("{" + name + "}", quote_plus(value))
    return text.encode()


def test_the_recommended_template_is_json_and_says_all_that_is_needed() -> None:
    raw = filled(
        eventname="\\mod_quiz\\event\\question_manually_graded",
        id="77",
        timecreated="1795326056",
        userid="2",
        relateduserid="",
        objectid="13",
        contextinstanceid="5",
        courseid="3",
        other_attemptid="40",
    )

    assert only(tool_trigger.cut(raw)).key == "row:77"
    pointer = pointed(tool_trigger.cut(raw), tool_trigger.read)
    assert (pointer.about, pointer.attempt_id) == (About.ATTEMPT, "40")
    assert (pointer.user_id, pointer.cmid, pointer.course_id) == (None, "5", "3")
    assert pointer.quiz_id is None


def test_encoded_and_plain_workflows_of_one_event_are_one_row() -> None:
    plain_form = only(tool_trigger.cut(trigger()))
    encoded = only(
        tool_trigger.cut(
            trigger(event="%5Cmod_quiz%5cevent%5Cattempt_submitted", timecreated=1795326056)
        )
    )

    assert (plain_form.key, plain_form.digest) == (encoded.key, encoded.digest)
    assert plain_form.type == encoded.type == "\\mod_quiz\\event\\attempt_submitted"


def test_a_plus_in_a_plain_idnumber_survives() -> None:
    members = {"user": {"idnumber": "T+1%20"}, "course": {"id": "3"}}
    name = "\\core\\event\\course_completed"
    as_is = pointed(tool_trigger.cut(trigger(event=name, **members)), tool_trigger.read)
    decoded = pointed(
        tool_trigger.cut(trigger(event=quote_plus(name), **members)), tool_trigger.read
    )

    assert as_is.user_idnumber == "T+1%20"
    assert decoded.user_idnumber == "T 1"


def test_a_profile_that_overwrites_the_idnumber_is_a_conflict() -> None:
    honest = only(tool_trigger.cut(trigger(user={"id": "6", "idnumber": "T-1003"})))
    forged = only(tool_trigger.cut(trigger(user={"id": "6", "idnumber": "T-1001"})))

    assert honest.key == forged.key
    assert honest.digest != forged.digest


def test_names_looked_up_at_delivery_make_no_conflict() -> None:
    before = only(tool_trigger.cut(trigger(user={"email": "a+b@x", "lastname": "Хабибуллина"})))
    after = only(tool_trigger.cut(trigger(user={"email": "a b@x", "lastname": "Ёлкина"}, site="x")))

    assert (before.key, before.digest) == (after.key, after.digest)


@pytest.mark.parametrize("row", [None, "", "{id}", "{eventid}", "x", 0])
def test_without_a_row_number_the_event_itself_is_the_key(row: Any) -> None:
    one = only(tool_trigger.cut(trigger(eventid=row)))
    other = only(tool_trigger.cut(trigger(eventid=row, objectid="42")))

    assert one.key.startswith("sha256:")
    assert one.key != other.key


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"a=1&b=2"'])
def test_a_trigger_that_is_no_object_is_a_wrong_envelope(raw: bytes) -> None:
    with pytest.raises(WrongEnvelope):
        tool_trigger.cut(raw)


def test_unresolved_placeholders_are_no_values() -> None:
    raw = trigger(
        event="\\core\\event\\course_completed",
        user={"id": "{user_id}", "idnumber": "{user_idnumber}"},
        course={"id": "3"},
    )

    with pytest.raises(Unreadable) as caught:
        tool_trigger.read(only(tool_trigger.cut(raw)).body)
    assert caught.value.reason == "no_user"


# xAPI


def test_a_single_statement_and_an_empty_array_are_taken() -> None:
    single = json.dumps(statement("\\core\\event\\user_created", "")).encode()

    assert len(xapi.cut(single).arrivals) == 1
    assert xapi.cut(b"[]") == Cut((), statement_ids=())


@pytest.mark.parametrize("raw", [b"1", b'"x"', b"null"])
def test_what_is_neither_is_a_wrong_envelope(raw: bytes) -> None:
    with pytest.raises(WrongEnvelope):
        xapi.cut(raw)


def test_an_entry_that_is_no_statement_does_not_spoil_the_batch() -> None:
    good = statement(
        "\\mod_quiz\\event\\attempt_submitted", "/mod/quiz/attempt.php?attempt=4&cmid=5"
    )
    arrivals = xapi.cut(json.dumps([5, good, {}, None, []]).encode()).arrivals

    assert [arrival.type for arrival in arrivals].count("malformed") == 4
    assert all(arrival.relevant for arrival in arrivals)


def test_a_statement_keeps_its_own_id_and_else_gets_one_that_stays() -> None:
    own = "6690E6C9-3EF0-4ED3-8B37-7F3964730BEE"
    cut = xapi.cut(json.dumps([{"id": own}, {"id": "no uuid"}, {}]).encode())

    assert cut.statement_ids == (own.lower(), None, None)
    key = cut.arrivals[2].key
    assert xapi.statement_id("one", key) == xapi.statement_id("one", key)
    assert xapi.statement_id("one", key) != xapi.statement_id("two", key)


def test_a_site_below_a_path_is_understood() -> None:
    raw = json.dumps(
        statement(
            "\\mod_quiz\\event\\attempt_submitted", "/moodle/mod/quiz/attempt.php?cmid=5&attempt=4"
        )
    ).encode()
    pointer = pointed(xapi.cut(raw), xapi.read)

    assert (pointer.attempt_id, pointer.cmid, pointer.course_id) == ("4", "5", "3")


@pytest.mark.parametrize(
    ("actor", "user_id", "email", "username"),
    [
        ({"account": {"name": "17"}}, "17", None, None),
        ({"account": {"name": 17}}, "17", None, None),
        ({"account": {"name": "teacher2"}}, None, None, "teacher2"),
        ({"mbox": "mailto:p.sidorov@x.example"}, None, "p.sidorov@x.example", None),
    ],
)
def test_an_actor_is_known_by_number_address_or_log_in_name(
    actor: dict[str, Any], user_id: str | None, email: str | None, username: str | None
) -> None:
    made = statement("\\core\\event\\course_completed", "/course/view.php?id=3", actor=actor)
    pointer = pointed(xapi.cut(json.dumps(made).encode()), xapi.read)

    assert (pointer.user_id, pointer.user_email, pointer.username) == (user_id, email, username)


@pytest.mark.parametrize("actor", [None, {}, {"account": {"name": ""}}, {"mbox": "mailto:"}, 5])
def test_a_completion_of_nobody_is_unreadable_but_an_attempt_is_not(actor: Any) -> None:
    completion = statement("\\core\\event\\course_completed", "/course/view.php?id=3", actor=actor)
    attempt = statement(
        "\\mod_quiz\\event\\attempt_submitted", "/mod/quiz/attempt.php?attempt=4", actor=actor
    )

    with pytest.raises(Unreadable):
        xapi.read(json.dumps(completion).encode())
    assert pointed(xapi.cut(json.dumps(attempt).encode()), xapi.read).attempt_id == "4"


def test_a_fail_and_a_pass_within_a_second_are_two_events() -> None:
    name = "\\core\\event\\course_module_completion_updated"
    failed = statement(name, "/mod/quiz/view.php?id=4", result={"success": False})
    passed = statement(name, "/mod/quiz/view.php?id=4", result={"success": True})
    one, other = xapi.cut(json.dumps([failed, passed]).encode()).arrivals

    assert one.key != other.key


@pytest.mark.parametrize(
    "address", ["http://[bad", "//", "?attempt=1", "/mod/quiz/attempt.php?attempt=x", "&" * 100]
)
def test_an_address_that_leads_nowhere_is_unreadable(address: str) -> None:
    made = statement("\\mod_quiz\\event\\attempt_submitted", "")
    made["object"]["id"] = address

    with pytest.raises(Unreadable):
        xapi.read(json.dumps(made).encode())


# Whatever comes

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=6)
    | st.sampled_from(sorted(CONCERNS)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
EVENT_NAMES = st.sampled_from(sorted(CONCERNS)) | VALUES
WEBHOOKS = st.fixed_dictionaries(
    {"token": st.just("t"), "eventname": EVENT_NAMES},
    optional=dict.fromkeys(
        ("objectid", "relateduserid", "courseid", "contextinstanceid", "other", "timecreated"),
        VALUES,
    ),
)
TRIGGERS = st.fixed_dictionaries(
    {"event": EVENT_NAMES},
    optional=dict.fromkeys(
        ("eventid", "objectid", "user", "course", "courseid", "timecreated"), VALUES
    ),
)
STATEMENTS = st.builds(
    lambda name, **members: (
        statement("", "")
        | members
        | {
            "context": {
                "extensions": {INFO: {"event_name": name}},
                "contextActivities": members["object"],
            }
        }
    ),
    EVENT_NAMES,
    actor=VALUES,
    object=VALUES,
    timestamp=VALUES,
    verb=VALUES,
    result=VALUES,
)


@pytest.mark.parametrize(
    ("dialect", "bodies"),
    [(local_webhooks, WEBHOOKS), (tool_trigger, TRIGGERS), (xapi, STATEMENTS)],
)
@given(st.data())
def test_whatever_an_event_says_it_is_kept_and_read_or_unreadable(
    dialect: Any, bodies: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    raw = json.dumps(data.draw(bodies)).encode()
    arrival = only(dialect.cut(raw))

    assert len(arrival.key) <= 200
    assert len(arrival.type) <= 120
    assert "\x00" not in arrival.key + arrival.type
    assert only(dialect.cut(raw)) == arrival
    try:
        pointer = dialect.read(arrival.body)
    except Unreadable:
        assert arrival.relevant
    else:
        assert (pointer is not None) is arrival.relevant
