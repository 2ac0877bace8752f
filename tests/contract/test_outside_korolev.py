"""Every indicator of Королёв against figures worked out by hand (domain 5, korolev VI)."""

import pytest

from tests.contract.outside_korolev import name
from tests.contract.outside_town import Town

Row = tuple[int, int, float | None, float | None, float, bool | None, int | None]

# 67 people in the sheet; on 31 October K-15 has left and K-17 has not come: 65. Managers: K-14,
# K-28, K-45, so 62 teachers. Schools of kind school: S1, S2, S4.
AS_OF_THE_REPORT: dict[str, Row] = {
    # 38 / 65 = 0.58461…; ⌈0.6 × 65⌉ = 39. In 2025: K-11, K-41, K-44, K-55, K-56, K-58 of 65.
    "korolev.diagnosed": (65, 38, 0.5846, 0.0923, 0.6, False, 1),
    # ⌈0.3 × 65⌉ = 20 − 11. In 2025: K-55, K-56, K-58 of 65.
    "korolev.routes": (65, 11, 0.1692, 0.0462, 0.3, False, 9),
    # ⌈0.8 × 11⌉ = 9 − 3. In 2025: K-55 of three.
    "korolev.routes_completed": (11, 3, 0.2727, 0.3333, 0.8, False, 6),
    # ⌈0.3 × 62⌉ = 19 − 9; 9 / 62 = 0.14516…. In 2025: K-41, K-44, K-55 of 62.
    "korolev.programmes": (62, 9, 0.1452, 0.0484, 0.3, False, 10),
    # S4's only member left the day before. In 2025 there were six teams and no result.
    "korolev.teams": (5, 3, 0.6, 0.0, 0.4, True, 0),
    # ⌈0.7 × 6⌉ = 5 − 2. In 2025: K-25 of K-21…K-25, K-27, K-30.
    "korolev.young": (6, 2, 0.3333, 0.1429, 0.7, False, 3),
    "korolev.mentoring": (3, 1, 0.3333, 0.0, 1.0, False, 2),
    # 1 ≥ 10 % of 3.
    "korolev.internship": (3, 1, 0.3333, 0.0, 0.1, True, 0),
    "korolev.monitoring": (1, 0, 0.0, 0.0, 1.0, False, 1),
}
DIAGNOSED = {
    *(1, 2, 5),  # S1
    *(8, 9, 12),  # S2
    *(14, 16),  # S4
    *(31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 42, 43, 45, 46, 48, 49),  # S5
    *(51, 52, 53, 54, 57, 59, 60, 61, 62, 63, 65, 66, 67, 70),  # S6
}


@pytest.mark.parametrize("code", AS_OF_THE_REPORT)
def test_a_figure_is_the_one_worked_out_by_hand(outside_town: Town, code: str) -> None:
    figure = outside_town.indicators("korolev")[code]
    plan = figure["plan"]
    assert (
        figure["population"],
        figure["achieved"],
        figure["share"],
        figure["previous"]["share"],
        plan["at_least"],
        plan["met"],
        plan["missing"],
    ) == AS_OF_THE_REPORT[code]
    assert figure["previous"]["period"] == "2025"


def test_there_are_no_other_indicators(outside_town: Town) -> None:
    assert set(outside_town.indicators("korolev")) == set(AS_OF_THE_REPORT)


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("diagnosed", {name(n) for n in DIAGNOSED}),
        ("routes", {name(n) for n in (51, 56, 57, 60, 61, 62, 63, 65, 66, 67, 70)}),
        ("routes_completed", {"K-56", "K-60", "K-62"}),
        ("programmes", {name(n) for n in (31, 34, 38, 40, 41, 46, 49, 56, 57)}),
        ("teams", {"S1", "S3", "S6"}),
        ("young", {"K-23", "K-24"}),
        ("mentoring", {"S1"}),
        ("internship", {"S1"}),
        ("monitoring", set()),
    ],
)
def test_the_subjects_behind_a_figure_are_these(
    outside_town: Town, code: str, who: set[str]
) -> None:
    assert outside_town.counted(f"korolev.{code}") == who


