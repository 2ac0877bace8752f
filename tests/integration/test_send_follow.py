"""A change of the organisation reaches what is being told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.models import Notice, Record, Subject
from connector.runtime.follow import Follower
from connector.services.access.logins import LoginService
from connector.services.imports.importing import ImportService
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import PASSWORD, M, WebTown, web_town

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[WebTown]:
    with web_town(tmp_path) as made:
        yield made


def alerts(town: WebTown) -> set[tuple[str, str | None, str | None]]:
    """Alerts to methodists: state, recipient, address."""
    with town.container.db.reading() as session:
        rows = session.scalars(
            select(Notice).where(Notice.kind == "route_stalled", Notice.role == "methodist")
        )
        return {(row.state, row.recipient, row.address) for row in rows}


def test_a_methodist_who_comes_later_hears_of_stalls_that_are_going_on(tmp_path: Path) -> None:
    with web_town(tmp_path) as town:
        assert alerts(town) == {("held", None, None)}
        with town.container.db.writing() as session:
            LoginService(session).add(
                "petrova", PASSWORD, "methodist", M, NOW, email="p@example.org"
            )
        town.engine.settle()
        assert alerts(town) == {
            ("withdrawn", None, None),
            ("waiting", "login:petrova", "p@example.org"),
        }
        assert town.engine.ticker.run_once() == 0


PRACTICE = [("title", "author", "published_on", "link"),
            ("Урок", "T-9", "2026-03-01", "https://example.org")]  # fmt: skip


def own_row(town: WebTown, **changed: str) -> list[tuple[Any, ...]]:
    """The whole staff sheet as it is, with one person's row changed: nobody leaves by it."""
    with town.container.db.reading() as session:
        bodies = session.scalars(
            select(Record.body).where(Record.municipality == M, Record.sheet == "staff")
        ).all()
    columns = ("personnel_no", "last_name", "first_name", "middle_name", "email", "role",
               "position", "school", "associations", "employed_from", "birth_date",
               "teaching_since")  # fmt: skip
    rows = []
    for body in bodies:
        row = {**body, **(changed if body["personnel_no"] == "T-10" else {})}
        rows.append(
            tuple(";".join(v) if isinstance(v := row[name], list) else v for name in columns)
        )
    return [columns, *rows]


def add(town: WebTown, **sheets: list[tuple[Any, ...]]) -> None:
    made = Workbook()
    for name, rows in sheets.items():
        made.add(name, rows)
    with town.container.db.writing() as session:
        service = ImportService()
        plan = service.check(session, M, made, NOW.date())
        assert [str(fault) for fault in plan.faults] == []
        service.apply(session, plan, NOW, "tests")
    # Whom the import itself touches is judged; what the follower marks comes on top.
    while town.engine.folder.run_once():
        pass


def stalled_dirty(town: WebTown) -> int:
    """Whether somebody whose route stands still is to be judged again."""
    with town.container.db.reading() as session:
        query = select(Subject.id).join(Notice, Notice.about_subject == Subject.id)
        found = session.execute(query.where(Notice.kind == "route_stalled", Subject.dirty))
        return int(found.first() is not None)


def test_only_what_changes_the_organisation_has_everybody_looked_at(town: WebTown) -> None:
    """Each batch of drafts is an import, and so is every form that is filled in."""
    follower = Follower(town.container.db, town.container.settings)
    rules = town.container.rulebook.rules(M)
    assert follower.follow(rules, NOW), "routes stand still, and of these somebody is told"
    town.engine.settle()
    columns = ("personnel_no", "number", "based_on", "starts_on")
    draft = [columns, ("T-9", "2026-7", "DIAG", "2026-06-22")]
    for other in ({"routes": draft}, {"practices": PRACTICE}, {"staff": own_row(town)}):
        add(town, **other)
        assert not follower.follow(rules, NOW), other
        assert stalled_dirty(town) == 0, other
    for organisation in (
        {"assignments": [("personnel_no", "duty", "of"), ("T-1", "methodist", "S1")]},
        {"mentorships": [("mentor", "mentee", "from"), ("T-3", "T-9", "2026-06-01")]},
        {"associations": [("code", "name", "head"), ("MMO", "ММО учителей математики", "T-3")]},
        {"schools": [("code", "name", "kind", "head"), ("S2", "Школа № 12", "school", "T-12")]},
        {"staff": own_row(town, email="novy@school.example")},
    ):
        add(town, **organisation)
        assert follower.follow(rules, NOW), organisation
        assert stalled_dirty(town) == 1, organisation
        town.engine.settle()
