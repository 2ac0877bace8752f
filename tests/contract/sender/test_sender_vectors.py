"""Our Moodle plugin and the connector read the same vectors, and agree.

The plugin's classes that need no Moodle are asked through PHP's command line; what they answer must
be what the vector says, and what the vector says must be what our dialect and verifier take.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.dialects import SENDERS, native
from connector.dialects.native_settings import settings_text
from connector.dialects.strict_json import dumps
from connector.domain.signals import Dialect
from connector.hooks.signatures import is_signed
from connector.services.sources.sources import make_secret
from tests.services import php
from tests.services.missing import ServiceMissing

FOLDER = Path(__file__).parent / "vectors"
VECTORS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
EVENTS = VECTORS["events"]
SIGNED = [case for case in VECTORS["signatures"] if "is" in case]


def asked(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return php.answers(cases)
    except ServiceMissing as err:
        # Never a skip: what the plugin sends is tried nowhere else.
        pytest.fail(str(err), pytrace=False)


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"]).replace(" ", "-")


@pytest.mark.parametrize("stem", VECTORS)
def test_the_plugin_answers_as_the_vector_says(stem: str) -> None:
    cases = VECTORS[stem]
    assert cases
    for case, answer in zip(cases, asked(cases), strict=True):
        told = answer.get("is")
        if case["call"] == "event":
            told = json.loads(told or "null")
        given = {"is": told} if "is" in answer else answer
        expected = {key: case[key] for key in ("is", "raises") if key in case}
        assert given == expected, case["name"]


@pytest.mark.parametrize("case", EVENTS, ids=name_of)
def test_the_dialect_reads_what_the_plugin_makes(case: dict[str, Any]) -> None:
    (arrival,) = native.cut(json.dumps({"events": [case["is"]]}).encode()).arrivals
    assert (arrival.key, arrival.type, arrival.relevant) == (
        case["is"]["id"],
        case["is"]["type"],
        True,
    )
    event = native.read(arrival.body)
    assert event.seq == case["is"]["seq"]
    told = native.statements(event, "m", UTC)
    expected = case["reads"]
    assert bool(told) is bool(expected)
    for statement in told:
        assert statement.says == expected["statement"]
        assert statement.register == expected["register"]
        if "happened_at" in expected:
            assert statement.happened_at == datetime.fromisoformat(expected["happened_at"])
    if "final" in expected:
        assert event.attempt is not None
        assert event.attempt.is_final is expected["final"]


@pytest.mark.parametrize("case", SIGNED, ids=name_of)
def test_the_receiver_takes_the_signature(case: dict[str, Any]) -> None:
    secret, message, timestamp, body = case["args"]
    headers = case["is"]

    def taken(told: bytes) -> bool:
        return is_signed(
            told,
            message_id=headers["webhook-id"],
            timestamp=headers["webhook-timestamp"],
            signatures=headers["webhook-signature"],
            secrets=[secret],
            now=datetime.fromtimestamp(timestamp, UTC),
        )

    assert headers["webhook-id"] == message
    assert taken(body.encode())
    assert not taken(body.encode() + b" ")


def test_the_largest_batch_is_the_one_that_is_taken() -> None:
    most = SENDERS[Dialect.NATIVE].max_bytes
    around = len(b'{"events":[]}')
    cases = [
        {"call": "batch.fitting", "args": [[most - around]]},
        {"call": "batch.fitting", "args": [[most - around + 1]]},
        {"call": "batch.fitting", "args": [[10] * 500]},
    ]
    assert [answer["is"] for answer in asked(cases)] == [1, 0, native.MAX_EVENTS]


def test_an_event_says_nothing_new_when_only_names_changed() -> None:
    event = EVENTS[0]["is"]
    renamed = {
        **event,
        "id": "x",
        "seq": 2,
        "occurred_at": "2027-01-01T00:00:00Z",
        "user": {**event["user"], "email": "new@example.org"},
        "course": {**event["course"], "fullname": "Other"},
        "quiz": {**event["quiz"], "name": "Other"},
    }
    regraded = {**event, "attempt": {**event["attempt"], "grade": 45}}
    mapped = {**event, "quiz": {**event["quiz"], "idnumber": "OTHER"}}
    cases = [{"call": "digest", "args": [one]} for one in (event, renamed, regraded, mapped)]
    first, second, third, fourth = (answer["is"] for answer in asked(cases))
    assert first == second
    assert len({first, third, fourth}) == 3


def test_broken_bytes_in_a_name_are_replaced() -> None:
    # "Ив" and half a letter.
    (answer,) = asked([{"call": "json", "args": ["0JjQstA="]}])
    assert json.loads(answer["is"]) == {"text": "Ив\ufffd", "number": 0.10000000000000003}
    assert dumps(native.loads(answer["is"].encode()))


def test_the_plugin_takes_the_settings_that_the_connector_prints() -> None:
    endpoint = "https://connector.example.org/hooks/school-lms"
    secret = make_secret(Dialect.NATIVE)
    (answer,) = asked([{"call": "connection.parse", "args": [settings_text(endpoint, secret)]}])
    assert answer["is"] == {"endpoint": endpoint, "secret": secret, "faults": []}
