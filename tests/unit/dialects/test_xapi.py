"""logstore_xapi where the captures do not reach: other settings, odd batches, odd addresses."""

import json
from typing import Any

import pytest

from connector.dialects import xapi
from connector.dialects.envelope import Cut, Unreadable, WrongEnvelope
from tests.unit.dialects.foreign_events import pointed, statement


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
