"""Wrong, huge, deep, binary and forged requests: the answers of contract 1, never a 500."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from connector.clock import AdjustableClock
from connector.domain.signals import Dialect
from connector.hooks.blueprint import create_blueprint
from connector.hooks.receiver import HookSource
from tests.contract.memory_receiver import MemoryReceiver
from tests.contract.native_events import NOW, SECRET, envelope, graded, signed

MIB = 1 << 20
BEARER = {"Authorization": "Bearer tt", "Content-Type": "application/json"}
BASIC = {
    "Authorization": "Basic " + base64.b64encode("lrs:пароль".encode()).decode(),
    "Content-Type": "application/json",
}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def receiver() -> MemoryReceiver:
    return MemoryReceiver(
        HookSource("plugin", Dialect.NATIVE, (SECRET,)),
        HookSource("webhooks", Dialect.LOCAL_WEBHOOKS, ("wh",)),
        HookSource("trigger", Dialect.TOOL_TRIGGER, ("tt",)),
        HookSource("lrs", Dialect.XAPI, ("пароль",)),
    )


@pytest.fixture
def client(receiver: MemoryReceiver) -> Iterator[FlaskClient]:
    app = Flask("hooks")
    app.register_blueprint(create_blueprint(receiver, AdjustableClock(NOW)))
    with app.test_client() as client:
        yield client


def is_refused(response: TestResponse, status: int) -> bool:
    """Whether the answer is a problem document of that status that gives nothing away."""
    problem: Any = response.json
    return (
        response.status_code == status
        and response.mimetype == "application/problem+json"
        and problem["status"] == status
        and set(problem) == {"type", "title", "status", "detail"}
    )


NOT_JSON = [
    b" ",
    b"{",
    b"a=1&b=2",
    b"\x00\x01\x02\xff",
    b"\x1f\x8b\x08\x00gzip",
    b'{"a": NaN}',
    b'{"a": 1e400}',
    b'{"a": 1, "a": 2}',
    b'{"a": "\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a": ' + b"9" * 10_000 + b"}",
    '{"a": 1}'.encode("utf-16"),
]


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json_is_refused_in_every_dialect(
    client: FlaskClient, receiver: MemoryReceiver, body: bytes
) -> None:
    native = {**JSON, **_signed_bytes(body)}

    assert is_refused(client.post("/hooks/plugin", data=body, headers=native), 400)
    assert is_refused(client.post("/hooks/webhooks", data=body, headers=JSON), 400)
    assert is_refused(client.post("/hooks/trigger", data=body, headers=BEARER), 400)
    assert is_refused(client.post("/hooks/lrs/statements", data=body, headers=BASIC), 400)
    assert not receiver.stored
    assert sum(receiver.refusals.values()) == 4


def _signed_bytes(body: bytes) -> dict[str, str]:

    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    stamp = str(int(NOW.timestamp()))
    mac = hmac.digest(key, b"m1." + stamp.encode() + b"." + body, hashlib.sha256)
    return {
        "webhook-id": "m1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"events": 5}', envelope(*[graded()] * 101)])
def test_another_envelope_is_refused(client: FlaskClient, body: bytes) -> None:
    assert is_refused(client.post("/hooks/plugin", data=body, headers=signed(body)), 400)


def test_wrong_signature_token_time_or_source_are_all_alike(client: FlaskClient) -> None:
    body = envelope(graded())
    good = signed(body)
    token = json.dumps({"token": "wrong", "eventname": "\\nothing"}).encode()
    responses = [
        client.post("/hooks/plugin", data=body, headers=JSON),
        client.post("/hooks/plugin", data=body + b" ", headers=good),
        client.post("/hooks/plugin", data=body, headers=good | {"webhook-timestamp": "1"}),
        client.post("/hooks/plugin", data=body, headers=good | {"webhook-signature": "мусор"}),
        client.post("/hooks/plugin", data=b"not json", headers=JSON),
        client.post("/hooks/plugin", data=body, headers=BASIC),
        client.post("/hooks/trigger", data=body, headers=JSON | {"Authorization": "Bearer wrong"}),
        client.post("/hooks/trigger", data=body, headers=JSON),
        client.post("/hooks/webhooks", data=token, headers=JSON),
        client.post("/hooks/webhooks", data=b"[]", headers=JSON),
        client.post("/hooks/webhooks", data=body, headers=JSON),
        client.post("/hooks/lrs/statements", data=b"[]", headers=JSON),
        client.post("/hooks/lrs/statements", data=b"[]", headers=BEARER),
        client.post("/hooks/lrs", data=b"[]", headers=JSON),
        client.post("/hooks/nobody", data=body, headers=good),
        client.post("/hooks/nobody/statements", data=b"[]", headers=BASIC),
        client.post("/hooks/plugin/statements", data=body, headers=good),
        client.post("/hooks/UPPER", data=body, headers=good),
        client.post("/hooks/" + "a" * 41, data=body, headers=good),
        client.post("/hooks/%00", data=body, headers=good),
        client.post("/hooks/..%2e", data=body, headers=good),
    ]

    assert all(is_refused(response, 401) for response in responses)
    assert len({response.data for response in responses}) == 1
    assert len({tuple(sorted(response.headers)) for response in responses}) == 1


def test_an_xapi_address_without_statements_is_told_so_to_its_owner(client: FlaskClient) -> None:
    assert is_refused(client.post("/hooks/lrs", data=b"[]", headers=BASIC), 404)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/hooks/plugin", "/hooks/lrs/statements", "/hooks/nobody"])
def test_another_method_is_refused(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("length", "status"),
    [("", 411), ("x", 411), ("-1", 411), ("1e3", 411), ("+5", 411), ("1_0", 411), ("9" * 38, 413)],
)
def test_a_length_that_is_none_is_refused(client: FlaskClient, length: str, status: int) -> None:
    environ = {"CONTENT_LENGTH": length}
    response = client.post("/hooks/plugin", headers=JSON, environ_overrides=environ)

    assert is_refused(response, status)


def test_a_chunked_body_is_refused_even_with_a_length(client: FlaskClient) -> None:
    body = envelope(graded())
    headers = signed(body) | {"Transfer-Encoding": "chunked"}

    assert is_refused(client.post("/hooks/plugin", data=body, headers=headers), 411)


def padded(size: int) -> bytes:
    body = envelope(graded())
    return body + b" " * (size - len(body))


def test_a_mebibyte_is_taken_and_a_byte_more_is_not(client: FlaskClient) -> None:
    whole, more = padded(MIB), padded(MIB + 1)

    assert client.post("/hooks/plugin", data=whole, headers=signed(whole)).status_code == 200
    assert is_refused(client.post("/hooks/plugin", data=more, headers=signed(more)), 413)
    assert is_refused(client.post("/hooks/trigger", data=more, headers=BEARER), 413)
    assert is_refused(client.post("/hooks/webhooks", data=more, headers=JSON), 413)


def test_four_mebibytes_of_statements_are_taken_and_a_byte_more_is_not(client: FlaskClient) -> None:
    whole = b"[" + b" " * (4 * MIB - 2) + b"]"

    assert client.post("/hooks/lrs/statements", data=whole, headers=BASIC).status_code == 200
    assert is_refused(client.post("/hooks/lrs/statements", data=whole + b" ", headers=BASIC), 413)


def test_a_body_that_ends_early_is_refused(client: FlaskClient, receiver: MemoryReceiver) -> None:
    body = envelope(graded())
    environ = {"CONTENT_LENGTH": str(len(body) + 1)}
    response = client.post(
        "/hooks/plugin", data=body, headers=signed(body), environ_overrides=environ
    )

    assert is_refused(response, 400)
    assert not receiver.stored
    assert receiver.refusals == {("plugin", "cut_short"): 1}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json; charset=windows-1251",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "application/json, text/plain",
    ],
)
def test_another_content_type_is_refused(client: FlaskClient, content_type: str) -> None:
    body = envelope(graded())
    headers = signed(body) | {"Content-Type": content_type}

    assert is_refused(client.post("/hooks/plugin", data=body, headers=headers), 415)


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=UTF-8", 'APPLICATION/JSON; charset="utf-8"']
)
def test_json_in_utf8_is_taken_however_it_is_said(client: FlaskClient, content_type: str) -> None:
    body = envelope(graded())
    headers = signed(body) | {"Content-Type": content_type}

    assert client.post("/hooks/plugin", data=body, headers=headers).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_body_is_refused(client: FlaskClient, encoding: str) -> None:
    body = envelope(graded())
    headers = signed(body) | {"Content-Encoding": encoding}

    assert is_refused(client.post("/hooks/plugin", data=body, headers=headers), 415)


def test_a_refusal_is_counted_under_its_source_and_reason(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    client.post("/hooks/plugin", data=b"{}", headers=JSON)
    client.post("/hooks/nobody", data=b"{}", headers=JSON)
    client.post("/hooks/trigger", data=b"{", headers=BEARER)

    assert receiver.refusals == {
        ("plugin", "wrong_credentials"): 1,
        ("", "unknown_source"): 1,
        ("trigger", "syntax"): 1,
    }


def test_a_clock_that_is_wrong_is_counted_apart_and_answered_alike(
    client: FlaskClient, receiver: MemoryReceiver
) -> None:
    body = envelope(graded())
    late = signed(body, at=NOW - timedelta(minutes=6))
    forged = {**late, "webhook-signature": "v1,AAAA"}
    absurd = {**forged, "webhook-timestamp": "9" * 12}
    answers = [client.post("/hooks/plugin", data=body, headers=h) for h in (late, forged, absurd)]

    assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
    assert receiver.refusals == {("plugin", "wrong_time"): 1, ("plugin", "wrong_credentials"): 2}


LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
PATHS = st.sampled_from(
    ["/hooks/plugin", "/hooks/webhooks", "/hooks/trigger", "/hooks/lrs/statements", "/hooks/lrs"]
)
BODIES = st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8"))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.just("application/json") | LATIN,
        "Content-Encoding": LATIN,
        "Authorization": st.sampled_from([BEARER["Authorization"], BASIC["Authorization"]]) | LATIN,
        "webhook-id": LATIN,
        "webhook-timestamp": st.just(str(int(NOW.timestamp()))) | LATIN,
        "webhook-signature": LATIN.map("v1,{}".format) | LATIN,
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(PATHS, BODIES, HEADERS)
def test_no_request_of_strangers_is_an_error_of_ours(
    client: FlaskClient, path: str, body: bytes, headers: dict[str, str]
) -> None:
    response = client.post(path, data=body, headers=headers)

    assert response.status_code in (200, 400, 401, 404, 411, 413, 415)
