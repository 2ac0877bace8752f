"""What only competencies need of a Moodle: names of functions, and the rights behind them."""

from collections.abc import Mapping
from enum import StrEnum


class CompetencyFunction(StrEnum):
    """Moodle's names of the functions that only competencies need."""

    FRAMEWORKS = "core_competency_list_competency_frameworks"
    COMPETENCIES = "core_competency_list_competencies"
    PLANS = "core_competency_list_user_plans"
    PLAN_COMPETENCIES = "core_competency_list_plan_competencies"


RIGHTS: Mapping[CompetencyFunction, tuple[str, ...]] = {
    CompetencyFunction.FRAMEWORKS: ("moodle/competency:competencyview",),
    CompetencyFunction.COMPETENCIES: ("moodle/competency:competencyview",),
    CompetencyFunction.PLANS: ("moodle/competency:planview", "moodle/competency:planviewdraft"),
    CompetencyFunction.PLAN_COMPETENCIES: (
        "moodle/competency:planview",
        "moodle/competency:usercompetencyview",
    ),
}
