"""A municipality in the making: workbooks of rows, imported into a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from connector.models import Base, Record, Subject
from connector.services.imports.importing import ImportService
from connector.services.imports.plan import Plan
from connector.spreadsheets.workbook import Workbook

M = "korolev"
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DAY = date(2026, 9, 1)

STAFF_HEADER = (
    "personnel_no",
    "last_name",
    "first_name",
    "email",
    "role",
    "school",
    "associations",
    "employed_from",
    "employed_until",
    "regional_methodist",
)


def person(number: int, **values: str | None) -> tuple[str | None, ...]:
    filled: dict[str, str | None] = {
        "personnel_no": str(number),
        "last_name": f"Фамилия{number}",
        "first_name": "Ё",
        "email": f"P{number}@school.ru",
        "role": "teacher",
        "school": "S1",
        "associations": "MMO",
        "employed_from": "2020-09-01",
        **values,
    }
    return tuple(filled.get(name) for name in STAFF_HEADER)


def people(*numbers: int, **values: str | None) -> list[tuple[Any, ...]]:
    return [STAFF_HEADER, *(person(number, **values) for number in numbers)]


PLACES: dict[str, list[tuple[Any, ...]]] = {
    "schools": [
        ("code", "name", "kind"),
        ("S1", "Школа № 1", "школа"),
        ("S2", "Сад", "детский сад"),
    ],
    "associations": [("code", "name"), ("MMO", "Математика"), ("RUS", "Русский язык")],
}


def workbook(sheets: dict[str, list[tuple[Any, ...]]]) -> Workbook:
    made = Workbook()
    for name, rows in sheets.items():
        made.add(name, rows)
    return made


@dataclass
class Town:
    engine: Engine
    told: list[frozenset[str]] = field(default_factory=list)

    def session(self) -> Session:
        return Session(self.engine)

    def check(
        self, effective: date = DAY, ends: int | None = None, **sheets: list[tuple[Any, ...]]
    ) -> Plan:
        with self.session() as session:
            return self._service().check(session, M, workbook(sheets), effective, ends)

    def imports(
        self, effective: date = DAY, ends: int | None = None, **sheets: list[tuple[Any, ...]]
    ) -> Plan:
        """Checks and writes; the plan must be sound."""
        with self.session() as session, session.begin():
            service = self._service()
            plan = service.check(session, M, workbook(sheets), effective, ends)
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, NOW, "tests")
        return plan

    def settle(self) -> None:
        """As if everybody had been judged."""
        with self.session() as session, session.begin():
            for subject in session.scalars(select(Subject)):
                subject.dirty = False

    def dirty(self) -> set[tuple[str, str]]:
        with self.session() as session:
            found = session.execute(select(Subject.kind, Subject.code).where(Subject.dirty))
            return {(kind, code) for kind, code in found}

    def records(self, sheet: str) -> list[tuple[str, date, dict[str, Any]]]:
        with self.session() as session:
            found = session.execute(
                select(Record.key, Record.valid_from, Record.body)
                .where(Record.sheet == sheet)
                .order_by(Record.key, Record.valid_from)
            )
            return [(key, valid_from, body) for key, valid_from, body in found]

    def _service(self) -> ImportService:
        return ImportService(after_import=lambda _, __, sheets: self.told.append(sheets))


@contextmanager
def town(url: str) -> Iterator[Town]:
    engine = create_engine(url)
    try:
        Base.metadata.create_all(engine)
        yield Town(engine)
    finally:
        engine.dispose()


def counts(plan: Plan, sheet: str) -> tuple[int, int, int, int]:
    """added, changed, ended, unchanged"""
    found = plan.sheets[sheet]
    return found.added, found.changed, found.ended, found.unchanged
