"""A small Верхняя Пышма and its year 2026; the figures were worked out by hand from the plan.

Schools s1, s2 and the kindergarten k1. Associations: g1 and g2 are ГМО, c1 is a community, w1 (of
g1), w2 (of c1), w3 (of nobody) and w4 (of g2) are ШМО. People, all but 6 teachers:

1  s1: diagnosis 12.03, deficits A and B; ИОМ 01.04 to course-a, open
2  s1: diagnosis 12.03, deficit A
3  s2: diagnosis 12.03, deficit A; course-a 10.05; born 1996, has a mentor since 01.09
4  s2: ИОМ 20.02 without a diagnosis; born 1991-12-31: 35 on the last day of 2026
5  k1: diagnosis 12.03, no deficit; born 1997, in no form of support
6  s2: a manager, diagnosis 12.03
7  s2: nothing at all; born 2000, in the club from February to May

Meetings: g1 on 20.10 (planning), w2 on 15.12 (analysis), w3 on 15.12 (analysis), g2 on 30.09.
Analyses: 1 of s1 on 10.06, decided on 10.07 (30 days); 2 of g1 on 11.06, decided on 12.07 (31);
3 of k1 on 01.12, not decided; 4 of the municipality on 20.12.2025, decided on 10.01.2026.
A snapshot on 01.06 tells of s1, s2 and k1; the decision upon 1 is addressed to s1.
"""

from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from connector.domain.because import Slice, SliceKind
from connector.domain.cases import (
    AnalysisCase,
    AssociationCase,
    Case,
    MunicipalityCase,
    SchoolCase,
)
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
)
from connector.domain.records import Analysis, Decision, Meeting, Mentorship, Snapshot, Support
from connector.domain.shares import Share
from connector.rulebook import load_rules
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route, staff
from connector.testing.shares import counted, moment

RULES = load_rules("verkhnyaya_pyshma", [files("connector_verkhnyaya_pyshma") / "rules"])
SCHOOLS = {
    code: Dated(((None, School(code, code, kind)),))
    for code, kind in {
        "s1": SchoolKind.SCHOOL,
        "s2": SchoolKind.SCHOOL,
        "k1": SchoolKind.KINDERGARTEN,
    }.items()
}
LEVELS = {"g": AssociationLevel.MUNICIPAL, "c": AssociationLevel.COMMUNITY}
PARENTS = {"w1": "g1", "w2": "c1", "w4": "g2"}
ASSOCIATIONS = {
    code: Dated(
        (
            (
                None,
                Association(
                    code,
                    code,
                    LEVELS.get(code[0], AssociationLevel.SCHOOL),
                    parent=PARENTS.get(code),
                ),
            ),
        )
    )
    for code in ("g1", "g2", "c1", "w1", "w2", "w3", "w4")
}
ZONE = RULES.zone
GROUND = builders.setting(
    "verkhnyaya_pyshma",
    zone=ZONE,
    scales=RULES.scales,
    stalls=RULES.stalls,
    organisation=Organisation(SCHOOLS, ASSOCIATIONS),
    known=builders.catalogue(
        {"diagnostic": ["A", "B"]}, [programme("course-a", ["A"]), programme("course-b", ["B"])]
    ),
)
SPRING = date(2026, 3, 12)
TO_A = [parse_target("course:course-a")]


def taken(a: int, b: int) -> Any:
    return attempt(SPRING, {"A": a, "B": b}, zone=ZONE)


