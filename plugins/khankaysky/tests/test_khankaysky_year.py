"""A small Ханкайский округ and its year 2026; figures worked out by hand from the document.

Competencies: P (methodical), D (subject, «Математика: дроби»), M (managerial). Quizzes: lesson
measures P, fractions D, managers M. Schools: low has low results, biased biased ones, s1 neither.
Associations: a1 and a2 are ММО, w1 is a ШМО. People:

1  teacher low, a1: lesson 12.03 P 40; ИОМ 01.04 to course-p, done 10.05; lesson 20.05 P 70
2  teacher low, a1, chemistry: lesson 01.10.2025 P 30; fractions 01.10.2025 D 90
3  teacher biased, a2: lesson 01.10.2025 P 30, course-p 01.02, lesson 01.03 P 30; ИОМ 01.05 open
4  teacher s1, a2, mathematics: lesson 05.09 P 90 and fractions 01.09 D 90
5  manager biased: managers 12.03 M 60
6  manager s1: lesson 12.03 P 90
7  teacher s1, a2, until 30.06: lesson 01.10.2025 P 30
8  teacher s1, w1: lesson 01.02.2025 P 30, course-p 31.12.2025, lesson 12.03 P 90
"""

from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from connector.domain.because import Slice, SliceKind
from connector.domain.cases import AssociationCase, Case
from connector.domain.catalogue import Competency, parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.people import Association, AssociationLevel, Dated, Organisation, School
from connector.domain.shares import Share
from connector.domain.stall_policy import Rung
from connector.rulebook import load_rules
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route, staff
from connector.testing.shares import counted, moment

RULES = load_rules("khankaysky", [files("connector_khankaysky") / "rules"])
ZONE = RULES.zone
KNOWN = builders.catalogue(
    {"lesson": ["P"], "fractions": ["D"], "managers": ["M"]}, [programme("course-p", ["P"])]
)
GROUND = builders.setting(
    "khankaysky",
    zone=ZONE,
    scales=RULES.scales,
    stalls=RULES.stalls,
    known=type(KNOWN)(
        (
            Competency("P", "Планирование урока", "methodical"),
            Competency("D", "Математика: дроби", "subject"),
            Competency("M", "Управление качеством", "managerial"),
        ),
        KNOWN.programmes,
        KNOWN.diagnostics,
        KNOWN.questions,
    ),
    organisation=Organisation(
        {
            "low": Dated(((None, School("low", "Школа 1", low_results=True)),)),
            "biased": Dated(((None, School("biased", "Школа 2", biased_results=True)),)),
            "s1": Dated(((None, School("s1", "Школа 3")),)),
        }
    ),
)
SPRING, AUTUMN = date(2026, 3, 12), date(2025, 10, 1)
TO_P = [parse_target("course:course-p")]


def lesson(on: date, percent: int, number: int = 1) -> Any:
    return attempt(on, {"P": percent}, quiz="lesson", number=number, zone=ZONE)


def fractions(on: date) -> Any:
    return attempt(on, {"D": 90}, quiz="fractions", zone=ZONE)


def done(on: date) -> Any:
    return completion(on, "course-p", ZONE)


DOSSIERS = (
    Dossier(
        staff("1", school="low", associations=["a1"]),
        (lesson(SPRING, 40), done(date(2026, 5, 10)), lesson(date(2026, 5, 20), 70, 2)),
        routes=(route(date(2026, 4, 1), TO_P),),
    ),
    Dossier(
        staff("2", school="low", associations=["a1"], subjects=["химия"]),
        (lesson(AUTUMN, 30), fractions(AUTUMN)),
    ),
    Dossier(
        staff("3", school="biased", associations=["a2"]),
        (lesson(AUTUMN, 30), done(date(2026, 2, 1)), lesson(date(2026, 3, 1), 30, 2)),
        routes=(route(date(2026, 5, 1), TO_P, personnel_no="3"),),
    ),
    Dossier(
        staff("4", school="s1", associations=["a2"], subjects=["математика"]),
        (fractions(date(2026, 9, 1)), lesson(date(2026, 9, 5), 90)),
    ),
    Dossier(
        staff("5", role="manager", school="biased"),
        (attempt(SPRING, {"M": 60}, quiz="managers", zone=ZONE),),
    ),
    Dossier(staff("6", role="manager", school="s1"), (lesson(SPRING, 90),)),
    Dossier(
        staff("7", school="s1", associations=["a2"], employed=Span(None, date(2026, 6, 30))),
        (lesson(AUTUMN, 30),),
    ),
    Dossier(
        staff("8", school="s1", associations=["w1"]),
        (lesson(date(2025, 2, 1), 30), done(date(2025, 12, 31)), lesson(SPRING, 90, 2)),
    ),
)


