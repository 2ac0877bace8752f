"""A town that is not finished: unknown people, two senders, a real Moodle's answers, monitoring."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from connector.replay import ReplayedMoodle
from tests.contract.outside_command import Command
from tests.contract.outside_events import Site, account
from tests.contract.outside_server import PATIENCE_S, Server, running
from tests.contract.outside_sheets import write_folder
from tests.contract.recorded import MOODLE, recording

HEAD = "personnel_no|last_name|first_name|email|role|school|employed_from\n"
DAY = "2026-03-10T09:00:00Z"
TODAY = datetime.now(ZoneInfo("Europe/Moscow")).date()
REST_TOKEN = "token-of-the-replayed-moodle"


@dataclass(frozen=True)
class Living:
    folder: Path
    command: Command
    server: Server
    hook: str
    secret: str

    def bring(self, municipality: str, **sheets: str) -> None:
        folder = write_folder(self.folder / f"{municipality}-{'-'.join(sheets)}", sheets)
        told = self.command.document("import", folder, "--municipality", municipality)
        assert told["faults"] == []

    def figure(self, code: str, year: int = 2026, **query: str) -> dict[str, Any]:
        path = f"/municipalities/{code.split('.')[0]}/indicators"
        figures = self.server.get(path, period=str(year), **query)["indicators"]
        return next(each for each in figures if each["code"] == code)

    def parked(self) -> list[dict[str, Any]]:
        parked: list[dict[str, Any]] = self.server.get("/deliveries", state="parked")["deliveries"]
        return parked


@pytest.fixture(scope="module")
def moodle() -> Iterator[ReplayedMoodle]:
    """What a real site said after the first attempt of its learner ST-000001: 31 of 100."""
    recorded = recording()
    recorded.go_to("02_attempt_failed", 1)
    with ReplayedMoodle(recorded, REST_TOKEN) as site:
        yield site


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory, moodle: ReplayedMoodle) -> Iterator[Living]:
    folder = tmp_path_factory.mktemp("living")
    command = Command(folder / "data")
    command.folder.mkdir()
    both = ("--municipality", "korolev", "--municipality", "kuznetsk")
    source = command.document("sources", "add", "site", "--dialect", "native", *both)
    token = command.document("people", "token", "--role", "administrator")["token"]
    with running(command) as server:
        living = Living(folder, command, server.as_role(token), source["hook"], source["secret"])
        people = (
            f"L-0{n}|Лунина|Лия|l-0{n}@town.example|teacher|A|2020-01-01\n" for n in (1, 2, 3)
        )
        living.bring(
            "korolev",
            schools="code|name|kind\nA|Школа А|school\nB|Сад|kindergarten",
            staff=HEAD + "".join(people) + "X-1|Двойная|Ия|x-1@town.example|teacher|A|2020-01-01",
            diagnostics="source|quiz|title\nsite|LD|Диагностика",
            questions="source|quiz|slot|competency\nsite|LD|1|C1",
        )
        living.bring(
            "kuznetsk",
            schools="code|name|kind\nZ|Школа|school",
            staff=HEAD
            + "X-1|Двойная|Ия|x-1@town.example|teacher|Z|2020-01-01\n"
            + "ST-000001|Петров|Игорь|st1@school.moodle.example|teacher|Z|2020-01-01",
            diagnostics="source|quiz|title\nsite|LD|Диагностика\nmoodle|1|Входная",
            questions="source|quiz|slot|competency\nmoodle|1|1|C1\nmoodle|1|2|C2\nsite|LD|1|C1",
        )
        yield living


def test_who_and_what_is_unknown_waits_and_goes_through_by_itself(living: Living) -> None:
    site = Site()
    site.attempt("L-01", "LD", DAY, (6, 10))
    site.attempt("L-77", "LD", DAY, (6, 10))
    # Nobody's number in one municipality, but a colleague's in both: exactly one must match.
    site.attempt("X-1", "LD", DAY, (6, 10))
    # The e-mail of one person only proposes: somebody has to confirm.
    mailed = {**account("L-02"), "idnumber": "", "email": "L-02@TOWN.example"}
    site.attempt("L-02", "LD", DAY, (6, 10), user=mailed)
    site.attempt("L-03", "LATER", DAY, (6, 10))
    sums = living.server.send(living.hook, living.secret, site.events)
    assert sums == {"accepted": 5, "duplicate": 0, "ignored": 0}
    living.server.settled()
    assert living.figure("korolev.diagnosed")["achieved"] == 1
    assert all(each["reason"] for each in living.parked())

    living.bring(
        "korolev",
        staff=HEAD
        + "".join(
            f"L-{n}|Лунина|Лия|l-{n}@town.example|teacher|A|2020-01-01\n"
            for n in ("01", "02", "03", "77")
        )
        + "X-1|Двойная|Ия|x-1@town.example|teacher|A|2020-01-01",
        diagnostics="source|quiz|title\nsite|LATER|Новая",
        questions="source|quiz|slot|competency\nsite|LATER|1|C1",
    )
    _until(lambda: living.figure("korolev.diagnosed")["achieved"] == 3)
    assert living.figure("korolev.diagnosed")["population"] == 5
    assert living.figure("kuznetsk.diagnosed")["achieved"] == 0
    assert len(living.parked()) == 2


def test_what_a_public_sender_points_at_is_read_from_moodle(
    living: Living, moodle: ReplayedMoodle
) -> None:
    source = living.command.document(
        *("sources", "add", "moodle", "--dialect", "local_webhooks", "--municipality", "kuznetsk"),
        *("--url", moodle.url, "--rest-token", REST_TOKEN),
    )
    body = _submitted()
    forged = {**body, "token": "guessed"}
    url = living.server.url + source["hook"]
    assert requests.post(url, json=forged, timeout=20).status_code == 401
    body["token"] = source["secret"]
    answer = requests.post(url, json=body, timeout=20)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    _until(lambda: living.figure("kuznetsk.diagnosed")["achieved"] == 1)

    token = living.command.document(
        "people", "token", "--role", "methodist", "--municipality", "kuznetsk"
    )["token"]
    person = living.server.as_role(token).get("/municipalities/kuznetsk/staff/ST-000001")
    # The administrator keeps the machine, not the people: domain 7 names no such reader.
    closed = living.server.answer("/api/v1/municipalities/kuznetsk/staff/ST-000001")
    assert closed.status_code == 403
    # REST said: slot 1 "0.00" of 2, slot 2 "1.60" of 2. Overall 40 %.
    profile = {each["code"]: (each["percent"], each["state"]) for each in person["profile"]}
    assert profile == {"C1": (0.0, "open"), "C2": (80.0, "none")}
    assert person["results"][0]["percent"] == 40.0
    # Finished at 1795331631 = 22 November 2026, 07:53:51 UTC: not a day earlier.
    assert living.figure("kuznetsk.diagnosed", as_of="2026-11-21")["achieved"] == 0
    assert requests.post(url, json=body, timeout=20).json()["duplicate"] == 1


def test_monitoring_needs_snapshot_analysis_and_an_addressed_decision(living: Living) -> None:
    year = str(TODAY.year)
    assert living.figure("korolev.monitoring", TODAY.year)["achieved"] == 0
    living.bring(
        "korolev",
        analyses=f"number|scope|made_on|about\n1|municipality|{TODAY}|Показатели {year}",
        decisions=f"number|analysis|scope|decided_on\n1|1|school:A|{TODAY}",
    )
    assert living.figure("korolev.monitoring", TODAY.year)["achieved"] == 0
    living.command.document("snapshot", "korolev", "--period", year)
    living.server.settled()
    _until(lambda: living.figure("korolev.monitoring", TODAY.year)["share"] == 1.0)
    assert living.figure("korolev.monitoring", TODAY.year)["plan"]["met"] is True


def test_after_all_that_a_recount_finds_no_difference(living: Living) -> None:
    assert living.command.document("recount", "--verify")["differences"] == 0


def _submitted() -> dict[str, Any]:
    """The recorded `attempt_submitted` of the first attempt, as local_webhooks sent it."""
    lines = (MOODLE / "sequences" / "02_attempt_failed.jsonl").read_text("utf-8").splitlines()[1:]
    sent = [json.loads(line) for line in lines]
    bodies = [each["body"] for each in sent if each["path"] == "/hook/json"]
    read = [json.loads(body) if isinstance(body, str) else body for body in bodies]
    found: dict[str, Any] = next(b for b in read if b["eventname"].endswith("attempt_submitted"))
    return found


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.2)
