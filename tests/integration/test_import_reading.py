"""What was imported, read back as the domain sees it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from connector.domain.catalogue import Audience, Policy, Target, TargetKind
from connector.domain.dates import Span
from connector.domain.people import AssociationLevel, Duty, Role, SchoolKind
from connector.domain.records import (
    Analysis,
    Assignment,
    Decision,
    HandmadeEvidence,
    Mentorship,
    Support,
    TeamMembership,
    WorkPlan,
)
from connector.services.records import reading as records
from tests.integration.town_of_records import DAY, PLACES, M, Town, people, person, town

LATER = DAY + timedelta(days=30)


@pytest.fixture
def place(database_url: str) -> Iterator[Town]:
    with town(database_url) as made:
        made.imports(**PLACES, staff=people(*range(1, 21)))
        yield made


def test_staff_has_terms_from_versions_and_facts_from_the_latest(place: Town) -> None:
    rows = people(*range(1, 21))
    rows[1] = person(1, school="S2", last_name="Новая", role="руководитель")
    place.imports(LATER, staff=rows)
    with place.session() as session:
        one = records.staff(session, M, ["1", "нет"])["1"]
        assert len(records.staff(session, M)) == 20
    assert (one.full_name, one.email) == ("Новая Ё", "P1@school.ru")
    assert [(t.valid_from, t.school, t.role) for t in one.terms] == [
        (None, "S1", Role.TEACHER),
        (LATER, "S2", Role.MANAGER),
    ]
    assert one.at(LATER - timedelta(days=1)).school == "S1"
    assert one.employments == (Span(date(2020, 9, 1)),)


def test_who_left_and_came_back_has_two_employments(place: Town) -> None:
    place.imports(LATER, staff=people(*range(2, 21)))
    place.imports(LATER + timedelta(days=30), staff=people(*range(1, 21)))
    place.imports(LATER + timedelta(days=60), staff=people(*range(1, 21)))
    with place.session() as session:
        one = records.staff(session, M, ["1"])["1"]
    assert one.employments == (
        Span(date(2020, 9, 1), LATER - timedelta(days=1)),
        Span(LATER + timedelta(days=30)),
    )


def test_places_are_dated(place: Town) -> None:
    place.imports(
        LATER,
        schools=[("code", "low_results", "mentoring_since"), ("S1", "да", "2026-09-15")],
        associations=[("code", "level", "parent"), ("RUS", "шмо", "MMO")],
    )
    with place.session() as session:
        found = records.organisation(session, M)
    before, after = found.school("S1", DAY), found.school("S1", LATER)
    assert before is not None
    assert after is not None
    assert (before.low_results, after.low_results) == (False, True)
    assert after.mentoring_since == date(2026, 9, 15)
    kindergarten = found.schools["S2"].latest
    assert (kindergarten.kind, kindergarten.name) == (SchoolKind.KINDERGARTEN, "Сад")
    assert found.associations["RUS"].latest.level is AssociationLevel.SCHOOL
    assert found.associations["RUS"].latest.parent == "MMO"


def test_the_catalogue_is_read_whole(place: Town) -> None:
    place.imports(
        competencies=[("code", "title", "area"), ("C1", "Дроби", "предметная")],
        programmes=[
            ("source", "course", "title", "register_no", "hours", "audience", "competencies",
             "final"),
            ("m", "PK", "Курс", 77.0, 36, "команды", "C1; C2", "quiz:Q >= 60,5"),
            ("m", "PK2", "Ещё", None, None, None, None, None),
        ],
        diagnostics=[("source", "quiz", "title", "policy"), ("m", "D", "Входная", "лучшая")],
        questions=[
            ("source", "quiz", "slot", "category", "competency"),
            ("m", "D", 1, None, "C1"), ("m", "D", None, "Алгебра", "C2"),
        ],
    )  # fmt: skip
    with place.session() as session:
        found = records.catalogue(session, M)
    first, second = found.programmes
    assert (first.register_no, first.hours, first.audience) == ("77", 36, Audience.TEAMS)
    assert first.competencies == ("C1", "C2")
    assert first.final == Target(TargetKind.QUIZ, "Q", Decimal("60.5"))
    assert (second.audience, second.competencies, second.final) == (Audience.STAFF, (), None)
    assert found.diagnostics[0].policy is Policy.BEST
    assert {(q.slot, q.category, q.competency) for q in found.questions} == {
        (1, None, "C1"), (None, "Алгебра", "C2"),
    }  # fmt: skip
    assert (found.competency("C1").title, found.competency("C2").title) == ("Дроби", None)


def test_routes_come_with_ordered_steps_and_pauses(place: Town) -> None:
    place.imports(
        routes=[
            ("personnel_no", "number", "starts_on", "approved_by", "based_on"),
            ("1", "2", "2026-10-01", None, None),
            ("1", "1", "2026-09-01", "2", "D"),
            ("3", "1", "2026-09-01", "2", None),
        ],
        steps=[
            ("personnel_no", "number", "order", "target", "due_on", "required"),
            ("1", "1", 10, "manual", None, "нет"),
            ("1", "1", 9, "course:PK", "2026-12-01", None),
        ],
        pauses=[
            ("personnel_no", "number", "from", "until", "reason"),
            ("1", "1", "2026-11-01", None, "отпуск"),
            ("1", "1", "2026-10-01", "2026-10-05", None),
        ],
    )
    with place.session() as session:
        found = records.personal(session, M, ["1", "2"]).routes
        assert found.keys() == {"1"}
        assert records.personal(session, M, ["3"]).routes.keys() == {"3"}
    first, second = found["1"]
    assert (first.code, second.code, second.steps) == ("1/1", "1/2", ())
    assert first.is_approved(date(2026, 9, 1))
    assert not second.is_approved(date(2027, 1, 1))
    assert [(s.order, str(s.target), s.required) for s in first.steps] == [
        (9, "course:PK", True), (10, "manual", False),
    ]  # fmt: skip
    assert [pause.span for pause in first.pauses] == [
        Span(date(2026, 10, 1), date(2026, 10, 5)), Span(date(2026, 11, 1)),
    ]  # fmt: skip


def test_what_links_people_is_found_from_both_ends(place: Town) -> None:
    start = date(2026, 9, 1)
    place.imports(
        mentorships=[("mentor", "mentee", "from"), ("1", "2", start)],
        support=[("personnel_no", "form", "from"), ("2", "клуб", start)],
        teams=[("school", "personnel_no", "from"), ("S1", "3", start)],
        assignments=[("personnel_no", "duty", "of", "from"), ("4", "методист", "S1", start)],
        evidence=[
            ("id", "personnel_no", "kind", "target", "happened_at", "document"),
            ("e1", "2", "программа", "PK", start, "Удостоверение"),
        ],
    )
    with place.session() as session:
        mentorship = Mentorship("1", "2", Span(start))
        mentee = records.personal(session, M, ["2"])
        assert mentee.mentorships == {"2": [mentorship]}
        assert records.personal(session, M, ["1"]).mentorships == {}
        assert records.mentorships_of_mentors(session, M, ["1"]) == {"1": [mentorship]}
        assert mentee.supports == {"2": [Support("2", "клуб", Span(start))]}
        assert records.teams(session, M, ["S1"]) == {"S1": [TeamMembership("S1", "3", Span(start))]}
        assert records.assignments(session, M) == (
            Assignment("4", Duty.METHODIST, "S1", Span(start)),
        )
        assert mentee.handmade == {
            "2": [HandmadeEvidence("e1", "2", "programme", "PK", start, "Удостоверение")]
        }


def test_the_cycle_is_read_by_scope(place: Town) -> None:
    place.imports(
        roadmap=[
            ("scope", "number", "title", "level", "occurrence", "started_on"),
            ("MMO", "1", "Семинар", "региональный", "2026-Q3", "2026-09-01"),
            (None, "1", "День", None, None, None),
        ],
        plans=[
            ("association", "academic_year", "published_on"),
            ("MMO", "2026/2027", "2026-09-01"),
        ],
        analyses=[("number", "made_on"), ("A1", "2026-09-01")],
        decisions=[
            ("number", "analysis", "scope", "decided_on"),
            ("D1", "A1", "школа:S1", "2026-09-02"),
        ],
        closed_days=[("from", "until"), ("2026-10-26", "2026-11-01"), ("2026-12-31", None)],
    )
    with place.session() as session:
        [item] = records.roadmap(session, M, ["MMO"])
        assert (item.level, item.started_on, item.occurrence) == (
            "regional", date(2026, 9, 1), "2026-Q3",
        )  # fmt: skip
        assert len(records.roadmap(session, M)) == 2
        assert records.work_plans(session, M) == (WorkPlan("MMO", "2026/2027", date(2026, 9, 1)),)
        assert records.analyses(session, M) == (Analysis("A1", "municipality", date(2026, 9, 1)),)
        assert records.decisions(session, M) == (
            Decision("D1", "A1", "school:S1", date(2026, 9, 2)),
        )
        assert records.closed_days(session, M) == (
            Span(date(2026, 10, 26), date(2026, 11, 1)),
            Span(date(2026, 12, 31), date(2026, 12, 31)),
        )
        assert records.staff(session, "kuznetsk") == {}
