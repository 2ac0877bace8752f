"""connector reconcile, beside a living Moodle over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.cli import main
from connector.replay import ReplayedMoodle
from tests.contract.living_moodle import LivingMoodle
from tests.contract.living_rest import MAINTENANCE, LivingRest
from tests.integration.spine.living_town import PEOPLE, SHEETS, moodle_of_the_town

TOKEN = "token-of-the-living-moodle"


@pytest.fixture
def rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LivingRest]:
    """Three people of whom the first has taken the diagnostic and the final; nobody was told."""
    moodle = moodle_of_the_town()
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "connector"))
    monkeypatch.setenv("CONNECTOR_CLOCK", "2026-11-22T09:00:00+00:00")
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    for name, text in SHEETS.items():
        (sheets / f"{name}.csv").write_text(text, encoding="utf-8")
    for number in PEOPLE:
        moodle.create_user(number, f"{number}@school.example")
        for course in ("2", "3"):
            moodle.enrol(list(moodle.users)[-1], course)
    living = LivingRest(moodle)

    def now() -> datetime:
        return datetime.fromtimestamp(moodle.now, UTC)

    with ReplayedMoodle(living, TOKEN, now) as server:
        add = ["sources", "add", "lms", "--dialect", "local_webhooks", "--municipality", "korolev"]
        assert main([*add, "--url", server.url, "--rest-token", TOKEN]) == 0
        assert main(["import", str(sheets), "--municipality", "korolev"]) == 0
        learn(moodle)
        yield living


def learn(moodle: LivingMoodle) -> None:
    anna = next(iter(moodle.users))
    moodle.take(anna, "1", [2, 3])
    moodle.later(60)
    moodle.tick(anna, "31")
    moodle.take(anna, "2", [8])
    moodle.later(60)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["reconcile", *arguments, "--json"])
    (document,) = json.loads(capsys.readouterr().out)["sources"]
    return code, document


def test_a_dry_run_tells_and_stores_nothing(
    rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = told(capsys, "lms", "--dry-run")

    assert code == 0
    assert document["found"] == {"account": 3, "activity": 1, "attempt": 2, "completion": 1}
    assert document["learners"] == 6
    assert document["unfound"] == []
    assert document["is_estimate"] is False
    code, document = told(capsys, "lms", "--dry-run")
    assert document["found"] == {"account": 3, "activity": 1, "attempt": 2, "completion": 1}


def test_what_was_found_shows_in_the_figures_at_once(
    rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = told(capsys)

    assert code == 0
    assert document["found"] == {"account": 3, "activity": 1, "attempt": 2, "completion": 1}
    assert main(["shares", "korolev", "--json"]) == 0
    indicators = json.loads(capsys.readouterr().out)["indicators"]
    achieved = {one["code"]: one["achieved"] for one in indicators}
    assert achieved["korolev.diagnosed"] == 1
    assert told(capsys, "lms")[1]["found"] == {}


def test_a_moodle_in_maintenance_stops_it_and_the_next_goes_on(
    rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 0

    def trouble(function: str, params: object) -> object:
        nonlocal asked
        asked += function == "mod_quiz_get_attempt_review"
        return MAINTENANCE if asked > 1 else None

    rest.trouble = trouble  # type: ignore[assignment]
    code, document = told(capsys, "lms")
    assert (code, document) == (1, {"source": "lms", "stopped": "http_503"})

    rest.trouble = lambda function, params: None
    rest.calls.clear()
    code, document = told(capsys, "lms")
    assert code == 0
    assert document["found"] == {"account": 3, "activity": 1, "attempt": 2, "completion": 1}
    # People and places were done before the trouble.
    assert "core_course_get_courses_by_field" not in {
        function for function, params in rest.calls if "field" not in params
    }


def test_what_was_never_told_is_shown_by_kind(
    rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    started = next(iter(rest.moodle.attempts.values()))
    told(capsys, "lms")
    rest.moodle.delete_attempt(started)
    told(capsys, "lms")
    capsys.readouterr()

    assert main(["sources", "list", "--json"]) == 0

    (source,) = json.loads(capsys.readouterr().out)
    # The others happened less than an hour ago, and may yet be told.
    assert source["missed"] == {"attempt_gone": 1}
    assert source["reconciled_at"] is not None


def test_a_source_without_a_token_is_told_what_it_lacks(
    rest: LivingRest, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sources", "add", "deaf", "--dialect", "xapi", "--municipality", "korolev"]) == 0
    assert main(["reconcile", "deaf"]) == 1
    assert "connector sources connect deaf" in capsys.readouterr().err
