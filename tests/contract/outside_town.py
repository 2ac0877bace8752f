"""The town of the outside tests: both municipalities on one site, a running server, its tokens."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract import outside_korolev, outside_korolev_year, outside_kuznetsk
from tests.contract.outside_command import Command
from tests.contract.outside_events import Event
from tests.contract.outside_server import Server, running
from tests.contract.outside_sheets import write_folder, write_workbook

MUNICIPALITIES = ("korolev", "kuznetsk")
REPORT = "2026-10-31"


@dataclass(frozen=True)
class Town:
    """A running connector that has heard everything; `server` asks as Королёв's methodist."""

    command: Command
    server: Server
    kuznetsk: Server
    hook: str
    secret: str
    imported: dict[str, Any]

    def indicators(self, municipality: str, **query: str) -> dict[str, Any]:
        """Indicators by code, as of the report's day unless the query says otherwise."""
        asked = {"period": "2026", "as_of": REPORT, **query}
        server = self.server if municipality == "korolev" else self.kuznetsk
        document = server.get(f"/municipalities/{municipality}/indicators", **asked)
        return {each["code"]: each for each in document["indicators"]}

    def subjects(self, code: str, **query: str) -> dict[str, Any]:
        """The subjects of an indicator, by the code of the subject."""
        asked = {"period": "2026", "as_of": REPORT, **query}
        municipality = code.split(".")[0]
        server = self.server if municipality == "korolev" else self.kuznetsk
        path = f"/municipalities/{municipality}/indicators/{code}/subjects"
        return {each["subject"]: each for each in server.get(path, **asked)}

    def counted(self, code: str, **query: str) -> set[str]:
        """Who of an indicator's population counts."""
        return {who for who, each in self.subjects(code, **query).items() if each["achieved"]}


def everything() -> list[Event]:
    """The events of both municipalities, numbered by their one site."""
    events = outside_korolev_year.events() + outside_kuznetsk.events()
    return [{**event, "id": f"ev-{n}", "seq": n} for n, event in enumerate(events, 1)]


@contextmanager
def town(folder: Path, events: list[Event]) -> Iterator[Town]:
    """Import first, then send the events in the order given, then wait until all is judged."""
    command = Command(folder / "data")
    command.folder.mkdir(parents=True)
    source = command.document(
        *("sources", "add", "town", "--dialect", "native"),
        *(part for each in MUNICIPALITIES for part in ("--municipality", each)),
    )
    sheets = {
        "korolev": write_folder(folder / "korolev", outside_korolev.SHEETS),
        "kuznetsk": write_workbook(folder / "kuznetsk.xlsx", outside_kuznetsk.SHEETS),
    }
    told = command.documents(
        *(("import", sheets[each], "--municipality", each) for each in MUNICIPALITIES),
        *(
            ("people", "token", "--municipality", each, "--role", "methodist")
            for each in MUNICIPALITIES
        ),
    )
    imported = dict(zip(MUNICIPALITIES, told[:2], strict=True))
    tokens = dict(zip(MUNICIPALITIES, told[2:], strict=True))
    with running(command) as server:
        asked = server.as_role(tokens["korolev"]["token"])
        asked.send(source["hook"], source["secret"], events)
        asked.settled()
        yield Town(
            command,
            asked,
            server.as_role(tokens["kuznetsk"]["token"]),
            source["hook"],
            source["secret"],
            imported,
        )


@pytest.fixture(scope="session")
def outside_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The events arrive shuffled, one in three of them twice."""
    events = everything()
    chance = random.Random(20261031)
    events += chance.sample(events, len(events) // 3)
    chance.shuffle(events)
    with town(tmp_path_factory.mktemp("town"), events) as told:
        yield told
