"""`connector demo` as a stranger meets it: in another year, beside a database that is not its."""

import io
import json
import socket
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine

from connector.cli import main
from connector.demo import checks, stage
from connector.demo.learning import KOROLEV_PLOT
from connector.demo.native import events_of
from connector.demo.places import KOROLEV
from connector.demo.town import Town, build_town


@dataclass(frozen=True)
class Played:
    code: int
    document: dict[str, Any]
    story: str
    left: list[Path]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One whole run, years after the recordings, in an environment that names a database."""
    folder = tmp_path_factory.mktemp("somebody")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONNECTOR_DATABASE_URL", f"sqlite:///{folder / 'theirs.sqlite3'}")
        patch.setenv("CONNECTOR_DATA_DIR", str(folder))
        with (
            time_machine.travel("2031-03-05T04:00:00Z"),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(["demo", "--json", "--port", "0"])
    return Played(code, json.loads(out.getvalue()), err.getvalue(), list(folder.iterdir()))


@pytest.mark.slow
def test_the_demonstration_holds_in_any_year(played: Played) -> None:
    failed = [check for check in played.document["checks"] if not check["holds"]]

    assert failed == []
    assert played.code == 0
    assert len(played.document["checks"]) > 15


@pytest.mark.slow
def test_it_touches_no_database_but_its_own(played: Played) -> None:
    assert played.left == []


@pytest.mark.slow
def test_it_tells_its_story(played: Played) -> None:
    assert "22 ноября 2026" in played.story
    assert "Маршрут остановился" in played.story
    assert "доказательство: completion:moodle-xapi:" in played.story
    assert {login["name"] for login in played.document["logins"]} == {
        "korolev",
        "kuznetsk",
        "admin",
    }


@pytest.mark.slow
def test_its_log_stays_empty(played: Played) -> None:
    """Nothing went wrong behind the story: warnings would stand between its lines."""
    assert "Traceback" not in played.story
    assert '"level"' not in played.story


def test_a_failed_check_is_a_failed_demonstration() -> None:
    good, bad = checks.Check("a", True), checks.Check("b", False)

    assert checks.exit_code([good, good]) == 0
    assert checks.exit_code([good, bad]) == 1
    assert checks.exit_code([]) == 1


def test_a_taken_port_is_left_to_whoever_has_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert stage.free_port("127.0.0.1", port) != port


def told(town: Town) -> str:
    return json.dumps([town.sheets, events_of(town.learning)], default=str, ensure_ascii=False)


def test_a_town_is_the_same_every_time() -> None:
    assert told(build_town(KOROLEV, KOROLEV_PLOT, 7)) == told(build_town(KOROLEV, KOROLEV_PLOT, 7))
    assert told(build_town(KOROLEV, KOROLEV_PLOT, 7)) != told(build_town(KOROLEV, KOROLEV_PLOT, 8))
