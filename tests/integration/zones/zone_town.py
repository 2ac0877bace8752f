"""Three settlements that are alike but for their clocks: Moscow, Krasnoyarsk, Vladivostok.

What is written down of their people makes a good deal change at one local midnight, `turn`: two
birthdays, two ends of the first three years, a route that has been idle for long enough, a step
that has been overdue for long enough, a programme that leaves the federal register, and the year or
the academic year, if it is that midnight.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.domain.dates import add_years
from connector.domain.signals import Dialect
from connector.models import Notice, Share, Subject, Tenant
from connector.runtime.engine import Engine
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.sources.sources import SourceService
from connector.spreadsheets.workbook import read_workbook
from tests.integration.spine.native_stream import arrivals, event, graded
from tests.integration.spine.spine_town import config_for
from tests.services.migrated_file import migrated_file

ZONES = {
    "vladivostok": ZoneInfo("Asia/Vladivostok"),
    "krasnoyarsk": ZoneInfo("Asia/Krasnoyarsk"),
    "moscow": ZoneInfo("Europe/Moscow"),
}
"""In the order in which they get to a new day."""
CLOSING = 18
SOURCE = "moodle"
MINUTE = timedelta(minutes=1)

RULES = """
indicators:
  - code: {code}.young
    extends: staff_year
    title: Молодые в первые три года
    population: {{all: [{{role: teacher}}, {{younger_than: 35}}, {{in_first_years_of_work: 3}}]}}
    achieved: {{in_form_of_support: true}}
    plan: [{{at_least_percent: 50, source: Приказ}}]
    basis: {{document: Положение, clause: "1"}}
  - code: {code}.helped
    extends: staff_year
    title: Молодым помогают
    population: {{all: [{{role: teacher}}, {{younger_than: 35}}]}}
    achieved: {{in_form_of_support: true}}
    plan: [{{at_least_percent: 50, source: Приказ}}]
    basis: {{document: Положение, clause: "2"}}
  - code: {code}.registered
    extends: programmes_by_diagnosis
    title: Программы реестра
    basis: {{document: Положение, clause: "3"}}
  - code: {code}.diagnosed
    subject: staff
    kind: share
    period: academic_year
    title: Диагностика в учебном году
    population: {{everyone: true}}
    achieved: {{diagnosed: any}}
    basis: {{document: Положение, clause: "4"}}
"""


@dataclass(frozen=True)
class Turn:
    """A local midnight. idle_from, due: whose clocks of 20 and of more than 5 working days are full
    on `stalled_on`."""

    day: date
    stalled_on: date
    idle_from: date
    due: date


SCHOOL_YEAR = Turn(date(2026, 9, 1), date(2026, 9, 1), date(2026, 8, 4), date(2026, 8, 24))
MONTH = Turn(date(2026, 10, 1), date(2026, 10, 1), date(2026, 9, 3), date(2026, 9, 23))
NEW_YEAR = Turn(date(2027, 1, 1), date(2026, 12, 30), date(2026, 12, 2), date(2026, 12, 22))
"""The first day of January is none on which a route begins to be stalled."""


@dataclass
class ZoneTown:
    """A container with its engine, on a clock that tests move. One database can have several."""

    container: Container
    engine: Engine
    clock: AdjustableClock

    def close(self) -> None:
        self.container.close()

    def go_to(self, zone: str, day: date, hour: int, minute: int = 0) -> None:
        """To that time by the settlement's clocks; nothing happens yet."""
        self.clock.move_to(local(zone, day, hour, minute))

    def at(self, zone: str, day: date, hour: int, minute: int = 0) -> None:
        """Everything done that is due at that time."""
        self.go_to(zone, day, hour, minute)
        self.settle()

    def settle(self) -> None:
        """What the loops do, for these settlements: others are installed too."""
        while self.tick() + self.engine.folder.run_once():
            pass

    def tick(self) -> int:
        """How many of them had something marked or closed."""
        return sum(self.engine.ticker.bring(code) for code in ZONES)


def local(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONES[zone]).astimezone(UTC)


def rules_in(folder: Path) -> Path:
    for code, zone in ZONES.items():
        own = folder / "rules" / code
        own.mkdir(parents=True, exist_ok=True)
        head = f"code: {code}\ntitle: {code}\ntimezone: {zone.key}\nclosing_hour: {CLOSING}\n"
        (own / "municipality.yaml").write_text(head, encoding="utf-8")
        (own / "indicators.yaml").write_text(RULES.format(code=code), encoding="utf-8")
    return folder / "rules"


