"""Every recorded request, and our own plugin's, through the door: stored once, answered 200."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.clock import AdjustableClock
from connector.domain.signals import Dialect
from connector.hooks.blueprint import create_blueprint
from connector.hooks.receiver import HookSource
from tests.contract.memory_receiver import MemoryReceiver
from tests.contract.moodle_deliveries import (
    BASIC,
    BEARER,
    FORM_TOKEN,
    JSON_TOKEN,
    Recorded,
    captured,
    everything,
    sequence,
    sequence_names,
)
from tests.contract.native_events import NOW, SECRET, envelope, graded, native_event, signed

ADDRESSES = {
    "local_webhooks": "/hooks/webhooks",
    "tool_trigger": "/hooks/trigger",
    "logstore_xapi": "/hooks/lrs/statements",
}


@pytest.fixture
def receiver() -> MemoryReceiver:
    return MemoryReceiver(
        HookSource("plugin", Dialect.NATIVE, (SECRET,)),
        HookSource("webhooks", Dialect.LOCAL_WEBHOOKS, (JSON_TOKEN, FORM_TOKEN)),
        HookSource("trigger", Dialect.TOOL_TRIGGER, (BEARER,)),
        HookSource("lrs", Dialect.XAPI, (BASIC,)),
    )


@pytest.fixture
def client(receiver: MemoryReceiver) -> Iterator[FlaskClient]:
    app = Flask("hooks")
    app.register_blueprint(create_blueprint(receiver, AdjustableClock(NOW)))
    with app.test_client() as client:
        yield client


def send(client: FlaskClient, recorded: Recorded) -> TestResponse:
    headers = {k: v for k, v in recorded.headers.items() if k not in ("Host", "Content-Length")}
    headers["Content-Type"] = recorded.content_type
    return client.post(ADDRESSES[recorded.plugin], data=recorded.raw, headers=headers)


def post(client: FlaskClient, body: bytes, **replaced: str) -> TestResponse:
    return client.post("/hooks/plugin", data=body, headers=signed(body) | replaced)


@pytest.mark.parametrize(
    "plugin", ["local_webhooks", "local_webhooks-3.0.5", "tool_trigger", "logstore_xapi"]
)
def test_every_captured_request_is_answered_200(client: FlaskClient, plugin: str) -> None:
    count = 0
    for recorded in captured(plugin):
        response = send(client, recorded)
        assert response.status_code == 200, recorded.origin
        if recorded.plugin == "logstore_xapi":
            assert len(response.json) == len(recorded.body)  # type: ignore[arg-type]
            assert all(UUID(one) for one in response.json)  # type: ignore[union-attr]
        else:
            assert sum(response.json.values()) == 1  # type: ignore[union-attr]
        count += 1
    assert count > 3


def test_all_the_sequences_sent_twice_are_stored_once(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    for name in sequence_names():
        for recorded in sequence(name):
            assert send(client, recorded).status_code == 200
    stored = dict(receiver.stored)

    for name in sequence_names():
        for recorded in sequence(name):
            response = send(client, recorded)
            if recorded.plugin != "logstore_xapi":
                assert response.json["accepted"] == 0  # type: ignore[index]
    assert receiver.stored == stored
    assert not receiver.refusals


def test_a_resent_batch_is_answered_with_the_same_ids(client: FlaskClient) -> None:
    batch = next(r for r in captured("logstore_xapi") if "_one_whole_batch" in r.origin)

    first, again = send(client, batch), send(client, batch)

    assert first.json == again.json
    assert len(set(first.json)) == len(batch.body)  # type: ignore[arg-type]


def test_an_empty_batch_is_answered_with_an_empty_list(client: FlaskClient) -> None:
    empty = next(r for r in captured("logstore_xapi") if "_empty_batch" in r.origin)
    response = send(client, empty)

    assert (response.status_code, response.json) == (200, [])


def test_the_same_event_of_two_sources_is_two_rows(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    for recorded in sequence("02_attempt_failed"):
        send(client, recorded)
    codes = {code for code, _key, _digest in receiver.stored}

    assert codes == {"webhooks", "trigger", "lrs"}


def test_no_secret_and_no_name_reaches_a_log_or_a_store(
    client: FlaskClient, receiver: MemoryReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for recorded in everything():
        send(client, recorded)
    client.post("/hooks/webhooks", json={"token": "guessed-token", "eventname": "x"})
    client.post("/hooks/Иванова", data=b"{", headers={"Content-Type": "application/json"})

    logged = caplog.text
    for secret in ("wh-token", BEARER, "lrs-secret", "guessed-token", "Иванова", "T-1001", "@"):
        assert secret not in logged
    assert "reason=wrong_credentials" in logged
    assert not any(b"wh-token" in body for body in receiver.bodies())


# native


def test_signed_events_are_accepted_once(client: FlaskClient, receiver: MemoryReceiver) -> None:
    body = envelope(graded(1), graded(2), native_event("forum.posted", 3), native_event("ping", 4))

    first, again = post(client, body), post(client, body)

    assert first.status_code == again.status_code == 200
    assert first.json == {"accepted": 3, "duplicate": 0, "ignored": 1}
    assert again.json == {"accepted": 0, "duplicate": 3, "ignored": 1}
    assert len(receiver.stored) == 3


def test_an_event_repeated_within_one_request_is_a_duplicate(client: FlaskClient) -> None:
    response = post(client, envelope(graded(), graded()))

    assert response.json == {"accepted": 1, "duplicate": 1, "ignored": 0}


def test_the_same_id_with_another_body_is_stored_beside_the_first(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    post(client, envelope(graded(grade=40)))
    response = post(client, envelope(graded(grade=90)))

    assert response.json == {"accepted": 1, "duplicate": 0, "ignored": 0}
    assert {key for _code, key, _digest in receiver.stored} == {"ev-1"}
    assert len(receiver.stored) == 2


@pytest.mark.parametrize(
    "event", [native_event("unheard.of"), graded(grade="сорок"), {}, 5, None, [[]], {"id": 1}]
)
def test_business_content_is_never_refused(client: FlaskClient, event: Any) -> None:
    assert post(client, envelope(event)).status_code == 200


def test_no_events_at_all_is_a_good_request(client: FlaskClient) -> None:
    assert post(client, envelope()).json == {"accepted": 0, "duplicate": 0, "ignored": 0}


def test_a_replayed_request_changes_nothing_and_an_old_one_is_refused(
    receiver: MemoryReceiver,
) -> None:
    clock = AdjustableClock(NOW)
    app = Flask("hooks")
    app.register_blueprint(create_blueprint(receiver, clock))
    client = app.test_client()
    body = envelope(graded())
    headers = signed(body)

    assert client.post("/hooks/plugin", data=body, headers=headers).json["duplicate"] == 0  # type: ignore[index]
    assert client.post("/hooks/plugin", data=body, headers=headers).json["duplicate"] == 1  # type: ignore[index]
    clock.move_to(NOW + timedelta(minutes=6))
    assert client.post("/hooks/plugin", data=body, headers=headers).status_code == 401
    assert len(receiver.stored) == 1


def test_when_it_cannot_be_stored_the_sender_is_told_when_to_try_again(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    receiver.is_down = True
    response = post(client, envelope(graded()))

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.mimetype == "application/problem+json"
    assert not receiver.stored
    receiver.is_down = False
    assert post(client, envelope(graded())).json["accepted"] == 1  # type: ignore[index]


def test_the_answer_is_plain_json(client: FlaskClient) -> None:
    response = post(client, envelope(graded()))

    assert response.mimetype == "application/json"
    assert json.loads(response.data) == {"accepted": 1, "duplicate": 0, "ignored": 0}
