"""A small municipality at work, with a browser's view of it: real services, real deliveries.

People, routes and a catalogue imported, events posted to the hook in the sender's own form and
worked through, so that every page has something true to show. That is done once a process, on
SQLite, and every town begins as a copy of it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, func, insert, make_url, select
from sqlalchemy import Engine as SqlEngine

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.config import Config
from connector.db import Database
from connector.domain.signals import Dialect
from connector.models import Base
from connector.runtime.engine import Engine
from connector.services.access.logins import LoginService, TokenService
from connector.services.imports.importing import ImportService
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.spreadsheets.workbook import Workbook
from connector.web.app import create_app
from tests.contract.native_events import envelope, native_event, signed
from tests.services.migrated_file import migrated_file

M = "korolev"
OTHER = "kuznetsk"
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
PEOPLE = 14
LEVELS = (95, 88, 74, 66, 52, 41, 30, 0)

NAMES = (
    "Абрамова Елена Петровна", "Белов Артём Игоревич", "Власова Ирина Олеговна",
    "Громова Наталья Сергеевна", "Ёлкина Мария Юрьевна", "Дроздов Павел Андреевич",
    "Жукова Светлана Ивановна", "Зайцев Олег Викторович", "Ильина Анна Романовна",
    "Крылова Татьяна Львовна", "Лебедев Максим Ильич", "Миронова Ольга Павловна",
    "Назарова Юлия Денисовна", "Орлов Кирилл Михайлович",
)  # fmt: skip

Rows = Mapping[str, Sequence[tuple[Any, ...]]]
"""By sheet, without the header."""


@dataclass
class WebTown:
    """client(): a fresh visitor."""

    container: Container
    engine: Engine
    app: Any
    tokens: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self, role: str | None = None) -> FlaskClient:
        """A browser, signed in as the role's person where one is named."""
        client: FlaskClient = self.app.test_client()
        if role is not None and role not in self.cookies:
            answer = sign_in(client, role)
            assert answer.status_code == 302, answer.text
            cookie = client.get_cookie("connector")
            assert cookie is not None
            # Kept, because argon2 is meant to be slow.
            self.cookies[role] = cookie.value
        elif role is not None:
            client.set_cookie("connector", self.cookies[role])
        return client

    def get(self, path: str, role: str = "methodist", **query: str) -> Any:
        """An answer of the API."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return self.app.test_client().get(f"/api/v1/{path}", query_string=query, headers=headers)


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, "the page has no form"
    return found[1]


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **fields: str) -> Any:
    """Through the form, as people do."""
    token = csrf_token(client.get("/login").text)
    form = {"name": name, "password": password, "csrf_token": token, **fields}
    return client.post("/login", data=form)


def config_in(folder: Path, database_url: str | None = None) -> Config:
    return Config(
        data_dir=folder,
        database_url=database_url or f"sqlite:///{folder / 'connector.sqlite3'}",
        broker_url="",
        secret_key="a key of the tests",
        rules_dir=None,
        public_url="http://127.0.0.1:8080",
        smtp_url="",
        mail_from="connector@localhost",
        allow_private=True,
        web_threads=4,
        log_level="INFO",
        clock=None,
    )


@contextmanager
def web_town(
    folder: Path, database_url: str | None = None, more: Rows | None = None
) -> Iterator[WebTown]:
    """database_url: of an empty database with our tables. more: rows of sheets beside the town's
    own."""
    folder.mkdir(parents=True, exist_ok=True)
    founded = _founded() if more is None else None
    url = make_url(database_url or f"sqlite:///{folder / 'connector.sqlite3'}")
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        Path(url.database).write_bytes(founded.file if founded else migrated_file())
    with _opened(folder, database_url) as town:
        if founded is None:
            _found(town, more or {})
        else:
            town.tokens |= founded.tokens
            if url.get_backend_name() != "sqlite":
                _pour(founded.file, town.container.db.engine)
        yield town


@contextmanager
def _opened(folder: Path, database_url: str | None) -> Iterator[WebTown]:
    container = build(config_in(folder, database_url), AdjustableClock(NOW))
    try:
        schema.upgrade(container.db)
        engine = Engine(container)
        yield WebTown(container, engine, create_app(container, engine.nudge), {})
    finally:
        container.close()


@dataclass(frozen=True)
class _Founded:
    file: bytes
    tokens: Mapping[str, str]


@cache
def _founded() -> _Founded:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "connector.sqlite3"
        file.write_bytes(migrated_file())
        with _opened(Path(folder), None) as town:
            _found(town, {})
        # The last to leave writes the log back, so that the file alone is the whole.
        return _Founded(file.read_bytes(), town.tokens)


def _pour(file: bytes, engine: SqlEngine) -> None:
    """The rows of an SQLite file, into an empty PostgreSQL database with the same tables."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "connector.sqlite3"
        source.write_bytes(file)
        held = Database(f"sqlite:///{source}")
        with held.engine.connect() as giving, engine.begin() as taking:
            for table in Base.metadata.sorted_tables:
                rows = [row._asdict() for row in giving.execute(select(table))]
                if rows:
                    taking.execute(insert(table), rows)
                    _number_on(taking, table)
        held.close()


