"""Importing into real databases: what is written, dated, ended and marked."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from connector.models import ALWAYS, Import, Record, Subject
from connector.services.imports.importing import ImportRefused, ImportService
from tests.integration.town_of_records import (
    DAY,
    NOW,
    PLACES,
    M,
    Town,
    counts,
    people,
    person,
    town,
    workbook,
)

LATER = DAY + timedelta(days=30)


@pytest.fixture
def place(database_url: str) -> Iterator[Town]:
    with town(database_url) as made:
        yield made


@pytest.fixture
def peopled(place: Town) -> Town:
    """Twenty people in two schools and associations, all judged."""
    place.imports(**PLACES, staff=people(*range(1, 21)))
    place.settle()
    return place


def test_a_first_import_holds_from_the_beginning_and_makes_subjects(place: Town) -> None:
    plan = place.imports(
        **PLACES, staff=people(1, 2), teams=[("school", "personnel_no"), ("S1", "1")]
    )
    assert plan.as_json() == {
        "sheets": {
            "schools": {"added": 2, "changed": 0, "ended": 0, "unchanged": 0},
            "associations": {"added": 2, "changed": 0, "ended": 0, "unchanged": 0},
            "staff": {"added": 2, "changed": 0, "ended": 0, "unchanged": 0},
            "teams": {"added": 1, "changed": 0, "ended": 0, "unchanged": 0},
        },
        "faults": [],
        "warnings": [],
    }
    assert {valid_from for _, valid_from, _ in place.records("staff")} == {ALWAYS}
    assert place.dirty() == {
        ("staff", "1"), ("staff", "2"), ("school", "S1"), ("school", "S2"), ("team", "S1"),
        ("association", "MMO"), ("association", "RUS"), ("municipality", M),
    }  # fmt: skip
    with place.session() as session:
        one = session.scalars(select(Subject).where(Subject.code == "1")).one()
        assert (one.title, one.sort_key, one.email_key) == (
            "Фамилия1 Ё",
            "фамилия1 е",
            "p1@school.ru",
        )
        record = session.scalars(select(Record).where(Record.sheet == "teams")).one()
        assert (record.key, record.person, record.related) == ("S1|1|", "1", "S1")
        team = session.scalars(select(Subject).where(Subject.kind == "team")).one()
        assert team.title == "Управленческая команда: Школа № 1"
    assert place.told == [frozenset({"schools", "associations", "staff", "teams"})]


def test_the_same_file_again_changes_nothing(peopled: Town) -> None:
    before = peopled.records("staff")
    plan = peopled.imports(LATER, **PLACES, staff=people(*range(1, 21)))
    assert counts(plan, "staff") == (0, 0, 0, 20)
    assert counts(plan, "schools") == (0, 0, 0, 2)
    assert peopled.records("staff") == before
    assert peopled.dirty() == set()
    assert len(peopled.told) == 1
    with peopled.session() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 1


def test_a_check_writes_nothing(place: Town) -> None:
    plan = place.check(**PLACES, staff=people(1))
    assert counts(plan, "staff") == (1, 0, 0, 0)
    assert place.records("staff") == []
    assert place.dirty() == set()


def test_a_plan_with_faults_cannot_be_written(place: Town) -> None:
    with place.session() as session:
        book = workbook({"staff": people(1)})
        plan = ImportService().check(session, M, book, DAY)
        assert not plan.is_sound
        with pytest.raises(ImportRefused):
            ImportService().apply(session, plan, NOW)
    assert place.records("staff") == []


def test_faults_of_all_sheets_come_at_once_in_order(place: Town) -> None:
    plan = place.check(
        support=[("personnel_no", "form"), ("9", "клуб")],
        staff=[*people(1, school="S9"), person(2, email="нет")],
        **PLACES,
        Лист1=[],
    )
    assert [(f.sheet, f.row, f.column) for f in plan.faults] == [
        ("staff", 2, "school"),
        ("staff", 3, "email"),
        ("support", 2, "personnel_no"),
        ("Лист1", None, None),
    ]
    assert plan.as_json()["sheets"] == {}
    assert plan.changes == []


def test_a_change_of_a_dated_sheet_makes_a_version_and_keeps_the_old(peopled: Town) -> None:
    rows = people(*range(1, 21))
    rows[1] = person(1, school="S2")
    plan = peopled.imports(LATER, staff=rows)
    assert counts(plan, "staff") == (0, 1, 0, 19)
    versions = [(v, b["school"]) for key, v, b in peopled.records("staff") if key == "1"]
    assert versions == [(ALWAYS, "S1"), (LATER, "S2")]
    assert peopled.dirty() == {("staff", "1"), ("school", "S1")}
    rows[1] = person(1, school="S2", last_name="Новая")
    peopled.imports(LATER, staff=rows)
    assert len([1 for key, *_ in peopled.records("staff") if key == "1"]) == 2
    peopled.imports(LATER, staff=people(*range(1, 21)))
    assert [v for key, v, _ in peopled.records("staff") if key == "1"] == [ALWAYS]
    with peopled.session() as session:
        one = session.scalars(select(Subject).where(Subject.code == "1")).one()
        assert (one.title, one.version) == ("Фамилия1 Ё", 3)


def test_a_change_of_another_sheet_replaces_the_row(peopled: Town) -> None:
    header = ("association", "academic_year", "link")
    peopled.imports(plans=[header, ("MMO", "2026/2027", None)])
    peopled.settle()
    plan = peopled.imports(LATER, plans=[header, ("MMO", "2026/2027", "https://x.ru")])
    assert counts(plan, "plans") == (0, 1, 0, 0)
    [(_, valid_from, body)] = peopled.records("plans")
    assert (valid_from, body["link"]) == (ALWAYS, "https://x.ru")
    assert peopled.dirty() == {("association", "MMO")}


def test_a_missing_column_leaves_what_is_stored(peopled: Town) -> None:
    rows = [("personnel_no", "email"), *((str(n), f"new{n}@x.ru") for n in range(1, 21))]
    plan = peopled.imports(LATER, staff=rows)
    assert counts(plan, "staff") == (0, 20, 0, 0)
    body = peopled.records("staff")[-1][2]
    assert (body["school"], body["associations"]) == ("S1", ["MMO"])
    with peopled.session() as session:
        keys = session.scalars(select(Subject.email_key).where(Subject.kind == "staff"))
        assert set(keys) == {f"new{n}@x.ru" for n in range(1, 21)}


def test_a_new_row_needs_the_columns_that_nothing_can_stand_in_for(peopled: Town) -> None:
    plan = peopled.check(routes=[("personnel_no", "number"), ("1", "1")])
    assert [str(f) for f in plan.faults] == [
        "лист «routes», колонка «starts_on»: нет колонки «Начало», а новой строке 2 она нужна"
    ]


def test_up_to_a_tenth_is_ended_and_said_beforehand(peopled: Town) -> None:
    plan = peopled.imports(LATER, staff=people(*range(1, 19)))
    assert counts(plan, "staff") == (0, 0, 2, 18)
    assert [str(c) for c in plan.cautions] == [
        "лист «staff»: сотрудников, которых нет в листе, будет уволено 30.09.2026: 2"
    ]
    last = [(v, b["employed_until"]) for key, v, b in peopled.records("staff") if key == "19"]
    assert last == [(ALWAYS, None), (LATER, "2026-09-30")]
    assert peopled.dirty() == {("staff", "19"), ("staff", "20")}
    again = peopled.imports(LATER + timedelta(days=9), staff=people(*range(1, 19)))
    assert counts(again, "staff") == (0, 0, 0, 18)


def test_more_than_a_tenth_needs_the_exact_number(peopled: Town) -> None:
    rows = people(*range(1, 18))
    for ends in (None, 2, 20):
        plan = peopled.check(LATER, ends, staff=rows)
        [fault] = plan.faults
        assert "3 из 20" in fault.text
        assert "--ends 3" in fault.text
    plan = peopled.imports(LATER, 3, staff=rows)
    assert counts(plan, "staff") == (0, 0, 3, 17)


def test_a_sheet_that_is_not_there_ends_nobody(peopled: Town) -> None:
    peopled.imports(LATER, **PLACES)
    assert len(peopled.records("staff")) == 20


def test_a_row_at_fault_ends_nobody_by_mistake(peopled: Town) -> None:
    rows = people(*range(1, 21))
    rows[1] = (None, *rows[1][1:])
    plan = peopled.check(LATER, staff=rows)
    assert [(f.row, f.column) for f in plan.faults] == [(2, "personnel_no")]


def test_a_regional_methodist_gained_or_lost_is_judged_again(peopled: Town) -> None:
    rows = people(*range(1, 21))
    rows[1] = person(1, regional_methodist="5")
    peopled.imports(staff=rows)
    assert peopled.dirty() == {("staff", "1"), ("staff", "5")}
    peopled.settle()
    rows[1] = person(1, regional_methodist="6")
    peopled.imports(LATER, staff=rows)
    assert peopled.dirty() == {("staff", "1"), ("staff", "5"), ("staff", "6")}


def test_the_team_of_a_changed_member_is_judged_again(peopled: Town) -> None:
    peopled.imports(teams=[("school", "personnel_no"), ("S2", "3")])
    peopled.settle()
    rows = people(*range(1, 21))
    rows[3] = person(3, role="manager")
    peopled.imports(LATER, staff=rows)
    assert peopled.dirty() == {("staff", "3"), ("team", "S2")}


def test_the_team_of_a_member_who_learned_is_judged_again(peopled: Town) -> None:
    peopled.imports(teams=[("school", "personnel_no"), ("S2", "3")])
    peopled.settle()
    header = ("id", "personnel_no", "kind", "target", "happened_at")
    peopled.imports(evidence=[header, ("e1", "3", "programme", "PK", "2026-09-01")])
    assert peopled.dirty() == {("staff", "3"), ("team", "S2")}


def test_colleagues_of_a_regional_methodist_are_judged_again(peopled: Town) -> None:
    rows = people(*range(1, 21))
    rows[1] = person(1, regional_methodist="5")
    peopled.imports(staff=rows)
    peopled.settle()
    rows[5] = person(5, employed_until="2026-12-31")
    peopled.imports(LATER, staff=rows)
    assert peopled.dirty() == {("staff", "1"), ("staff", "5")}


def test_people_of_a_school_are_judged_again_when_its_kind_changes(peopled: Town) -> None:
    peopled.imports(schools=[("code", "name"), ("S1", "Гимназия"), ("S2", "Сад")])
    assert peopled.dirty() == {("school", "S1")}
    peopled.settle()
    peopled.imports(LATER, schools=[("code", "kind"), ("S1", "additional")])
    numbers = {("staff", str(n)) for n in range(1, 21)}
    assert peopled.dirty() >= {("school", "S1"), *numbers}
    assert ("school", "S2") not in peopled.dirty()


def test_people_of_an_association_are_judged_again_when_its_level_changes(peopled: Town) -> None:
    peopled.imports(LATER, associations=[("code", "level"), ("RUS", "школьное")])
    assert peopled.dirty() == {("association", "RUS")}
    peopled.settle()
    peopled.imports(LATER, associations=[("code", "level"), ("MMO", "школьное")])
    assert peopled.dirty() == {("association", "MMO")} | {("staff", str(n)) for n in range(1, 21)}


@pytest.mark.parametrize(
    ("sheet", "rows", "dirty"),
    [
        ("mentorships", [("mentor", "mentee"), ("1", "2")], {("staff", "1"), ("staff", "2")}),
        ("support", [("personnel_no", "form"), ("1", "клуб")], {("staff", "1")}),
        ("routes", [("personnel_no", "number", "starts_on"), ("4", "1", "01.09.2026")],
         {("staff", "4")}),
        ("evidence", [("id", "personnel_no", "kind", "target", "happened_at"),
                      ("e1", "4", "programme", "PK", "2026-09-01")], {("staff", "4")}),
        ("assignments", [("personnel_no", "duty", "of"), ("1", "заместитель", "2")],
         {("staff", "1"), ("staff", "2")}),
        ("roadmap", [("scope", "number"), ("MMO", "1")],
         {("association", "MMO"), ("roadmap_item", "MMO|1|")}),
        ("roadmap", [("number", "title"), ("1", "Семинар")],
         {("municipality", M), ("roadmap_item", "municipality|1|")}),
        ("meetings", [("association", "held_on", "agenda"), ("MMO", "2026-09-01", "анализ")],
         {("association", "MMO")}),
        ("analyses", [("number", "scope", "made_on"), ("1", "школа:S1", "2026-09-01")],
         {("municipality", M), ("school", "S1"), ("analysis", "1")}),
        ("decisions", [("number", "decided_on"), ("1", "2026-09-01")], {("municipality", M)}),
        ("documents", [("code", "title"), ("1", "Положение")],
         {("municipality", M), ("document", "1")}),
        ("practices", [("title", "author"), ("Урок", "4")],
         {("municipality", M), ("staff", "4"), ("practice", "Урок|4")}),
        ("contests", [("personnel_no", "title"), ("4", "Учитель года")],
         {("municipality", M), ("staff", "4"), ("contest", "4|Учитель года|")}),
    ],
)  # fmt: skip
def test_each_sheet_marks_whom_it_touches(
    peopled: Town, sheet: str, rows: list[tuple[str, ...]], dirty: set[tuple[str, str]]
) -> None:
    peopled.imports(**{sheet: rows})
    assert peopled.dirty() == dirty


@pytest.mark.parametrize("sheet", ["closed_days", "competencies"])
def test_the_catalogue_and_closed_days_mark_everybody(peopled: Town, sheet: str) -> None:
    rows = {
        "closed_days": [("from", "until"), ("26.10.2026", "01.11.2026")],
        "competencies": [("code", "title"), ("C1", "Дроби")],
    }
    peopled.imports(**{sheet: rows[sheet]})
    assert len(peopled.dirty()) == 20 + 2 + 2 + 1


def test_unknown_competencies_are_created_and_unknown_sources_told(peopled: Town) -> None:
    header = ("source", "quiz", "slot", "competency")
    questions = [header, ("moodle", "D", 1, "C1"), ("moodle", "D", 2, "C1")]
    plan = peopled.imports(questions=questions)
    assert counts(plan, "competencies") == (1, 0, 0, 0)
    assert [(c.sheet, c.row, c.column) for c in plan.cautions] == [
        ("questions", 2, "competency"),
        ("questions", 2, "source"),
    ]
    again = peopled.check(questions=questions)
    assert counts(again, "questions") == (0, 0, 0, 2)
    assert "competencies" not in again.sheets


def test_misspelled_courses_and_quizzes_are_pointed_out(peopled: Town) -> None:
    sheets = {
        "diagnostics": [("source", "quiz"), ("m", "D1")],
        "routes": [("personnel_no", "number", "starts_on", "based_on"),
                   ("1", "1", DAY, "D1"), ("1", "2", DAY, "Д1")],
        "evidence": [("id", "personnel_no", "kind", "target", "happened_at"),
                     ("e", "1", "programme", "PK", DAY)],
    }  # fmt: skip
    plan = peopled.check(**sheets)
    assert [(c.sheet, c.row, c.column) for c in plan.cautions] == [
        ("diagnostics", 2, "source"), ("routes", 3, "based_on"), ("evidence", 2, "target"),
    ]  # fmt: skip


def test_municipalities_are_apart(peopled: Town) -> None:
    with peopled.session() as session:
        plan = ImportService().check(
            session, "kuznetsk", workbook({"support": [("personnel_no", "form"), ("1", "x")]}), DAY
        )
    assert [f.column for f in plan.faults] == ["personnel_no"]


def test_a_backdated_import_leaves_later_versions_in_force(peopled: Town) -> None:
    peopled.imports(LATER, schools=[("code", "name"), ("S1", "Гимназия")])
    peopled.imports(DAY, schools=[("code", "rural"), ("S1", "да")])
    bodies = {v: (b["name"], b["rural"]) for key, v, b in peopled.records("schools") if key == "S1"}
    assert bodies == {
        ALWAYS: ("Школа № 1", False), DAY: ("Школа № 1", True), LATER: ("Гимназия", False),
    }  # fmt: skip
    with peopled.session() as session:
        titles = session.scalars(select(Subject.title).where(Subject.code == "S1"))
        assert set(titles) == {"Гимназия"}


def test_dates_before_the_first_import_are_possible(peopled: Town) -> None:
    plan = peopled.imports(date(2019, 1, 1), staff=people(*range(1, 21)))
    assert counts(plan, "staff") == (0, 0, 0, 20)