DOSSIERS = (
    Dossier(staff("1", school="s1"), (taken(30, 40),), routes=(route(date(2026, 4, 1), TO_A),)),
    Dossier(staff("2", school="s1"), (taken(30, 90),)),
    Dossier(
        staff("3", school="s2", birth_date=date(1996, 5, 1)),
        (taken(30, 90), completion(date(2026, 5, 10), "course-a", ZONE)),
        mentorships=(Mentorship("2", "3", Span(date(2026, 9, 1), None)),),
    ),
    Dossier(
        staff("4", school="s2", birth_date=date(1991, 12, 31)),
        routes=(route(date(2026, 2, 20), TO_A, personnel_no="4"),),
    ),
    Dossier(staff("5", school="k1", birth_date=date(1997, 5, 1)), (taken(90, 90),)),
    Dossier(staff("6", role="manager", school="s2"), (taken(90, 90),)),
    Dossier(
        staff("7", school="s2", birth_date=date(2000, 5, 1)),
        supports=(Support("7", "клуб", Span(date(2026, 2, 1), date(2026, 5, 31))),),
    ),
)
MEETINGS = (
    Meeting("g1", date(2026, 10, 20), "Планы", ("planning", "other")),
    Meeting("w2", date(2026, 12, 15), "Итоги", ("analysis",)),
    Meeting("w3", date(2026, 12, 15), "Итоги", ("analysis",)),
    Meeting("g2", date(2026, 9, 30), "Итоги", ("analysis",)),
)
ANALYSES = (
    Analysis("1", "school:s1", date(2026, 6, 10)),
    Analysis("2", "association:g1", date(2026, 6, 11)),
    Analysis("3", "school:k1", date(2026, 12, 1)),
    Analysis("4", "municipality", date(2025, 12, 20)),
)
DECISIONS = (
    Decision("1", "1", "school:s1", date(2026, 7, 10)),
    Decision("2", "2", "municipality", date(2026, 7, 12)),
    Decision("4", "4", "municipality", date(2026, 1, 10)),
)
SNAPSHOT = Snapshot("2026", date(2026, 6, 1), date(2026, 6, 1), frozenset(SCHOOLS))


def _town() -> list[Case]:
    people = [builders.staff_case(dossier, GROUND) for dossier in DOSSIERS]
    schools = [
        SchoolCase(
            school,
            GROUND,
            tuple(a for a in ANALYSES if a.scope == f"school:{code}"),
            (SNAPSHOT,),
            tuple(p for p in people if p.folded.dossier.person.terms[0].school == code),
        )
        for code, school in SCHOOLS.items()
    ]
    associations = [
        AssociationCase(
            one,
            (),
            (),
            GROUND,
            tuple(m for m in MEETINGS if m.association in (code, PARENTS.get(code))),
        )
        for code, one in ASSOCIATIONS.items()
    ]
    analyses = [
        AnalysisCase(a, tuple(d for d in DECISIONS if d.analysis == a.number), GROUND)
        for a in ANALYSES
    ]
    whole = MunicipalityCase((SNAPSHOT,), ANALYSES, DECISIONS, GROUND)
    return [*people, *schools, *associations, *analyses, whole]


TOWN = _town()


def share(code: str, period: str = "2026", as_of: date | None = None, where: str = "") -> Share:
    indicator = RULES.indicator(f"vp.{code}")
    kind, _, name = where.partition(":")
    place = Slice(SliceKind(kind), name) if where else Slice(SliceKind.WHOLE)
    return counted(indicator, TOWN, moment(period, as_of), place)


# The last day of 2026.
@pytest.mark.parametrize(
    ("code", "achieved", "population"),
    [
        # s1: one deficit of three (1's A) is in a route; s2: its only one is addressed; k1: none.
        ("specifics", 1, 2),
        ("young_support", 2, 3),  # 3 and 7 of 3, 5 and 7; 4 is 35 today
        ("association_links", 2, 4),  # w1 through g1, w2 itself; w3 is tied to none, g2 met in Q3
        ("analytics", 2, 3),  # s1 and k1
        ("decisions", 1, 3),  # 1 of 1, 2 and 3; 4 was made last year
        ("monitoring", 3, 3),
        ("cycle", 1, 1),
        ("growth", 4, 5),  # 1, 2, 3 by diagnosis, 4 by a route; not 7; 5 is no school's teacher
    ],
)
def test_the_year_2026(code: str, achieved: int, population: int) -> None:
    found = share(code)
    assert (found.achieved, found.population) == (achieved, population)


