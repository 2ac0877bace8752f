"""A small Кузнецк and its year 2026; the figures were worked out by hand from kuznetsk 4.1.

Associations a1 and a2 are municipal (ММО), a3 belongs to a school. People, all but 11 teachers:

1   s1, a1: diagnosis 10.02; ИОМ 20.02 done 10.04 by course-a, deficit A; assigned to 9
2   s1, a1: ИОМ 01.03 open; assigned to 9
3   s2, a2: diagnosis 05.09; assigned to 8
4   s2, a1 and a2: born 2000, works since 2024, has a mentor; assigned to 10
5   s1, a1: born 2001, works since 2025
8   s2, a2: regional methodist from 01.09.2026
9   s1, a1: regional methodist from 01.09.2025
10  s2: none of all this, though 4 is assigned to them
11  s1: a manager; diagnosis 10.02
"""

from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from connector.domain.because import Slice, SliceKind
from connector.domain.cases import AssociationCase, Case
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.people import Association, AssociationLevel, Dated
from connector.domain.records import Mentorship, RoadmapItem, WorkPlan
from connector.domain.shares import Share
from connector.rulebook import load_rules
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route, staff
from connector.testing.shares import counted, moment

RULES = load_rules("kuznetsk", [files("connector_kuznetsk") / "rules"])
GROUND = builders.setting(
    "kuznetsk",
    zone=RULES.zone,
    scales=RULES.scales,
    stalls=RULES.stalls,
    known=builders.catalogue(
        {"diagnostic": ["A", "B"]}, [programme("course-a", ["A"]), programme("course-b", ["B"])]
    ),
)
PEOPLE = {
    person.personnel_no: person
    for person in (
        staff("1", school="s1", associations=["a1"], regional_methodist="9"),
        staff("2", school="s1", associations=["a1"], regional_methodist="9"),
        staff("3", school="s2", associations=["a2"], regional_methodist="8"),
        staff(
            "4",
            school="s2",
            associations=["a1", "a2"],
            regional_methodist="10",
            birth_date=date(2000, 5, 1),
            teaching_since=date(2024, 9, 1),
        ),
        staff(
            "5",
            school="s1",
            associations=["a1"],
            birth_date=date(2001, 5, 1),
            teaching_since=date(2025, 9, 1),
        ),
        staff("8", school="s2", associations=["a2"], regional_methodist_since=date(2026, 9, 1)),
        staff("9", school="s1", associations=["a1"], regional_methodist_since=date(2025, 9, 1)),
        staff("10", school="s2"),
        staff("11", role="manager", school="s1"),
    )
}
EVENTS: dict[str, dict[str, Any]] = {
    "1": {
        "evidence": (
            attempt(date(2026, 2, 10), {"A": 20, "B": 60}),
            completion(date(2026, 4, 10), "course-a"),
        ),
        "routes": (route(date(2026, 2, 20), [parse_target("course:course-a")]),),
    },
    "2": {"routes": (route(date(2026, 3, 1), [parse_target("course:course-b")]),)},
    "3": {"evidence": (attempt(date(2026, 9, 5), {"A": 90, "B": 90}),)},
    "4": {"mentorships": (Mentorship("10", "4", Span(date(2026, 1, 12), None)),)},
    "11": {"evidence": (attempt(date(2026, 2, 10), {"A": 90, "B": 90}),)},
}
LEVELS = ("municipal", "regional", "federal")


def _people() -> list[Case]:
    """Whom a person is assigned to stands in the register; a case holds both ends of it."""
    cases: list[Case] = []
    for number, person in PEOPLE.items():
        term = person.terms[0]
        assigned = [p for p in PEOPLE.values() if p.terms[0].regional_methodist == number]
        methodists = [PEOPLE[term.regional_methodist]] if term.regional_methodist else []
        dossier = Dossier(
            person,
            assigned=tuple(assigned),
            regional_methodists=tuple(methodists),
            **EVENTS.get(number, {}),
        )
        cases.append(builders.staff_case(dossier, GROUND))
    return cases