@contextmanager
def zone_town(
    folder: Path, turn: Turn, url: str | None = None, is_filled: bool = False
) -> Iterator[ZoneTown]:
    """At noon, Moscow, three days before the turn, everything settled. url: a migrated PostgreSQL
    database; `is_filled` where another process has filled it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(config_for(folder, url), rules_dir=rules_in(folder))
    clock = AdjustableClock(local("moscow", turn.day - timedelta(days=3), 12))
    if url is None:
        (folder / "connector.sqlite3").write_bytes(migrated_file())
    container = build(config, clock)
    town = ZoneTown(container, Engine(container), clock)
    try:
        if not is_filled:
            _fill(town, folder, turn)
        yield town
    finally:
        town.close()


def _fill(town: ZoneTown, folder: Path, turn: Turn) -> None:
    c = town.container
    with c.db.writing() as session:
        sources = SourceService(session, c.box)
        sources.add(SOURCE, Dialect.NATIVE, [*ZONES], town.clock.now())
    for code in ZONES:
        _import(town, folder / f"sheets-{code}", code, turn)
    found = town.engine.inbox.source(SOURCE)
    assert found is not None
    town.engine.inbox.receive(found, arrivals(_events(turn)))
    town.settle()


def _import(town: ZoneTown, folder: Path, code: str, turn: Turn) -> None:
    folder.mkdir()
    for name, text in sheets(code, turn).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    c = town.container
    service = ImportService(after_import(c.rulebook, town.clock))
    with c.db.writing() as session:
        plan = service.check(session, code, read_workbook(folder), turn.day - timedelta(days=3))
        assert plan.is_sound, plan.faults
        service.apply(session, plan, town.clock.now())


def sheets(code: str, turn: Turn) -> dict[str, str]:
    """a turns 35; b and c end their first three years; d stays young. f is idle, g overdue. h has
    a deficit and two completions, one on each side of the turn."""
    p, day = code[0].upper(), turn.day
    eve = day - timedelta(days=1)
    born, began = add_years(day, -35), add_years(day, -3)
    people = (
        ("a", born, date(2010, 9, 1)),
        ("b", date(2000, 5, 5), began),
        ("c", date(2000, 5, 5), began),
        ("d", date(2000, 5, 5), add_years(day, -1)),
        *((who, date(1970, 1, 1), date(1999, 9, 1)) for who in "fgh"),
    )
    staff = "".join(
        f"{p}{who},Фамилия{who},Имя,{p}{who}@ex.ru,teacher,{p}S,{born},{since},2020-01-01\n"
        for who, born, since in people
    )
    return {
        "schools": f"code,name,kind\n{p}S,Школа,school\n",
        "staff": "personnel_no,last_name,first_name,email,role,school,birth_date,teaching_since,"
        f"employed_from\n{staff}{p}m,Методист,Ольга,{p}m@ex.ru,manager,{p}S,1970-01-01,1999-09-01,"
        "2020-01-01\n",
        "assignments": f"personnel_no,duty,of,from\n{p}m,methodist,{p}S,2020-01-01\n",
        "support": "personnel_no,form,from\n"
        + "".join(f"{p}{who},Клуб,{day.replace(year=day.year - 1)}\n" for who in "ad"),
        "routes": "personnel_no,number,starts_on,approved_by,approved_on\n"
        f"{p}f,1,{turn.idle_from},{p}m,{turn.idle_from}\n"
        f"{p}g,1,{turn.due},{p}m,{turn.due}\n",
        "steps": "personnel_no,number,order,target,due_on,required\n"
        f"{p}f,1,1,course:KPK,,да\n{p}g,1,1,course:KPK,{turn.due},да\n",
        "competencies": "code,title,area\nC1,Алгебра,subject\n",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},DIAG,Диагностика,last\n",
        "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,C1\n{SOURCE},DIAG,2,C1\n",
        "programmes": "source,course,title,register_no,register_from,register_until,hours,audience,"
        f"competencies\n{SOURCE},KPK,Курс,123,2025-01-01,{eve},36,staff,C1\n",
    }


def _events(turn: Turn) -> list[dict[str, Any]]:
    """Of `h` in each settlement: a deficit, ten days before."""
    at = datetime.combine(turn.day, time(8)) - timedelta(days=10)
    return [
        {"id": f"z{n}", "seq": n, **graded(_h(zone), n, at, 0.2, 0.2), "user": _user(zone)}
        for n, zone in enumerate(ZONES, 1)
    ]


def completes(town: ZoneTown, zone: str, at: datetime, serial: int) -> None:
    """`h` of that settlement completes the programme at this instant."""
    told = event(
        "course.completed",
        _h(zone),
        at.replace(tzinfo=None),
        completed_at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
    )
    found = town.engine.inbox.source(SOURCE)
    assert found is not None
    known = {"id": f"done-{zone}-{serial}", "seq": 1000 + serial}
    town.engine.inbox.receive(found, arrivals([{**known, **told, "user": _user(zone)}]))


def _h(zone: str) -> str:
    return f"{zone[0].upper()}h"


def _user(zone: str) -> dict[str, Any]:
    return {"id": f"u{zone}", "idnumber": _h(zone), "email": None}


@dataclass(frozen=True)
class Facts:
    """Of one settlement. shares: population and achieved of the whole, by indicator and period.
    stalled, plans: keys of notices."""

    day: date | None
    shares: dict[str, tuple[int, int]]
    stalled: frozenset[str]
    plans: frozenset[str]


def facts(town: ZoneTown, code: str) -> Facts:
    with town.container.db.reading() as session:
        tenant = session.get(Tenant, code)
        shares = session.scalars(
            select(Share).where(Share.municipality == code, Share.slice_kind == "whole")
        )
        keys = session.execute(
            select(Notice.key, Notice.kind).where(
                Notice.municipality == code, Notice.state != "withdrawn"
            )
        ).all()
        return Facts(
            tenant.judged_on if tenant else None,
            {
                f"{row.indicator.partition('.')[2]} {row.period}": (row.population, row.achieved)
                for row in shares
                if row.population
            },
            frozenset(key for key, kind in keys if kind == "route_stalled"),
            frozenset(key for key, kind in keys if kind.startswith("plan_")),
        )


def versions(town: ZoneTown) -> dict[int, int]:
    """A subject that is judged anew gets another one."""
    with town.container.db.reading() as session:
        return dict(
            session.execute(
                select(Subject.id, Subject.version).where(Subject.municipality.in_(ZONES))
            ).all()
        )
