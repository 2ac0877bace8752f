"""What a living Moodle answers about competencies, in the shapes a real Moodle 4.4 gave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.replay import Params, Replied
from tests.contract.living_errors import no_record, refusal
from tests.contract.living_moodle import Competency, LivingMoodle, Plan

FRAMEWORK = {"id": 1, "idnumber": "PS-2026", "shortname": "Профстандарт", "competenciescount": 3}


@dataclass
class CompetencyAnswers:
    """One framework, with all competencies there are."""

    moodle: LivingMoodle

    @property
    def by_name(self) -> dict[str, Callable[[Params], Replied]]:
        return {
            "core_competency_list_competency_frameworks": self._frameworks,
            "core_competency_list_competencies": self._competencies,
            "core_competency_list_user_plans": self._plans,
            "core_competency_list_plan_competencies": self._of_plan,
        }

    def _frameworks(self, params: Params) -> Replied:
        assert params["context[contextlevel]"] == "system"
        return Replied(200, [FRAMEWORK] if self.moodle.competencies else [])

    def _competencies(self, params: Params) -> Replied:
        # A list of columns, which its own forms never send, is refused by a real one.
        if "," in params.get("sort", ""):
            return refusal("invalidparameter", "invalid_parameter_exception")
        if params["filters[0][value]"] != str(FRAMEWORK["id"]):
            return no_record("competency_framework")
        return Replied(200, [_shown(one) for one in self.moodle.competencies.values()])

    def _plans(self, params: Params) -> Replied:
        user = self.moodle.users.get(params["userid"])
        if user is None or user.deleted:
            return refusal("invaliduser", "dml_missing_record_exception", "Invalid user")
        own = [plan for plan in self.moodle.plans.values() if plan.user == user.id]
        return Replied(200, [{"id": int(p.id), "status": 2 if p.complete else 1} for p in own])

    def _of_plan(self, params: Params) -> Replied:
        plan = self.moodle.plans.get(params["id"])
        if plan is None:
            return no_record("competency_plan")
        return Replied(200, [self._rated(plan, code) for code in plan.competencies])

    def _rated(self, plan: Plan, competency: str) -> dict[str, Any]:
        """Of a completed plan: a copy that bears the moment of completion."""
        grade, enough, at = plan.ratings.get(competency, (None, False, 0))
        rated = {
            "userid": int(plan.user),
            "competencyid": int(competency),
            "grade": grade,
            "proficiency": enough if grade is not None else None,
            "gradename": "-" if grade is None else f"уровень {grade}",
            "timemodified": self.moodle.now if plan.complete else at,
        }
        name = "usercompetencyplan" if plan.complete else "usercompetency"
        return {"competency": _shown(self.moodle.competencies[competency]), name: rated}


def _shown(one: Competency) -> dict[str, Any]:
    return {
        "id": int(one.id),
        "idnumber": one.idnumber,
        "shortname": one.name,
        "parentid": int(one.parent),
        "competencyframeworkid": FRAMEWORK["id"],
    }
