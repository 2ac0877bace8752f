"""A small Королёв and its year 2026; the shares were worked out by hand from korolev VI.

Schools s1 and s2 are schools, k1 is a kindergarten. Associations a1, a2. People:

1  teacher s1, a1: diagnosis 12.03 55 % (base); ИОМ 20.03 done 10.05 by course-a, deficit A
2  teacher s1, a1: diagnosis 12.03 40 % (below base); ИОМ 20.03 open; course-b 01.06, deficit B
3  teacher s1, a1 and a2: diagnosis 12.03 85 %; course-a without a deficit; in team s1
4  teacher s2, a2: no diagnosis; born 1999, in the first year of work, in the club
5  teacher s2: diagnosis in 2025 only, ИОМ 01.12.2025 open; born 1998, seventh year, in the club
6  manager s1: diagnosis 12.03 90 %; in team s1
7  manager s2, until 30.06: diagnosis 12.03 90 %; in team s2
8  teacher s2, from 01.09: diagnosis 01.10 50 % (base); in team s2
"""

from datetime import date
from fractions import Fraction
from importlib.resources import files

import pytest

from connector.domain.because import Slice, SliceKind
from connector.domain.cases import Case, MunicipalityCase, SchoolCase, TeamCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.people import Dated, School, SchoolKind
from connector.domain.records import Analysis, Decision, Snapshot, Support, TeamMembership
from connector.domain.shares import Share
from connector.rulebook import load_rules
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route, staff
from connector.testing.shares import counted, moment

RULES = load_rules("korolev", [files("connector_korolev") / "rules"])
GROUND = builders.setting(
    "korolev",
    zone=RULES.zone,
    scales=RULES.scales,
    stalls=RULES.stalls,
    known=builders.catalogue(
        {"diagnostic": ["A", "B"]},
        [
            programme("course-a", ["A"]),
            programme("course-b", ["B"]),
            programme("teams", ["M"], audience="teams"),
        ],
    ),
)
SPRING = date(2026, 3, 12)
CLUB = Span(date(2026, 2, 1), date(2026, 5, 31))


def _dossiers() -> list[Dossier]:
    to_a = [parse_target("course:course-a")]
    march = date(2026, 3, 20)
    return [
        Dossier(
            staff("1", school="s1", associations=["a1"]),
            (attempt(SPRING, {"A": 30, "B": 80}), completion(date(2026, 5, 10), "course-a")),
            routes=(route(march, to_a, personnel_no="1", based_on="diagnostic"),),
        ),
        Dossier(
            staff("2", school="s1", associations=["a1"]),
            (attempt(SPRING, {"A": 40, "B": 40}), completion(date(2026, 6, 1), "course-b")),
            routes=(route(march, to_a, personnel_no="2", based_on="diagnostic"),),
        ),
        Dossier(
            staff("3", school="s1", associations=["a1", "a2"]),
            (
                attempt(SPRING, {"A": 80, "B": 90}),
                completion(date(2026, 4, 1), "course-a"),
                completion(date(2026, 4, 2), "teams"),
            ),
        ),
        Dossier(
            staff(
                "4",
                school="s2",
                associations=["a2"],
                birth_date=date(1999, 5, 1),
                teaching_since=date(2025, 9, 1),
            ),
            supports=(Support("4", "Педагогическая гостиная", CLUB),),
        ),
        Dossier(
            staff(
                "5",
                school="s2",
                birth_date=date(1998, 5, 1),
                teaching_since=date(2020, 9, 1),
            ),
            (attempt(date(2025, 11, 12), {"A": 30, "B": 30}),),
            routes=(route(date(2025, 12, 1), to_a, personnel_no="5", based_on="diagnostic"),),
            supports=(Support("5", "Педагогическая гостиная", CLUB),),
        ),
        Dossier(
            staff("6", role="manager", school="s1"),
            (attempt(SPRING, {"A": 90, "B": 90}), completion(date(2026, 4, 1), "teams")),
        ),
        Dossier(
            staff("7", role="manager", school="s2", employed=Span(None, date(2026, 6, 30))),
            (attempt(SPRING, {"A": 90, "B": 90}), completion(date(2026, 4, 1), "teams")),
        ),
        Dossier(
            staff("8", school="s2", employed=Span(date(2026, 9, 1), None)),
            (attempt(date(2026, 10, 1), {"A": 50, "B": 50}),),
        ),
    ]


