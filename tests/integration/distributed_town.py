"""A small municipality in a fresh PostgreSQL, and everything `connector` runs as, in processes."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from kombu import Connection

from connector.bootstrap import Container
from connector.domain.signals import Dialect
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.spreadsheets.workbook import read_workbook
from tests.contract.native_events import envelope, signed
from tests.guards.tree import ROOT
from tests.services.ports import free_port

MUNICIPALITY = "korolev"
SOURCE = "moodle"
TEACHERS = 120
KINDS = ("resolve", "fold", "send")


def sheets() -> dict[str, str]:
    """Ten schools, one methodist, an association, a diagnostic and a programme; as CSV."""
    people = "\n".join(
        f"T{n},Учитель{n},Анна,t{n}@school.example,teacher,S{n % 10},GMO,1995-05-05,2020-01-01"
        for n in range(TEACHERS)
    )
    schools = "\n".join(f"S{n},СОШ №{n},school" for n in range(10))
    return {
        "schools": f"code,name,kind\n{schools}\n",
        "associations": "code,name,level,head\nGMO,ГМО математики,municipal,T0\n",
        "staff": "personnel_no,last_name,first_name,email,role,school,associations,birth_date,"
        f"employed_from\n{people}\nM1,Методист,Ольга,m1@school.example,manager,S0,,1975-05-05,"
        "2020-01-01\n",
        "competencies": "code,title,area\nC1,Алгебра,subject\nC2,Геометрия,subject\n",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},DIAG,Диагностика,last\n",
        "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,C1\n{SOURCE},DIAG,2,C2\n",
        "programmes": "source,course,title,register_no,register_from,hours,audience,competencies\n"
        f"{SOURCE},KPK,Курс,123,2025-01-01,36,staff,C1\n",
    }


def found(container: Container, folder: Path, register: dict[str, str] | None = None) -> str:
    """Makes the tables, adds the source, imports the register (`sheets` by default); the secret."""
    schema.upgrade(container.db)
    with container.db.writing() as session:
        added = SourceService(session, container.box).add(
            SOURCE, Dialect.NATIVE, (MUNICIPALITY,), container.clock.now()
        )
    import_sheets(container, folder, register or sheets())
    return added.secrets[0]


def import_sheets(
    container: Container, folder: Path, texts: dict[str, str], municipality: str = MUNICIPALITY
) -> None:
    """Imports CSV sheets as the command does. Fails on any fault."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    now = container.clock.now()
    importing = ImportService(after_import(container.rulebook, container.clock))
    with container.db.writing() as session:
        plan = importing.check(session, municipality, read_workbook(folder), now.date())
        assert plan.is_sound, plan.as_json()
        importing.apply(session, plan, now)


def event(kind: str, serial: int, teacher: int, when: str, **members: Any) -> dict[str, Any]:
    return {
        "id": f"e{serial}",
        "seq": serial,
        "type": kind,
        "version": 1,
        "occurred_at": when,
        "user": {"id": 1000 + teacher, "idnumber": f"T{teacher}", "email": None},
        "course": {"id": 5, "idnumber": "KPK", "shortname": "kpk", "fullname": "Курс"},
        **members,
    }


def stream(first: int, teachers: Sequence[int]) -> list[dict[str, Any]]:
    """Three events a teacher: a diagnostic, its regrade, the programme's completion."""
    made = []
    for n, teacher in enumerate(teachers):
        serial = first + 3 * n
        for regrade in (0, 1):
            when = f"2026-03-1{regrade}T08:00:{teacher % 60:02}Z"
            attempt = {
                "id": teacher,
                "number": 1,
                "state": "finished",
                "started_at": "2026-03-10T07:00:00Z",
                "finished_at": "2026-03-10T08:00:00Z",
                "grade": 50,
                "max_grade": 100,
                "provisional": False,
                "questions": [
                    {"slot": 1, "mark": (teacher % 5) / 4, "max_mark": 1, "category": None,
                     "tags": []},
                    {"slot": 2, "mark": regrade, "max_mark": 1, "category": None, "tags": []},
                ],
            }  # fmt: skip
            quiz = {"id": 7, "cmid": 70, "idnumber": "DIAG", "name": "Диагностика"}
            made.append(
                event("quiz.attempt_graded", serial + regrade, teacher, when, quiz=quiz,
                      attempt=attempt)
            )  # fmt: skip
        done = f"2026-04-0{1 + teacher % 9}T10:00:00Z"
        made.append(event("course.completed", serial + 2, teacher, done, completed_at=done))
    return made


@dataclass
class Processes:
    """Starts them, kills them, and leaves none behind."""

    environment: dict[str, str]
    folder: Path
    prefix: str
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[subprocess.Popen[bytes], IO[bytes]] = field(default_factory=dict)

    def start(self, *arguments: str, module: str = "") -> subprocess.Popen[bytes]:
        """One of tests/integration/distributed_process.py, or `python -m module`."""
        program = str(Path(__file__).with_name("distributed_process.py"))
        command = ["-m", *module.split()] if module else [program]
        log = (self.folder / f"{len(self.logs)}-{'-'.join(arguments[:1])}.log").open("wb")
        started = subprocess.Popen(
            [sys.executable, *command, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A worker and the processes it forks are one group: killed and frozen together.
            start_new_session=True,
        )
        self.running.append(started)
        self.logs[started] = log
        return started

    def web(self) -> subprocess.Popen[bytes]:
        return self.start("web", str(self.port))

    def signal(self, process: subprocess.Popen[bytes], number: int) -> None:
        os.killpg(process.pid, number)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As power would: no farewell of any kind."""
        self.signal(process, signal.SIGKILL)
        process.wait(10)
        self.running.remove(process)

    def kill_a_child(self, worker: subprocess.Popen[bytes]) -> None:
        """One process of the worker's pool, as the kernel does when memory runs out."""
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text()
        os.kill(int(children.split()[0]), signal.SIGKILL)

    def says(self, process: subprocess.Popen[bytes], word: str) -> bool:
        log = Path(self.logs[process].name)
        return word in log.read_text(errors="replace")

    def end(self, process: subprocess.Popen[bytes], seconds: float = 60) -> int:
        """As an administrator would; the exit code."""
        process.terminate()
        code = process.wait(seconds)
        self.running.remove(process)
        return code

    def told(self) -> str:
        """What they logged, for a failing test."""
        return "\n".join(
            f"== {Path(log.name).name}\n{Path(log.name).read_text(errors='replace')[-3000:]}"
            for log in self.logs.values()
        )

    def close(self) -> None:
        for process in list(self.running):
            self.kill(process)
        for log in self.logs.values():
            log.close()
        with Connection(self.environment["CONNECTOR_BROKER_URL"]) as connection:
            channel = connection.default_channel
            for kind in KINDS:
                channel.queue_delete(f"{self.prefix}.{kind}")

    def purge(self) -> None:
        """Every hint is lost."""
        with Connection(self.environment["CONNECTOR_BROKER_URL"]) as connection:
            for kind in KINDS:
                connection.default_channel.queue_purge(f"{self.prefix}.{kind}")


@contextmanager
def processes(environment: dict[str, str], folder: Path, prefix: str) -> Iterator[Processes]:
    made = Processes(environment, folder, prefix)
    try:
        yield made
    finally:
        made.close()


def post(port: int, secret: str, message: str, events: Sequence[Any]) -> int:
    """Signed as the plugin does; the status, 0 when nobody answered."""
    body = envelope(*events)
    headers = signed(body, secret, datetime.now(UTC), message)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", f"/hooks/{SOURCE}", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
