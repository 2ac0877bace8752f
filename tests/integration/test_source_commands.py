"""connector sources connect and test, beside a Moodle that answers, refuses or is away."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli import main
from connector.moodle.questions import Function
from connector.replay import Replied
from tests.contract.fake_moodle import TOKEN, Site, site

ADMIN = [{"id": 2, "username": "admin"}]


def told(functions: list[Function], users: object = ADMIN) -> dict[str, Replied]:
    info = {
        "siteurl": "http://lms.example",
        "release": "4.4",
        "userid": 3,
        "functions": [{"name": str(one)} for one in functions],
    }
    return {
        str(Function.SITE_INFO): Replied(200, info),
        str(Function.USERS): Replied(200, users),
    }


@pytest.fixture
def answers() -> dict[str, Replied]:
    return told(list(Function))


@pytest.fixture
def moodle(
    answers: dict[str, Replied], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    with site(lambda function, params: answers[function]) as running:
        add = ["sources", "add", "lms", "--dialect", "local_webhooks"]
        assert main([*add, "--municipality", "korolev"]) == 0
        yield running


def connect(moodle: Site, token: str = TOKEN) -> int:
    return main(["sources", "connect", "lms", "--url", moodle.server.url, "--rest-token", token])


def test_a_source_is_connected_after_it_was_added(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sources", "test", "lms"]) == 1
    assert connect(moodle) == 0
    capsys.readouterr()
    assert main(["sources", "test", "lms", "--json"]) == 0
    shown = capsys.readouterr().out
    assert TOKEN not in shown
    assert json.loads(shown) == {
        "url": "http://lms.example",
        "release": "4.4",
        "missing_functions": [],
        "missing_rights": [],
    }


def test_what_the_service_and_its_role_lack_is_named(
    moodle: Site, answers: dict[str, Replied], capsys: pytest.CaptureFixture[str]
) -> None:
    connect(moodle)
    answers.update(told([one for one in Function if one is not Function.REVIEW], users=[]))
    assert main(["sources", "test", "lms"]) == 1
    shown = capsys.readouterr().out
    assert "mod_quiz_get_attempt_review" in shown
    assert "moodle/user:viewdetails" in shown


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Replied(200, {"exception": "e", "errorcode": "accessexception"}), "webservice/rest:use"),
        (Replied(404, text="<html>"), "адреса"),
        (Replied(403, text=""), "выключены веб-службы"),
        (Replied(503, text="<html>", headers={"Retry-After": "300"}), "на обслуживании"),
        (Replied(200, text="<html>"), "не веб-служба"),
        (Replied(200, {"exception": "e", "errorcode": "somethingnew"}), "somethingnew"),
    ],
)
def test_a_refusal_is_told_in_words(
    moodle: Site,
    answers: dict[str, Replied],
    reply: Replied,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    connect(moodle)
    answers[str(Function.SITE_INFO)] = reply
    assert main(["sources", "test", "lms"]) == 1
    assert words in capsys.readouterr().err


def test_a_token_moodle_does_not_know_can_be_replaced(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(moodle, "of-another-site")
    assert main(["sources", "test", "lms"]) == 1
    assert "токен" in capsys.readouterr().err
    connect(moodle)
    assert main(["sources", "test", "lms"]) == 0