def _number_on(taking: Connection, table: Table) -> None:
    """The next row that PostgreSQL numbers comes after those that came with their numbers."""
    if table.autoincrement_column is not None:
        column = table.autoincrement_column
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        taking.execute(select(func.setval(sequence, func.max(column))))


def _found(town: WebTown, more: Rows) -> None:
    _import(town.container, more)
    _people_who_look(town)
    _deliver(town)
    town.engine.settle()
    while town.engine.sender.run_once():
        pass


def _import(container: Container, more: Rows) -> None:
    made = Workbook()
    for name, rows in _sheets().items():
        made.add(name, [*rows, *more.get(name, ())])
    with container.db.writing() as session:
        SourceService(session, container.box).add("mood", Dialect.NATIVE, (M,), NOW)
        SourceService(session, container.box).add("both", Dialect.NATIVE, (M, OTHER), NOW)
        service = ImportService()
        plan = service.check(session, M, made, NOW.date())
        assert [str(fault) for fault in plan.faults] == []
        service.apply(session, plan, NOW, "tests")


def _sheets() -> dict[str, list[tuple[Any, ...]]]:
    staff = [
        (
            f"T-{n}", *name.split(), _address(n),
            "manager" if n == 1 else "teacher", "Учитель", "S1" if n <= 10 else "S2",
            "MMO" if n <= 9 else "MMO;RUS" if n <= 11 else "RUS", "2015-09-01", "1995-04-01",
            "2024-09-01",
        )
        for n, name in enumerate(NAMES, start=1)
    ]  # fmt: skip
    routes = [(f"T-{n}", "1", "DIAG", "2026-02-10", "T-1", "2026-02-10") for n in (4, 5, 6, 7)]
    steps = [
        row
        for n in (4, 5, 6, 7)
        for row in (
            (f"T-{n}", "1", 1, "course:DPP", "K1", "2026-05-01", "yes"),
            (f"T-{n}", "1", 2, "quiz:DIAG>=60", "K1", "2026-12-01", "yes"),
        )
    ]
    return {
        "schools": [("code", "name", "kind", "mentoring_since"),
                    ("S1", "Гимназия № 3", "school", "2025-09-01"),
                    ("S2", "Школа № 12 имени С. П. Королёва", "school", None)],
        "associations": [("code", "name", "head"), ("MMO", "ММО учителей математики", "T-2"),
                         ("RUS", "ММО учителей русского языка", "T-11")],
        "staff": [("personnel_no", "last_name", "first_name", "middle_name", "email", "role",
                   "position", "school", "associations", "employed_from", "birth_date",
                   "teaching_since"), *staff],
        "mentorships": [("mentor", "mentee", "from", "until"), ("T-3", "T-8", "2025-09-01", None)],
        "competencies": [("code", "title", "area"),
                         ("K1", "Решение задач повышенной сложности", "subject"),
                         ("K2", "Формирующее оценивание", "methodical")],
        "programmes": [("source", "course", "title", "register_no", "hours", "competencies"),
                       ("mood", "DPP", "Современный урок математики", "2311/05", 36, "K1")],
        "diagnostics": [("source", "quiz", "title", "policy"),
                        ("mood", "DIAG", "Входная диагностика учителя математики", "last")],
        "questions": [("source", "quiz", "slot", "competency"), ("mood", "DIAG", 1, "K1"),
                      ("mood", "DIAG", 2, "K2")],
        "routes": [("personnel_no", "number", "based_on", "starts_on", "approved_by",
                    "approved_on"), *routes],
        "steps": [("personnel_no", "number", "order", "target", "competencies", "due_on",
                   "required"), *steps],
    }  # fmt: skip


