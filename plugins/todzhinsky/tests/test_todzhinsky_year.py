"""A small Тоджинский кожуун and its year 2026; the figures were worked out by hand from order 134.

Schools: s1 (rural, head 5), s2 (a town's, head 6), k1 (a rural kindergarten, no head).
Associations a1, a2. Unless it says otherwise everybody has a complete record but no subjects.

1  teacher s1, a1, физика and химия: diagnosis 10.02 A 30 %; ИОМ 20.02 course-a, done 10.04;
   attestation 15.10
2  teacher s1, a1, биология and география: diagnosis 10.02 A 40 %; a consultation on 03.03;
   completed course-b (B, no deficit) on 01.06
3  teacher s1, a2, история and обществознание: diagnosis 10.02 A 45 %, ИОМ a draft; no e-mail
4  teacher k1, no subjects: a mentor from 01.09; attestation 01.11; in «Учитель года» on 20.02
5  manager s1, heads it: assessed on all five criteria on 02.04, one recommendation; attestation
   30.06; completed course-a on 05.05 without a diagnosis
6  manager s2, heads it: assessed on four criteria; attestation 30.06
7  teacher s2, физика, until 30.06: diagnosis 10.02 A 20 %; completed unregistered on 01.05;
   in a contest on 12.03; another one last year
8  manager, no school, no position: the methodist; completed the programme for teams on 05.05
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from connector.domain.because import Slice, SliceKind
from connector.domain.cases import (
    Case,
    CompletionCase,
    ContestCase,
    DocumentCase,
    PracticeCase,
    RoadmapCase,
    StaffCase,
)
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.people import Dated, Organisation, Role, School, SchoolKind, StaffMember
from connector.domain.people import StaffTerm as Term
from connector.domain.records import Assessment, Contest, Mentorship, Practice, Support
from connector.domain.shares import Share
from connector.rulebook import load_rules
from connector.services.cases.listed import registers_of
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route
from connector.testing.shares import counted, moment

RULES = load_rules("todzhinsky", [files("connector_todzhinsky") / "rules"])
REGISTERS = registers_of(RULES, date(2026, 12, 31))
GROUND = builders.setting(
    "todzhinsky",
    zone=RULES.zone,
    scales=RULES.scales,
    stalls=RULES.stalls,
    registers=REGISTERS,
    organisation=Organisation(
        {
            school.code: Dated(((None, school),))
            for school in (
                School("s1", "Школа 1", rural=True, head="5"),
                School("s2", "Школа 2", head="6"),
                School("k1", "Сад", SchoolKind.KINDERGARTEN, rural=True),
            )
        }
    ),
    known=builders.catalogue(
        {"diagnostic": ["A", "B"]},
        [
            programme("course-a", ["A"]),
            programme("course-b", ["B"]),
            programme("unregistered", ["A"], register_no=None),
            programme("teams", ["A"], audience="teams"),
        ],
    ),
)
FEBRUARY = date(2026, 2, 10)
CRITERIA = (
    "По базовой подготовке",
    "Объективность результатов внешней оценки",
    "Условия осуществления образовательной деятельности",
    "Кадровый резерв",
    "Квалификация в области управления",
)


def person(number: str, school: str | None, *, role: str = "teacher", **more: Any) -> StaffMember:
    term = Term(
        None,
        Role(role),
        school,
        more.pop("position", "учитель"),
        tuple(more.pop("subjects", ())),
        tuple(more.pop("associations", ())),
    )
    given = {
        "email": f"p{number}@example.org",
        "birth_date": date(1985, 5, 1),
        "teaching_since": date(2010, 9, 1),
        "employments": (Span(),),
        **more,
    }
    return StaffMember(number, "Фамилия", "Имя", (term,), **given)


def assessed(number: str, criteria: tuple[str, ...]) -> tuple[Assessment, ...]:
    return tuple(
        Assessment(
            number,
            criterion,
            date(2026, 4, 2),
            recommendation="Назначить заместителя" if criterion == "Кадровый резерв" else None,
        )
        for criterion in criteria
    )


def _dossiers() -> list[Dossier]:
    to_a = [parse_target("course:course-a")]
    start = date(2026, 2, 20)
    return [
        Dossier(
            person(
                "1",
                "s1",
                subjects=["физика", "химия"],
                associations=["a1"],
                attestation_on=date(2026, 10, 15),
            ),
            (
                attempt(FEBRUARY, {"A": 30, "B": 80}),
                completion(date(2026, 4, 10), "course-a"),
            ),
            routes=(route(start, to_a, personnel_no="1"),),
        ),
        Dossier(
            person("2", "s1", subjects=["биология", "география"], associations=["a1"]),
            (
                attempt(FEBRUARY, {"A": 40, "B": 80}),
                completion(date(2026, 6, 1), "course-b"),
            ),
            supports=(Support("2", "Консультация", Span(date(2026, 3, 3), date(2026, 3, 3))),),
        ),
        Dossier(
            person(
                "3", "s1", subjects=["история", "обществознание"], associations=["a2"], email=None
            ),
            (attempt(FEBRUARY, {"A": 45, "B": 80}),),
            routes=(route(start, to_a, personnel_no="3", approved=False),),
        ),
        Dossier(
            person("4", "k1", attestation_on=date(2026, 11, 1)),
            mentorships=(Mentorship("1", "4", Span(date(2026, 9, 1), None)),),
        ),
        Dossier(
            person("5", "s1", role="manager", attestation_on=date(2026, 6, 30)),
            (completion(date(2026, 5, 5), "course-a"),),
            assessments=assessed("5", CRITERIA),
        ),
        Dossier(
            person("6", "s2", role="manager", attestation_on=date(2026, 6, 30)),
            assessments=assessed("6", CRITERIA[1:]),
        ),
        Dossier(
            person("7", "s2", subjects=["физика"], employments=(Span(None, date(2026, 6, 30)),)),
            (
                attempt(FEBRUARY, {"A": 20, "B": 80}),
                completion(date(2026, 5, 1), "unregistered"),
            ),
        ),
        Dossier(
            person("8", None, role="manager", position=None),
            (completion(date(2026, 5, 5), "teams"),),
        ),
    ]


def _completions(case: StaffCase) -> list[Case]:
    return [
        CompletionCase(f"{case.code}|{done.proof.key}", done, case)
        for done in case.folded.completions
    ]


def _records(people: dict[str, StaffMember]) -> list[Case]:
    """Of the roadmap 2, 4, 7 and the Days of 2022 but the fourth were done, 7 late in 2023; of the
    documents 1.1, 2.1 and 6.1 are there, 3.1 from October on."""
    done = {
        "municipality|2|": date(2022, 4, 20),
        "municipality|4|": date(2022, 4, 25),
        "municipality|7|": date(2023, 1, 20),
        "municipality|8|2022-Q1": date(2022, 3, 10),
        "municipality|8|2022-Q2": date(2022, 6, 10),
        "municipality|8|2022-Q3": date(2022, 9, 10),
    }
    present = {code: date(2026, 1, 12) for code in ("1.1", "2.1", "6.1")}
    present["3.1"] = date(2026, 10, 1)
    assert done.keys() <= REGISTERS.roadmap.keys()
    roadmap = [
        RoadmapCase(code, replace(item, done_on=done.get(code)), True, GROUND)
        for code, item in REGISTERS.roadmap.items()
    ]
    documents = [
        DocumentCase(replace(one, present_since=present.get(code)), True, GROUND)
        for code, one in REGISTERS.documents.items()
    ]
    link = "https://example.org/practice"
    practices = [
        PracticeCase("1", Practice("Уроки", "1", "s1", date(2025, 5, 1), link), GROUND),
        PracticeCase("2", Practice("Кружок", "3", "s1", date(2026, 9, 1), link), GROUND),
        PracticeCase("3", Practice("Музей", "3", "s1", date(2026, 9, 1)), GROUND),
        PracticeCase("4", Practice("Театр", "4", "k1"), GROUND),
    ]
    contests = [
        _contest("4", "Учитель года", date(2026, 2, 20), people),
        _contest("7", "Лучший урок", date(2026, 3, 12), people),
        _contest("7", "Лучший урок", date(2025, 3, 12), people),
    ]
    return [*roadmap, *documents, *practices, *contests]


def _contest(number: str, title: str, on: date, people: dict[str, StaffMember]) -> ContestCase:
    entry = Contest(number, title, held_on=on)
    return ContestCase(f"{number}|{title}|{on}", entry, people[number], GROUND)


def _town() -> list[Case]:
    dossiers = _dossiers()
    staff = [builders.staff_case(dossier, GROUND) for dossier in dossiers]
    people = {dossier.person.personnel_no: dossier.person for dossier in dossiers}
    pieces = [piece for case in staff for piece in _completions(case)]
    return [*staff, *pieces, *_records(people)]


TOWN = _town()


def share(code: str, period: str = "2026", as_of: date | None = None, where: str = "") -> Share:
    indicator = RULES.indicator(f"todzhinsky.{code}")
    kind, _, name = where.partition(":")
    place = Slice(SliceKind(kind), name) if where else Slice(SliceKind.WHOLE)
    return counted(indicator, TOWN, moment(period, as_of), place)


# The last day of 2026: all but 7 are employed.
@pytest.mark.parametrize(
    ("code", "achieved", "population"),
    [
        # 1, 2, 5 and 6. 3 has no e-mail, 4 no subjects, 8 neither school nor position.
        ("staff_register", 4, 7),
        # 1 of the completions of 1, 2 and 5; 7 is gone, 8's is a programme for teams.
        ("training_by_diagnosis", 1, 3),
        # Deficits of 1 (addressed), 2 and 3 (open); 3's ИОМ is a draft, 2 has none for A.
        ("addressed_programmes", 1, 3),
        ("heads", 1, 2),  # 5 of 5 and 6
        # 1-5 and 7, eight Days, two years of item 10: 16 are due; 2, 4, 7 and three Days are done.
        ("roadmap_done", 6, 16),
        ("documents", 4, 21),
        # 1 of last year and 2; 3 has no link, 4 is not published.
        ("practices", 2, 3),
        ("contests", 2, 3),  # of 4, and of 7 while they worked here; last year's is not this year's
        ("rural_multisubject", 2, 3),  # 1 by the ИОМ, 2 by the consultation, 3 by nothing
        ("attestation", 3, 4),  # 1 by the ИОМ, 4 by the mentor, 5 by the programme; 6 by nothing
    ],
)
def test_the_year_2026(code: str, achieved: int, population: int) -> None:
    found = share(code)
    assert (found.achieved, found.population) == (achieved, population)


def test_no_indicator_has_a_plan() -> None:
    assert [indicator.code for indicator in RULES.indicators if indicator.plans] == []


def test_half_way_through_the_year() -> None:
    june = date(2026, 6, 30)  # 7 still works
    assert share("staff_register", as_of=june).exact == Fraction(5, 8)  # and 7's record is complete
    assert share("training_by_diagnosis", as_of=june).exact == Fraction(1, 4)
    assert share("addressed_programmes", as_of=june).exact == Fraction(2, 4)  # 1, and 7's programme
    assert share("documents", as_of=june).exact == Fraction(3, 21)
    assert share("practices", as_of=june).achieved == 1
    # The mentor of 4 comes in September; 1 has had the ИОМ since February.
    assert share("attestation", as_of=june).exact == Fraction(2, 4)
    assert share("heads", as_of=date(2026, 4, 1)).achieved == 0


def test_by_school_and_by_association() -> None:
    assert share("rural_multisubject", where="association:a1").exact == Fraction(2, 2)
    assert share("rural_multisubject", where="association:a2").exact == Fraction(0, 1)
    assert share("training_by_diagnosis", where="association:a1").exact == Fraction(1, 2)
    assert share("training_by_diagnosis", where="school:s1").exact == Fraction(1, 3)
    assert share("contests", where="school:s2").achieved == 1
    assert share("contests", where="school:k1").achieved == 1
    assert share("practices", where="school:s1").achieved == 2
    assert share("heads", where="school:s2").exact == Fraction(0, 1)


def test_the_years_of_the_roadmap() -> None:
    # On 25 April 2022: 2, 4 and the first Day are due, all of them done.
    assert share("roadmap_done", "2022", date(2022, 4, 25)).exact == Fraction(3, 3)
    # By the end of 2022: 1-5, 7, four Days and one item 10 are due; 7 was done in 2023.
    assert share("roadmap_done", "2022").exact == Fraction(5, 11)
    assert share("roadmap_done", "2023").exact == Fraction(6, 16)


def test_the_registers_are_the_orders() -> None:
    assert len(RULES.documents) == 21
    assert "6.7" not in REGISTERS.documents
    assert [planned.item.number for planned in RULES.roadmap] == [str(n) for n in range(1, 11)]
    undated = [item.number for item in REGISTERS.roadmap.values() if item.due_on is None]
    assert undated == ["6", "9"]
    days = [item for item in REGISTERS.roadmap.values() if item.number == "8"]
    assert [day.occurrence for day in days] == [
        f"{year}-Q{quarter}" for year in (2022, 2023) for quarter in (1, 2, 3, 4)
    ]
    assert days[0].due_on == date(2022, 3, 31)
