"""Circles found in stored records, for a whole batch, in a fixed number of queries."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event

from connector.db import Database
from connector.domain.catalogue import Catalogue
from connector.domain.dossier import Dossier, Setting
from connector.domain.owed import Circle
from connector.domain.people import Association, Dated, Organisation, StaffMember
from connector.models import Base, Login, Record
from connector.services.cases.calendars import work_calendar
from connector.services.notices.addresses import addresses
from connector.services.notices.circles import circles, standing_posts
from connector.services.records import reading as records

TOWN, OTHER = "korolev", "kuznetsk"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
ORGANISATION = Organisation({}, {"A1": Dated(((None, Association("A1", "ГМО", head="H1")),))})
SETTING = Setting(TOWN, UTC, Catalogue(), ORGANISATION, work_calendar((), TODAY))


def record(sheet: str, key: str, town: str = TOWN, **body: Any) -> Record:
    columns = {"staff": ("personnel_no", None), "assignments": ("personnel_no", "of")}
    person, related = columns.get(sheet, ("mentee", "mentor"))
    return Record(
        municipality=town,
        sheet=sheet,
        key=key,
        valid_from=date(1, 1, 1),
        person=body[person],
        related=body[related] if related else None,
        body=body,
        recorded_at=NOW,
    )


def staff(number: str, town: str = TOWN, email: str | None = None) -> Record:
    return record(
        "staff",
        number,
        town,
        personnel_no=number,
        last_name="Белова",
        first_name="Анна",
        role="teacher",
        school="S1",
        associations=["A1"],
        email=email,
        employed_from="2020-09-01",
    )


def assignment(number: str, duty: str, of: str, until: str | None = None) -> Record:
    values = {"personnel_no": number, "duty": duty, "of": of, "from": None, "until": until}
    return record("assignments", f"{number}/{duty}/{of}", **values)


def mentorship(mentor: str, mentee: str, town: str = TOWN) -> Record:
    values = {"mentor": mentor, "mentee": mentee, "from": None, "until": None}
    return record("mentorships", f"{mentor}/{mentee}", town, **values)


def login(name: str, town: str = TOWN, **columns: Any) -> Login:
    given = {"role": "methodist", "email": f"{name}@example.org", **columns}
    return Login(name=name, password="-", municipality=town, created_at=NOW, failures=0, **given)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def put(database: Database, *rows: Base) -> None:
    with database.writing() as session:
        session.add_all(rows)


def found(database: Database, *numbers: str) -> dict[str, Circle]:
    with database.reading() as session:
        own = records.personal(session, TOWN, numbers)
        dossiers = [
            Dossier(person, mentorships=tuple(own.mentorships.get(number, ())))
            for number, person in own.staff.items()
        ]
        return circles(session, SETTING, standing_posts(session, TOWN), dossiers, TODAY)


def told(members: tuple[StaffMember, ...]) -> list[str]:
    return [member.personnel_no for member in members]


def test_a_circle_is_found_in_the_records(database: Database) -> None:
    put(
        database,
        *(staff(n) for n in ("P1", "M1", "H1", "D1", "K1", "S1")),
        mentorship("M1", "P1"),
        assignment("K1", "methodist", "A1"),
        assignment("S1", "specialist", "K1"),
        assignment("D1", "deputy", "H1"),
        login("petrova"),
    )
    circle = found(database, "P1")["P1"]
    assert told(circle.mentors) == ["M1"]
    assert {code: head.personnel_no for code, head in circle.heads.items()} == {"A1": "D1"}
    assert told(circle.methodists) == ["K1"]
    assert told(circle.specialists) == ["S1"]


def test_who_signs_in_is_told_where_nobody_is_assigned(database: Database) -> None:
    put(
        database,
        staff("P1"),
        login("petrova"),
        login("silent", email=None),
        login("known", person="K7", email=None),
        login("elsewhere", OTHER),
        login("specialist", role="specialist"),
        login("viewer", role="viewer"),
    )
    circle = found(database, "P1")["P1"]
    assert told(circle.methodists) == ["K7", "login:petrova"]
    assert told(circle.specialists) == ["login:specialist"]


def test_no_other_municipality_s_people_are_told(database: Database) -> None:
    put(database, staff("P1"), staff("M1", OTHER), mentorship("M1", "P1", OTHER))
    assert found(database, "P1")["P1"] == Circle()


def test_a_batch_costs_no_more_queries_than_a_person(database: Database) -> None:
    numbers = [f"P{n}" for n in range(100)]
    put(
        database,
        *(staff(n) for n in (*numbers, "M1")),
        *(mentorship("M1", n) for n in numbers),
    )

    def queries(*some: str) -> int:
        seen: list[str] = []

        def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            assert len(found(database, *some)) == len(some)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(seen)

    assert queries(*numbers) == queries("P1")


def test_addresses_are_those_of_the_staff_record_else_of_the_log_in(database: Database) -> None:
    put(
        database,
        staff("P1", email="p1@example.org"),
        staff("P2"),
        staff("P3"),
        staff("P4", OTHER, "p4@example.org"),
        login("one", person="P1"),
        login("two", person="P2"),
        login("petrova"),
        login("elsewhere", OTHER),
    )
    wanted = ["P1", "P2", "P3", "P4", "login:petrova", "login:elsewhere", "login:nobody"]
    with database.reading() as session:
        assert addresses(session, TOWN, wanted) == {
            "P1": "p1@example.org",
            "P2": "two@example.org",
            "login:petrova": "petrova@example.org",
        }