def _town() -> list[Case]:
    people = {d.person.personnel_no: builders.staff_case(d, GROUND) for d in _dossiers()}

    def team(school: str, *numbers: str) -> TeamCase:
        always = Span()
        return TeamCase(
            school, tuple((TeamMembership(school, n, always), people[n]) for n in numbers), GROUND
        )

    def school(code: str, **since: date) -> SchoolCase:
        kind = SchoolKind.KINDERGARTEN if code == "k1" else SchoolKind.SCHOOL
        return SchoolCase(Dated(((None, School(code, code, kind, **since)),)), GROUND)

    cycle = MunicipalityCase(
        (Snapshot("2026", date(2026, 6, 1), date(2026, 6, 1)),),
        (Analysis("1", "municipality", date(2026, 6, 10)),),
        (Decision("1", "1", "school:s2", date(2026, 6, 20)),),
        GROUND,
    )
    return [
        *people.values(),
        team("s1", "3", "6"),
        team("s2", "7", "8"),
        school("s1", mentoring_since=date(2025, 9, 1)),
        school("s2", internship_since=date(2026, 10, 1)),
        school("k1", mentoring_since=date(2025, 9, 1)),
        cycle,
    ]


TOWN = _town()


def share(code: str, period: str = "2026", as_of: date | None = None, where: str = "") -> Share:
    indicator = RULES.indicator(f"korolev.{code}")
    kind, _, name = where.partition(":")
    place = Slice(SliceKind(kind), name) if where else Slice(SliceKind.WHOLE)
    return counted(indicator, TOWN, moment(period, as_of), place)


# The last day of 2026: 1, 2, 3, 4, 5, 6 and 8 are employed, six of them teachers.
@pytest.mark.parametrize(
    ("code", "achieved", "population", "missing"),
    [
        ("diagnosed", 4, 7, 1),  # 1, 3, 6, 8; 60 % of 7 is 4.2, so 5 are needed
        ("routes", 3, 7, 0),  # 1, 2, 5; 30 % of 7 is 2.1
        ("routes_completed", 1, 3, 2),  # 1; 80 % of 3 is 2.4
        ("programmes", 2, 6, 0),  # 1 and 2; 30 % of 6 is 1.8
        ("teams", 1, 2, 0),  # s1: both; of s2 only 8 is left, who did not
        ("young", 1, 2, 1),  # 4; 5 was in the club after the third year; 70 % of 2 is 1.4
        ("mentoring", 1, 2, 1),  # s1; the kindergarten is no school
        ("internship", 1, 2, 0),  # s2
        ("monitoring", 1, 1, 0),
    ],
)
def test_the_year_2026(code: str, achieved: int, population: int, missing: int) -> None:
    found = share(code)
    assert (found.achieved, found.population) == (achieved, population)
    plan = RULES.indicator(f"korolev.{code}").plan_on(date(2026, 12, 31))
    assert plan is not None
    assert found.missing(plan) == missing
    assert found.meets(plan) is (missing == 0)


def test_half_way_through_the_year() -> None:
    june = date(2026, 6, 30)  # 7 still works, 8 does not yet
    assert share("diagnosed", as_of=june).exact == Fraction(4, 7)  # 1, 3, 6, 7
    assert share("internship", as_of=june).achieved == 0
    assert share("teams", as_of=june).exact == Fraction(2, 2)  # of s2 only 7, who did
    assert share("monitoring", as_of=date(2026, 6, 19)).achieved == 0


def test_by_school_and_by_association() -> None:
    assert share("diagnosed", where="school:s1").exact == Fraction(3, 4)  # 1, 3, 6 of 1, 2, 3, 6
    assert share("diagnosed", where="school:s2").exact == Fraction(1, 3)  # 8 of 4, 5, 8
    assert share("diagnosed", where="association:a1").exact == Fraction(2, 3)  # 1, 3 of 1, 2, 3
    assert share("diagnosed", where="association:a2").exact == Fraction(1, 2)  # 3 of 3, 4
    assert share("mentoring", where="school:s2").exact == Fraction(0, 1)


def test_the_next_year_keeps_what_is_still_open() -> None:
    # 1 completed the route in 2026, so of the three those of 2 and 5 are left.
    found = share("routes", "2027", date(2027, 1, 31))
    assert (found.achieved, found.population) == (2, 7)
    assert share("diagnosed", "2027", date(2027, 1, 31)).achieved == 0


def test_the_years_before_knew_only_one_diagnosis() -> None:
    found = share("diagnosed", "2025")  # 5, with 30 %: below base; 8 is not employed
    assert (found.achieved, found.population) == (0, 7)
    assert share("routes", "2025").achieved == 1  # 5 began on 1 December