def test_growth_is_the_only_one_with_a_plan() -> None:
    planned = [one for one in RULES.indicators if one.plans]
    assert [one.code for one in planned] == ["vp.growth"]
    plan = planned[0].plan_on(date(2026, 12, 31))
    assert plan is not None
    assert share("growth").meets(plan)
    january = share("growth", as_of=date(2026, 2, 20))  # only 4's route has begun
    assert (january.exact, january.missing(plan)) == (Fraction(1, 5), 2)


def test_before_the_summer() -> None:
    may = date(2026, 5, 9)  # 3's programme is not completed yet
    assert share("specifics", as_of=may).exact == Fraction(0, 2)
    assert share("young_support", as_of=may).exact == Fraction(1, 4)  # 7; 4 is 34 yet
    assert share("monitoring", as_of=may).achieved == share("cycle", as_of=may).achieved == 0
    july = date(2026, 7, 9)  # neither 1 nor 2 is decided
    assert share("decisions", as_of=july).exact == Fraction(0, 2)
    assert share("cycle", as_of=july).achieved == 0


def test_each_quarter_begins_anew() -> None:
    assert share("association_links", as_of=date(2026, 9, 30)).exact == Fraction(1, 4)  # w4
    assert share("association_links", as_of=date(2026, 10, 1)).exact == Fraction(0, 4)
    assert share("association_links", as_of=date(2026, 10, 20)).exact == Fraction(1, 4)  # w1


def test_by_institution_and_as_a_whole() -> None:
    assert share("specifics", where="school:s1").exact == Fraction(0, 1)
    assert share("specifics", where="school:s2").exact == Fraction(1, 1)
    assert share("specifics", where="school:k1").population == 0
    assert share("young_support", where="school:s2").exact == Fraction(2, 2)  # 3 and 7
    assert share("growth", where="school:s2").exact == Fraction(2, 3)  # 3, 4 of 3, 4, 7
    assert share("decisions", where="school:s1").exact == Fraction(1, 1)
    assert share("decisions", where="school:k1").exact == Fraction(0, 1)
    assert share("decisions", where="association:g1").exact == Fraction(0, 1)
    assert share("association_links", where="association:w2").exact == Fraction(1, 1)


def test_the_year_before_knew_nothing_of_this() -> None:
    assert share("decisions", "2025").exact == Fraction(0, 1)  # 4, decided in January
    assert share("growth", "2025").achieved == share("analytics", "2025").achieved == 0


def test_the_roadmap_has_every_row_of_the_plan() -> None:
    rows = [planned.item.number for planned in RULES.roadmap]
    assert rows == [
        *("1.1", "1.2", "1.3", "1.4", "2.1", "3.1", "4.1", "4.2"),
        *("5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "6.1", "6.2"),
    ]
    assert all(planned.item.term and planned.item.owner for planned in RULES.roadmap)


def occurrences(number: str, year: int) -> list[tuple[str | None, date | None]]:
    (planned,) = [p for p in RULES.roadmap if p.item.number == number]
    found = [(i.occurrence, i.due_on) for i in planned.occurrences(date(2027, 12, 31))]
    return [one for one in found if one[1] is None or one[1].year == year]


def test_terms_become_dated_occurrences() -> None:
    assert occurrences("1.2", 2020) == [(None, date(2020, 12, 31))]
    assert occurrences("3.1", 2026) == [("2026", date(2026, 12, 31))]
    assert [due for _, due in occurrences("5.2", 2026)] == [
        date(2026, 3, 31),
        date(2026, 6, 30),
        date(2026, 9, 30),
        date(2026, 12, 31),
    ]
    assert occurrences("1.4", 2024) == [("2024", date(2024, 12, 31))]
    assert occurrences("1.4", 2025) == []
    assert occurrences("5.5", 2026) == [(None, None)]