def _people_who_look(town: WebTown) -> None:
    """Log-ins and tokens by role."""
    persons = {"head": "T-2", "mentor": "T-3", "teacher": "T-4"}
    roles = ("methodist", "specialist", "head", "mentor", "teacher", "viewer")
    with town.container.db.writing() as session:
        for role in roles:
            person = persons.get(role)
            LoginService(session).add(role, PASSWORD, role, M, NOW, person)
            town.tokens[role] = TokenService(session).issue(role, M, NOW, person)
        LoginService(session).add("administrator", PASSWORD, "administrator", None, NOW)
        town.tokens["administrator"] = TokenService(session).issue("administrator", None, NOW)
        town.tokens["stranger"] = TokenService(session).issue("methodist", OTHER, NOW)


def _deliver(town: WebTown) -> None:
    events = [attempt(n, LEVELS[n % len(LEVELS)]) for n in range(1, 11)]
    events += [_completed(200, 4), _completed(201, 6)]
    nobody = {"id": 900, "idnumber": "", "email": "x@y.example"}
    events.append({**attempt(300, 80), "user": nobody})
    proposed = {"id": 901, "idnumber": "", "email": "t12@school.example"}
    events.append({**attempt(301, 45), "user": proposed})
    unmapped = {"id": 77, "cmid": 77, "idnumber": "OTHER", "name": "Опрос о питании"}
    events.append({**attempt(302, 45), "user": user(9), "quiz": unmapped})
    events.append({**attempt(9, 99), "seq": 999})
    for start in range(0, len(events), 5):
        post(town, "mood", f"m{start}", *events[start : start + 5])
    post(town, "both", "b1", {**attempt(400, 70), "user": {**nobody, "id": 902}})


def post(town: WebTown, source: str, message: str, *events: dict[str, Any]) -> None:
    with town.container.db.reading() as session:
        secret = SourceService(session, town.container.box).get(source).secrets[0]
    body = envelope(*events)
    headers = signed(body, secret, town.container.clock.now(), message)
    answer = town.app.test_client().post(f"/hooks/{source}", data=body, headers=headers)
    assert answer.status_code == 200, answer.text


def user(n: int) -> dict[str, Any]:
    return {"id": n, "idnumber": f"T-{n}", "email": _address(n)}


def _address(n: int) -> str:
    """One is as long as they come: it must not push a narrow page sideways."""
    return "konstantin.konstantinopolsky@gymnasium.example" if n == 2 else f"t{n}@school.example"


def attempt(n: int, percent: int) -> dict[str, Any]:
    return native_event(
        "quiz.attempt_graded",
        n,
        user=user(n),
        occurred_at="2026-02-02T10:00:00Z",
        quiz={"id": 1, "cmid": 1, "idnumber": "DIAG", "name": "Входная диагностика"},
        attempt={
            "id": n,
            "number": 1,
            "state": "finished",
            "started_at": "2026-02-02T09:00:00Z",
            "finished_at": "2026-02-02T10:00:00Z",
            "grade": percent,
            "max_grade": 100,
            "provisional": False,
            "questions": [
                {"slot": 1, "mark": percent, "max_mark": 100, "category": None, "tags": []},
                {"slot": 2, "mark": min(100, percent + 12), "max_mark": 100, "category": None,
                 "tags": []},
            ],
        },
    )  # fmt: skip


def _completed(serial: int, n: int) -> dict[str, Any]:
    return native_event(
        "course.completed",
        serial,
        user=user(n),
        occurred_at="2026-04-20T10:00:00Z",
        course={"id": 5, "idnumber": "DPP", "shortname": "ДПП", "fullname": "Современный урок"},
        completed_at="2026-04-20T10:00:00Z",
    )


def as_json(answer: Any) -> Any:
    return json.loads(answer.text)
