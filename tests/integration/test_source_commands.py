"""connector sources connect, test and files, beside a Moodle that answers, refuses or is away."""

import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main
from connector.cli.session import container
from connector.domain.signals import Arrival, Dialect
from connector.moodle.questions import Function
from connector.replay import Replied
from connector.services.inbox.inbox import InboxService
from tests.contract.fake_moodle import TOKEN, Site, site
from tests.contract.living_moodle import LivingMoodle, User
from tests.contract.living_rest import LivingRest
from tests.integration.spine.living_town import moodle_of_the_town

REFUSALS = (
    (Replied(200, {"exception": "e", "errorcode": "accessexception"}), "webservice/rest:use"),
    (Replied(404, text="<html>"), "адрес"),
    (Replied(403, text=""), "выключены веб-службы"),
    (Replied(503, text="<html>", headers={"Retry-After": "300"}), "на обслуживании"),
    (Replied(200, text="<html>"), "не веб-служба"),
    (Replied(200, {"exception": "e", "errorcode": "somethingnew"}), "somethingnew"),
)


@pytest.fixture
def rest() -> LivingRest:
    moodle: LivingMoodle = moodle_of_the_town()
    moodle.users["2"] = User("2", "", "admin@lms.example")
    moodle.create_user("ST-1", "one@lms.example")
    for course in ("2", "3"):
        moodle.enrol(list(moodle.users)[1], course)
    moodle.take(list(moodle.users)[1], "1", [4.0, 5.0])
    return LivingRest(moodle)


@pytest.fixture
def moodle(rest: LivingRest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_CLOCK", "2026-11-22T07:00:00Z")
    with site(rest) as running:
        add = ["sources", "add", "lms", "--dialect", "local_webhooks"]
        assert main([*add, "--municipality", "korolev"]) == 0
        yield running


def connect(moodle: Site, token: str = TOKEN) -> int:
    return main(["sources", "connect", "lms", "--url", moodle.server.url, "--rest-token", token])


def checked(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["sources", "test", "lms", "--json"]) == code
    shown = capsys.readouterr().out
    assert TOKEN not in shown
    document: dict[str, Any] = json.loads(shown)
    return document


def test_a_source_is_connected_after_it_was_added(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sources", "test", "lms"]) == 1
    assert connect(moodle) == 0
    document = checked(capsys, 0)
    assert document["url"] == "http://lms.example"
    assert document["release"] == "4.4"
    assert (document["missing_functions"], document["missing_rights"]) == ([], [])
    assert {one["outcome"] for one in document["findings"]} <= {"passed", "doubtful", "untried"}


def test_what_the_service_and_its_role_lack_is_named(
    moodle: Site, rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(moodle)
    rest.lacking = frozenset({str(Function.REVIEW)})
    rest.rights -= {"viewdetails"}
    assert main(["sources", "test", "lms"]) == 1
    shown = capsys.readouterr().out
    assert "mod_quiz_get_attempt_review" in shown
    assert "moodle/user:viewdetails" in shown
    document = checked(capsys, 1)
    assert document["missing_functions"] == ["mod_quiz_get_attempt_review"]
    assert "moodle/user:viewdetails" in document["missing_rights"]


def test_a_refusal_is_told_in_words(
    moodle: Site, rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(moodle)
    for reply, words in REFUSALS:
        rest.trouble = lambda function, params, reply=reply: reply
        assert main(["sources", "test", "lms"]) == 1
        assert words in capsys.readouterr().out


def test_a_token_moodle_does_not_know_can_be_replaced(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(moodle, "of-another-site")
    assert main(["sources", "test", "lms"]) == 1
    assert "ключа в этом Moodle нет" in capsys.readouterr().out
    connect(moodle)
    assert main(["sources", "test", "lms"]) == 0


def test_our_own_plugin_is_tested_by_whether_it_was_heard(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["sources", "add", "own", "--dialect", "native", "--municipality", "korolev"]
    assert main(add) == 0
    assert main(["sources", "test", "own"]) == 1
    with container() as made, made.db.writing() as session:
        ping = Arrival(key="p", digest="0" * 64, type="ping", body=b"{}")
        InboxService(session).accept("own", Dialect.NATIVE, [ping], made.clock.now())
        InboxService(session).count("own", "refused", "content_type", made.clock.now(), 2)
    capsys.readouterr()
    assert main(["sources", "test", "own"]) == 0
    shown = capsys.readouterr().out
    assert "на связи" in shown
    assert "Отказано сегодня (2)" in shown


def test_what_is_no_address_is_refused(moodle: Site, capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("lms.example", "ftp://lms.example", "https://a:b@lms.example", "https://"):
        assert main(["sources", "connect", "lms", "--url", url, "--rest-token", "t"]) == 1
    assert "https://" in capsys.readouterr().err


def test_ready_files_are_written_for_their_owner_alone(moodle: Site, tmp_path: Path) -> None:
    role = "municipal_connector.xml"
    expected = {
        "native": {"local_municipal-1.0.0.zip", "connector-native.txt", role},
        "tool_trigger": {"connector_attempt_submitted.json", role},
        "xapi": {role},
    }
    for dialect, names in expected.items():
        code = dialect.replace("_", "-")
        add = ["sources", "add", code, "--dialect", dialect, "--municipality", "korolev"]
        assert main(add) == 0
        folder = tmp_path / "for moodle" / code
        for _ in range(2):
            assert main(["sources", "files", code, str(folder)]) == 0
        assert {path.name for path in folder.iterdir()} >= names
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        for path in folder.glob("*.zip"):
            assert zipfile.ZipFile(path).testzip() is None


def test_adding_tells_what_to_do_next_with_that_sender(
    moodle: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "native": "sources files native",
        "tool_trigger": "JSON encode",
        "xapi": "Background mode",
        "local_webhooks": "response_answer",
    }
    for dialect, word in words.items():
        capsys.readouterr()
        code = dialect.replace("_", "-")
        add = ["sources", "add", code, "--dialect", dialect, "--municipality", "korolev"]
        assert main(add) == 0
        shown = capsys.readouterr().out
        assert word in shown
        assert f"/sources/{code}/connect" in shown
