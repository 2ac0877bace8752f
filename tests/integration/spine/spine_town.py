"""A small register of two municipalities, and a connector with its machine room over a database."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.config import Config
from connector.domain.signals import Dialect
from connector.runtime.claims import release_everything
from connector.runtime.engine import Engine
from connector.runtime.fold import Folder
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.spreadsheets.workbook import read_workbook
from tests.services.migrated_file import migrated_file

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MUNICIPALITIES = ("korolev", "kuznetsk")
TEACHERS = tuple(f"{town}{number}" for town in "KZ" for number in range(1, 7))
"""Personnel numbers: K1..K6 of korolev, Z1..Z6 of kuznetsk."""
SOURCE = "moodle"

Sheets = Mapping[str, str]


def config_for(folder: Path, url: str | None = None) -> Config:
    return Config(
        data_dir=folder,
        database_url=url or f"sqlite:///{folder / 'connector.sqlite3'}",
        broker_url="",
        secret_key="",
        rules_dir=None,
        public_url="http://127.0.0.1:8080",
        smtp_url="",
        mail_from="connector@example.org",
        allow_private=True,
        web_threads=4,
        log_level="INFO",
        clock=None,
        queue_prefix="connector",
    )


@dataclass
class Spine:
    """A container with its engine, on a clock that tests move."""

    container: Container
    engine: Engine
    clock: AdjustableClock
    folder: Path

    def close(self) -> None:
        self.container.close()

    def import_sheets(self, municipality: str, sheets: Sheets) -> None:
        """Imports CSV sheets as the command does. Fails on any fault."""
        c = self.container
        folder = self.folder / "sheets"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in sheets.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        service = ImportService(after_import(c.rulebook, self.clock))
        with c.db.writing() as session:
            plan = service.check(session, municipality, read_workbook(folder), date(2026, 11, 1))
            assert plan.is_sound, plan.faults
            service.apply(session, plan, self.clock.now())

    def import_everything(self) -> None:
        for municipality in MUNICIPALITIES:
            self.import_sheets(municipality, {**people(municipality), **catalogue(municipality)})

    def post(self, arrivals: list, source: str = SOURCE) -> None:
        found = self.engine.inbox.source(source)
        assert found is not None
        self.engine.inbox.receive(found, arrivals)

    def drain(self, workers: int = 1) -> None:
        """Works until nothing is left, however long the pauses between tries."""
        for _ in range(12):
            if workers > 1:
                self._together(workers)
            self.engine.settle()
            if not self.is_waiting():
                return
            self.clock.move_to(self.clock.now() + timedelta(minutes=3))
        raise AssertionError("never settled")

    def is_waiting(self) -> bool:
        from connector.services.inbox.deliveries import DeliveryService

        with self.container.db.reading() as session:
            counts = DeliveryService(session).counts(None)
        return any(counts.get(state) for state in ("new", "ready"))

    def _together(self, workers: int) -> None:
        c = self.container
        faults: list[BaseException] = []
        start = threading.Barrier(workers)

        def work() -> None:
            folder = Folder(c.db, c.rulebook, c.settings, c.clock)
            start.wait()
            try:
                while folder.run_once():
                    pass
            # Raised again below, in the thread that pytest watches.
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]


def open_spine(
    folder: Path,
    url: str | None = None,
    now: datetime = NOW,
    municipalities: Sequence[str] = MUNICIPALITIES,
) -> Spine:
    """A migrated, empty database with one native source that serves the municipalities."""
    clock = AdjustableClock(now)
    folder.mkdir(parents=True, exist_ok=True)
    if url is None:
        (folder / "connector.sqlite3").write_bytes(migrated_file())
    container = build(config_for(folder, url), clock)
    if url is not None:
        schema.upgrade(container.db)
    with container.db.writing() as session:
        SourceService(session, container.box).add(SOURCE, Dialect.NATIVE, municipalities, now)
    return Spine(container, Engine(container), clock, folder)


@contextmanager
def reopened(folder: Path, now: datetime = NOW) -> Iterator[Spine]:
    """The same SQLite database once more, as a process that begins finds it."""
    with opened_again(folder, now) as town:
        town.engine.keeper.keep()
        yield town


@contextmanager
def opened_again(folder: Path, now: datetime = NOW) -> Iterator[Spine]:
    """The same, before the process has taken up the rules that are in force."""
    clock = AdjustableClock(now)
    container = build(config_for(folder), clock)
    with container.db.writing() as session:
        release_everything(session)
    try:
        yield Spine(container, Engine(container), clock, folder)
    finally:
        container.close()


@contextmanager
def spine(
    folder: Path,
    url: str | None = None,
    now: datetime = NOW,
    municipalities: Sequence[str] = MUNICIPALITIES,
) -> Iterator[Spine]:
    made = open_spine(folder, url, now, municipalities)
    try:
        yield made
    finally:
        made.close()


def people(municipality: str) -> dict[str, str]:
    """Two schools, two associations, six teachers and a methodist with what they do."""
    p = "K" if municipality == "korolev" else "Z"
    staff = "\n".join(
        f"{p}{n},Фамилия{n},Имя{n},,{p.lower()}{n}@ex.ru,teacher,{p}S{n % 2},"
        f"{p}M{';' + p + 'R' if n == 3 else ''},19{70 + n * 4}-05-05,{2004 + n * 4}-09-01,"
        "2020-01-01"
        for n in range(1, 7)
    )
    return {
        "schools": "code,name,kind,mentoring_since,internship_since\n"
        f"{p}S0,Гимназия № 9,school,2025-09-01,\n{p}S1,СОШ № 3,school,,2026-01-10\n",
        "associations": "code,name,level,head\n"
        f"{p}M,ГМО математики,municipal,{p}1\n{p}R,ГМО русского языка,municipal,\n",
        "staff": "personnel_no,last_name,first_name,middle_name,email,role,school,associations,"
        f"birth_date,teaching_since,employed_from\n{staff}\n"
        f"{p}9,Методист,Ольга,,{p.lower()}9@ex.ru,manager,{p}S0,,1975-05-05,1999-09-01,2020-01-01\n",
        "teams": f"school,personnel_no,from\n{p}S0,{p}9,2020-01-01\n{p}S0,{p}2,2020-01-01\n",
        "assignments": "personnel_no,duty,of,from\n"
        f"{p}9,methodist,{p}S0,2020-01-01\n{p}9,methodist,{p}S1,2020-01-01\n",
        "support": f"personnel_no,form,from,until\n{p}6,Клуб молодых,2026-02-01,\n",
        "mentorships": f"mentor,mentee,from,until\n{p}1,{p}5,2026-01-01,\n",
        "routes": "personnel_no,number,based_on,starts_on,approved_by,approved_on\n"
        f"{p}2,1,DIAG,2026-09-01,{p}9,2026-09-01\n{p}4,1,,2026-10-20,{p}9,2026-10-20\n",
        "steps": "personnel_no,number,order,target,competencies,due_on,required\n"
        f"{p}2,1,1,course:KPK,,2026-12-01,да\n{p}4,1,1,activity:71,C1,,да\n"
        f"{p}4,1,2,quiz:DIAG>=60,C2,,нет\n",
    }


def catalogue(municipality: str) -> dict[str, str]:
    """One diagnostic of two competencies, one programme that covers one of them."""
    return {
        "competencies": "code,title,area\nC1,Алгебра,subject\nC2,Геометрия,subject\n",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},DIAG,Диагностика,last\n",
        "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,C1\n{SOURCE},DIAG,2,C2\n",
        "programmes": "source,course,title,register_no,register_from,hours,audience,competencies\n"
        f"{SOURCE},KPK,Курс,123,2025-01-01,36,staff,C1\n",
    }