def _town() -> list[Case]:
    people = [builders.staff_case(dossier, GROUND) for dossier in DOSSIERS]
    levels = {
        "a1": AssociationLevel.MUNICIPAL,
        "a2": AssociationLevel.MUNICIPAL,
        "w1": AssociationLevel.SCHOOL,
    }
    associations = [
        AssociationCase(
            Dated(((None, Association(code, code, level)),)),
            (),
            (),
            GROUND,
            people=tuple(
                one for one in people if code in one.folded.dossier.person.terms[0].associations
            ),
        )
        for code, level in levels.items()
    ]
    return [*people, *associations]


TOWN = _town()


def share(code: str, period: str = "2026", as_of: date | None = None, where: str = "") -> Share:
    indicator = RULES.indicator(f"khankaysky.{code}")
    kind, _, name = where.partition(":")
    place = Slice(SliceKind(kind), name) if where else Slice(SliceKind.WHOLE)
    return counted(indicator, TOWN, moment(period, as_of), place)


# The last day of 2026: all but 7 are employed.
@pytest.mark.parametrize(
    ("code", "achieved", "population"),
    [
        # 4 (P and D), 5 (M). Not 1, 3, 8: no D. Not 2: P is of 2025. Not 6: no M.
        ("deficits_identified", 2, 7),
        # 1 rose from 40 to 70, 3 stayed at 30. 8 completed last year.
        ("training_effect", 1, 2),
        # a1: 2's deficit before, and now: 1's was found and closed meanwhile. a2: 3's, as before.
        ("associations_effective", 0, 2),
        ("low_results_support", 1, 4),  # 3 of 1, 2, 3 and 5; 1's route is completed
    ],
)
def test_the_year_2026(code: str, achieved: int, population: int) -> None:
    found = share(code)
    assert (found.achieved, found.population) == (achieved, population)


def test_in_june() -> None:
    june = date(2026, 6, 30)  # 7 still works; last October's results are fresh enough
    assert share("deficits_identified", as_of=june).exact == Fraction(2, 8)  # 2 and 5
    assert share("low_results_support", as_of=date(2026, 5, 9)).exact == Fraction(2, 4)  # 1 and 3


def test_a_deficit_that_is_addressed_is_not_open() -> None:
    february = date(2026, 2, 28)  # a2: 3's is addressed, 7's is open; both were open in December
    assert share("associations_effective", as_of=february).exact == Fraction(1, 2)
    assert share("associations_effective", as_of=date(2026, 3, 1)).exact == Fraction(0, 2)


def test_by_school_and_by_association() -> None:
    assert share("low_results_support", where="school:low").exact == Fraction(0, 2)
    assert share("low_results_support", where="school:biased").exact == Fraction(1, 2)
    assert share("low_results_support", where="school:s1").population == 0
    assert share("training_effect", where="association:a1").exact == Fraction(1, 1)
    assert share("associations_effective", where="association:a2").exact == Fraction(0, 1)
    assert share("deficits_identified", where="association:a2").exact == Fraction(1, 2)  # 4


def test_the_year_before() -> None:
    assert share("training_effect", "2025").population == 0  # 8 has no quiz after it in 2025
    # 2 alone: 4 and 5 were measured in 2026.
    assert share("deficits_identified", "2025").exact == Fraction(1, 8)
    # Nobody had a deficit on the last day of 2024, so nothing could become less.
    assert share("associations_effective", "2025").exact == Fraction(0, 2)


def test_no_indicator_has_a_plan() -> None:
    assert [indicator.code for indicator in RULES.indicators if indicator.plans] == []


def test_a_stall_climbs_from_the_methodist_to_the_specialist() -> None:
    assert RULES.stalls.ladder == (Rung.METHODIST, Rung.SPECIALIST)
    assert RULES.stalls.after(Rung.SPECIALIST) == 5


def test_the_yearly_plan_is_a_row_of_every_year() -> None:
    (plan,) = [planned for planned in RULES.roadmap if planned.item.number == "3.2"]
    due = [(i.occurrence, i.due_on) for i in plan.occurrences(date(2027, 12, 31))]
    assert due == [("2026", date(2026, 12, 31)), ("2027", date(2027, 12, 31))]
    assert all(planned.item.term and planned.item.owner for planned in RULES.roadmap)
