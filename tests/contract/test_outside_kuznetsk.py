"""Every indicator of Кузнецк against figures worked out by hand (domain 5, kuznetsk 4.1)."""

from typing import Any

import pytest

from tests.contract.outside_town import Town

# Nine teachers: Z-01…Z-06, Z-08…Z-10. Z-07 is a manager, Z-11 left in June. No plans.
AS_OF_THE_REPORT: dict[str, tuple[int, int, float | None, float | None]] = {
    # 10 % is a result too.
    "kuznetsk.diagnosed": (9, 1, 0.1111, 0.0),
    # Z-03 completed the same programme, without a deficit.
    "kuznetsk.programmes": (9, 1, 0.1111, 0.0),
    # Any approved route; Z-04's is a draft.
    "kuznetsk.routes": (9, 2, 0.2222, 0.0),
    "kuznetsk.routes_completed": (2, 1, 0.5, None),
    # Z-05; Z-06 is one from tomorrow on.
    "kuznetsk.regional_methodists": (9, 1, 0.1111, 0.0),
    # Z-01, Z-02, Z-03 to Z-05. Z-04's is none yet, Z-07 is no teacher. Last year: nobody.
    "kuznetsk.staff_per_regional_methodist": (1, 3, 3.0, None),
    # Z-08 (a mentee until 1 January), Z-10 (a club on the very day); Z-09's ended last year.
    "kuznetsk.young": (3, 2, 0.6667, 0.6667),
    # The two municipal associations; G2's items know no federal level.
    "kuznetsk.roadmap": (2, 1, 0.5, 0.0),
}


@pytest.mark.parametrize("code", AS_OF_THE_REPORT)
def test_a_figure_is_the_one_worked_out_by_hand(outside_town: Town, code: str) -> None:
    figure = outside_town.indicators("kuznetsk")[code]
    seen = (figure["population"], figure["achieved"], figure["share"], figure["previous"]["share"])
    assert seen == AS_OF_THE_REPORT[code]
    assert figure["plan"] is None


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("diagnosed", {"Z-01"}),
        ("programmes", {"Z-01"}),
        ("routes", {"Z-02", "Z-03"}),
        ("routes_completed", {"Z-03"}),
        ("regional_methodists", {"Z-05"}),
        ("young", {"Z-08", "Z-10"}),
        ("roadmap", {"G1"}),
    ],
)
def test_the_subjects_behind_a_figure_are_these(
    outside_town: Town, code: str, who: set[str]
) -> None:
    assert outside_town.counted(f"kuznetsk.{code}") == who


def test_the_next_day_has_two_regional_methodists_and_older_teachers(outside_town: Town) -> None:
    figures = outside_town.indicators("kuznetsk", as_of="2026-11-01")
    # Four teachers to Z-05 and Z-06.
    assert figures["kuznetsk.staff_per_regional_methodist"]["share"] == 2.0
    # Z-10 is 35, Z-08's third year is over; Z-09 remains, without support.
    young = figures["kuznetsk.young"]
    assert (young["population"], young["achieved"]) == (1, 0)


def test_a_ratio_of_an_association_divides_by_the_methodists_its_teachers_have(
    outside_town: Town,
) -> None:
    # G1: Z-01, Z-02 to Z-05. G2: Z-02, Z-03 to Z-05. Z-05 itself is in no association.
    figures = outside_town.indicators("kuznetsk", by="association")
    ratio = _slices(figures["kuznetsk.staff_per_regional_methodist"])
    assert {code: (ratio[code]["population"], ratio[code]["share"]) for code in ratio} == {
        "G1": (1, 2.0),
        "G2": (1, 2.0),
    }


def test_by_association_each_counts_its_own_teachers(outside_town: Town) -> None:
    # G1: Z-01, Z-02, Z-06. G2: Z-02, Z-03, Z-04. G3: nobody.
    figures = outside_town.indicators("kuznetsk", by="association")
    routes = _slices(figures["kuznetsk.routes"])
    assert {code: routes[code]["share"] for code in ("G1", "G2")} == {"G1": 0.3333, "G2": 0.6667}
    roadmap = _slices(figures["kuznetsk.roadmap"])
    assert {code: roadmap[code]["achieved"] for code in ("G1", "G2")} == {"G1": 1, "G2": 0}


@pytest.mark.parametrize(
    ("as_of", "achieved"), [("2026-09-09", 0), ("2026-09-10", 1), ("2026-10-31", 1)]
)
def test_a_work_plan_counts_in_its_academic_year_from_the_day_it_is_published(
    outside_town: Town, as_of: str, achieved: int
) -> None:
    # G2 published its plan without a link.
    figures = outside_town.indicators("kuznetsk", period="2026/2027", as_of=as_of)
    assert set(figures) == {"kuznetsk.work_plan"}
    plan = figures["kuznetsk.work_plan"]
    assert (plan["population"], plan["achieved"]) == (2, achieved)
    assert plan["previous"] == {"period": "2025/2026", "share": 0.0}


def test_an_academic_indicator_is_left_out_of_a_calendar_year(outside_town: Town) -> None:
    assert set(outside_town.indicators("kuznetsk")) == set(AS_OF_THE_REPORT)


def test_a_completion_of_the_other_municipality_is_not_here(outside_town: Town) -> None:
    subjects = outside_town.subjects("kuznetsk.programmes")
    assert {who[0] for who in subjects} == {"Z"}


def _slices(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in figure["slices"]}
