"""Whatever is posted: a status of contract 1, all or nothing stored, and an end for everything."""

import http.client
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.signals import Dialect
from connector.hooks.quick_door import QuickDoor
from connector.hooks.waitress_server import build_server
from tests.hostile.corpus_entries import corpus
from tests.hostile.hostile_town import CODES, HostileTown, hostile_town
from tests.hostile.invented_requests import Invented, bodies, requests
from tests.integration.spine.native_stream import envelope, graded

pytestmark = pytest.mark.slow

TAKEN = {200, 400, 401, 411, 413, 415}
"""Contract 1; 503 would mean that this database, which works, refused something."""
ELSEWHERE = {404, 405}
"""For paths that are no hooks, and methods that no hook takes."""
CONTROLS = {*range(32), 127}
_EVERY = settings(suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileTown]:
    with hostile_town(tmp_path_factory.mktemp("invented")) as made:
        yield made


def headers_of(town: HostileTown, request: Invented) -> dict[str, str]:
    headers = town.headers(request.sender, request.body)
    if request.credentials != "right":
        headers = {}
        if request.credentials != "none":
            # Control characters never get past the server's own reading of headers.
            text = "".join(one for one in request.credentials if ord(one) not in CONTROLS)
            headers = {"Authorization": text, "webhook-signature": text, "webhook-id": text}
    return headers | {"Content-Type": request.media}


def check(request: Invented, status: int, media: str) -> None:
    assert status in (TAKEN if request.is_well_sent else TAKEN | ELSEWHERE), (request, status)
    if status not in (200, 404):
        assert media == "application/problem+json", request


@given(requests())
@_EVERY
def test_every_request_is_answered_and_stored_whole_or_not_at_all(
    town: HostileTown, request: Invented
) -> None:
    before = town.stored()
    answer = town.app.test_client().open(
        town.path(request.sender) + request.path,
        method=request.method,
        data=request.body,
        headers=headers_of(town, request),
    )
    check(request, answer.status_code, answer.mimetype)
    stored = town.stored() - before
    if answer.status_code != 200:
        assert not stored, request
    elif request.sender is Dialect.XAPI:
        assert isinstance(answer.json, list)
        assert stored.total() <= len(answer.json)
    else:
        assert set(answer.json) == {"accepted", "duplicate", "ignored"}
        assert stored.total() == answer.json["accepted"]
        assert not stored or set(stored) == {CODES[request.sender]}


@given(requests())
@_EVERY
def test_the_real_server_answers_every_request_and_lives_on(
    town: HostileTown, port: int, request: Invented
) -> None:
    path = (town.path(request.sender) + request.path).replace(" ", "%20")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(request.method, path, request.body, headers_of(town, request))
        answer = connection.getresponse()
        answer.read()
        check(request, answer.status, answer.headers.get_content_type())
    finally:
        connection.close()


def test_the_real_server_answers_the_corpus_as_the_manifest_says(
    town: HostileTown, port: int
) -> None:
    for entry in corpus():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = town.headers(entry.sender, entry.body)
        connection.request("POST", town.path(entry.sender), entry.body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == entry.status, entry.file


@pytest.fixture(scope="module")
def port(town: HostileTown) -> Iterator[int]:
    door = QuickDoor(town.engine.inbox, town.spine.clock)
    server = build_server(town.app, "127.0.0.1", 0, 2, door)
    loop = threading.Thread(target=server.run)
    loop.start()
    yield server.port
    server.stop()
    loop.join(10)
    assert not loop.is_alive()


@given(st.data())
@settings(_EVERY, max_examples=max(2, settings.default.max_examples // 20))
def test_nothing_that_is_stored_stays_in_the_way(town: HostileTown, data: st.DataObject) -> None:
    """A poison delivery ends like every other, and what came after it ends too."""
    for sender in Dialect:
        for body in data.draw(st.lists(bodies(sender), max_size=4)):
            assert town.send(sender, body).status_code in TAKEN
    sound = data.draw(st.sampled_from(("K1", "K2", "Z1")))
    town.send(Dialect.NATIVE, sound_event(sound, town.latest()))
    mark = town.latest() - 1
    town.work_off()
    assert {state for state, _ in town.ends(0)} <= {"done", "parked", "set_aside"}
    assert town.ends(mark) == [("done", None)]
    reasons = {reason for _, reason in town.ends(0)}
    assert not reasons & {"internal_error", "storage_refused"}
    town.assert_proven()


def sound_event(number: str, serial: int) -> bytes:
    event = graded(number, serial % 90 + 5, datetime(2026, 11, 20, 8, 0), 1, 0.5)
    return envelope([{"id": f"sound-{serial}", "seq": serial, **event}])
