"""Words about schools, teams, associations and the municipality (korolev VI, kuznetsk 4.1.1)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import (
    AssociationCase,
    Moment,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.dates import Span
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
)
from connector.domain.periods import Period, PeriodKind
from connector.domain.records import (
    Analysis,
    Decision,
    RoadmapItem,
    Snapshot,
    TeamMembership,
    WorkPlan,
)
from connector.domain.words import CORE
from tests.unit.domain.builders import case, completion, holds, noon, person, setting, year

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def school(**more: Any) -> SchoolCase:
    return SchoolCase(Dated(((None, School("s1", "Школа", **more)),)), setting())


def test_the_kind_of_a_school_and_of_a_persons_school() -> None:
    garden = School("s1", "Сад", SchoolKind.KINDERGARTEN)
    within = setting(organisation=Organisation({"s1": Dated(((None, garden),))}))
    condition = word("school_kind", kind="kindergarten")
    assert holds(condition, case(in_=within), year(JUNE))[0]
    assert holds(condition, SchoolCase(Dated(((None, garden),)), within), year(JUNE))[0]
    assert not holds(condition, school(), year(JUNE))[0]


@pytest.mark.parametrize("field", ["mentoring", "internship"])
def test_a_school_takes_part_since_a_day(field: str) -> None:
    held, condition = school(**{f"{field}_since": JUNE}), word("school_since", field=field)
    assert holds(condition, held, year(JUNE - DAY)) == (False, [f"no_{field}"])
    assert holds(condition, held, year(JUNE)) == (True, [f"{field}_since"])
    assert not holds(condition, school(), year(JUNE))[0]


def member(number: str, *done: date, course: str = "4", **more: Any) -> StaffCase:
    evidence = [completion(noon(day), course) for day in done]
    return case(*evidence, person=person(number, **more))


def team(*members: StaffCase, span: Span = Span()) -> TeamCase:  # noqa: B008
    return TeamCase(
        "s1", tuple((TeamMembership("s1", m.code, span), m) for m in members), setting()
    )


LEFT: dict[str, Any] = {"employments": (Span(None, JUNE - DAY),)}


def test_a_team_counts_with_an_employed_member() -> None:
    condition = word("team_has_employed_member")
    assert holds(condition, team(member("p1")), year(JUNE))[0]
    assert not holds(condition, team(member("p1", **LEFT)), year(JUNE))[0]
    assert not holds(condition, team(member("p1"), span=Span(None, JUNE - DAY)), year(JUNE))[0]
    assert not holds(condition, team(), year(JUNE))[0]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([member("p1", JUNE), member("p2", JUNE)], True),
        ([member("p1", JUNE), member("p2")], False),
        ([member("p1", JUNE)], True),
        ([member("p1")], False),
        ([member("p1", JUNE), member("p2", **LEFT)], True),
        ([member("p1", JUNE, **LEFT), member("p2", JUNE), member("p3")], False),
        ([member("p1", JUNE), member("p2", JUNE, course="3")], False),
        ([member("p1", JUNE), member("p2", JUNE + DAY)], False),
        ([member("p1", JUNE), member("p2", date(2025, 12, 31))], False),
        ([], False),
    ],
)
def test_two_employed_members_or_the_only_one_completed_a_programme_for_teams(
    members: list[StaffCase], found: bool
) -> None:
    assert holds(word("team_completed_programme"), team(*members), year(JUNE))[0] is found


def association(
    *records: RoadmapItem | WorkPlan, level: AssociationLevel = AssociationLevel.MUNICIPAL
) -> AssociationCase:
    items = tuple(r for r in records if isinstance(r, RoadmapItem))
    plans = tuple(r for r in records if isinstance(r, WorkPlan))
    dated = Dated(((None, Association("a1", "ГМО", level)),))
    return AssociationCase(dated, items, plans, setting())


def item(level: str, **more: Any) -> RoadmapItem:
    return RoadmapItem("a1", "1", "Семинар", level, **more)


def test_the_level_of_an_association() -> None:
    municipal = word("association_level", level="municipal")
    assert holds(municipal, association(), year(JUNE))[0]
    assert not holds(municipal, association(level=AssociationLevel.SCHOOL), year(JUNE))[0]


REGIONAL, FEDERAL = item("regional"), item("federal")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((item("municipal", started_on=JUNE), REGIONAL, FEDERAL), (True, ["roadmap_in_force"])),
        ((item("municipal", done_on=JUNE), REGIONAL, FEDERAL), (True, ["roadmap_in_force"])),
        (
            (item("municipal", done_on=JUNE + DAY), REGIONAL, FEDERAL),
            (False, ["roadmap_not_started"]),
        ),
        ((item("municipal"), REGIONAL, FEDERAL), (False, ["roadmap_not_started"])),
        ((item("municipal", done_on=JUNE), REGIONAL), (False, ["roadmap_lacks"])),
        (
            (item("municipal", done_on=JUNE, due_on=date(2025, 12, 31)), REGIONAL, FEDERAL),
            (False, ["roadmap_lacks"]),
        ),
        ((), (False, ["roadmap_lacks"])),
    ],
)
def test_a_roadmap_in_force_has_all_levels_and_moves(
    items: tuple[RoadmapItem, ...], expected: tuple[bool, list[str]]
) -> None:
    assert holds(word("roadmap_in_force"), association(*items), year(JUNE)) == expected


ACADEMIC = Moment(Period(PeriodKind.ACADEMIC_YEAR, 2025), JUNE)


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        (WorkPlan("a1", "2025/2026", JUNE, "https://example.org"), True),
        (WorkPlan("a1", "2025/2026", JUNE + DAY, "https://example.org"), False),
        (WorkPlan("a1", "2025/2026", JUNE, None), False),
        (WorkPlan("a1", "2025/2026", None, "https://example.org"), False),
        (WorkPlan("a1", "2026/2027", JUNE, "https://example.org"), False),
    ],
)
def test_a_work_plan_is_for_the_academic_year_published_and_linked(
    plan: WorkPlan, found: bool
) -> None:
    assert holds(word("work_plan_published"), association(plan), ACADEMIC)[0] is found


TAKEN = Snapshot("2026", JUNE - 9 * DAY, JUNE - 9 * DAY)
MADE = Analysis("A-1", "municipality", JUNE - 5 * DAY)
DECIDED = Decision("R-1", "A-1", "school:s1", JUNE)


@pytest.mark.parametrize(
    ("snapshots", "analyses", "decisions", "expected"),
    [
        ([TAKEN], [MADE], [DECIDED], (True, ["monitored"])),
        ([], [MADE], [DECIDED], (False, ["no_snapshot"])),
        ([TAKEN], [], [DECIDED], (False, ["no_analysis"])),
        (
            [TAKEN],
            [Analysis("A-1", "municipality", JUNE - 10 * DAY)],
            [DECIDED],
            (False, ["no_analysis"]),
        ),
        ([TAKEN], [MADE], [], (False, ["no_recommendation"])),
        (
            [TAKEN],
            [MADE],
            [Decision("R-1", "A-1", "municipality", JUNE)],
            (False, ["no_recommendation"]),
        ),
        (
            [TAKEN],
            [MADE],
            [Decision("R-1", None, "school:s1", JUNE)],
            (False, ["no_recommendation"]),
        ),
        (
            [TAKEN],
            [MADE],
            [Decision("R-1", "A-1", "association:a1", JUNE + DAY)],
            (False, ["no_recommendation"]),
        ),
    ],
)
def test_monitoring_is_a_snapshot_its_analysis_and_an_addressed_recommendation(
    snapshots: list[Snapshot],
    analyses: list[Analysis],
    decisions: list[Decision],
    expected: tuple[bool, list[str]],
) -> None:
    monitored = MunicipalityCase(tuple(snapshots), tuple(analyses), tuple(decisions), setting())
    assert holds(word("monitored"), monitored, year(JUNE)) == expected
