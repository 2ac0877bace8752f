"""Contract 1 on a running server: what is refused, how alike, and that nothing of it stays."""

import gzip
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.outside_server import signed
from tests.contract.outside_town import Town, everything

PING = json.dumps(
    {
        "events": [
            {
                "id": "ping-1",
                "seq": 900_000,
                "type": "ping",
                "version": 1,
                "occurred_at": "2026-11-20T09:00:00Z",
            }
        ]
    }
)


def _post(town: Town, body: bytes, headers: dict[str, str], hook: str = "") -> requests.Response:
    return requests.post(
        town.server.url + (hook or town.hook),
        data=body,
        headers={"Content-Type": "application/json", **headers},
        timeout=20,
    )


def test_wrong_signatures_tokens_and_times_are_refused_alike(outside_town: Town) -> None:
    good = signed(PING, outside_town.secret)
    other = "whsec_" + "QUFB" * 10
    old = datetime.now(UTC) - timedelta(minutes=6)
    refused = [
        {},
        {**good, "webhook-signature": "v1,AAAA"},
        {**good, "webhook-signature": "nonsense"},
        {**good, "webhook-id": "another"},
        {**good, "webhook-timestamp": "soon"},
        signed(PING, other),
        signed(PING, outside_town.secret, old),
        signed(PING, outside_town.secret, datetime.now(UTC) + timedelta(minutes=6)),
    ]
    answers = {
        (answer.status_code, answer.text, answer.headers.get("Content-Type"))
        for answer in (_post(outside_town, PING.encode(), each) for each in refused)
    }
    assert [status for status, _, _ in answers] == [401], answers


def test_one_good_signature_among_several_is_enough(outside_town: Town) -> None:
    headers = signed(PING, outside_town.secret)
    headers["webhook-signature"] = "v1,AAAA " + headers["webhook-signature"]
    assert _post(outside_town, PING.encode(), headers).status_code == 200


def test_a_forged_request_for_an_unknown_source_learns_nothing(outside_town: Town) -> None:
    headers = signed(PING, "whsec_" + "QUFB" * 10)
    answer = _post(outside_town, PING.encode(), headers, "/hooks/nowhere")
    assert answer.status_code in (401, 404)


@pytest.mark.parametrize("body", ["", "{", "[1,", "\x00\x01", '{"events": [}'])
def test_what_is_not_json_is_refused(outside_town: Town, body: str) -> None:
    headers = signed(body, outside_town.secret)
    assert _post(outside_town, body.encode(), headers).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/xml"}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}],
)
def test_other_types_and_encodings_are_refused(outside_town: Town, headers: dict[str, str]) -> None:
    body = gzip.compress(PING.encode()) if "Content-Encoding" in headers else PING.encode()
    answer = _post(outside_town, body, {**signed(PING, outside_town.secret), **headers})
    assert answer.status_code == 415


def test_over_one_mebibyte_is_too_much_and_one_is_not(outside_town: Town) -> None:
    mebibyte = 1 << 20
    exact = PING + " " * (mebibyte - len(PING))
    assert (
        outside_town.server.post(outside_town.hook, exact, outside_town.secret).status_code == 200
    )
    more = exact + " "
    assert outside_town.server.post(outside_town.hook, more, outside_town.secret).status_code == 413


def test_without_a_length_nothing_is_read(outside_town: Town) -> None:
    target = urlsplit(outside_town.server.url)
    with socket.create_connection((target.hostname or "", target.port or 0), 20) as line:
        request = (
            f"POST {outside_town.hook} HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n\r\n"
        )
        line.sendall(request.encode())
        assert line.recv(1000).split()[1] == b"411"


def test_a_form_has_no_business_at_a_hook_and_a_browser_none_either(outside_town: Town) -> None:
    assert requests.get(outside_town.server.url + outside_town.hook, timeout=20).status_code == 405


def test_every_event_sent_again_is_a_duplicate_and_changes_nothing(outside_town: Town) -> None:
    before = outside_town.indicators("korolev", by="school")
    events = everything()
    sums = outside_town.server.send(outside_town.hook, outside_town.secret, reversed(events))
    assert sums == {"accepted": 0, "duplicate": len(events), "ignored": 0}
    outside_town.server.settled()
    assert outside_town.indicators("korolev", by="school") == before


def test_unknown_types_are_taken_and_counted(outside_town: Town) -> None:
    event = {**everything()[0], "id": "odd-1", "seq": 900_001, "type": "forum.post_created"}
    sums = outside_town.server.send(outside_town.hook, outside_town.secret, [event])
    assert sums == {"accepted": 0, "duplicate": 0, "ignored": 1}


def test_the_same_id_with_another_body_is_kept_beside_the_first(outside_town: Town) -> None:
    first = everything()[0]
    twin = {**first, "user": {**first["user"], "email": "somebody@else.example"}}
    sums = outside_town.server.send(outside_town.hook, outside_town.secret, [twin])
    assert sums == {"accepted": 1, "duplicate": 0, "ignored": 0}
    outside_town.server.settled()
    stored = outside_town.server.get("/deliveries", state="done")["deliveries"]
    assert {each["type"] for each in stored if each["conflict"]} == {"quiz.attempt_graded"}
    again = outside_town.server.send(outside_town.hook, outside_town.secret, [twin])
    assert again["duplicate"] == 1


def test_a_ping_is_answered_and_seen(outside_town: Town) -> None:
    answer = outside_town.server.post(outside_town.hook, PING, outside_town.secret)
    assert answer.status_code == 200
    time.sleep(0.2)
    source = outside_town.command.document("sources", "list")[0]
    assert source["last_ping_at"]


def test_while_a_secret_is_rotated_both_are_good(outside_town: Town) -> None:
    fresh = outside_town.command.document("sources", "rotate", "town")["secret"]
    assert fresh != outside_town.secret
    for secret in (outside_town.secret, fresh):
        answer = outside_town.server.post(outside_town.hook, PING, secret)
        assert answer.status_code == 200