def _association(code: str, levels: tuple[str, ...], plans: tuple[WorkPlan, ...]) -> Case:
    level = AssociationLevel.SCHOOL if code == "a3" else AssociationLevel.MUNICIPAL
    items = tuple(
        RoadmapItem(code, str(n), f"Мероприятие {n}", level, started_on=date(2026, 3, n))
        for n, level in enumerate(levels, 1)
    )
    return AssociationCase(
        Dated(((None, Association(code, f"МО {code}", level)),)), items, plans, GROUND
    )


TOWN = [
    *_people(),
    _association("a1", LEVELS, (WorkPlan("a1", "2026/2027", date(2026, 9, 10), "https://x.ru/1"),)),
    _association("a2", LEVELS[:2], ()),
    _association("a3", LEVELS, ()),
]


def share(code: str, period: str = "2026", as_of: date | None = None, where: str = "") -> Share:
    indicator = RULES.indicator(f"kuznetsk.{code}")
    kind, _, name = where.partition(":")
    place = Slice(SliceKind(kind), name) if where else Slice(SliceKind.WHOLE)
    return counted(indicator, TOWN, moment(period, as_of), place)


# The last day of 2026: eight teachers (11 is a manager).
@pytest.mark.parametrize(
    ("code", "period", "achieved", "population"),
    [
        ("diagnosed", "2026", 2, 8),  # 1 and 3
        ("programmes", "2026", 1, 8),  # 1
        ("routes", "2026", 2, 8),  # 1 and 2, neither by diagnosis
        ("routes_completed", "2026", 1, 2),  # 1 of 1 and 2
        ("regional_methodists", "2026", 2, 8),  # 8 and 9
        ("staff_per_regional_methodist", "2026", 3, 2),  # 1, 2 to 9 and 3 to 8; 10 has no status
        ("young", "2026", 1, 2),  # 4 of 4 and 5
        ("roadmap", "2026", 1, 2),  # a1; a2 has nothing federal
        ("work_plan", "2026/2027", 1, 2),  # a1
    ],
)
def test_the_year_2026(code: str, period: str, achieved: int, population: int) -> None:
    found = share(code, period)
    assert (found.achieved, found.population) == (achieved, population)


def test_no_indicator_has_a_plan() -> None:
    assert [indicator.code for indicator in RULES.indicators if indicator.plans] == []


def test_first_of_all_by_association() -> None:
    # a1: 1, 2, 4, 5, 9. a2: 3, 4, 8. Nobody is lost: 4 counts in both, 10 in neither.
    assert share("diagnosed", where="association:a1").exact == Fraction(1, 5)
    assert share("diagnosed", where="association:a2").exact == Fraction(1, 3)
    assert share("young", where="association:a1").exact == Fraction(1, 2)
    assert share("young", where="association:a2").exact == Fraction(1, 1)


def test_the_ratio_of_a_slice_counts_the_methodists_of_its_own_teachers() -> None:
    ratio = "staff_per_regional_methodist"
    assert share(ratio).exact == Fraction(3, 2)
    assert share(ratio, where="association:a1").exact == Fraction(2, 1)  # 1 and 2 to 9
    assert share(ratio, where="association:a2").exact == Fraction(1, 1)  # 3 to 8
    assert share(ratio, where="school:s2").exact == Fraction(1, 1)
    august = date(2026, 8, 31)  # 8 has no status yet, so 3 is assigned to nobody who counts
    assert share(ratio, as_of=august).exact == Fraction(2, 1)


def test_the_trend_is_held_against_the_whole_year_before() -> None:
    assert share("diagnosed", "2025").exact == Fraction(0, 8)
    assert share("regional_methodists", "2025").exact == Fraction(1, 8)  # 9


def test_a_plan_published_in_september_was_not_there_on_the_first() -> None:
    assert share("work_plan", "2026/2027", date(2026, 9, 9)).achieved == 0
    assert share("work_plan", "2026/2027", date(2026, 9, 10)).achieved == 1