@pytest.mark.parametrize(
    ("code", "who"),
    [
        # K-12 was tested on 1 January 2026 in Moscow; K-11's deletion waits for a methodist.
        ("diagnosed", {"K-11", "K-41", "K-44", "K-55", "K-56", "K-58"}),
        ("routes", {"K-55", "K-56", "K-58"}),
        ("routes_completed", {"K-55"}),
        ("programmes", {"K-41", "K-44", "K-55"}),
        ("teams", set()),
        ("young", {"K-25"}),
    ],
)
def test_the_year_before_keeps_what_happened_in_it(
    outside_town: Town, code: str, who: set[str]
) -> None:
    assert outside_town.counted(f"korolev.{code}", period="2025", as_of="2025-12-31") == who


@pytest.mark.parametrize(
    ("as_of", "code", "population", "achieved"),
    [
        # Without K-08 and K-09. The essay was graded in November: the later version applies.
        ("2026-04-01", "diagnosed", 65, 36),
        ("2026-04-02", "diagnosed", 65, 38),
        # K-15's last day; K-16's first is the next one.
        ("2026-10-30", "diagnosed", 65, 38),
        # K-17 has come, and K-13's attempt of 00:30 is there.
        ("2026-11-01", "diagnosed", 66, 39),
        # Started by 31 March: all but K-61. Completed: K-56, on 1 January.
        ("2026-03-31", "routes", 65, 10),
        ("2026-03-31", "routes_completed", 10, 1),
        # K-59 starts on 1 November; K-53 is approved on the 5th; K-70 completes on the 10th.
        ("2026-11-01", "routes", 66, 12),
        ("2026-11-05", "routes", 66, 13),
        ("2026-11-10", "routes_completed", 13, 4),
        # K-31, K-41, K-49, K-56: K-46's first completion was withdrawn, its second is of August.
        ("2026-03-31", "programmes", 62, 4),
        # K-40's certificate is of 1 June; K-34 and K-46 come later, K-57 on that day in Moscow.
        ("2026-05-31", "programmes", 62, 5),
        ("2026-06-01", "programmes", 62, 7),
        # Two members in S6 until 30 June, one of them done; then one, and that one done.
        ("2026-06-30", "teams", 6, 2),
        ("2026-07-01", "teams", 6, 3),
        # K-21 is 34 for one more day.
        ("2026-10-30", "young", 7, 2),
        # K-22 has its birthday, K-30's club begins.
        ("2026-11-01", "young", 5, 3),
        ("2026-11-01", "mentoring", 3, 2),
        ("2026-10-30", "internship", 3, 0),
    ],
)
def test_a_day_sees_what_had_happened_by_its_end(
    outside_town: Town, as_of: str, code: str, population: int, achieved: int
) -> None:
    figure = outside_town.indicators("korolev", as_of=as_of)[f"korolev.{code}"]
    assert (figure["population"], figure["achieved"]) == (population, achieved)


def test_a_share_of_nobody_is_no_share(outside_town: Town) -> None:
    # In 2024 nobody had a route.
    figure = outside_town.indicators("korolev", period="2024", as_of="2024-12-31")
    completed = figure["korolev.routes_completed"]
    assert (completed["population"], completed["share"]) == (0, None)
    plan = completed["plan"]
    assert plan is None or (plan["met"], plan["missing"]) == (None, None)


def test_slices_by_school_add_up_to_the_whole(outside_town: Town) -> None:
    figure = outside_town.indicators("korolev", by="school")["korolev.diagnosed"]
    slices = {each["code"]: (each["population"], each["achieved"]) for each in figure["slices"]}
    assert slices == {
        "S1": (6, 3),
        "S2": (7, 3),
        "S3": (10, 0),
        "S4": (4, 2),
        "S5": (19, 16),
        "S6": (19, 14),
    }
    assert {each["kind"] for each in figure["slices"]} == {"school"}


def test_staff_in_two_associations_count_in_both(outside_town: Town) -> None:
    # A1: K-01…K-06. A2: K-31…K-34, K-01, K-04. Diagnosed: 1, 2, 5; 31, 32, 33, 34, 1.
    figure = outside_town.indicators("korolev", by="association")["korolev.diagnosed"]
    slices = {each["code"]: (each["population"], each["share"]) for each in figure["slices"]}
    assert slices == {"A1": (6, 0.5), "A2": (6, 0.8333)}
