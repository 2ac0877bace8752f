"""What municipality.yaml says under `moodle`, as the domain has it."""

from collections.abc import Mapping
from typing import Any

from connector.domain.people import Role
from connector.domain.wishes import CohortWish, MoodleWishes


def moodle_wishes(settings: Mapping[str, Any] | None) -> MoodleWishes:
    """settings: as schemas.MoodleSchema loads them; None where the file says nothing."""
    if settings is None:
        return MoodleWishes()
    cohorts = tuple(_cohort(one) for one in settings["cohorts"])
    return MoodleWishes(settings["enrol"], settings["student_role"], cohorts, settings["ratings"])


def _cohort(one: Mapping[str, Any]) -> CohortWish:
    members = dict(one["members"])
    role = members.pop("role")
    return CohortWish(
        one["idnumber"],
        one["source"],
        one["ours"],
        role=Role(role) if role else None,
        **members,
    )
